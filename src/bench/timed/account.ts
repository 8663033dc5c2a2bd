/** Adds up over time what GPUs are given for, and keeps what came of each job. */
import { podClass, type PodClass } from '../trace/trace.js';
import type { JobState } from './job-state.js';

/** What came of a job; times in seconds. */
export interface JobRecord {
  readonly name: string;
  readonly namespace: string;
  readonly kind: PodClass | 'gang';
  readonly submitSeconds: number;
  /** Until all its pods had their places for the first time; undefined: never. */
  readonly waitSeconds: number | undefined;
  /** From submission to its end; undefined: never. */
  readonly completionSeconds: number | undefined;
  readonly durationSeconds: number;
  /** Thousandths of GPU-seconds that it wanted. */
  readonly wantedWork: number;
}

/** Sums of a run, in thousandths of GPU-seconds. */
export interface WorkSums {
  /** Given to running jobs. */
  running: number;
  /** Given to pods of gangs that were not whole. */
  held: number;
  /** Done and lost when jobs were stopped. */
  lost: number;
}

/** The class of a job: a gang, or the class of its one pod. */
export function jobKind({ job }: JobState): JobRecord['kind'] {
  const [first] = job.pods;
  return job.pods.length > 1 || first === undefined ? 'gang' : podClass(first);
}

/** The record of a job at the end of a run. */
export function recordOf(state: JobState): JobRecord {
  const { job, firstStartSeconds, endedSeconds, milli } = state;
  const since = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : seconds - job.submitSeconds;
  return {
    name: job.name,
    namespace: job.namespace,
    kind: jobKind(state),
    submitSeconds: job.submitSeconds,
    waitSeconds: since(firstStartSeconds),
    completionSeconds: since(endedSeconds),
    durationSeconds: job.durationSeconds,
    wantedWork: milli * job.durationSeconds,
  };
}
