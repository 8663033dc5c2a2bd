/** The platform's programs by the names that a scenario's `workloads` take, with their parameters. */
import { exitCodes, UserError } from '../../input/errors.js';
import { numberField, readSettings, wholeField } from '../../input/settings.js';
import type { WorkloadMaker } from '../../models/workloads.js';
import { servingWorkloads } from '../../traffic/flow/workloads.js';
import { featureStore } from './data/feature-store.js';
import type { Payments } from './data/payments.js';
import { preprocessing } from './data/preprocessing.js';
import { driftMonitor, type MonitorObserver } from './monitoring/drift-monitor.js';
import { prometheus, type AlertObserver } from './monitoring/prometheus.js';
import type { PromotionEvent } from './promotion/canary-run.js';
import { promoter } from './promotion/promoter.js';
import { modelFetcher } from './serving/model-fetcher.js';
import { scorer, type ScorerTools } from './serving/scorer.js';
import { batchTraining } from './training/batch-training.js';
import { trainer } from './training/trainer.js';

/** What the programs of a run share. */
export interface MakerTools extends Pick<ScorerTools, 'exchange' | 'paymentOf' | 'onScored'> {
  readonly payments: Payments;
  readonly monitor: MonitorObserver & AlertObserver;
  readonly onPromotion: (event: PromotionEvent) => void;
}

/** All of them. */
export function fraudMakers(tools: MakerTools): Readonly<Record<string, WorkloadMaker>> {
  const { payments, exchange, paymentOf, onScored } = tools;
  return {
    ...servingWorkloads(exchange),
    'fraud-feature-store': without('fraud-feature-store', () => featureStore(payments)),
    'fraud-preprocessing': without('fraud-preprocessing', () => preprocessing),
    'fraud-model-fetcher': without('fraud-model-fetcher', () => modelFetcher),
    'fraud-drift-monitor': without('fraud-drift-monitor', () => driftMonitor(tools.monitor)),
    prometheus: without('prometheus', () => prometheus(tools.monitor)),
    'fraud-promoter': without('fraud-promoter', () => promoter(tools.onPromotion)),
    'fraud-trainer': parameters =>
      trainer(readSettings('fraud-trainer', parameters, trainerFields)),
    'batch-training': parameters =>
      batchTraining(readSettings('batch-training', parameters, batchFields)),
    'fraud-scorer': parameters => scorer({ exchange, payments, paymentOf, onScored }, parameters),
  };
}

const trainerFields = {
  epochs: wholeField(20, { min: 1 }),
  epochSeconds: numberField(30, { above: 0 }),
};

const batchFields = {
  seconds: numberField(3600, { above: 0 }),
  utilization: numberField(0.85, { min: 0, max: 1 }),
  cpuMillis: wholeField(8000, { min: 0 }),
  memoryMiB: wholeField(65_536, { min: 1 }),
};

/** A program that takes its settings from its container alone. */
function without(name: string, make: () => ReturnType<WorkloadMaker>): WorkloadMaker {
  return parameters => {
    const [first] = Object.keys(parameters);
    if (first === undefined) return make();
    throw new UserError(`the workload ${name} takes no parameters, not ${first} either`, {
      exitCode: exitCodes.usage,
      code: 'bad-setting',
      next: 'set it where its container is configured: environment or ConfigMap',
    });
  };
}
