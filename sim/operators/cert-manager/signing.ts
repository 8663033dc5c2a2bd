/** Signs what is asked for. @upstream cert-manager v1.21.1 pkg/controller/certificaterequests/{selfsigned,ca}, pkg/util/pki/certificatetemplate.go */
import { secrets, type Secret } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';
import type { Random } from '../../engine/random.js';
import { secretsNamespace } from './issuer-controller.js';
import { keys } from './keys.js';
import { durationMs } from './match.js';
import { materialOf, requestOf, toBytes } from './material.js';
import {
  areEqual,
  bundleOf,
  certificatePem,
  parsedCertificates,
  signedCertificate,
  type Certificate,
  type CertificateParts,
} from '../../api/pki/certificate.js';
import { isEmptySubject } from '../../api/pki/request.js';
import type { CertificateRequest, Issuer } from './types.js';

const defaultMs = 90 * 24 * 3_600_000;
const emptyName =
  'Certificate will be issued with an empty Issuer DN, which contravenes RFC 5280 and could break some strict clients';

/** What comes of a request; bytes are in base64. */
export type Outcome =
  | {
      readonly kind: 'issued';
      readonly certificate: string;
      readonly ca: string;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'pending' | 'failed'; readonly reason: string; readonly message: string };

interface Means {
  readonly view: View;
  readonly nowMs: number;
  readonly random: Random;
}

/** Has the issuer sign the request. */
export function signBy(issuer: Issuer, request: CertificateRequest, means: Means): Outcome {
  return issuer.spec.ca === undefined
    ? selfSigned(issuer, request, means)
    : signedByAuthority(issuer, request, means);
}

function selfSigned(issuer: Issuer, request: CertificateRequest, means: Means): Outcome {
  const { namespace = '', annotations } = request.metadata;
  const name = annotations?.[keys.privateKeySecret] ?? '';
  if (name === '') {
    const what = `Annotation "${keys.privateKeySecret}" missing or reference empty`;
    return failed('MissingAnnotation', `${what}: secret name missing`);
  }
  const secret = means.view.get(secrets, namespace, name);
  if (secret === undefined) {
    const what = `Referenced secret ${namespace}/${name} not found`;
    return pending('MissingSecret', `${what}: secret "${name}" not found`);
  }
  const { key, publicKey } = materialOf(secret);
  if (key === undefined || publicKey === undefined) {
    const what = `Failed to get key "${name}" referenced in annotation "${keys.privateKeySecret}"`;
    return pending('ErrorParsingKey', `${what}: ${keyError(secret)}`);
  }
  const asked = requestOf(request);
  if (asked === undefined) return unreadable('ErrorGenerating');
  if (!areEqual(asked.publicKey, publicKey)) {
    const why = 'CSR not signed by referenced private key';
    return failed('ErrorKeyMatch', `Error generating certificate template: ${why}`);
  }
  const raw = signedCertificate(
    asked,
    { ...partsOf(request, means), ...issuer.spec.selfSigned },
    { key },
  );
  const text = toBytes(certificatePem(raw));
  const warnings = isEmptySubject(asked.rawSubject) ? [emptyName] : [];
  return { kind: 'issued', certificate: text, ca: text, warnings };
}

function signedByAuthority(issuer: Issuer, request: CertificateRequest, means: Means): Outcome {
  const { secretName = '', ...urls } = issuer.spec.ca ?? {};
  const namespace = secretsNamespace(issuer);
  const secret = means.view.get(secrets, namespace, secretName);
  if (secret === undefined) {
    const what = `Referenced secret ${namespace}/${secretName} not found`;
    return pending('SecretMissing', `${what}: secret "${secretName}" not found`);
  }
  const { key, certificates, authorities = [] } = materialOf(secret);
  const [certificate] = certificates ?? [];
  if (key === undefined || certificate === undefined || certificates === undefined) {
    const what = `Failed to parse signing CA keypair from secret ${namespace}/${secretName}`;
    return pending('SecretInvalidData', `${what}: ${keyError(secret)}`);
  }
  const asked = requestOf(request);
  if (asked === undefined) return unreadable('SigningError');
  const raw = signedCertificate(
    asked,
    { ...partsOf(request, means), ...urls },
    { key, certificate },
  );
  return bundled(raw, [...certificates, ...authorities]);
}

function bundled(raw: Uint8Array, authorities: readonly Certificate[]): Outcome {
  const [leaf] = parsedCertificates(certificatePem(raw)) ?? [];
  if (leaf === undefined) return failed('DecodeError', 'Failed to decode returned certificate');
  const { chain, ca } = bundleOf(leaf, authorities);
  return { kind: 'issued', certificate: toBytes(chain), ca: toBytes(ca), warnings: [] };
}

function partsOf({ spec }: CertificateRequest, { nowMs, random }: Means): CertificateParts {
  const notBeforeMs = Math.floor(nowMs / 1000) * 1000;
  let serial = 0n;
  for (let byte = 0; byte < 16; byte++) serial = serial * 256n + BigInt(random.integer(256));
  return {
    serial,
    notBeforeMs,
    notAfterMs: notBeforeMs + (durationMs(spec.duration) ?? defaultMs),
    isCA: spec.isCA ?? false,
    usages: spec.usages ?? [],
  };
}

function keyError({ metadata, data }: Secret): string {
  const { namespace = '', name = '' } = metadata;
  return data?.['tls.key'] === undefined
    ? `no data for "tls.key" in secret '${namespace}/${name}'`
    : 'error decoding private key PEM block';
}

function unreadable(reason: string): Outcome {
  const why = 'error decoding certificate request PEM block';
  return failed(reason, `Error generating certificate template: ${why}`);
}

function pending(reason: string, message: string): Outcome {
  return { kind: 'pending', reason, message };
}

function failed(reason: string, message: string): Outcome {
  return { kind: 'failed', reason, message };
}
