/** A job while it waits and runs. */
import type { Placement } from '../cluster/bench-cluster.js';
import type { PodShape } from '../trace/trace.js';
import { gpuMilliOf } from '../trace/trace.js';
import type { Job } from './job.js';

/** A pod of a job that has its place. */
export interface PlacedPod {
  readonly state: JobState;
  readonly pod: PodShape;
  placement: Placement;
}

/** What is known of a job in the course of a run. */
export class JobState {
  /** In the order of placing. */
  readonly placed: PlacedPod[] = [];
  /** Pods that wait, as places in `job.pods`. */
  readonly waiting: number[];
  readonly milli: number;
  /** Equal for jobs of one namespace and priority that ask for the same. */
  readonly key: string;
  startedSeconds: number | undefined;
  /** When it first ran. */
  firstStartSeconds: number | undefined;
  endedSeconds: number | undefined;
  /** What is left to run, in seconds. */
  leftSeconds: number;
  /** Counts starts, so that the end of an earlier start is known to be void. */
  starts = 0;
  stops = 0;
  moves = 0;

  constructor(
    readonly job: Job,
    /** Its place in the order of arrival. */
    readonly rank: number,
  ) {
    this.waiting = job.pods.map((_, index) => index);
    this.leftSeconds = job.durationSeconds;
    const shapes = new Set(job.pods.map(shapeKey));
    const all = shapes.size === 1 ? [...shapes] : job.pods.map(shapeKey);
    this.key = `${job.namespace} ${job.priority} ${job.pods.length} ${all.join(',')}`;
    this.milli = job.pods.reduce((sum, pod) => sum + gpuMilliOf(pod), 0);
  }

  /** Whether all its pods have their places. */
  get isWhole(): boolean {
    return this.waiting.length === 0;
  }
}

/** Equal for pods that ask for the same. */
export function shapeKey({ cpuMilli, memoryMib, gpus, gpuMilli, models }: PodShape): string {
  return `${cpuMilli} ${memoryMib} ${gpus} ${gpuMilli} ${models}`;
}
