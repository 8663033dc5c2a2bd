/** What queues deserve and have, and how much of the cluster each group takes. @upstream volcano v1.15.1 pkg/scheduler/plugins/proportion, drf */
import {
  countedOf,
  difference,
  exceeded,
  excess,
  fits,
  greater,
  lesser,
  sum,
  times,
  type Amounts,
} from '../amounts.js';
import type { Queue } from '../types.js';
import type { JobInfo } from './job-info.js';
import { isAllocated, type TaskInfo } from './task-info.js';

const nothing: Amounts = new Map();
const roundsMax = 1000;

/** A queue with groups in it. */
export interface QueueShare {
  readonly name: string;
  readonly weight: number;
  readonly isOpen: boolean;
  readonly guarantee: Amounts;
  /** The most that it may take. */
  readonly capability: Amounts;
  readonly request: Amounts;
  readonly elastic: Amounts;
  deserved: Amounts;
  allocated: Amounts;
  inqueue: Amounts;
}

/** The queues' shares, kept up while pods are placed. */
export class Shares {
  private readonly byQueue: ReadonlyMap<string, QueueShare>;
  private readonly byJob = new Map<JobInfo, Amounts>();

  constructor(
    jobs: readonly JobInfo[],
    queues: ReadonlyMap<string, Queue>,
    private readonly total: Amounts,
  ) {
    const guaranteed = [...queues.values()].reduce(
      (all, { spec }) => sum(all, countedOf(spec.guarantee?.resource)),
      nothing,
    );
    const free = excess(total, guaranteed);
    const byQueue = new Map<string, JobInfo[]>();
    for (const job of jobs) {
      this.byJob.set(job, job.allocated);
      byQueue.set(job.queue, [...(byQueue.get(job.queue) ?? []), job]);
    }
    this.byQueue = new Map(
      [...byQueue].flatMap(([name, own]) => {
        const queue = queues.get(name);
        return queue === undefined ? [] : [[name, shareOf(queue, own, free)] as const];
      }),
    );
    divide([...this.byQueue.values()], total);
  }

  get(queue: string): QueueShare | undefined {
    return this.byQueue.get(queue);
  }

  /** A pod takes its place, or gives it back. */
  take(job: JobInfo, { request }: TaskInfo, change: 1 | -1): void {
    const by = times(request, change);
    this.byJob.set(job, sum(this.byJob.get(job) ?? nothing, by));
    const share = this.byQueue.get(job.queue);
    if (share !== undefined) share.allocated = sum(share.allocated, by);
  }

  /** Whether the queue has all that it deserves. */
  isOverused(queue: string): boolean {
    const share = this.byQueue.get(queue);
    return share !== undefined && fits(share.deserved, share.allocated);
  }

  /** Whether the queue may have the pod, too. */
  mayTake(queue: string, task: TaskInfo): boolean {
    const share = this.byQueue.get(queue);
    if (share?.isOpen !== true) return false;
    const { allocated, deserved } = share;
    return exceeded(sum(allocated, task.request), deserved, task.request).length === 0;
  }

  compareQueues(a: string, b: string): number {
    return this.weightOf(a) - this.weightOf(b);
  }

  compareJobs(a: JobInfo, b: JobInfo): number {
    return this.dominant(this.byJob.get(a)) - this.dominant(this.byJob.get(b));
  }

  private weightOf(queue: string): number {
    const share = this.byQueue.get(queue);
    return share === undefined ? 0 : largest(share.allocated, share.deserved);
  }

  /** What the group's pods have taken. */
  takenBy(job: JobInfo): Amounts {
    return this.byJob.get(job) ?? nothing;
  }

  /** The largest part of any resource of the cluster. */
  dominant(amounts: Amounts = nothing): number {
    return largest(amounts, this.total);
  }
}

function largest(amounts: Amounts, of: Amounts): number {
  const parts = [...of].map(([name, whole]) => part(amounts.get(name) ?? 0, whole));
  return Math.max(0, ...parts);
}

/** What there is none of is all taken as soon as anything is. @upstream helpers.Share */
function part(amount: number, whole: number): number {
  if (whole === 0) return amount === 0 ? 0 : 1;
  return amount / whole;
}

function shareOf(
  { spec, metadata, status }: Queue,
  jobs: readonly JobInfo[],
  free: Amounts,
): QueueShare {
  const guarantee = countedOf(spec.guarantee?.resource);
  const real = sum(free, guarantee);
  const tasks = jobs.flatMap(job => job.tasks);
  const requestsOf = (some: readonly TaskInfo[]): Amounts =>
    some.reduce((all, { request }) => sum(all, request), nothing);
  const allocated = requestsOf(tasks.filter(one => isAllocated(one.status)));
  const pending = requestsOf(tasks.filter(one => one.status === 'Pending'));
  return {
    name: metadata.name ?? '',
    weight: spec.weight ?? 1,
    isOpen: status?.state === 'Open',
    guarantee,
    capability:
      Object.keys(spec.capability ?? {}).length === 0
        ? real
        : lesser(real, countedOf(spec.capability), { unnamed: 'unbounded' }),
    request: sum(allocated, pending),
    elastic: jobs.reduce((all, job) => sum(all, job.elastic), nothing),
    deserved: nothing,
    allocated,
    inqueue: jobs.reduce((all, job) => sum(all, reservedBy(job)), nothing),
  };
}

/** What is kept for a group that was let in. */
function reservedBy(job: JobInfo): Amounts {
  if (job.minResources === undefined) return nothing;
  if (job.phase === 'Inqueue') return job.reserved;
  const begun = job.readyCount >= job.minAvailable;
  return job.phase === 'Running' && begun ? job.reserved : nothing;
}

/** Divides the cluster by weight; what one does not ask for goes to the others. */
function divide(shares: readonly QueueShare[], total: Amounts): void {
  const met = new Set<QueueShare>();
  let remaining = total;
  for (let round = 0; round < roundsMax; round++) {
    const open = shares.filter(share => !met.has(share));
    const weights = open.reduce((all, { weight }) => all + weight, 0);
    if (weights === 0) return;
    let [grown, shrunk] = [nothing, nothing];
    for (const share of open) {
      const before = share.deserved;
      const more = sum(before, times(remaining, share.weight / weights));
      const bounded = lesser(more, share.capability, { unnamed: 'unbounded' });
      const asked = lesser(bounded, share.request, { unnamed: 'nothing' });
      share.deserved = greater(asked, share.guarantee);
      grown = sum(grown, excess(share.deserved, before));
      shrunk = sum(shrunk, excess(before, share.deserved));
      if (fits(share.request, share.deserved) || isSame(share.deserved, before)) met.add(share);
    }
    const left = excess(sum(remaining, shrunk), grown);
    if (isSame(left, remaining)) return;
    remaining = left;
  }
}

function isSame(left: Amounts, right: Amounts): boolean {
  return [...difference(left, right).values()].every(amount => amount === 0);
}
