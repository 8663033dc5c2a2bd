/** A free place of a range: cluster IPs and node ports are drawn so. */
import type { Random } from '../../engine/random.js';

/** Starts at a random place of [from, to) and goes round until one is free. */
export function freePlace(
  random: Random,
  range: { readonly from: number; readonly to: number },
  isFree: (place: number) => boolean,
): number | undefined {
  const span = range.to - range.from;
  if (span <= 0) return undefined;
  const start = random.integer(span);
  for (let step = 0; step < span; step++) {
    const place = range.from + ((start + step) % span);
    if (isFree(place)) return place;
  }
  return undefined;
}
