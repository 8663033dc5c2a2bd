/** Quantities over time, as steps. */
import { rfc3339, rfc3339Micro } from '../../../sim/api/time.js';
import type { Stretch } from '../contract.js';

/** A value from a time on. */
export type Step<T> = readonly [atMs: number, value: T];

/** By time, without steps that change nothing; of several at one time the last counts. */
export function changes<T>(steps: readonly Step<T>[]): Step<T>[] {
  const kept: Step<T>[] = [];
  for (const step of steps.toSorted(([a], [b]) => a - b)) {
    if (kept.at(-1)?.[0] === step[0]) kept.pop();
    if (kept.at(-1)?.[1] !== step[1]) kept.push(step);
  }
  return kept;
}

/** The value at a time; undefined before the first. The steps are in order. */
export function valueAt<T>(steps: readonly Step<T>[], atMs: number): T | undefined {
  let from = 0;
  let to = steps.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((steps[middle]?.[0] ?? Infinity) <= atMs) from = middle + 1;
    else to = middle;
  }
  return steps[from - 1]?.[1];
}

/** A time as reports write it: with microseconds only where there are any. */
export function timeText(atMs: number): string {
  return Number.isInteger(atMs / 1000) ? rfc3339(atMs) : rfc3339Micro(atMs);
}

/** More steps than these are no reading for anybody, nor for a repository. */
const stretchesMax = 5000;

/** As the contract has it: of very many the first, and the last. */
export function stretches<T>(steps: readonly Step<T>[]): Stretch<T>[] {
  const last = steps.at(-1);
  const isLong = steps.length > stretchesMax && last !== undefined;
  const kept = isLong ? [...steps.slice(0, stretchesMax - 1), last] : steps;
  return kept.map(([atMs, value]) => [timeText(atMs), value]);
}
