/**
 * The key pair that signs service account tokens, the same in every simulated cluster: it guards
 * nothing but a simulation, and one seed must give one token.
 */

const p = BigInt(
  `0x${[
    'cace7468d316525b7177a41c050a1128f19fe37e18408398145f20583e7c5deb',
    'b4f093f9213b266904f6b745b83394b0145921c840efa8970fcdf098e7afdc28',
    '46c5e3fed5a87a580fa41e127d90af8c2846a6531ede6cf9be5e50e0c89a837f',
    'ac2838250182a4642f6c39e491a190d4c81aca6c142c4ef2d8800e647bbe1069',
  ].join('')}`,
);

const q = BigInt(
  `0x${[
    'c9aceea28e54a6fe4093455691b6ff0ff659aebab269f530e0b3bf5bcab7795b',
    'a08a45abfb1b41e628eea14c27d86c00c9bc7d851199eee733166265d66473ef',
    '76e41cbb841ee32fb37214bbc6d63a65a3df70f7bb86e216e41128c8fca0d737',
    'd259156ef39c89292169193ea0089e75baab372b88c363ee2e9ea52698f411d3',
  ].join('')}`,
);

/** Exponent of the public key. */
export const exponent = 65537n;

/** Modulus of the key pair. */
export const modulus = p * q;

const d = inverse(exponent, (p - 1n) * (q - 1n));

/** The private half, in the form that makes signing quick. */
export const privateKey = {
  p,
  q,
  dp: d % (p - 1n),
  dq: d % (q - 1n),
  qInverse: inverse(q, p),
};

/** The number that gives one when multiplied, modulo m. */
export function inverse(value: bigint, m: bigint): bigint {
  let [a, b, x, y] = [value % m, m, 1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % m) + m) % m;
}
