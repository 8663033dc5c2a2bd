/** Keys, certificates and requests as Secrets and CertificateRequests hold them, each read once. */
import { base64OfBytes, bytesOfBase64 } from '../../api/base64.js';
import type { Secret } from '../../api/kinds/core.js';
import { Attached } from '../../engine/attached.js';
import { parsedCertificates, type Certificate } from '../../api/pki/certificate.js';
import { parsedKey, publicKeyOf, type PrivateKey } from '../../api/pki/keys.js';
import { parsedRequest, type SigningRequest } from '../../api/pki/request.js';
import type { CertificateRequest } from './types.js';

/** What a Secret holds: undefined what is missing or cannot be read. */
export interface Material {
  readonly key: PrivateKey | undefined;
  readonly publicKey: Uint8Array | undefined;
  readonly certificates: readonly Certificate[] | undefined;
  readonly authorities: readonly Certificate[] | undefined;
}

const read = new Attached<Secret, Material>();
const requests = new Attached<CertificateRequest['spec'], { readonly value?: SigningRequest }>();

/** The material of a Secret. */
export function materialOf(secret: Secret): Material {
  const known = read.get(secret);
  if (known !== undefined) return known;
  const text = (name: string): string => fromBytes(secret.data?.[name] ?? '');
  const key = parsedKey(text('tls.key'));
  const material = {
    key,
    publicKey: key === undefined ? undefined : publicKeyOf(key),
    certificates: parsedCertificates(text('tls.crt')),
    authorities: parsedCertificates(text('ca.crt')),
  };
  read.set(secret, material);
  return material;
}

/** What a CertificateRequest asks for; undefined when its bytes are no request. */
export function requestOf({ spec }: CertificateRequest): SigningRequest | undefined {
  const known = requests.get(spec);
  if (known !== undefined) return known.value;
  const value = parsedRequest(fromBytes(spec.request));
  requests.set(spec, value === undefined ? {} : { value });
  return value;
}

/** The text of bytes in base64. */
export function fromBytes(encoded: string): string {
  return new TextDecoder().decode(bytesOfBase64(encoded));
}

/** A text as bytes in base64. */
export function toBytes(text: string): string {
  return base64OfBytes(new TextEncoder().encode(text));
}
