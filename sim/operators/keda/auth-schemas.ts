/** The schema of trigger authentications. @upstream kedacore/keda v2.20.2 config/crd/bases */
import type { Schema } from '../crd/schema-of.js';
import { mapOf, object, oneOf, text } from '../crd/schema-parts.js';

const list = (items: Schema): Schema => ({ type: 'array', items });
const some = (items: Schema): Schema => ({ type: 'array', items, minItems: 1 });

/** Texts, and which of them must be there. */
function texts(names: readonly string[], required: readonly string[] = []): Schema {
  return object(Object.fromEntries(names.map(name => [name, text])), required);
}

const fromSecret = object(
  {
    valueFrom: object({ secretKeyRef: texts(['key', 'name'], ['key', 'name']) }, ['secretKeyRef']),
  },
  ['valueFrom'],
);

const parameters = list(texts(['key', 'name', 'parameter'], ['key', 'name', 'parameter']));

const podIdentity = object(
  {
    externalID: text,
    identityAuthorityHost: text,
    identityId: text,
    identityOwner: oneOf('keda', 'workload'),
    identityTenantId: text,
    provider: oneOf('azure-workload', 'gcp', 'aws', 'aws-eks', 'none'),
    roleArn: text,
  },
  ['provider'],
);

function awsSecretManager(): Schema {
  const keys = { accessKey: fromSecret, accessSecretKey: fromSecret, accessToken: fromSecret };
  const names = ['name', 'parameter', 'secretKey', 'versionId', 'versionStage'];
  return object(
    {
      credentials: object(keys, ['accessKey', 'accessSecretKey']),
      podIdentity,
      region: text,
      secrets: some(texts(names, ['name', 'parameter'])),
    },
    ['secrets'],
  );
}

function azureKeyVault(): Schema {
  return object(
    {
      cloud: texts(['activeDirectoryEndpoint', 'keyVaultResourceURL', 'type'], ['type']),
      credentials: object({ clientId: text, clientSecret: fromSecret, tenantId: text }, [
        ...['clientId', 'clientSecret', 'tenantId'],
      ]),
      podIdentity,
      secrets: some(texts(['name', 'parameter', 'version'], ['name', 'parameter'])),
      vaultUri: text,
    },
    ['secrets', 'vaultUri'],
  );
}

function gcpSecretManager(): Schema {
  return object(
    {
      credentials: object({ clientSecret: fromSecret }, ['clientSecret']),
      podIdentity,
      secrets: some(texts(['id', 'parameter', 'version'], ['id', 'parameter'])),
    },
    ['secrets'],
  );
}

function vault(): Schema {
  const certificate = ['altNames', 'commonName', 'format', 'ipSans', 'otherSans', 'ttl', 'uriSans'];
  const secret = object(
    {
      key: text,
      parameter: text,
      path: text,
      pkiData: texts(certificate),
      type: oneOf('', 'secretV2', 'secret', 'pki'),
    },
    ['key', 'parameter', 'path'],
  );
  return object(
    {
      address: text,
      authentication: oneOf('token', 'kubernetes'),
      credential: texts(['serviceAccount', 'serviceAccountName', 'token']),
      mount: text,
      namespace: text,
      role: text,
      secrets: list(secret),
    },
    ['address', 'authentication', 'secrets'],
  );
}

/** The spec of both kinds. */
export function authenticationSchema(): Schema {
  const account = ['parameter', 'serviceAccountName'];
  return object({
    awsSecretManager: awsSecretManager(),
    azureKeyVault: azureKeyVault(),
    boundServiceAccountToken: list(texts(account, account)),
    configMapTargetRef: parameters,
    env: list(texts(['containerName', 'name', 'parameter'], ['name', 'parameter'])),
    filePath: text,
    gcpSecretManager: gcpSecretManager(),
    hashiCorpVault: vault(),
    oauth2: object(
      {
        clientId: text,
        clientSecret: fromSecret,
        scopes: list(text),
        tokenUrl: text,
        tokenUrlParams: mapOf(text),
        type: { ...oneOf('clientCredentials'), default: 'clientCredentials' },
      },
      ['clientId', 'tokenUrl', 'type'],
    ),
    podIdentity,
    secretTargetRef: parameters,
  });
}

/** The status of both kinds. */
export function authenticationStatusSchema(): Schema {
  return texts(['scaledjobs', 'scaledobjects']);
}
