/** The preprocessing job: fetches the labelled rows of a window and works out statistics by feature. */
import type { ContainerContext, Workload } from '../../../../sim/workloads/workload.js';
import { durationMs } from '../../../input/duration.js';
import { featureNames } from '../../../traffic/transaction.js';
import { ask } from '../ask.js';
import type { LabelledRows } from '../messages.js';

/** How many rows a second a processor gets through. */
const rowsPerSecond = 2_000;
const triesMax = 20;
const failedCode = 1;

/** Mean and standard deviation of each feature. */
export function statisticsOf({ rows, values }: Pick<LabelledRows, 'rows' | 'values'>) {
  const columns = featureNames.length;
  return featureNames.map((name, column) => {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + column] as number;
      sum += value;
      squares += value * value;
    }
    const mean = rows === 0 ? 0 : sum / rows;
    const variance = rows === 0 ? 0 : Math.max(0, squares / rows - mean * mean);
    return { name, mean, deviation: Math.sqrt(variance) };
  });
}

/** The workload: the job succeeds when the statistics are done, and fails when no rows can be had. */
export const preprocessing: Workload = {
  name: 'fraud-preprocessing',
  start(context) {
    const { FEATURE_STORE: host = '', WINDOW = '24h' } = context.env;
    const nowMs = context.clock.now();
    const message = { kind: 'rows', fromMs: nowMs - durationMs(WINDOW), untilMs: nowMs };
    context.use({ cpuMillis: 100, memoryBytes: 256 * 1024 ** 2 });
    const giveUp = () => context.exit(failedCode);
    ask<LabelledRows>(
      context,
      { host, message, name: 'the feature store', triesMax },
      answer => work(context, answer),
      giveUp,
    );
    return {};
  },
};

function work(context: ContainerContext, answer: LabelledRows): void {
  context.use({ cpuMillis: 2000, memoryBytes: 2 * 1024 ** 3 });
  const workMs = Math.round((answer.rows / rowsPerSecond) * 1000);
  context.clock.after(workMs, 'statistics', () => {
    const frauds = answer.labels.reduce((sum, label) => sum + label, 0);
    context.log(`${answer.rows} labelled rows, ${frauds} frauds`);
    for (const { name, mean, deviation } of statisticsOf(answer)) {
      context.log(`${name}: mean ${mean.toFixed(3)}, deviation ${deviation.toFixed(3)}`);
    }
    context.exit(0);
  });
}
