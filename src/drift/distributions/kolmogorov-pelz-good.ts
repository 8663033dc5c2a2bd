/** The Kolmogorov distribution of large samples, by the expansion of Pelz and Good. */

/**
 * The chance that the distance of `size` values is below `distance`: four terms in powers of 1 / sqrt(size)
 * (Pelz and Good 1976), written for small arguments, as in Simard and L'Ecuyer (2011).
 */
export function pelzGoodBelow(size: number, distance: number): number {
  const root = Math.sqrt(size);
  const z = distance * root;
  const [k0, k1, k2, k3] = termsOf(z);
  return k0 + k1 / root + k2 / size + k3 / (size * root);
}

function termsOf(z: number): readonly [number, number, number, number] {
  const z2 = z * z;
  const sums = [0, 0, 0, 0, 0];
  const last = Math.ceil((16 * z) / Math.PI);
  for (let k = last; k >= 1; k--) {
    // Once for k - 1/2, which with its mirror image counts twice, and once for k.
    const half = (Math.PI * (k - 0.5)) ** 2;
    const weight = Math.exp(-half / (2 * z2));
    const whole = (Math.PI * k) ** 2;
    const wholeWeight = Math.exp(-whole / (2 * z2));
    const terms = [
      weight,
      weight * (half - z2),
      weight * second(half, z2),
      weight * third(half, z2),
      0,
    ];
    terms.forEach((term, index) => (sums[index] = (sums[index] as number) + term));
    sums[2] = (sums[2] as number) - 2 * z2 * z2 * whole * wholeWeight;
    sums[3] = (sums[3] as number) + 30 * z2 * z2 * (3 * whole * z2 - whole * whole) * wholeWeight;
  }
  const root = Math.sqrt(2 * Math.PI);
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = sums;
  return [
    (root / z) * s0,
    (root / (6 * z ** 4)) * s1,
    (root / (72 * z ** 7)) * s2,
    (root / (6480 * z ** 10)) * s3,
  ];
}

const second = (half: number, z2: number): number =>
  6 * z2 ** 3 + 2 * z2 ** 2 + (2 * z2 ** 2 - 5 * z2) * half + (1 - 2 * z2) * half ** 2;

const third = (half: number, z2: number): number =>
  (5 - 30 * z2) * half ** 3 +
  (-60 * z2 + 212 * z2 ** 2) * half ** 2 +
  (135 * z2 ** 2 - 96 * z2 ** 3) * half -
  (30 * z2 ** 3 + 90 * z2 ** 4);
