/** The digest of a history: two runs of one seed have equal digests, or the first difference is named. */
import { mixNumber, mixText } from './hash.js';

/** One event of the history. */
export interface TraceEntry {
  readonly timeMs: number;
  readonly label: string;
  readonly revision: number;
}

/** Chains a hash over (time, label, revision) of every event; keeps the entries when asked to. */
export class Trace {
  private low = 0x243f6a88;
  private high = 0x13198a2e;
  private readonly kept: TraceEntry[] | undefined;
  count = 0;

  constructor(options: { readonly keepEntries?: boolean } = {}) {
    this.kept = options.keepEntries ? [] : undefined;
  }

  add(timeMs: number, label: string, revision: number): void {
    this.count++;
    this.low = mixNumber(mixText(this.low, label), timeMs);
    this.high = mixNumber(this.high ^ this.low, revision);
    this.kept?.push({ timeMs, label, revision });
  }

  /** Sixteen hexadecimal digits. */
  digest(): string {
    const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
    return hex(this.high) + hex(this.low);
  }

  /** The entries so far; empty unless `keepEntries` was given. */
  entries(): readonly TraceEntry[] {
    return this.kept ?? [];
  }
}

/** The first entry in which two traces differ, or undefined when they are equal. */
export function firstDifference(
  a: readonly TraceEntry[],
  b: readonly TraceEntry[],
): { readonly index: number; readonly a?: TraceEntry; readonly b?: TraceEntry } | undefined {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a[index];
    const right = b[index];
    const isEqual =
      left?.timeMs === right?.timeMs &&
      left?.label === right?.label &&
      left?.revision === right?.revision;
    if (!isEqual) return { index, ...(left && { a: left }), ...(right && { b: right }) };
  }
  return undefined;
}
