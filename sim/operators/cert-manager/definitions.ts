/** The CRDs. The settings of issuers that are not simulated are kept as they are given. @upstream cert-manager v1.21.1 deploy/crds */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import type { Schema } from '../crd/schema-of.js';

const flag: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer' };
const date: Schema = { ...text, format: 'date-time' };
const bytes: Schema = { ...text, format: 'byte' };
const texts = atomic(text);

const usage = oneOf(
  ...['signing', 'digital signature', 'content commitment', 'key encipherment'],
  ...['key agreement', 'data encipherment', 'cert sign', 'crl sign', 'encipher only'],
  ...['decipher only', 'any', 'server auth', 'client auth', 'code signing', 'email protection'],
  ...['s/mime', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'timestamping'],
  ...['ocsp signing', 'microsoft sgc', 'netscape sgc'],
);

function atomic(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

const issuerRef = object({ group: text, kind: text, name: text }, ['name']);

function conditions(more: Readonly<Record<string, Schema>> = {}): Schema {
  const condition = object(
    {
      ...{ lastTransitionTime: date, message: text, reason: text, type: text, ...more },
      status: oneOf('True', 'False', 'Unknown'),
    },
    ['status', 'type'],
  );
  return {
    ...{ type: 'array', items: condition },
    'x-kubernetes-list-map-keys': ['type'],
    'x-kubernetes-list-type': 'map',
  };
}

const generation = { observedGeneration: { type: 'integer', format: 'int64' } };

function keystore(more: Readonly<Record<string, Schema>>): Schema {
  const passwordSecretRef = object({ key: text, name: text }, ['name']);
  return object({ create: flag, password: text, passwordSecretRef, ...more }, ['create']);
}

function certificateSpec(): Schema {
  const domains = ['dnsDomains', 'emailAddresses', 'ipRanges', 'uriDomains'];
  const constraint = object(Object.fromEntries(domains.map(name => [name, texts])));
  const lists = [
    ...['countries', 'localities', 'organizationalUnits', 'organizations', 'postalCodes'],
    ...['provinces', 'streetAddresses'],
  ];
  const window = object(
    {
      cron: { ...text, minLength: 1 },
      timezone: { ...text, minLength: 1 },
      windowDuration: { ...text, pattern: '^([0-9]+(\\.[0-9]+)?(s|m|h))+$' },
    },
    ['cron', 'windowDuration'],
  );
  return object(
    {
      additionalOutputFormats: atomic(object({ type: oneOf('DER', 'CombinedPEM') }, ['type'])),
      ...{ commonName: text, dnsNames: texts, duration: text, emailAddresses: texts },
      ...{ encodeUsagesInRequest: flag, ipAddresses: texts, isCA: flag, issuerRef },
      keystores: object({
        jks: keystore({ alias: text }),
        pkcs12: keystore({
          profile: oneOf('LegacyRC2', 'LegacyDES', 'Modern2023', 'Modern2026'),
        }),
      }),
      literalSubject: text,
      nameConstraints: object({ critical: flag, excluded: constraint, permitted: constraint }),
      otherNames: atomic(object({ oid: text, utf8Value: text })),
      privateKey: object({
        algorithm: oneOf('RSA', 'ECDSA', 'Ed25519'),
        encoding: oneOf('PKCS1', 'PKCS8'),
        rotationPolicy: oneOf('Never', 'Always'),
        size: whole,
      }),
      ...{ renewBefore: text, renewBeforePercentage: int32 },
      renewal: object({ policy: oneOf('RenewBefore', 'Disabled'), windows: atomic(window) }),
      ...{ revisionHistoryLimit: int32, secretName: text },
      secretTemplate: object({ annotations: mapOf(text), labels: mapOf(text) }),
      signatureAlgorithm: oneOf(
        ...['SHA256WithRSA', 'SHA384WithRSA', 'SHA512WithRSA', 'ECDSAWithSHA256'],
        ...['ECDSAWithSHA384', 'ECDSAWithSHA512', 'PureEd25519'],
      ),
      subject: object({
        ...Object.fromEntries(lists.map(name => [name, texts])),
        serialNumber: text,
      }),
      ...{ uris: texts, usages: atomic(usage) },
    },
    ['issuerRef', 'secretName'],
  );
}

function certificateStatus(): Schema {
  return object({
    acme: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    conditions: conditions(generation),
    ...{ failedIssuanceAttempts: whole, lastFailureTime: date, nextPrivateKeySecretName: text },
    ...{ notAfter: date, notBefore: date, renewalTime: date, revision: whole },
  });
}

function issuerSpec(): Schema {
  const kept = (...required: readonly string[]): Schema => ({
    ...{ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, required },
  });
  return object({
    acme: kept('privateKeySecretRef', 'server'),
    ca: object(
      {
        ...{ crlDistributionPoints: texts, issuingCertificateURLs: texts, ocspServers: texts },
        secretName: text,
      },
      ['secretName'],
    ),
    selfSigned: object({ crlDistributionPoints: texts }),
    vault: kept('auth', 'path', 'server'),
    venafi: kept('zone'),
  });
}

function issuerStatus(): Schema {
  return object({
    acme: object({ lastPrivateKeyHash: text, lastRegisteredEmail: text, uri: text }),
    conditions: conditions(generation),
  });
}

function told(name: string, type: string, field: string, priority?: number) {
  const jsonPath = `.status.conditions[?(@.type == "${type}")].${field}`;
  return { name, type: 'string', jsonPath, ...(priority !== undefined && { priority }) };
}

const ready = told('Ready', 'Ready', 'status');
const why = told('Status', 'Ready', 'message', 1);
const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const issuer = { name: 'Issuer', type: 'string', jsonPath: '.spec.issuerRef.name' };

function certificateDefinition(): KubeObject {
  return definition({
    ...{ group: 'cert-manager.io', version: 'v1', kind: 'Certificate' },
    ...{ plural: 'certificates', singular: 'certificate', shortNames: ['cert', 'certs'] },
    columns: [
      ready,
      { name: 'Secret', type: 'string', jsonPath: '.spec.secretName' },
      { ...issuer, priority: 1 },
      why,
      age,
    ],
    ...{ spec: certificateSpec(), status: certificateStatus() },
  });
}

function requestDefinition(): KubeObject {
  const spec = object(
    {
      ...{ duration: text, extra: mapOf({ type: 'array', items: text }), groups: texts },
      ...{ isCA: flag, issuerRef, request: bytes, uid: text, usages: atomic(usage) },
      username: text,
    },
    ['issuerRef', 'request'],
  );
  return definition({
    ...{ group: 'cert-manager.io', version: 'v1', kind: 'CertificateRequest' },
    ...{ plural: 'certificaterequests', singular: 'certificaterequest' },
    shortNames: ['cr', 'crs'],
    columns: [
      told('Approved', 'Approved', 'status'),
      told('Denied', 'Denied', 'status'),
      ready,
      issuer,
      { name: 'Requester', type: 'string', jsonPath: '.spec.username' },
      why,
      age,
    ],
    spec,
    status: object({
      ...{ ca: bytes, certificate: bytes, conditions: conditions(), failureTime: date },
    }),
  });
}

function issuerDefinition(kind: 'Issuer' | 'ClusterIssuer'): KubeObject {
  const singular = kind.toLowerCase();
  return definition({
    ...{ group: 'cert-manager.io', version: 'v1', kind, plural: `${singular}s`, singular },
    shortNames: kind === 'Issuer' ? ['iss'] : ['ciss'],
    scope: kind === 'Issuer' ? 'Namespaced' : 'Cluster',
    columns: [ready, why, age],
    ...{ spec: issuerSpec(), status: issuerStatus(), required: ['spec'] },
  });
}

/** All of cert-manager.io. */
export function certManagerDefinitions(): readonly KubeObject[] {
  return [
    certificateDefinition(),
    requestDefinition(),
    issuerDefinition('Issuer'),
    issuerDefinition('ClusterIssuer'),
  ];
}
