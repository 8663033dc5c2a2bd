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
      return [version, columnsOf(versions.get(version) ?? [])] as const;
    });
    return { versions: Object.fromEntries(entries) };
  }
}

/** Filled in loops: a promoter asks for tens of thousands, and an iterator makes an object of each. */
function columnsOf(those: readonly LabelledScore[]): Performance['versions'][string] {
  const scores = new Float64Array(those.length);
  const labels = new Uint8Array(those.length);
  for (let at = 0; at < those.length; at++) {
    const { score, label } = those[at] as LabelledScore;
    scores[at] = score;
    labels[at] = label;
  }
  return { scores, labels };
}
