/**
 * Issues tokens of service accounts: the storage of serviceaccounts/token.
 * @upstream pkg/registry/core/serviceaccount/storage/token.go
 */
import { invalid as invalidField, type FieldError } from '../../api/field-error.js';
import { goQuote } from '../../api/go-text.js';
import { signedToken } from '../../api/jwt/token.js';
import { nodes, pods, secrets, type Pod } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { badRequest, conflict, invalid, notFound, type Failure } from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import type { Random } from '../../engine/random.js';
import type { ServerAccess } from '../access.js';
import { boundClaims, type BoundTo } from './claims.js';
import { issuer } from './token-authenticator.js';
import type { BoundObjectReference, TokenRequest } from './token-request.js';

const requestKind = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const expirationDefaultSeconds = 3600;
const expirationMinSeconds = 600;
const expirationMaxSeconds = 2 ** 32;

/** Pods that ask for this get a year, and a note when they use it after the time they asked for. */
const extendedAtSeconds = 3607;
const extensionSeconds = 31_536_000;

type Bound = Omit<BoundTo, 'account'>;
type Issued = { readonly object: KubeObject } | { readonly refusal: Failure };

/** The defaults of a TokenRequest, applied when it is decoded. */
export function tokenRequestDefaults(object: KubeObject): KubeObject {
  const request = object as unknown as TokenRequest;
  const expirationSeconds = request.spec?.expirationSeconds ?? expirationDefaultSeconds;
  return { ...object, spec: { ...request.spec, expirationSeconds } };
}

/** The request with its token. `annotate` tells the audit the token's id. */
export function issueToken(
  account: KubeObject,
  tokenRequest: KubeObject,
  context: {
    readonly access: ServerAccess;
    readonly random: Random;
    readonly annotate?: (key: string, value: string) => void;
  },
): Issued {
  const { access } = context;
  const { name = '', namespace = '', uid = '' } = account.metadata;
  const defaulted = tokenRequestDefaults(tokenRequest);
  const request = defaulted as unknown as TokenRequest;
  const error = metadataError(request, { name, namespace, uid });
  if (error !== undefined) return { refusal: error };
  const seconds = request.spec.expirationSeconds ?? expirationDefaultSeconds;
  const errors = expirationErrors(seconds);
  if (errors.length > 0) return { refusal: invalid(requestKind, '', errors) };
  const asked = request.spec.audiences ?? [];
  const audiences = asked.length === 0 ? [issuer] : asked;
  const reference = request.spec.boundObjectRef ?? null;
  const bound = reference === null ? {} : boundTo(reference, account, access);
  if ('refusal' in bound) return bound;
  const isExtended =
    bound.pod !== undefined &&
    seconds === extendedAtSeconds &&
    audiences.every(audience => audience === issuer);
  const nowSeconds = Math.floor(access.clock.now() / 1000);
  const id = context.random.uuid();
  const claims = boundClaims(
    { account, ...bound },
    {
      issuer,
      audiences,
      id,
      nowSeconds,
      expirationSeconds: isExtended ? extensionSeconds : seconds,
      warnAfterSeconds: isExtended ? seconds : undefined,
    },
  );
  context.annotate?.('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
  const creationTimestamp = rfc3339(nowSeconds * 1000);
  return {
    object: {
      ...defaulted,
      metadata: { ...request.metadata, name, namespace, uid, creationTimestamp },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: reference },
      status: {
        token: signedToken(claims),
        expirationTimestamp: rfc3339((nowSeconds + seconds) * 1000),
      },
    },
  };
}

function metadataError(
  { metadata }: TokenRequest,
  account: { readonly name: string; readonly namespace: string; readonly uid: string },
): Failure | undefined {
  const fields = ['name', 'namespace'] as const;
  for (const field of fields) {
    const value = metadata[field] ?? '';
    if (value === '' || value === account[field]) continue;
    const text = `must match the service account ${field} if specified`;
    const error = invalidField(`metadata.${field}`, value, text);
    return invalid(requestKind, account.name, [error]);
  }
  const uid = metadata.uid ?? '';
  if (uid === '' || uid === account.uid) return undefined;
  const ofAccount = `the UID of the service account (${account.uid})`;
  const text = `the UID in the token request (${uid}) does not match ${ofAccount}`;
  return conflict({ group: requestKind.group, resource: requestKind.kind }, account.name, text);
}

function expirationErrors(seconds: number): readonly FieldError[] {
  const path = 'spec.expirationSeconds';
  if (seconds < expirationMinSeconds) {
    return [invalidField(path, seconds, 'may not specify a duration less than 10 minutes')];
  }
  if (seconds > expirationMaxSeconds) {
    return [invalidField(path, seconds, 'may not specify a duration larger than 2^32 seconds')];
  }
  return [];
}

/** What the token is bound to, as it is now. */
function boundTo(
  reference: BoundObjectReference,
  account: KubeObject,
  access: ServerAccess,
): Bound | { readonly refusal: Failure } {
  const { kind = '', apiVersion = '', name = '', uid = '' } = reference;
  const { namespace = '' } = account.metadata;
  const isCore = !apiVersion.includes('/');
  const resource = isCore ? { Pod: pods, Node: nodes, Secret: secrets }[kind] : undefined;
  if (resource === undefined) {
    const [group, version] = isCore ? ['', apiVersion] : apiVersion.split('/');
    const type = `${group ?? ''}/${version ?? ''}, Kind=${kind}`;
    return { refusal: badRequest(`cannot bind token to object of type ${type}`) };
  }
  if (name === '') return { refusal: badRequest('Name parameter required.') };
  const object = access.get(resource, resource === nodes ? '' : namespace, name);
  if (object === undefined) return { refusal: notFound(resource, name) };
  const spec = (object as unknown as Pod).spec;
  if (resource === pods && spec?.serviceAccountName !== account.metadata.name) {
    const which = goQuote(account.metadata.name ?? '');
    const text = 'to pod running with different serviceaccount name.';
    return { refusal: badRequest(`cannot bind token for serviceaccount ${which} ${text}`) };
  }
  if (uid !== '' && uid !== object.metadata.uid) {
    const record = `does not match the UID in record. The object might have been deleted and then recreated`;
    const text = `the UID in the bound object reference (${uid}) ${record}`;
    return { refusal: conflict({ group: '', resource: kind }, name, text) };
  }
  if (resource === secrets) return { secret: object };
  if (resource === nodes) return { node: object };
  const nodeName = spec?.nodeName;
  if (!nodeName) return { pod: object };
  const node = access.get(nodes, '', nodeName) ?? { metadata: { name: nodeName } };
  return { pod: object, node };
}
