/** The streams of river's documentation, and what a detector says of one. */
import type { StreamDetector } from '../../src/drift/detector.js';
import { PythonRandom } from '../../src/traffic/mersenne/python-random.js';

/** 1,000 bits of a fair coin, then 1,000 numbers from 4 to 7: `random.Random(12345)`. */
export function bitsThenNumbers(): number[] {
  const random = new PythonRandom(12345);
  const choices = (count: number, from: number, kinds: number): number[] =>
    Array.from({ length: count }, () => from + Math.floor(random.random() * kinds));
  return [...choices(1000, 0, 2), ...choices(1000, 4, 4)];
}

/** 1,000 bits of a fair coin, then 1,000 of one that shows 1 in 7 of 10: `random.Random(42)`. */
export function errorsFromHalfTo70Percent(): number[] {
  const random = new PythonRandom(42);
  const fair = Array.from({ length: 1000 }, () => Math.floor(random.random() * 2));
  return [...fair, ...Array.from({ length: 1000 }, () => (random.random() < 0.3 ? 0 : 1))];
}

/** The indices at which it found a drift, and at which it first warned before each. */
export function heard(
  detector: StreamDetector,
  stream: readonly number[],
): { readonly drifts: number[]; readonly warnings: number[] } {
  const drifts: number[] = [];
  const warnings: number[] = [];
  let isQuiet = true;
  stream.forEach((value, index) => {
    const level = detector.update(value);
    if (isQuiet && detector.isWarning) {
      warnings.push(index);
      isQuiet = false;
    }
    if (level !== 'drift') return;
    drifts.push(index);
    isQuiet = true;
  });
  return { drifts, warnings };
}
