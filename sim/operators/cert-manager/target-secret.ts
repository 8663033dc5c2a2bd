/** The Secret that a Certificate is in. @upstream cert-manager v1.21.1 pkg/controller/certificates/issuing/internal/secret.go, internal/controller/certificates/secrets.go */
import { base64OfBytes } from '../../api/base64.js';
import type { Secret } from '../../api/kinds/core.js';
import { keys } from './keys.js';
import { toBytes } from './material.js';
import { parsedCertificates, type Certificate as Signed } from '../../api/pki/certificate.js';
import { blocksOf } from '../../api/pki/pem.js';
import type { Certificate } from './types.js';

type Texts = Readonly<Record<string, string>>;

/** What is to be in it: PEM texts, and the annotations that tell whose it is. */
export interface SecretParts {
  readonly key: string;
  readonly certificate: string;
  /** Empty where the issuer tells none. */
  readonly ca: string;
  readonly annotations: Texts;
}

/** What is applied of it. */
export function secretFor(
  { metadata, spec }: Certificate,
  { key, certificate, ca, annotations, type }: SecretParts & { readonly type: string },
): Secret {
  const [signed] = parsedCertificates(certificate) ?? [];
  const { secretTemplate = {} } = spec;
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', type },
    metadata: {
      ...{ name: spec.secretName, namespace: metadata.namespace ?? '' },
      labels: { ...secretTemplate.labels, [keys.partOf]: 'true' },
      annotations: {
        ...secretTemplate.annotations,
        ...(signed === undefined ? {} : detailsOf(signed)),
        ...annotations,
      },
    },
    data: {
      'tls.key': toBytes(key),
      'tls.crt': toBytes(certificate),
      ...(ca !== '' && { 'ca.crt': toBytes(ca) }),
      ...formatsOf(spec.additionalOutputFormats ?? [], { key, certificate }),
    },
  };
}

function formatsOf(
  formats: readonly { readonly type: string }[],
  { key, certificate }: { readonly key: string; readonly certificate: string },
): Texts {
  const has = (type: string): boolean => formats.some(format => format.type === type);
  const [block] = blocksOf(key);
  return {
    ...(has('DER') && block !== undefined && { 'key.der': base64OfBytes(block.bytes) }),
    ...(has('CombinedPEM') && { 'tls-combined.pem': toBytes(`${key}\n${certificate}`) }),
  };
}

/** What a certificate says, in annotations; some are there even when they are empty. */
function detailsOf({ subject, names }: Signed): Texts {
  const listed = Object.entries(keys.subject).flatMap(([field, key]) => {
    const values = subject[field as keyof typeof keys.subject] ?? [];
    return values.length === 0 ? [] : [[key, commaSeparated(values)] as const];
  });
  const { serialNumber = '', commonName = '' } = subject;
  return {
    [keys.commonName]: commonName,
    ...(serialNumber !== '' && { [keys.serialNumber]: serialNumber }),
    ...Object.fromEntries(listed),
    ...(names.emailAddresses.length > 0 && {
      [keys.emailSans]: commaSeparated(names.emailAddresses),
    }),
    [keys.altNames]: commaSeparated(names.dnsNames),
    [keys.ipSans]: commaSeparated(names.ipAddresses),
    [keys.uriSans]: commaSeparated(names.uris),
  };
}

function commaSeparated(values: readonly string[]): string {
  const quoted = values.map(text =>
    /[",\n\r]|^\s/.test(text) ? `"${text.replace(/"/g, '""')}"` : text,
  );
  return quoted.join(',');
}

/** Whether all that is wanted of a Secret is there. */
export function isUpToDate(stored: Secret, wanted: Secret): boolean {
  const holds = (has: Texts = {}, wants: Texts = {}): boolean =>
    Object.entries(wants).every(([key, value]) => has[key] === value);
  return (
    holds(stored.metadata.labels, wanted.metadata.labels) &&
    holds(stored.metadata.annotations, wanted.metadata.annotations) &&
    holds(stored.data, wanted.data)
  );
}
