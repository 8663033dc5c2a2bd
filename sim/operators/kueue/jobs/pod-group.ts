/** Pods that run together or not at all. @upstream kueue v0.19.2 pkg/controller/jobs/pod */
import { compareText } from '../../../api/go-text.js';
import { pods, type Pod } from '../../../api/kinds/core.js';
import { hasFinalizer, isDeleting } from '../../../api/meta.js';
import type { HasMetadata } from '../../../api/object.js';
import { timeMs } from '../../../api/time.js';
import type { Reconciliation } from '../../../client/contract.js';
import type { JobEnd, JobIntegration, StopCause } from '../job-integration.js';
import { keys } from '../keys.js';
import { isGated, isTerminated, roleHashOf } from '../pod-parts.js';
import { isUnretriable, totalCountOf } from '../pod-refusals.js';
import type { PodSet } from '../types.js';
import { endPod, isReady, podSetOf } from './pod.js';

/** One group, as the integration of a job that is any of its pods. */
export class PodGroup implements JobIntegration<Pod> {
  readonly kind = pods;
  readonly isTopLevel = true;
  readonly finalizer = keys.managed;

  constructor(
    /** Those that count; the ones that are too many, or were replaced, are taken away. */
    public members: readonly Pod[],
    private readonly nowMs: number,
  ) {}

  /** Of a StatefulSet's kind: it has no end. */
  get isServing(): boolean {
    return this.members[0]?.metadata.annotations?.[keys.groupServing] === 'true';
  }

  get total(): number | string {
    const [first] = this.members;
    return first === undefined ? 'the group has no pods' : totalCountOf(first);
  }

  isSuspended(): boolean {
    return this.members.some(pod => isTerminated(pod) || isGated(pod));
  }

  withSuspend(pod: Pod): Pod {
    return pod;
  }

  podSets(): readonly PodSet[] {
    return roleSets(this.members);
  }

  /** Its pods are started one by one. */
  started(): string {
    return 'a group is started by its pods';
  }

  restored(pod: Pod): Pod {
    return pod;
  }

  *ended(
    _pod: Pod,
    cause: StopCause,
    nowMs: number,
  ): Reconciliation<readonly HasMetadata[] | string> {
    const ended: HasMetadata[] = [];
    for (const pod of this.members) {
      const one = yield* endPod(pod, cause, nowMs);
      if (typeof one === 'string') return one;
      ended.push(...one);
    }
    return ended;
  }

  /** A pod that hangs in its end does not count. */
  isActive(): boolean {
    return this.members.some(({ metadata, status }) => {
      if (status?.phase !== 'Running') return false;
      const deletedMs = timeMs(metadata.deletionTimestamp);
      const graceSeconds = metadata.deletionGracePeriodSeconds;
      if (deletedMs === undefined || graceSeconds === undefined) return true;
      return this.nowMs <= deletedMs + graceSeconds * 1000;
    });
  }

  arePodsReady(): boolean {
    const { total, members } = this;
    return typeof total === 'number' && members.length >= total && members.every(isReady);
  }

  end(): JobEnd | undefined {
    const { total, members } = this;
    if (this.isServing || typeof total === 'string') return undefined;
    const succeeded = members.filter(({ status }) => status?.phase === 'Succeeded').length;
    const isGivenUp = members.every(isTerminated) && members.some(isUnretriable);
    if (succeeded !== total && !isGivenUp) return undefined;
    return { message: `Pods succeeded: ${succeeded}/${total}.`, isSuccess: true };
  }

  priorityClass(): string {
    return (
      this.members.map(({ spec }) => spec?.priorityClassName ?? '').find(one => one !== '') ?? ''
    );
  }

  reclaimablePods(): readonly { readonly name: string; readonly count: number }[] {
    if (this.isServing) return [];
    const counts = new Map<string, number>();
    for (const pod of this.members) {
      if (pod.status?.phase !== 'Succeeded') continue;
      const role = roleHashOf(pod);
      counts.set(role, (counts.get(role) ?? 0) + 1);
    }
    return [...counts].map(([name, count]) => ({ name, count }));
  }

  /** With fast admission the first pod speaks for all. @upstream constructGroupPodSets */
  setsToAsk(): readonly PodSet[] {
    const { members, total } = this;
    const runnable = members.filter(isRunnable);
    const isFast = members[0]?.metadata.annotations?.[keys.groupFastAdmission] === 'true';
    const [first] = runnable;
    if (!isFast || first === undefined || typeof total === 'string') return roleSets(runnable);
    return [{ ...podSetOf(first, roleHashOf(first)), count: total }];
  }
}

/** Whether it can still run, or has run well. @upstream isPodRunnableOrSucceeded */
export function isRunnable(pod: Pod): boolean {
  const isUnbound = (pod.spec?.nodeName ?? '') === '';
  return !(isDeleting(pod) && isUnbound) && pod.status?.phase !== 'Failed';
}

/** The sets of the pods that are runnable, by role. */
export function roleSets(members: readonly Pod[]): readonly PodSet[] {
  const sets = new Map<string, PodSet>();
  for (const pod of members) {
    if (!isRunnable(pod)) continue;
    const role = roleHashOf(pod);
    const known = sets.get(role);
    sets.set(role, known ? { ...known, count: known.count + 1 } : podSetOf(pod, role));
  }
  return [...sets.values()].sort((a, b) => compareText(a.name, b.name));
}

/** Those that run: the first are kept. @upstream sortActivePods */
export function inOrderOfKeeping(members: readonly Pod[]): readonly Pod[] {
  return [...members].sort(
    (a, b) =>
      Number(hasFinalizer(b, keys.managed)) - Number(hasFinalizer(a, keys.managed)) ||
      Number(isGated(a)) - Number(isGated(b)) ||
      createdMs(a) - createdMs(b),
  );
}

/** Those that ended: the last are let go first. @upstream sortInactivePods */
export function inOrderOfEnding(members: readonly Pod[], nowMs: number): readonly Pod[] {
  return [...members].sort(
    (a, b) =>
      Number(hasFinalizer(b, keys.managed)) - Number(hasFinalizer(a, keys.managed)) ||
      lastActiveMs(b, nowMs) - lastActiveMs(a, nowMs) ||
      createdMs(a) - createdMs(b),
  );
}

function createdMs({ metadata }: Pod): number {
  return timeMs(metadata.creationTimestamp) ?? 0;
}

function lastActiveMs({ metadata, status }: Pod, nowMs: number): number {
  const ready = status?.conditions?.find(({ type }) => type === 'ContainersReady');
  const hasFailed = ready?.status === 'False' && ready.reason === 'PodFailed';
  const failedMs = hasFailed ? timeMs(ready.lastTransitionTime) : undefined;
  return Math.min(failedMs ?? nowMs, timeMs(metadata.deletionTimestamp) ?? nowMs);
}
