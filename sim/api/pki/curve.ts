/** The elliptic curves of ECDSA keys, and signatures on them. @upstream crypto/elliptic, crypto/ecdsa */
import { inverse } from '../jwt/cluster-key.js';
import { bytesOf, numberOf } from '../jwt/rsa.js';
import { sha256 } from '../jwt/sha256.js';
import { integer, joined, sequence } from './der.js';

/** A curve y² = x³ - 3x + b, over the numbers modulo p. */
export interface Curve {
  readonly bits: 256 | 384 | 521;
  readonly oid: string;
  readonly p: bigint;
  readonly n: bigint;
  readonly g: Point;
}

/** A point of a curve. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

function hex(...parts: readonly string[]): bigint {
  return BigInt(`0x${parts.join('')}`);
}

/** The curves, by their bits. */
export const curves: Readonly<Record<256 | 384 | 521, Curve>> = {
  256: {
    bits: 256,
    oid: '1.2.840.10045.3.1.7',
    p: hex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff'),
    n: hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
    g: {
      x: hex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
      y: hex('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
    },
  },
  384: {
    bits: 384,
    oid: '1.3.132.0.34',
    p: hex(
      'fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe',
      'ffffffff0000000000000000ffffffff',
    ),
    n: hex(
      'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf',
      '581a0db248b0a77aecec196accc52973',
    ),
    g: {
      x: hex(
        'aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38',
        '5502f25dbf55296c3a545e3872760ab7',
      ),
      y: hex(
        '3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0',
        '0a60b1ce1d7e819d7a431d7c90ea0e5f',
      ),
    },
  },
  521: {
    bits: 521,
    oid: '1.3.132.0.35',
    p: (1n << 521n) - 1n,
    n: hex(
      '1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      'ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386',
      '409',
    ),
    g: {
      x: hex(
        'c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3d',
        'baa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd',
        '66',
      ),
      y: hex(
        '11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e6',
        '62c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16',
        '650',
      ),
    },
  },
};

/** How many bytes a number of the curve has. */
export function bytesOfCurve({ bits }: Curve): number {
  return Math.ceil(bits / 8);
}

/** The public point of a private number. */
export function publicPoint(curve: Curve, d: bigint): Point {
  return times(curve, d);
}

/** A point as its two numbers, uncompressed. */
export function encodedPoint(curve: Curve, { x, y }: Point): Uint8Array {
  const length = bytesOfCurve(curve);
  return joined([Uint8Array.of(4), bytesOf(x, length), bytesOf(y, length)]);
}

/**
 * The signature of the message, with SHA-256 on all curves. The number that must not be guessed comes of
 * key and message, so that one history has one signature.
 */
export function ecdsaSignature(curve: Curve, d: bigint, message: Uint8Array): Uint8Array {
  const { n } = curve;
  const digest = numberOf(sha256(message));
  for (let salt = 0; ; salt++) {
    const k = nonce(curve, d, joined([message, Uint8Array.of(salt)]));
    const r = times(curve, k).x % n;
    const s = (inverse(k, n) * ((digest + r * d) % n)) % n;
    if (r !== 0n && s !== 0n) return sequence(integer(r), integer(s));
  }
}

function nonce(curve: Curve, d: bigint, message: Uint8Array): bigint {
  const own = bytesOf(d, bytesOfCurve(curve));
  const parts = [0, 1, 2].map(part => sha256(joined([Uint8Array.of(part), own, message])));
  return (numberOf(joined(parts)) % (curve.n - 1n)) + 1n;
}

/** A point in Jacobian coordinates, which are doubled and added without divisions; z = 0 is the neutral one. */
interface Jacobian extends Point {
  readonly z: bigint;
}

/** The base point, so many times. */
function times({ p, g }: Curve, count: bigint): Point {
  let sum: Jacobian = { x: 1n, y: 1n, z: 0n };
  for (const bit of count.toString(2)) {
    sum = doubled(sum, p);
    if (bit === '1') sum = added(sum, g, p);
  }
  const inverseZ = inverse(sum.z, p);
  const square = (inverseZ * inverseZ) % p;
  return { x: (sum.x * square) % p, y: (sum.y * square * inverseZ) % p };
}

function modulo(value: bigint, p: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

function doubled({ x, y, z }: Jacobian, p: bigint): Jacobian {
  const delta = (z * z) % p;
  const gamma = (y * y) % p;
  const beta = (x * gamma) % p;
  const alpha = modulo(3n * (x - delta) * (x + delta), p);
  const x3 = modulo(alpha * alpha - 8n * beta, p);
  return {
    x: x3,
    y: modulo(alpha * (4n * beta - x3) - 8n * gamma * gamma, p),
    z: modulo((y + z) * (y + z) - gamma - delta, p),
  };
}

function added(one: Jacobian, other: Point, p: bigint): Jacobian {
  if (one.z === 0n) return { ...other, z: 1n };
  const square = (one.z * one.z) % p;
  const h = modulo(other.x * square - one.x, p);
  const r = modulo(other.y * square * one.z - one.y, p);
  if (h === 0n && r === 0n) return doubled(one, p);
  const h2 = (h * h) % p;
  const h3 = (h2 * h) % p;
  const v = (one.x * h2) % p;
  const x = modulo(r * r - h3 - 2n * v, p);
  return { x, y: modulo(r * (v - x) - one.y * h3, p), z: (one.z * h) % p };
}
