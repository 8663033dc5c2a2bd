/** RSA keys of the kept primes. */
import { inverse } from '../jwt/cluster-key.js';
import type { RsaPrivateKey } from '../jwt/rsa.js';
import { primes } from './primes.js';

/** An RSA key, with all that is written of it. */
export interface RsaKey extends RsaPrivateKey {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly bits: number;
}

/** The sizes that the primes are enough for. */
export const rsaSizes = [2048, 3072, 4096] as const;

const exponent = 65_537n;

/** The key of two primes. */
export function rsaKeyOf(p: bigint, q: bigint): RsaKey {
  const n = p * q;
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  return {
    ...{ n, e: exponent, d, p, q, bits: n.toString(2).length },
    ...{ dp: d % (p - 1n), dq: d % (q - 1n), qInverse: inverse(q, p) },
  };
}

/** A key of this size: two of the primes, drawn. */
export function drawnRsaKey(
  size: (typeof rsaSizes)[number],
  draw: (bound: number) => number,
): RsaKey {
  const first = primes[size === 2048 ? 1024 : 2048];
  const second = primes[size === 4096 ? 2048 : 1024];
  const p = first[draw(first.length)] ?? 0n;
  const others = second.filter(prime => prime !== p);
  return rsaKeyOf(p, others[draw(others.length)] ?? 0n);
}
