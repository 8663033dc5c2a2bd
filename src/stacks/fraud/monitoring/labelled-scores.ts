/** Scores whose labels are known, by version, for those who ask how the versions do. */
import type { Performance } from '../messages.js';

/** A score and its label. */
export interface LabelledScore {
  readonly version: string;
  readonly score: number;
  readonly label: number;
  /** When the payment was made. */
  readonly timeMs: number;
}

/** How many are kept: a day of one sampled payment a second. */
const keptMax = 100_000;

/** The latest labelled scores. */
export class LabelledScores {
  private kept: LabelledScore[] = [];

  add(one: LabelledScore): void {
    this.kept.push(one);
    if (this.kept.length >= keptMax * 2) this.kept = this.kept.slice(-keptMax);
  }

  /** Of payments since then. */
  since(sinceMs: number): Performance {
    const versions = new Map<string, LabelledScore[]>();
    for (const one of this.kept) {
      if (one.timeMs < sinceMs) continue;
      const those = versions.get(one.version);
      if (those === undefined) versions.set(one.version, [one]);
      else those.push(one);
    }
    const entries = [...versions.keys()].sort().map(version => {
      const those = versions.get(version) ?? [];
      const scores = Float64Array.from(those, ({ score }) => score);
      return [version, { scores, labels: Uint8Array.from(those, ({ label }) => label) }] as const;
    });
    return { versions: Object.fromEntries(entries) };
  }
}
