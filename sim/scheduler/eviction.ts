/** Evicts the pods that make room for another. @upstream pkg/scheduler/framework/preemption/executor.go */
import { pods, type Pod } from '../api/kinds/core.js';
import type { Reconciliation } from '../client/contract.js';
import { call, remove } from '../client/requests.js';
import { status, type Candidate, type ObjectReader } from './framework.js';
import { schedulerNameOf, type PodInfo } from './pod-info.js';
import { podStatusPatch } from './pod-status.js';
import type { Scheduler } from './scheduler.js';

/** Which pods are evicting others at the moment: they stay out of the queue meanwhile. */
export class Evictions {
  /** By the preemptor's uid: the last victim, once all others are gone. */
  private readonly running = new Map<string, PodInfo | undefined>();

  constructor(private readonly objects: ObjectReader) {}

  begin(uid: string): void {
    this.running.set(uid, undefined);
  }

  awaitLast(uid: string, victim: PodInfo): void {
    this.running.set(uid, victim);
  }

  end(uid: string): void {
    this.running.delete(uid);
  }

  /** Whether victims of the pod are still to be deleted. */
  isRunning(uid: string): boolean {
    if (!this.running.has(uid)) return false;
    const last = this.running.get(uid);
    if (last === undefined) return true;
    const known = this.objects.get(pods, last.namespace, last.name);
    return known !== undefined && known.metadata.deletionTimestamp === undefined;
  }
}

/** Begins to evict; those that are on their way out already are left alone. */
export function evict(scheduler: Scheduler, preemptor: PodInfo, candidate: Candidate): void {
  const victims = candidate.victims.filter(({ isTerminating }) => !isTerminating);
  if (victims.length === 0) return;
  scheduler.evictions.begin(preemptor.uid);
  scheduler.run(`evict for ${preemptor.key}`, () =>
    evictAll(scheduler, { preemptor, node: candidate.node, victims }),
  );
}

interface Eviction {
  readonly preemptor: PodInfo;
  readonly node: string;
  readonly victims: readonly PodInfo[];
}

function* evictAll(scheduler: Scheduler, eviction: Eviction): Reconciliation<void> {
  const { preemptor, node, victims } = eviction;
  const { evictions, context } = scheduler;
  let hasFailed = false;
  for (const weaker of scheduler.nominator.podsOn(node)) {
    if (weaker.priority >= preemptor.priority) continue;
    const change = podStatusPatch(weaker.pod, { nomination: '' }, context.clock.now());
    if (change !== undefined && !(yield* call(change)).isOk) hasFailed = true;
  }
  for (const [index, victim] of victims.entries()) {
    if (index === victims.length - 1) evictions.awaitLast(preemptor.uid, victim);
    if (yield* evictOne(scheduler, eviction, victim)) continue;
    hasFailed = true;
    break;
  }
  evictions.end(preemptor.uid);
  if (hasFailed) scheduler.queue.activate(preemptor.pod);
  scheduler.wake();
}

/** Returns whether the victim is gone, or going. */
function* evictOne(
  scheduler: Scheduler,
  { preemptor, node }: Eviction,
  victim: PodInfo,
): Reconciliation<boolean> {
  const message = `Preempted by pod ${preemptor.uid} on node ${node}`;
  const binding = scheduler.assumed.get(victim.uid);
  const isStopped = binding?.waiting?.stop(status('Error', 'DefaultPreemption', 'preempted'));
  const isPreBinding = binding?.phase === 'preBinding';
  if (isPreBinding) binding.phase = 'cancelled';
  if (isPreBinding || isStopped === true) {
    tell(scheduler, preemptor, victim.pod, `${message} (in kube-scheduler memory).`);
    return true;
  }
  const name = schedulerNameOf(preemptor.pod);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: `${name}: preempting to accommodate a higher priority pod`,
  };
  const change = podStatusPatch(victim.pod, { condition }, scheduler.context.clock.now());
  if (change !== undefined) {
    const patched = yield* call(change);
    if (!patched.isOk) return patched.status === 404;
  }
  const deleted = yield* call(remove(pods, victim.namespace, victim.name));
  if (!deleted.isOk) return deleted.status === 404;
  tell(scheduler, preemptor, victim.pod, message);
  return true;
}

/** Without `related`: upstream hands over a wrapper of the preemptor, of which no reference can be made. */
function tell({ context }: Scheduler, preemptor: PodInfo, victim: Pod, message: string): void {
  context.events.record({
    regarding: victim,
    component: schedulerNameOf(preemptor.pod),
    type: 'Normal',
    reason: 'Preempted',
    action: 'Preempting',
    message,
  });
}
