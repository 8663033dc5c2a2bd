/** Private keys: made, written, read, and signed with. @upstream cert-manager v1.21.1 pkg/util/pki/{generate,parse}.go */
import { rsaKeyOf, type RsaKey } from './rsa-key.js';
import {
  bits,
  childrenOf,
  DerFault,
  element,
  identifier,
  integer,
  joined,
  octets,
  readElement,
  readIdentifier,
  readInteger,
  sequence,
  type Element,
} from './der.js';
import { bytesOf, numberOf, signatureBy } from '../jwt/rsa.js';
import {
  bytesOfCurve,
  curves,
  ecdsaSignature,
  encodedPoint,
  publicPoint,
  type Curve,
} from './curve.js';
import { blocksOf, pem } from './pem.js';

/** A key pair. */
export type PrivateKey =
  | (RsaKey & { readonly kind: 'RSA' })
  | { readonly kind: 'ECDSA'; readonly curve: Curve; readonly d: bigint };

const nothing = element(5);
const rsaOid = '1.2.840.113549.1.1.1';
const ecOid = '1.2.840.10045.2.1';
const rsaAlgorithm = sequence(identifier(rsaOid), nothing);

/** How many bits a key has: of its modulus, or of its curve. */
export function sizeOf(key: PrivateKey): number {
  return key.kind === 'RSA' ? key.bits : key.curve.bits;
}

/** The public half, as certificates hold it. */
export function publicKeyOf(key: PrivateKey): Uint8Array {
  if (key.kind === 'RSA') {
    return sequence(rsaAlgorithm, bits(sequence(integer(key.n), integer(key.e))));
  }
  const point = encodedPoint(key.curve, publicPoint(key.curve, key.d));
  return sequence(ecAlgorithm(key.curve), bits(point));
}

function ecAlgorithm(curve: Curve): Uint8Array {
  return sequence(identifier(ecOid), identifier(curve.oid));
}

/** The algorithm and the signature of these bytes, always over SHA-256: as the end of what is signed. */
export function signed(content: Uint8Array, key: PrivateKey): Uint8Array {
  const algorithm = signatureAlgorithm(key);
  const signature =
    key.kind === 'RSA'
      ? signatureBy(key, key.bits / 8, content)
      : ecdsaSignature(key.curve, key.d, content);
  return sequence(content, algorithm, bits(signature));
}

/** What a signature by the key says that it is. */
export function signatureAlgorithm({ kind }: PrivateKey): Uint8Array {
  return kind === 'RSA'
    ? sequence(identifier('1.2.840.113549.1.1.11'), nothing)
    : sequence(identifier('1.2.840.10045.4.3.2'));
}

/** The key as PEM: in the form of its algorithm (PKCS#1, SEC 1), or as PKCS#8. */
export function encodedKey(key: PrivateKey, encoding: 'PKCS1' | 'PKCS8'): string {
  const own = key.kind === 'RSA' ? pkcs1(key) : sec1(key);
  if (encoding === 'PKCS1') return pem(`${key.kind === 'RSA' ? 'RSA' : 'EC'} PRIVATE KEY`, own);
  const algorithm = key.kind === 'RSA' ? rsaAlgorithm : ecAlgorithm(key.curve);
  return pem('PRIVATE KEY', sequence(integer(0), algorithm, octets(own)));
}

function pkcs1(key: RsaKey): Uint8Array {
  const { n, e, d, p, q, dp, dq, qInverse } = key;
  return sequence(...[0n, n, e, d, p, q, dp, dq, qInverse].map(integer));
}

function sec1({ curve, d }: Extract<PrivateKey, { readonly kind: 'ECDSA' }>): Uint8Array {
  const point = encodedPoint(curve, publicPoint(curve, d));
  return sequence(
    integer(1),
    octets(bytesOf(d, bytesOfCurve(curve))),
    element(0xa0, identifier(curve.oid)),
    element(0xa1, bits(point)),
  );
}

/** The key of a PEM text; undefined when it is none that is known. */
export function parsedKey(text: string): PrivateKey | undefined {
  const block = blocksOf(text).find(({ type }) => type.endsWith('PRIVATE KEY'));
  if (block === undefined) return undefined;
  try {
    const content = readElement(block.bytes);
    if (block.type === 'RSA PRIVATE KEY') return readPkcs1(content);
    return block.type === 'EC PRIVATE KEY' ? readSec1(content) : readPkcs8(content);
  } catch (error) {
    if (error instanceof DerFault) return undefined;
    throw error;
  }
}

function readPkcs8(content: Element): PrivateKey | undefined {
  const [, algorithm, key] = childrenOf(content);
  if (algorithm === undefined || key === undefined) return undefined;
  const [oid, parameters] = childrenOf(algorithm);
  if (oid === undefined) return undefined;
  const inner = readElement(key.content);
  if (readIdentifier(oid) === rsaOid) return readPkcs1(inner);
  const isCurve = readIdentifier(oid) === ecOid && parameters !== undefined;
  return isCurve ? readSec1(inner, curveOf(parameters)) : undefined;
}

function readPkcs1(content: Element): PrivateKey {
  const [, , , , p = 0n, q = 0n] = childrenOf(content).slice(0, 9).map(readInteger);
  if (p <= 1n || q <= 1n) throw new DerFault('not an RSA key');
  return { kind: 'RSA', ...rsaKeyOf(p, q) };
}

function readSec1(content: Element, known?: Curve): PrivateKey | undefined {
  const [, key, ...rest] = childrenOf(content);
  const named = rest.find(({ tag }) => tag === 0xa0);
  const curve = known ?? (named === undefined ? undefined : curveOf(readElement(named.content)));
  if (key === undefined || curve === undefined) return undefined;
  return { kind: 'ECDSA', curve, d: numberOf(key.content) };
}

function curveOf(parameters: Element): Curve | undefined {
  const oid = readIdentifier(parameters);
  return Object.values(curves).find(curve => curve.oid === oid);
}

/** What a key is made with: bytes of a history's own chance. */
export type Draw = (bound: number) => number;

/** A new ECDSA key. */
export function ecdsaKey(bitsOfCurve: 256 | 384 | 521, draw: Draw): PrivateKey {
  const curve = curves[bitsOfCurve];
  const bytes = Uint8Array.from({ length: bytesOfCurve(curve) + 8 }, () => draw(256));
  return { kind: 'ECDSA', curve, d: (numberOf(joined([bytes])) % (curve.n - 1n)) + 1n };
}
