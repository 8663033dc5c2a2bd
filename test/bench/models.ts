/** How fast models are trained and score, on as many rows as the handbook trains on. */
import { Random } from '../../sim/engine/random.js';
import { modelKinds } from '../../src/models/kinds.js';
import type { Dataset, Model } from '../../src/models/model.js';
import type { Benchmark } from './benchmark.js';

const columns = 15;
const rows = 67_240;

/** Rows in the shape of the handbook's: an amount, two flags, counts, means and risks, 1 in 100 a fraud. */
function rowsLikeHandbook(): Dataset {
  const random = new Random(1).fork('rows');
  const values = new Float64Array(rows * columns);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const isFraud = random.float() < 0.01;
    labels[row] = isFraud ? 1 : 0;
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = valueOf(random, column, isFraud);
    }
  }
  return { rows, columns, values, labels };
}

function valueOf(random: Random, column: number, isFraud: boolean): number {
  if (column === 0) return Math.round(random.float() * (isFraud ? 25_000 : 10_000)) / 100;
  if (column < 3) return random.float() < 0.25 ? 1 : 0;
  if (column % 2 === 1) return random.integer(column * 8);
  if (column < 9) return 5 + random.float() * 95;
  return random.float() < (isFraud ? 0.6 : 0.02) ? random.float() : 0;
}

let cached: Dataset | undefined;
const data = (): Dataset => (cached ??= rowsLikeHandbook());

const models = new Map<string, Model>();
const scores = new Float64Array(rows);
const one = new Float64Array(columns);

/** Training with the default settings, and scoring in one call and row by row. */
export const modelBenchmarks: readonly Benchmark[] = modelKinds.flatMap(kind => {
  const model = (): Model => {
    const known = models.get(kind.name) ?? kind.train(data());
    models.set(kind.name, known);
    return known;
  };
  return [
    {
      name: `models: train ${kind.name}, 67 k x 15`,
      unit: 'model',
      run: () => (kind.train(data()).columns > 0 ? 1 : 0),
    },
    {
      name: `models: score with ${kind.name}`,
      unit: 'row',
      run: () => {
        model().score(data().values, rows, scores);
        return rows;
      },
    },
    {
      name: `models: score one by one with ${kind.name}`,
      unit: 'row',
      run: () => {
        const { values } = data();
        const scorer = model();
        for (let from = 0; from < values.length; from += columns) {
          for (let column = 0; column < columns; column++) one[column] = values[from + column] ?? 0;
          scorer.score(one, 1, scores);
        }
        return rows;
      },
    },
  ];
});
