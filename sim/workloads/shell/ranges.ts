/** `{1..30}`, which bash has and POSIX has not. */

const pattern = /\{(-?\d+)\.\.(-?\d+)\}/g;
/** Longer ones are left as they are. */
const lengthMax = 10_000;

/** The script with each range written out. */
export function withRanges(script: string): string {
  return script.replace(pattern, (range, from: string, to: string) => {
    const [first, last] = [Number(from), Number(to)];
    const length = Math.abs(last - first) + 1;
    if (length > lengthMax) return range;
    const step = last < first ? -1 : 1;
    return Array.from({ length }, (_, index) => first + index * step).join(' ');
  });
}
