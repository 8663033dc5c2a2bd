/** The Certificates that an annotated Ingress wants, by whom, and whether one is as it should be. @upstream cert-manager v1.21.1 pkg/controller/certificate-shim/sync.go */
import { deepEqual } from '../../../api/equality.js';
import { invalid, printedError, required, type FieldError } from '../../../api/field-error.js';
import { ingresses, type Ingress, type IngressTLS } from '../../../api/kinds/networking.js';
import { ownerReference } from '../../../api/meta.js';
import { keys } from '../keys.js';
import { canonicalAddress } from '../../../api/pki/subject.js';
import { group, type Certificate, type IssuerReference } from '../types.js';
import { translated, type BadAnnotation } from './translation.js';

const issuerKey = 'cert-manager.io/issuer';
const clusterKey = 'cert-manager.io/cluster-issuer';
const acme = 'acme.cert-manager.io/http01-';

/** What Go's ParseBool takes for true. */
const trueTexts = ['1', 't', 'T', 'true', 'TRUE', 'True'];

/** Whether it asks for Certificates. */
export function asksForCertificates({ metadata: { annotations = {} } }: Ingress): boolean {
  const isNamed = annotations[issuerKey] !== undefined || annotations[clusterKey] !== undefined;
  return isNamed || trueTexts.includes(annotations['kubernetes.io/tls-acme'] ?? '');
}

/** The issuer that its annotations name, or why they name none. */
export function issuerFor({ metadata }: Ingress): Required<IssuerReference> | { why: string } {
  const { annotations: given = {} } = metadata;
  const { [issuerKey]: own, [clusterKey]: wide } = given;
  const { [keys.issuerKind]: kind, [keys.issuerGroup]: of } = given;
  const name = wide ?? own ?? '';
  const both = (one: string, other: string) => `both "${one}" and "${other}" may not be set`;
  const isWide = wide !== undefined;
  const faults = [
    name === '' && 'failed to determine issuer name to be used for ingress resource',
    isWide && own !== undefined && both(issuerKey, clusterKey),
    isWide && of !== undefined && both(clusterKey, keys.issuerGroup),
    isWide && kind !== undefined && both(clusterKey, keys.issuerKind),
  ].filter(fault => fault !== false);
  if (faults.length > 0) return { why: faults.join(', ') };
  return { name, kind: kind ?? (isWide ? 'ClusterIssuer' : 'Issuer'), group: of ?? group };
}

/** What is wrong with its blocks together; undefined for nothing. */
export function duplicates({ spec }: Ingress): string | undefined {
  const names = (spec?.tls ?? []).map(({ secretName = '' }) => secretName);
  const path = (index: number) => `spec.tls[${index}].secretName`;
  const errors = names.flatMap((name, index) => {
    const next = names.indexOf(name, index + 1);
    if (names.indexOf(name) !== index || next < 0) return [];
    const why = `this secret name must only appear in a single TLS entry but is also used in ${path(next)}`;
    return [invalid(path(index), name, why)];
  });
  return aggregate(errors);
}

/** What is missing from one of its blocks; undefined for nothing. */
export function missingFrom({ hosts = [], secretName = '' }: IngressTLS, index: number) {
  return aggregate([
    ...(hosts.length === 0 ? [required(`spec.tls[${index}].hosts`)] : []),
    ...(secretName === '' ? [required(`spec.tls[${index}].secretName`)] : []),
  ]);
}

function aggregate(errors: readonly FieldError[]): string | undefined {
  const texts = [...new Set(errors.map(printedError))];
  return texts.length > 1 ? `[${texts.join(', ')}]` : texts[0];
}

/** The Certificate for a block. */
export function certificateFor(
  ingress: Ingress,
  { hosts = [], secretName = '' }: IngressTLS,
  issuerRef: IssuerReference,
): Certificate | BadAnnotation {
  const { namespace = '', annotations = {}, labels: given = {} } = ingress.metadata;
  const isAddress = (host: string): boolean => canonicalAddress(host) !== undefined;
  const dnsNames = hosts.filter(host => !isAddress(host));
  const ipAddresses = hosts.filter(isAddress);
  const names = {
    ...(dnsNames.length > 0 && { dnsNames }),
    ...(ipAddresses[0] && { ipAddresses }),
  };
  const usages = ['digital signature', 'key encipherment'];
  const spec = translated({ ...names, secretName, issuerRef, usages }, annotations);
  if ('bad' in spec) return spec;
  const { 'applyset.kubernetes.io/part-of': _, ...labels } = given;
  const own = acmeAnnotations(ingress);
  return {
    metadata: {
      ...{ name: secretName, namespace },
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(own).length > 0 && { annotations: own }),
      ownerReferences: [ownerReference(ingress, ingresses)],
    },
    spec,
  };
}

/** What ACME issuers are told. */
function acmeAnnotations({ metadata }: Ingress): Readonly<Record<string, string>> {
  const { name = '', annotations = {} } = metadata;
  const className = annotations[`${acme}ingress-class`];
  const ingressClassName = annotations[`${acme}ingress-ingressclassname`];
  return {
    ...(annotations[`${acme}edit-in-place`] === 'true' && {
      [`${acme}override-ingress-name`]: name,
      [keys.temporary]: 'true',
    }),
    ...(className && { [`${acme}override-ingress-class`]: className }),
    ...(ingressClassName && { [`${acme}override-ingress-ingressclassname`]: ingressClassName }),
  };
}

/** Whether the Certificate that is there differs: addresses and usages are not looked at. */
export function isOutdated(there: Certificate, wanted: Certificate): boolean {
  return !deepEqual(compared(there), compared(wanted));
}

function compared({ metadata, spec }: Certificate): unknown {
  const { issuerRef, privateKey = {}, dnsNames = [], commonName = '' } = spec;
  const { algorithm = '', encoding = '', rotationPolicy = '', size = 0 } = privateKey;
  const isSizeless = algorithm === 'Ed25519';
  return [
    ...[metadata.labels ?? {}, commonName, dnsNames, spec.secretName],
    ...[issuerRef.name, issuerRef.kind, spec.revisionHistoryLimit, algorithm, encoding],
    ...[rotationPolicy, isSizeless ? 0 : size, spec.duration, spec.renewBefore],
  ];
}
