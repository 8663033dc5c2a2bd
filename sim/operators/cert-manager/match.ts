/** Whether keys and requests are those that a Certificate asks for. @upstream cert-manager v1.21.1 pkg/util/pki/match.go */
import { parseDuration } from '../../api/duration.js';
import { requestOf } from './material.js';
import { sizeOf, type PrivateKey } from '../../api/pki/keys.js';
import { canonicalAddress, type Subject } from '../../api/pki/subject.js';
import { isSameIssuer, type CertificateRequest, type CertificateSpec } from './types.js';

type Texts = readonly string[];

/** The fields of the spec that the key does not fit. */
export function keyViolations(key: PrivateKey, { privateKey }: CertificateSpec): Texts {
  const { algorithm = 'RSA', size = 0 } = privateKey ?? {};
  if (key.kind !== (algorithm || 'RSA')) return ['spec.privateKey.algorithm'];
  const wanted = size > 0 ? size : key.kind === 'RSA' ? 2048 : 256;
  return sizeOf(key) === wanted ? [] : ['spec.privateKey.size'];
}

/** The fields of the spec that the request does not fit; undefined when it cannot be read. */
export function requestViolations(
  request: CertificateRequest,
  spec: CertificateSpec,
): Texts | undefined {
  const asked = requestOf(request);
  if (asked === undefined) return undefined;
  const { names, subject } = asked;
  const addresses = (spec.ipAddresses ?? []).map(one => canonicalAddress(one) ?? one);
  const checks: readonly (readonly [string, boolean])[] = [
    ['spec.ipAddresses', areAlike(names.ipAddresses, addresses)],
    ['spec.uris', areAlike(names.uris, spec.uris)],
    ['spec.emailAddresses', areAlike(names.emailAddresses, spec.emailAddresses)],
    ['spec.dnsNames', areAlike(names.dnsNames, spec.dnsNames)],
    ...subjectChecks(subject, spec),
    ['spec.isCA', (request.spec.isCA ?? false) === (spec.isCA ?? false)],
    ['spec.usages', areAlike(request.spec.usages, spec.usages)],
    ['spec.duration', isSameDuration(request.spec.duration, spec.duration)],
    ['spec.issuerRef', isSameIssuer(request.spec.issuerRef, spec.issuerRef)],
  ];
  return checks.filter(([, fits]) => !fits).map(([field]) => field);
}

function subjectChecks(
  asked: Subject,
  { commonName = '', subject = {} }: CertificateSpec,
): readonly (readonly [string, boolean])[] {
  const alike = (field: keyof typeof subject, name: string = field) =>
    [
      `spec.subject.${name}`,
      areAlike(asked[field] as Texts | undefined, subject[field] as Texts | undefined),
    ] as const;
  return [
    ['spec.commonName', (asked.commonName ?? '') === commonName],
    ['spec.subject.serialNumber', (asked.serialNumber ?? '') === (subject.serialNumber ?? '')],
    alike('organizations'),
    alike('countries'),
    alike('localities'),
    alike('organizationalUnits'),
    alike('postalCodes', 'postCodes'),
    alike('provinces'),
    alike('streetAddresses'),
  ];
}

/** Whether two lists hold the same, in any order. */
function areAlike(one: Texts = [], other: Texts = []): boolean {
  const [left, right] = [one.toSorted(), other.toSorted()];
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

function isSameDuration(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return durationMs(one) === durationMs(other);
}

/** The milliseconds of a duration that the API server has let through; undefined for none. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  return parsed.isOk ? parsed.value / 1e6 : undefined;
}

/** `[a b]`, as Go prints a list. */
export function printedList(fields: Texts): string {
  return `[${fields.join(' ')}]`;
}
