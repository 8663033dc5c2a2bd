/** Signs and verifies with the cluster's key: RSASSA-PKCS1-v1_5 with SHA-256, the RS256 of tokens. */
import { base64, base64Url } from './base64.js';
import { exponent, modulus, privateKey } from './cluster-key.js';
import { sha256 } from './sha256.js';

const modulusBytes = 256;
const digestInfo = [
  0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
  0x00, 0x04, 0x20,
];

/** The private half of a key pair, in the form that makes signing quick. */
export type RsaPrivateKey = Readonly<Record<'p' | 'q' | 'dp' | 'dq' | 'qInverse', bigint>>;

/** The signature of the message. */
export function sign(message: Uint8Array): Uint8Array {
  return signatureBy(privateKey, modulusBytes, message);
}

/** The signature of the message by a key whose modulus has so many bytes. */
export function signatureBy(
  { p, q, dp, dq, qInverse }: RsaPrivateKey,
  length: number,
  message: Uint8Array,
): Uint8Array {
  const encoded = numberOf(encode(message, length));
  const ofP = power(encoded % p, dp, p);
  const ofQ = power(encoded % q, dq, q);
  const factor = ((((ofP - ofQ) * qInverse) % p) + p) % p;
  return bytesOf(ofQ + factor * q, length);
}

/** Whether the signature is that of the message. */
export function verify(message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== modulusBytes) return false;
  return power(numberOf(signature), exponent, modulus) === numberOf(encode(message, modulusBytes));
}

function encode(message: Uint8Array, length: number): Uint8Array {
  const encoded = new Uint8Array(length).fill(0xff);
  const digest = sha256(message);
  const digestAt = length - digest.length;
  encoded.set(digest, digestAt);
  encoded.set(digestInfo, digestAt - digestInfo.length);
  encoded[digestAt - digestInfo.length - 1] = 0;
  encoded.set([0, 1]);
  return encoded;
}

/** Base to the exponent, modulo m, four bits at a time. */
function power(base: bigint, by: bigint, m: bigint): bigint {
  const powers = [1n];
  for (let index = 1; index < 16; index++) powers.push(((powers[index - 1] ?? 1n) * base) % m);
  let result = 1n;
  for (const digit of by.toString(16)) {
    for (let bit = 0; bit < 4; bit++) result = (result * result) % m;
    const index = Number.parseInt(digit, 16);
    if (index > 0) result = (result * (powers[index] ?? 1n)) % m;
  }
  return result;
}

/** The number that big-endian bytes stand for. */
export function numberOf(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
}

/** A number as so many big-endian bytes. */
export function bytesOf(number: bigint, length: number): Uint8Array {
  const hex = number.toString(16).padStart(length * 2, '0');
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}

function der(tag: number, ...contents: readonly (readonly number[])[]): readonly number[] {
  const content = contents.flat();
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  if (length < 0x100) return [tag, 0x81, length, ...content];
  return [tag, 0x82, length >> 8, length & 0xff, ...content];
}

const rsaEncryption = [
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
const key = der(0x30, der(2, [0, ...bytesOf(modulus, modulusBytes)]), der(2, [1, 0, 1]));
const publicDer = Uint8Array.from(der(0x30, rsaEncryption, der(3, [0, ...key])));

/** The public key as PEM. */
export const publicKeyPem = [
  '-----BEGIN PUBLIC KEY-----',
  ...(base64(publicDer).match(/.{1,64}/g) ?? []),
  '-----END PUBLIC KEY-----',
  '',
].join('\n');

/** The key's id, as Kubernetes derives it. @upstream pkg/serviceaccount/jwt.go keyIDFromPublicKey */
export const keyId = base64Url(sha256(publicDer));

/** The public key as a JSON web key. */
export const jsonWebKey = {
  use: 'sig',
  kty: 'RSA',
  kid: keyId,
  alg: 'RS256',
  n: base64Url(bytesOf(modulus, modulusBytes)),
  e: 'AQAB',
};
