/**
 * How many Jobs a ScaledJob makes.
 * @upstream kedacore/keda v2.20.2 pkg/scaling/executor/scale_jobs.go, pkg/scaling/scaledjob/metrics.go
 */
import type { ScaledJob } from './types.js';

const defaultMax = 100;

/** What one trigger measured. */
export interface TriggerMeasure {
  readonly queueLength: number;
  readonly maxValue: number;
  readonly isActive: boolean;
}

/** What all triggers of a ScaledJob say. */
export interface Demand {
  readonly isActive: boolean;
  /** How many Jobs the queues would have. */
  readonly scaleTo: number;
  /** The most by the targets of the triggers. */
  readonly maxScale: number;
}

/** The fewest Jobs at once. */
export function minJobs({ spec }: ScaledJob): number {
  const { minReplicaCount = 0, maxReplicaCount = Infinity } = spec;
  return Math.min(minReplicaCount, maxReplicaCount);
}

/** The most beyond those. */
export function maxJobs(job: ScaledJob): number {
  const { minReplicaCount = 0, maxReplicaCount } = job.spec;
  if (maxReplicaCount === undefined) return defaultMax;
  return minReplicaCount > maxReplicaCount ? maxReplicaCount : maxReplicaCount - minJobs(job);
}

/** Puts together what the triggers measured. */
export function demandOf(job: ScaledJob, all: readonly TriggerMeasure[]): Demand {
  const active = all.filter(({ isActive }) => isActive);
  const { queueLength, maxValue, isActive } = combined(
    active,
    job.spec.scalingStrategy?.multipleScalersCalculation ?? 'max',
  );
  return {
    isActive: isActive || minJobs(job) > 0,
    scaleTo: Math.ceil(queueLength),
    maxScale: Math.ceil(Math.min(maxValue, maxJobs(job))),
  };
}

const none: TriggerMeasure = { queueLength: 0, maxValue: 0, isActive: false };

function combined(active: readonly TriggerMeasure[], how: string): TriggerMeasure {
  if (active.length === 0) return none;
  const sum = (field: 'queueLength' | 'maxValue') =>
    active.reduce((total, one) => total + one[field], 0);
  switch (how) {
    case 'sum':
      return { queueLength: sum('queueLength'), maxValue: sum('maxValue'), isActive: true };
    case 'avg':
      return {
        queueLength: sum('queueLength') / active.length,
        maxValue: sum('maxValue') / active.length,
        isActive: true,
      };
    case 'min':
      // An empty queue gives way to any other, as upstream has it.
      return active.reduce((least, one) =>
        least.queueLength === 0 || one.queueLength < least.queueLength ? one : least,
      );
    default: {
      const most = active.reduce((best, one) => (one.queueLength > best.queueLength ? one : best));
      return most.queueLength > 0 ? most : none;
    }
  }
}

/** The Jobs that are there. */
export interface JobCounts {
  /** Those that have not finished. */
  readonly running: number;
  /** Those of them whose pods do not run yet. */
  readonly pending: number;
}

/** How many Jobs are to be made now. */
export function jobsToMake(
  job: ScaledJob,
  { scaleTo, maxScale }: Pick<Demand, 'scaleTo' | 'maxScale'>,
  { running, pending }: JobCounts,
): number {
  const least = minJobs(job);
  if (running < least) return least - running;
  const [effective, wanted] = effectiveScale(
    job,
    { scaleTo, maxScale },
    {
      running: running - least,
      pending,
    },
  );
  return Math.max(0, Math.min(wanted, effective));
}

function effectiveScale(
  job: ScaledJob,
  { scaleTo, maxScale }: Pick<Demand, 'scaleTo' | 'maxScale'>,
  { running, pending }: JobCounts,
): readonly [effective: number, wanted: number] {
  const most = maxJobs(job);
  const { strategy, ...settings } = job.spec.scalingStrategy ?? {};
  switch (strategy) {
    case 'custom': {
      const text = settings.customScalingRunningJobPercentage ?? '';
      const share = Number(text);
      if (text === '' || Number.isNaN(share)) return [maxScale - running, scaleTo];
      const deduction = settings.customScalingQueueLengthDeduction ?? 0;
      return [Math.min(maxScale - deduction - Math.trunc(running * share), most), scaleTo];
    }
    case 'accurate':
      return maxScale + running - pending > most
        ? [most - running, scaleTo]
        : [maxScale - pending, scaleTo];
    case 'eager':
      return [Math.min(most - running - pending, maxScale), most];
    default:
      return [maxScale - running, scaleTo];
  }
}
