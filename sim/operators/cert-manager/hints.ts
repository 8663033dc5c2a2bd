/** What the author of certificates and issuers should know before they are used. */
import type { KubeObject } from '../../api/object.js';
import { asks, placeOf } from './cainjector/annotations.js';
import { keys } from './keys.js';
import {
  group,
  referenceOf,
  typeOfIssuer,
  type Certificate,
  type CertificateSpec,
  type Issuer,
} from './types.js';
import { issueProblem } from './unsimulated.js';

const shimmed = [
  'cert-manager.io/issuer',
  'cert-manager.io/cluster-issuer',
  'kubernetes.io/tls-acme',
];

/** The hints about an object. */
export function certManagerHints(object: KubeObject): readonly string[] {
  switch (object.kind) {
    case 'Certificate':
      return certificateHints(object as unknown as Certificate);
    case 'Issuer':
    case 'ClusterIssuer':
      return issuerHints(object as unknown as Issuer);
    case 'Gateway':
      return shimHints(object);
    case 'MutatingWebhookConfiguration':
    case 'ValidatingWebhookConfiguration':
    case 'CustomResourceDefinition':
    case 'APIService':
      return injectionHints(object);
    default:
      return [];
  }
}

function certificateHints({ metadata, spec }: Certificate): readonly string[] {
  const given = spec as Partial<CertificateSpec> | undefined;
  if (given?.issuerRef === undefined) return [];
  const problem = issueProblem(spec);
  const reference = referenceOf(given.issuerRef);
  const without = (name: string): string => `${name} is not simulated: it is issued without`;
  const stores = Object.entries(spec.keystores ?? {}).filter(([, store]) => store?.create === true);
  const algorithm = spec.signatureAlgorithm ?? '';
  return [
    ...(problem === undefined ? [] : [`${problem}: the certificate is never issued`]),
    ...(reference.group === group
      ? []
      : [`issuers of ${reference.group} are not simulated: the certificate is never issued`]),
    ...stores.map(([name]) => without(`keystores.${name}`)),
    ...(spec.otherNames === undefined ? [] : [without('otherNames')]),
    ...(spec.nameConstraints === undefined ? [] : [without('nameConstraints')]),
    ...(algorithm === '' || algorithm.includes('SHA256')
      ? []
      : [`signatureAlgorithm: ${algorithm} is not simulated: SHA-256 stands in for it`]),
    ...(spec.renewal?.windows === undefined
      ? []
      : ['renewal.windows are not simulated: it is renewed when it is due']),
    ...(metadata.annotations?.[keys.temporary] === 'true'
      ? ['temporary certificates are not simulated: the Secret comes with the certificate']
      : []),
  ];
}

function issuerHints(issuer: Issuer): readonly string[] {
  if ((issuer.spec as Issuer['spec'] | undefined) === undefined) return [];
  const type = typeOfIssuer(issuer);
  return type === undefined || type === 'ca' || type === 'selfSigned'
    ? []
    : [
        `spec.${type} is not simulated: the issuer is never ready, and certificates that name it are never issued`,
      ];
}

function shimHints({ metadata }: KubeObject): readonly string[] {
  const named = shimmed.find(key => metadata.annotations?.[key] !== undefined);
  return named === undefined
    ? []
    : [`${named} is not simulated: no Certificate is made for its TLS Secrets`];
}

/** What upstream says only in its log: the annotation is read, and nothing comes of it. */
function injectionHints({ metadata: { annotations = {} } }: KubeObject): readonly string[] {
  const used = [asks.secret, asks.certificate, asks.apiServer].find(
    key =>
      annotations[key] !== undefined && (key !== asks.apiServer || annotations[key] === 'true'),
  );
  const text = annotations[used ?? ''] ?? '';
  if (used === undefined || used === asks.apiServer || placeOf(text).namespace !== '') return [];
  return [`${used}: "${text}" needs a namespace/ prefix: no authority is injected`];
}
