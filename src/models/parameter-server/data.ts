/** Training data of a two-class problem with known difficulty: shards that depend only on their seed. */
import { Random } from '../../../sim/engine/random.js';

/** The features of a row, without the constant one. */
export const featureCount = 15;

/** Rows in one flat array, and a label of 0 or 1 for each. */
export interface Shard {
  readonly rows: Float64Array;
  readonly labels: Uint8Array;
  readonly count: number;
}

/** The shard of one worker: `count` rows, of which about one in twelve is positive. */
export function makeShard(seed: number, worker: number, count: number): Shard {
  const truth = trueWeights(seed);
  const random = new Random(seed).fork(`shard ${worker}`);
  const rows = new Float64Array(count * featureCount);
  const labels = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    let score = -3.5;
    for (let feature = 0; feature < featureCount; feature++) {
      const value = random.normal();
      rows[row * featureCount + feature] = value;
      score += value * (truth[feature] ?? 0);
    }
    labels[row] = random.float() < sigmoid(score) ? 1 : 0;
  }
  return { rows, labels, count };
}

function trueWeights(seed: number): number[] {
  const random = new Random(seed).fork('weights');
  return Array.from({ length: featureCount }, () => random.normal(0, 0.6));
}

/** The gradient of the log loss over a batch, the constant's last, and the mean loss. */
export function gradientOf(
  weights: readonly number[],
  shard: Shard,
  batch: { readonly from: number; readonly size: number },
): { readonly gradient: number[]; readonly loss: number } {
  const gradient = new Array<number>(featureCount + 1).fill(0);
  let loss = 0;
  for (let index = 0; index < batch.size; index++) {
    const row = (batch.from + index) % shard.count;
    let score = weights[featureCount] ?? 0;
    for (let feature = 0; feature < featureCount; feature++) {
      score += (shard.rows[row * featureCount + feature] ?? 0) * (weights[feature] ?? 0);
    }
    const label = shard.labels[row] ?? 0;
    const probability = sigmoid(score);
    loss -= Math.log(Math.max(1e-12, label === 1 ? probability : 1 - probability));
    const error = (probability - label) / batch.size;
    for (let feature = 0; feature < featureCount; feature++) {
      gradient[feature] =
        (gradient[feature] ?? 0) + error * (shard.rows[row * featureCount + feature] ?? 0);
    }
    gradient[featureCount] = (gradient[featureCount] ?? 0) + error;
  }
  return { gradient, loss: loss / batch.size };
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
