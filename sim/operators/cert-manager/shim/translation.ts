/** What an Ingress's annotations say of its Certificates. @upstream cert-manager v1.21.1 pkg/controller/certificate-shim/helper.go */
import { parseDuration, printDuration } from '../../../api/duration.js';
import { isRecord } from '../../../api/equality.js';
import { keys } from '../keys.js';
import { isUsage } from '../../../api/pki/usages.js';
import type { CertificateSpec } from '../types.js';
import { splitValues } from './csv.js';

type Annotations = Readonly<Record<string, string>>;
type Spec = Partial<CertificateSpec>;

/** An annotation that cannot be understood: nothing is made of the Ingress then. */
export interface BadAnnotation {
  readonly bad: string;
}

const prefix = 'cert-manager.io';

type Read = (text: string, key: string) => Spec | BadAnnotation;

/** In the order in which they are read, and the first bad one told. */
const readers: Readonly<Record<string, Read>> = {
  [keys.commonName]: commonName => ({ commonName }),
  [keys.emailSans]: text => ({ emailAddresses: text.split(',') }),
  ...Object.fromEntries(
    Object.entries(keys.subject).map(([field, key]) => [key, subjectReader(field)]),
  ),
  [keys.serialNumber]: serialNumber => (serialNumber === '' ? {} : { subject: { serialNumber } }),
  [`${prefix}/duration`]: (text, key) => {
    const duration = durationOf(text);
    return duration === undefined ? bad(key) : { duration };
  },
  [`${prefix}/renew-before`]: (text, key) => {
    const renewBefore = durationOf(text);
    return renewBefore === undefined ? bad(key) : { renewBefore };
  },
  [`${prefix}/renew-before-percentage`]: (text, key) => {
    const renewBeforePercentage = integerOf(text);
    return renewBeforePercentage === undefined ? bad(key) : { renewBeforePercentage };
  },
  [`${prefix}/usages`]: (text, key) => {
    const usages = text.split(',').map(one => one.replace(/^ +| +$/g, ''));
    return usages.every(isUsage) ? { usages } : bad(key);
  },
  [`${prefix}/revision-history-limit`]: (text, key) => {
    const revisionHistoryLimit = integerOf(text) ?? 0;
    return revisionHistoryLimit < 1 ? bad(key) : { revisionHistoryLimit };
  },
  [`${prefix}/private-key-algorithm`]: (algorithm, key) =>
    ['RSA', 'ECDSA', 'Ed25519'].includes(algorithm) ? { privateKey: { algorithm } } : bad(key),
  [`${prefix}/private-key-encoding`]: (encoding, key) =>
    encoding === 'PKCS1' || encoding === 'PKCS8' ? { privateKey: { encoding } } : bad(key),
  [`${prefix}/private-key-size`]: (text, key) => {
    const size = integerOf(text);
    return size === undefined ? bad(key) : { privateKey: { size } };
  },
  [`${prefix}/private-key-rotation-policy`]: (rotationPolicy, key) =>
    ['Never', 'Always'].includes(rotationPolicy) ? { privateKey: { rotationPolicy } } : bad(key),
  [`${prefix}/secret-template`]: readTemplate,
};

/** The spec with what the annotations say. */
export function translated(
  given: CertificateSpec,
  annotations: Annotations,
): CertificateSpec | BadAnnotation {
  let spec = withNames(given, annotations);
  for (const [key, read] of Object.entries(readers)) {
    const text = annotations[key];
    if (text === undefined) continue;
    const said = read(text, key);
    if ('bad' in said) return said;
    spec = {
      ...spec,
      ...said,
      ...(said.subject && { subject: { ...spec.subject, ...said.subject } }),
      ...(said.privateKey && { privateKey: { ...spec.privateKey, ...said.privateKey } }),
    };
  }
  return isSizeFit(spec) ? spec : bad(`${prefix}/private-key-size`);
}

function withNames(spec: CertificateSpec, annotations: Annotations): CertificateSpec {
  const listed = (key: string): readonly string[] =>
    annotations[key] ? annotations[key].split(',') : [];
  const dnsNames = [...(spec.dnsNames ?? []), ...listed(keys.altNames)];
  const ipAddresses = [...(spec.ipAddresses ?? []), ...listed(keys.ipSans)];
  return {
    ...spec,
    ...(dnsNames.length > 0 && { dnsNames }),
    ...(ipAddresses.length > 0 && { ipAddresses }),
  };
}

function isSizeFit({ privateKey }: CertificateSpec): boolean {
  const { algorithm = 'RSA', size } = privateKey ?? {};
  if (size === undefined || algorithm === 'Ed25519') return true;
  return algorithm === 'RSA' ? size >= 2048 && size <= 8192 : [256, 384, 521].includes(size);
}

function subjectReader(field: string): Read {
  return (text, key) => {
    const values = splitValues(text);
    return values === undefined ? bad(key) : { subject: { [field]: values } };
  };
}

function readTemplate(text: string, key: string): Spec | BadAnnotation {
  const template = parsed(text);
  const isKnown =
    isRecord(template) &&
    Object.entries(template).every(
      ([field, values]) =>
        ['labels', 'annotations'].includes(field) &&
        isRecord(values) &&
        Object.values(values).every(value => typeof value === 'string'),
    );
  if (!isKnown) return bad(key);
  const secretTemplate = template as NonNullable<CertificateSpec['secretTemplate']>;
  const { labels = {}, annotations = {} } = secretTemplate;
  const names = Object.keys(annotations);
  if (names.some(name => name.startsWith(`${prefix}/`))) return bad(key);
  return names.length + Object.keys(labels).length === 0 ? {} : { secretTemplate };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function durationOf(text: string): string | undefined {
  const duration = parseDuration(text);
  return duration.isOk ? printDuration(duration.value) : undefined;
}

function integerOf(text: string): number | undefined {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  return Math.abs(value) < 2 ** 31 ? value : undefined;
}

function bad(key: string): BadAnnotation {
  return { bad: `invalid ingress annotation "${key}"` };
}
