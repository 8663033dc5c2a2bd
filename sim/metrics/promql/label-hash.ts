/** The hash of labels by which Prometheus samples series. @upstream model/labels/labels_stringlabels.go; @see XXH64 */
import type { Labels } from './labels.js';

const mask = 2n ** 64n - 1n;
const [prime1, prime2, prime3, prime4, prime5] = [
  11_400_714_785_074_694_791n,
  14_029_467_366_897_019_727n,
  1_609_587_929_392_839_161n,
  9_650_029_242_287_828_579n,
  2_870_177_450_012_600_261n,
] as const;

/** The hash of a series' labels, 64 bits. */
export function hashOfLabels(labels: Labels): bigint {
  const encoder = new TextEncoder();
  const bytes = labels.pairs.flat().flatMap(text => {
    const own = encoder.encode(text);
    return [...sized(own.length), ...own];
  });
  return xxh64(Uint8Array.from(bytes));
}

/** A length before its text: one byte, or 255 and three more. */
function sized(length: number): readonly number[] {
  if (length < 255) return [length];
  return [255, length & 255, (length >> 8) & 255, (length >> 16) & 255];
}

const wrap = (value: bigint): bigint => value & mask;
const rotated = (value: bigint, by: bigint): bigint => wrap((value << by) | (value >> (64n - by)));
const round = (sum: bigint, lane: bigint): bigint =>
  wrap(rotated(wrap(sum + lane * prime2), 31n) * prime1);
const merged = (hash: bigint, sum: bigint): bigint =>
  wrap((hash ^ round(0n, sum)) * prime1 + prime4);

/** XXH64 with the seed 0. */
function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer);
  let at = 0;
  let hash: bigint = prime5;
  if (bytes.length >= 32) {
    const sums: [bigint, bigint, bigint, bigint] = [
      wrap(prime1 + prime2),
      prime2,
      0n,
      wrap(-prime1),
    ];
    for (; at + 32 <= bytes.length; at += 32) {
      for (const lane of [0, 1, 2, 3] as const) {
        sums[lane] = round(sums[lane], view.getBigUint64(at + lane * 8, true));
      }
    }
    const [a, b, c, d] = sums;
    hash = wrap(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n));
    hash = sums.reduce(merged, hash);
  }
  return finished(wrap(hash + BigInt(bytes.length)), view, at);
}

function finished(begun: bigint, view: DataView, from: number): bigint {
  let hash = begun;
  let at = from;
  for (; at + 8 <= view.byteLength; at += 8) {
    hash = wrap(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4);
  }
  if (at + 4 <= view.byteLength) {
    hash = wrap(
      rotated(hash ^ wrap(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3,
    );
    at += 4;
  }
  for (; at < view.byteLength; at++) {
    hash = wrap(rotated(hash ^ wrap(BigInt(view.getUint8(at)) * prime5), 11n) * prime1);
  }
  hash = wrap((hash ^ (hash >> 33n)) * prime2);
  hash = wrap((hash ^ (hash >> 29n)) * prime3);
  return hash ^ (hash >> 32n);
}
