/** Scores of samples, worked out in the thread that has their payments, as a replica's model gives them. */
import type { Model } from '../../../models/model.js';
import { featureNames } from '../../../traffic/transaction.js';
import { parseModel } from '../registry.js';
import type { PaymentBlock } from './payment-block.js';

const columns = featureNames.length;
/** Rows of the latest samples are kept: those under way are hardly ever more. */
const keptMax = 4096;

/** What is known of models and of the latest samples. */
export class ThreadScores {
  private readonly models = new Map<string, Model>();
  private readonly versions = new Map<number, string>();
  private readonly ordinals = new Float64Array(keptMax).fill(NaN);
  private readonly values = new Float64Array(keptMax * columns);
  private readonly row = new Float64Array(columns);
  private readonly result = new Float64Array(1);

  /** A version is served with this model; undefined: which one it is cannot be said. */
  serve(version: string, text: string | undefined): void {
    if (text === undefined) this.models.delete(version);
    else this.models.set(version, parseModel(text));
  }

  /** A replica serves a version. */
  replica(id: number, version: string): void {
    this.versions.set(id, version);
  }

  /** A sample has arrived with its payment. */
  keep(ordinal: number, block: PaymentBlock, index: number): void {
    const slot = ordinal % keptMax;
    this.ordinals[slot] = ordinal;
    for (let column = 0; column < columns; column++) {
      this.values[slot * columns + column] = block.values[index * columns + column] as number;
    }
  }

  /** What the replica's model says of a sample; NaN where that is not known here. */
  score(replica: number, ordinal: number): number {
    const model = this.models.get(this.versions.get(replica) ?? '');
    const slot = ordinal % keptMax;
    if (model === undefined || this.ordinals[slot] !== ordinal) return NaN;
    const { row, values, result } = this;
    for (let column = 0; column < columns; column++) {
      row[column] = values[slot * columns + column] as number;
    }
    model.score(row, 1, result);
    return result[0] as number;
  }
}
