/** How long the pods of Jobs ran: what their programs are simulated by. */
import type { PodRun } from '../import/format.js';
import type { PodLife } from './pod-life.js';

/** The pods of a Job. */
export interface JobDuration {
  readonly namespace: string;
  readonly job: string;
  /** Undefined: none ended within the record. */
  readonly seconds: number | undefined;
}

/** By Job; of several runs the longest counts, since a Job ends with its last pod. */
export function jobDurations(lives: readonly PodLife[], runs: readonly PodRun[]): JobDuration[] {
  const byJob = new Map<string, number[]>();
  const told = new Set(runs.flatMap(({ owner, endMs }) => (endMs === undefined ? [] : owner)));
  const add = (job: string, ms?: number): void => {
    const list = byJob.get(job) ?? [];
    byJob.set(job, list);
    if (ms !== undefined && ms > 0) list.push(ms);
  };
  for (const { namespace, owner = '', scheduledMs, endedMs } of lives) {
    if (!owner.startsWith('Job ')) continue;
    // Kubelets tell it exactly, where the record has what they wrote.
    const isTold = told.has(`Job ${namespace}/${owner.slice(4)}`);
    const isWhole = scheduledMs !== undefined && endedMs !== undefined && !isTold;
    add(`${namespace}/${owner.slice(4)}`, isWhole ? endedMs - scheduledMs : undefined);
  }
  for (const { owner, startMs, endMs } of runs) {
    if (!owner.startsWith('Job ')) continue;
    add(owner.slice(4), endMs === undefined ? undefined : endMs - startMs);
  }
  return [...byJob]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([job, times]) => {
      const [namespace = '', name = ''] = job.split('/');
      const seconds = times.length === 0 ? undefined : Math.round(Math.max(...times) / 1000);
      return { namespace, job: name, seconds };
    });
}
