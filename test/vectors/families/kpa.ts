/** The family of Knative's pod autoscaler: recorded decisions, and averages of its windows. */
import { MetricWindow } from '../../../sim/operators/knative/metric-window.js';
import { PodAutoscaler } from '../../../sim/operators/knative/pod-autoscaler.js';
import type { CaseResult, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';

interface ScaleSequence {
  readonly spec: {
    readonly activationScale: number;
    readonly maxScaleDownRate: number;
    readonly maxScaleUpRate: number;
    readonly panicThreshold: number;
    readonly reachable: boolean;
    readonly scaleDownDelaySeconds: number;
    readonly stableWindowSeconds: number;
    readonly targetBurstCapacity: number;
    readonly targetValue: number;
    readonly totalValue: number;
  };
  readonly initialReady: number;
  /** Times in seconds; `noData`: nothing is measured, and nothing decided. */
  readonly steps: readonly {
    readonly t: number;
    readonly ready: number;
    readonly stable: number;
    readonly panic: number;
    readonly desired: number;
    readonly ebc: number;
    readonly valid: boolean;
    readonly noData?: boolean;
  }[];
}

interface WindowSequence {
  readonly windowSeconds: number;
  readonly steps: readonly {
    readonly t: number;
    readonly v: number;
    readonly skipRecord?: boolean;
    readonly linearAvg: number;
    readonly weightedAvg: number;
    readonly empty: boolean;
  }[];
}

type Sequence = ScaleSequence | WindowSequence;

/** The instant that the recorded times count from. */
const baseMs = 1_700_000_000_000;

/** Replays the sequences of the folder, each as a case. */
export const kpa: VectorFamily = {
  name: 'kpa',
  *replay(folder, options): Iterable<CaseResult> {
    for (const path of vectorFiles(folder, '.json')) {
      const { sequences } = JSON.parse(readText(path)) as {
        readonly sequences: readonly Sequence[];
      };
      const kind = /[^/]*$/.exec(path)?.[0].replace(/-vectors\.json.*$/, '') ?? '';
      for (const [index, sequence] of sequences.entries()) {
        const id = `${kind}-${index}`;
        if (options.id?.test(id) === false) continue;
        const reason = 'spec' in sequence ? ofScale(sequence) : ofWindow(sequence);
        yield reason === undefined ? { id, result: 'passed' } : { id, result: 'failed', reason };
      }
    }
  },
};

function ofScale({ spec, initialReady, steps }: ScaleSequence): string | undefined {
  const scaler = new PodAutoscaler(
    {
      target: spec.targetValue,
      total: spec.totalValue,
      targetBurstCapacity: spec.targetBurstCapacity,
      maxScaleUpRate: spec.maxScaleUpRate,
      maxScaleDownRate: spec.maxScaleDownRate,
      panicThreshold: spec.panicThreshold,
      stableWindowMs: spec.stableWindowSeconds * 1000,
      scaleDownDelayMs: spec.scaleDownDelaySeconds * 1000,
      activationScale: spec.activationScale,
      isReachable: spec.reachable,
    },
    { readyPods: initialReady, nowMs: baseMs },
  );
  for (const { t, ready, stable, panic, desired, ebc, valid } of steps) {
    if (!valid) continue;
    const decided = scaler.decide({ readyPods: ready, stable, panic }, baseMs + t * 1000);
    if (decided.desiredPods === desired && decided.excessBurstCapacity === ebc) continue;
    const told = `${decided.desiredPods} pods with ${decided.excessBurstCapacity} to spare`;
    return `at ${t} s: ${told} instead of ${desired} with ${ebc}`;
  }
  return undefined;
}

function ofWindow({ windowSeconds, steps }: WindowSequence): string | undefined {
  const window = new MetricWindow(windowSeconds * 1000);
  for (const { t, v, skipRecord, linearAvg, weightedAvg, empty } of steps) {
    const nowMs = baseMs + t * 1000;
    if (skipRecord !== true) window.record(nowMs, v);
    const own = [window.average(nowMs), window.weightedAverage(nowMs), window.isEmpty(nowMs)];
    const isSame = [linearAvg, weightedAvg].every(
      (wanted, index) => Math.abs(Number(own[index]) - wanted) <= 1e-9 * Math.max(1, wanted),
    );
    if (isSame && own[2] === empty) continue;
    return `at ${t} s: ${own.join(', ')} instead of ${linearAvg}, ${weightedAvg}, ${empty}`;
  }
  return undefined;
}
