/** The newest rows that a drift monitor has seen. */
import { atRank } from '../statistics/rank.js';
import { seasonOf } from './season.js';

/** A ring of rows in columns; the order of rows in it does not matter to who compares samples. */
export class RowWindow {
  readonly columns: readonly Float64Array[];
  readonly seasons: Uint8Array;
  /** NaN where none was given. */
  readonly scores: Float64Array;
  private seen = 0;

  constructor(
    private readonly size: number,
    features: number,
  ) {
    this.columns = Array.from({ length: features }, () => new Float64Array(size));
    this.seasons = new Uint8Array(size);
    this.scores = new Float64Array(size);
  }

  get isFull(): boolean {
    return this.seen >= this.size;
  }

  /** Takes a row, and forgets the oldest when it is full. */
  push(values: Float64Array, offset: number, timeMs: number, score: number): void {
    const at = this.seen++ % this.size;
    for (let column = 0; column < this.columns.length; column++) {
      (this.columns[column] as Float64Array)[at] = values[offset + column] ?? NaN;
    }
    this.seasons[at] = seasonOf(timeMs);
    this.scores[at] = score;
  }

  /** The least of this share of the highest scores. */
  scoreAbove(share: number): number {
    const { scores } = this;
    const rank = Math.floor(scores.length * (1 - share));
    return rank < scores.length ? atRank(scores, rank) : Infinity;
  }

  clear(): void {
    this.seen = 0;
  }
}
