/** How the status of a job is counted and written. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_actions.go */
import type { Pod } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import type { DraftStatus, NextPhase } from './job-states.js';
import { keys } from './keys.js';
import type { JobStatus } from './types.js';

/** Counts of pods. */
export class PodCounts {
  private readonly byPhase = new Map<string, number>();
  private readonly byTask = new Map<string, Map<string, number>>();
  terminating = 0;

  add({ metadata, status }: Pod): void {
    const phase = status?.phase ?? 'Pending';
    count(this.byPhase, phase);
    const task = metadata.annotations?.[keys.taskSpec];
    if (task === undefined) return;
    let phases = this.byTask.get(task);
    if (phases === undefined) this.byTask.set(task, (phases = new Map()));
    count(phases, phase);
  }

  /** What of a status it tells. */
  fields() {
    const of = (phase: string): number => this.byPhase.get(phase) ?? 0;
    return {
      pending: of('Pending'),
      running: of('Running'),
      succeeded: of('Succeeded'),
      failed: of('Failed'),
      unknown: of('Unknown'),
      terminating: this.terminating,
      taskStatusCount: Object.fromEntries(
        [...this.byTask].map(([task, phases]) => [task, { phase: Object.fromEntries(phases) }]),
      ),
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The status with all of its counts. */
export function draftOf(status: JobStatus = {}): DraftStatus {
  return { pending: 0, running: 0, succeeded: 0, failed: 0, terminating: 0, ...status };
}

/** The status in its next phase, if there is one, and whether the phase has changed. */
export function advanced(
  status: DraftStatus,
  next: NextPhase,
): { readonly status: DraftStatus; readonly hasMoved: boolean } {
  const transition = next(status);
  if (transition === undefined) return { status, hasMoved: false };
  const { phase, isRetry = false } = transition;
  const retryCount = (status.retryCount ?? 0) + (isRetry ? 1 : 0);
  return { status: { ...status, retryCount, state: { ...status.state, phase } }, hasMoved: true };
}

/** The status, changed at this time: its phase is the last of its conditions. */
export function dated(status: DraftStatus, nowMs: number): DraftStatus {
  const lastTransitionTime = rfc3339(nowMs);
  const phase = status.state?.phase ?? 'Pending';
  const others = (status.conditions ?? []).filter(one => one.status !== phase);
  return {
    ...status,
    state: { ...status.state, lastTransitionTime },
    conditions: [...others, { status: phase, lastTransitionTime }],
  };
}

/** The status without what is nothing, as it is written. */
export function written(status: JobStatus): JobStatus {
  return Object.fromEntries(
    Object.entries(status).filter(([, value]) => value !== 0 && !isEmpty(value)),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
