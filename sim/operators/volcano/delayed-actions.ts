/** Actions that wait for their time, pod by pod. @upstream volcano v1.15.1 pkg/controllers/job/job_controller.go */
import type { Clock, Timer } from '../../engine/clock.js';
import type { JobRequest } from './policies.js';

interface Delayed {
  readonly request: JobRequest;
  readonly action: string;
  readonly timer: Timer;
}

const podEvents = ['PodPending', 'PodRunning', 'PodFailed', 'PodEvicted'];

/** The actions that wait. */
export class DelayedActions {
  private readonly byJob = new Map<string, Map<string, Delayed>>();

  constructor(
    private readonly clock: Clock,
    private readonly due: (request: JobRequest) => void,
  ) {}

  add(request: JobRequest, { action, delayMs }: { action: string; delayMs: number }): void {
    const job = jobOf(request);
    let ofJob = this.byJob.get(job);
    if (ofJob === undefined) this.byJob.set(job, (ofJob = new Map()));
    const pod = request.pod ?? '';
    const old = ofJob.get(pod);
    if (old?.action === action) return;
    const label = `volcano ${action} of ${job} after a while`;
    const timer = this.clock.after(delayMs, label, () => this.due({ ...request, action }));
    ofJob.set(pod, { request, action, timer });
  }

  /** Something happened to a pod: what waited for the contrary is called off. */
  hear(request: JobRequest): void {
    if (!podEvents.includes(request.event) || request.event === 'PodPending') return;
    const ofJob = this.byJob.get(jobOf(request));
    const delayed = ofJob?.get(request.pod ?? '');
    if (ofJob === undefined || delayed === undefined) return;
    const { event, podUid } = delayed.request;
    const isOver =
      (event === 'PodPending' && podUid === request.podUid) ||
      (['PodFailed', 'PodEvicted'].includes(event) && request.event === 'PodRunning');
    if (!isOver) return;
    delayed.timer.cancel();
    ofJob.delete(request.pod ?? '');
  }

  /** An action was done: others of its sort have nothing left to do. */
  done(request: JobRequest, action: string): void {
    const ofJob = this.byJob.get(jobOf(request));
    for (const [pod, delayed] of ofJob ?? []) {
      if (sortOf(delayed.action) !== sortOf(action)) continue;
      if (!isSameTarget(delayed.request, request, action)) continue;
      delayed.timer.cancel();
      ofJob?.delete(pod);
    }
  }

  stop(): void {
    for (const ofJob of this.byJob.values()) {
      for (const { timer } of ofJob.values()) timer.cancel();
    }
    this.byJob.clear();
  }
}

function jobOf({ namespace, job }: JobRequest): string {
  return `${namespace}/${job}`;
}

const partial = ['RestartTask', 'RestartPod', 'RestartPartition'];

function sortOf(action: string): string {
  return partial.includes(action) ? action : 'job';
}

function isSameTarget(one: JobRequest, other: JobRequest, action: string): boolean {
  if (action === 'RestartTask') return one.task === other.task;
  if (action === 'RestartPod') return one.pod === other.pod;
  return action !== 'RestartPartition' || one.partition === other.partition;
}
