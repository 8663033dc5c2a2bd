/** Watches over each workload's life. @upstream kueue v0.19.2 pkg/controller/core/workload_controller.go */
import { isDeleting, keyOf, splitKey } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Outcome,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { watch } from '../../client/requests.js';
import { changeStatus, evict } from './changes.js';
import { keys } from './keys.js';
import { isConditionTrue } from '../../api/meta.js';
import { update, call } from '../../client/requests.js';
import { finalizeOrphan } from './finalizers.js';
import {
  clusterQueues,
  localQueues,
  workloads,
  type ClusterQueue,
  type LocalQueue,
  type StopPolicy,
  type Workload,
} from './types.js';
import {
  conditionOf,
  hasQuota,
  isActive,
  isAdmitted,
  isEvicted,
  isFinished,
  isTrue,
  withAdmittedInSync,
  isOnHold,
  withoutQuota,
  withoutSetting,
  withSetting,
  withStatus,
  type EvictionCause,
} from './workload-status.js';

/** The configuration's default: pods have so long to become ready. */
const readyTimeoutMs = 30 * 60_000;
/** And a workload that was too slow comes back after so long, and twice that the next time. */
const requeueBaseSeconds = 60;
const requeueMaxSeconds = 3_600;
/** The shipped configuration's groupKindConcurrency. */
const workers = 5;

/** The controller of workloads. */
export function workloadController(): ControllerDefinition {
  return {
    name: 'kueue-workload-controller',
    eventApi: 'events.k8s.io',
    create: context => ({
      watches: [
        watch(workloads, { on: ({ object }) => context.queue.add(keyOf(object)) }),
        watch(clusterQueues, {
          on: ({ type, object, old }) => {
            const isTold =
              old === undefined || isStoppedOtherwise(old, object) || isDeleting(object);
            if (type !== 'updated' || isTold) addWorkloadsOf(object, context);
          },
        }),
        watch(localQueues, {
          on: ({ type, object, old }) => {
            const isTold =
              old === undefined || isStoppedOtherwise(old, object) || isDeleting(object);
            if (type !== 'updated' || isTold) addQueued(object, context);
          },
        }),
      ],
      workers,
      reconcile: (key, view) => reconcile(key, view, context),
    }),
  };
}

function isStoppedOtherwise(one: LocalQueue | ClusterQueue, other: typeof one): boolean {
  return policyOf(one) !== policyOf(other);
}

function policyOf(queue: LocalQueue | ClusterQueue | undefined): StopPolicy {
  return queue?.spec?.stopPolicy ?? 'None';
}

function addWorkloadsOf({ metadata }: ClusterQueue, context: ControllerContext): void {
  for (const local of context.view.list(localQueues)) {
    if (local.spec?.clusterQueue === metadata.name) addQueued(local, context);
  }
}

function addQueued({ metadata }: LocalQueue, { view, queue }: ControllerContext): void {
  for (const workload of view.list(workloads, metadata.namespace)) {
    if (workload.spec.queueName === metadata.name) queue.add(keyOf(workload));
  }
}

function* reconcile(key: string, view: View, context: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const workload = view.get(workloads, namespace, name);
  if (workload === undefined) return undefined;
  if (isOrphan(workload)) {
    const problem = yield* finalizeOrphan(workload, context.clock.now(), { canFinish: true });
    return problem === undefined ? undefined : { retry: problem };
  }
  if (isFinished(workload)) return undefined;
  return yield* new Watchman(workload, view, context).run();
}

/** Its job has gone without it. */
function isOrphan(workload: Workload): boolean {
  if ((workload.metadata.ownerReferences ?? []).length > 0) return false;
  return isDeleting(workload) || workload.metadata.labels?.[keys.jobUid] !== undefined;
}

/** One look at one workload: does the first thing that is to be done. */
class Watchman {
  private readonly nowMs: number;
  private readonly local: LocalQueue | undefined;
  private readonly queue: ClusterQueue | undefined;

  constructor(
    private readonly workload: Workload,
    view: View,
    private readonly context: ControllerContext,
  ) {
    this.nowMs = context.clock.now();
    const { namespace = '' } = workload.metadata;
    this.local = view.get(localQueues, namespace, workload.spec.queueName ?? '');
    this.queue = view.get(clusterQueues, '', this.local?.spec?.clusterQueue ?? '');
  }

  *run(): Reconciliation {
    const { workload } = this;
    const early = isActive(workload) ? yield* this.whileActive() : yield* this.whileInactive();
    if (early !== 'goes on') return early;
    if (yield* this.comesBack()) return undefined;
    const current = isAdmitted(workload) ? workload : yield* this.synced();
    if (current === undefined || !hasQuota(current)) return undefined;
    if (yield* this.stopsWithQueue(current)) return undefined;
    const waits = [yield* this.untilReady(current), yield* this.untilTimeIsUp(current)];
    const after = waits.filter(ms => ms > 0);
    return after.length === 0 ? undefined : { requeueAfterMs: Math.min(...after) };
  }

  /** Back-off, and the end of it. */
  private *whileActive(): Reconciliation<Outcome | 'goes on'> {
    const { workload, nowMs } = this;
    if (isTrue(workload, 'DeactivationTarget')) {
      const spec = { ...workload.spec, active: false };
      const answer = yield* call(update(workloads, { ...workload, spec }));
      return answer.isOk || answer.reason === 'NotFound' ? undefined : { retry: answer.message };
    }
    const at = timeMs(workload.status?.requeueState?.requeueAt);
    if (at !== undefined && at > nowMs) return { requeueAfterMs: at - nowMs };
    const requeued = conditionOf(workload, 'Requeued');
    const isSentAway =
      requeued?.status === 'False' &&
      ['Deactivated', 'PodsReadyTimeout', 'AdmissionCheck'].includes(requeued.reason);
    if ((at === undefined || hasQuota(workload)) && !isSentAway) return 'goes on';
    yield* changeStatus(workload, current => returned(current, nowMs));
    return undefined;
  }

  private *whileInactive(): Reconciliation<Outcome | 'goes on'> {
    const { workload } = this;
    const target = conditionOf(workload, 'DeactivationTarget');
    const prepare = (current: Workload): Workload =>
      withStatus(withoutSetting(current, 'DeactivationTarget'), { requeueState: undefined });
    if (isEvicted(workload)) {
      if (workload.status?.requeueState === undefined) return 'goes on';
      yield* changeStatus(workload, prepare);
      return undefined;
    }
    const plain = 'The workload is deactivated';
    const cause: EvictionCause = {
      reason: 'Deactivated',
      message: target === undefined ? plain : `${plain} due to ${target.message}`,
      ...(target !== undefined && { underlyingCause: target.reason }),
    };
    yield* evict(workload, cause, this.context, prepare);
    return undefined;
  }

  /** A queue that goes on takes back whom it sent away when it was stopped. */
  private *comesBack(): Reconciliation<boolean> {
    const { workload, nowMs, local, queue } = this;
    const requeued = conditionOf(workload, 'Requeued');
    if (requeued?.status !== 'False') return false;
    const isOf = (reason: string): boolean => requeued.reason === reason;
    const told =
      local !== undefined && policyOf(local) === 'None' && isOf('LocalQueueStopped')
        ? (['LocalQueueRestarted', 'The LocalQueue was restarted after being stopped'] as const)
        : queue !== undefined && policyOf(queue) === 'None' && isOf('ClusterQueueStopped')
          ? ([
              'ClusterQueueRestarted',
              'The ClusterQueue was restarted after being stopped',
            ] as const)
          : undefined;
    if (told === undefined) return false;
    const [reason, message] = told;
    const setting = { type: 'Requeued', status: 'True', reason, message } as const;
    yield* changeStatus(workload, current => withSetting(current, setting, nowMs));
    return true;
  }

  /** Why it cannot be admitted, where its queues say so; and Admitted as its quota has it. */
  private *synced(): Reconciliation<Workload | undefined> {
    const { workload, nowMs, context } = this;
    const message = this.blocker();
    const written = yield* changeStatus(workload, current => {
      const setting = {
        type: 'QuotaReserved',
        status: 'False',
        reason: 'Inadmissible',
        message: message ?? '',
      } as const;
      const isBlocked = message !== undefined && !hasQuota(current) && !isOnHold(current);
      const next = isBlocked ? withSetting(current, setting, nowMs) : current;
      return hasAllChecks(next, this.queue) ? withAdmittedInSync(next, nowMs) : next;
    });
    if (written !== undefined && isAdmitted(written)) {
      const since = timeMs(conditionOf(written, 'QuotaReserved')?.lastTransitionTime) ?? nowMs;
      const seconds = Math.round((nowMs - since) / 1000);
      const queue = written.status?.admission?.clusterQueue ?? '';
      const text = `Admitted by ClusterQueue ${queue}, wait time since reservation was ${seconds}s`;
      context.events.record({
        ...{ regarding: written, type: 'Normal', reason: 'Admitted', action: 'Admitted' },
        message: text,
      });
    }
    return written;
  }

  private blocker(): string | undefined {
    const { workload, local, queue } = this;
    const { queueName = '' } = workload.spec;
    if (local === undefined) return `LocalQueue ${queueName} doesn't exist`;
    if (policyOf(local) !== 'None') return `LocalQueue ${queueName} is inactive`;
    const { clusterQueue = '' } = local.spec ?? {};
    if (queue === undefined) return `ClusterQueue ${clusterQueue} doesn't exist`;
    const isOpen = isConditionTrue(queue.status?.conditions, 'Active');
    return isOpen ? undefined : `ClusterQueue ${clusterQueue} is inactive`;
  }

  /** @upstream reconcileOnLocalQueueActiveState, reconcileOnClusterQueueActiveState */
  private *stopsWithQueue(workload: Workload): Reconciliation<boolean> {
    const name = workload.status?.admission?.clusterQueue ?? '';
    return (
      (yield* this.stopsWith(workload, 'LocalQueue', workload.spec.queueName ?? '', this.local)) ||
      (yield* this.stopsWith(workload, 'ClusterQueue', name, this.queue))
    );
  }

  private *stopsWith(
    workload: Workload,
    kind: 'LocalQueue' | 'ClusterQueue',
    name: string,
    queue: LocalQueue | ClusterQueue | undefined,
  ): Reconciliation<boolean> {
    const policy = policyOf(queue);
    if (isAdmitted(workload)) {
      if (policy !== 'HoldAndDrain' || isEvicted(workload)) return false;
      const cause = { reason: `${kind}Stopped`, message: `The ${kind} is stopped` };
      yield* evict(workload, cause, this.context);
      return true;
    }
    const isGone = queue === undefined || isDeleting(queue);
    if (!isGone && policy === 'None') return false;
    const message = isGone
      ? `${kind} ${name} is terminating or missing`
      : `${kind} ${name} is stopped`;
    yield* changeStatus(workload, current =>
      withoutQuota(current, { reason: 'Inadmissible', message }, this.nowMs),
    );
    return true;
  }

  /** Pods that do not become ready in time make room. In how long to look again; 0: not at all. */
  private *untilReady(workload: Workload): Reconciliation<number> {
    const { nowMs } = this;
    if (!isActive(workload) || isEvicted(workload) || !isAdmitted(workload)) return 0;
    const ready = conditionOf(workload, 'PodsReady');
    if (ready?.status === 'True') return 0;
    const isLost = ready?.reason === 'WaitForRecovery';
    const since = isLost ? ready : conditionOf(workload, 'Admitted');
    const leftMs = readyTimeoutMs - (nowMs - (timeMs(since?.lastTransitionTime) ?? nowMs));
    if (leftMs > 0) return leftMs;
    const cause = {
      reason: 'PodsReadyTimeout',
      message: `Exceeded the PodsReady timeout ${keyOf(workload)}`,
      underlyingCause: isLost ? 'WaitForRecovery' : 'WaitForStart',
    };
    yield* evict(workload, cause, this.context, current => sentAway(current, nowMs));
    return 0;
  }

  /** @upstream reconcileMaxExecutionTime */
  private *untilTimeIsUp(workload: Workload): Reconciliation<number> {
    const { nowMs, context } = this;
    const { maximumExecutionTimeSeconds: most } = workload.spec;
    const admitted = conditionOf(workload, 'Admitted');
    if (most === undefined || admitted?.status !== 'True') return 0;
    const { accumulatedPastExecutionTimeSeconds: past = 0 } = workload.status ?? {};
    const ranMs = nowMs - (timeMs(admitted.lastTransitionTime) ?? nowMs);
    const leftMs = (most - past) * 1000 - ranMs;
    if (leftMs > 0) return leftMs;
    if (isTrue(workload, 'DeactivationTarget')) return 0;
    const reason = 'MaximumExecutionTimeExceeded';
    const message = 'exceeding the maximum execution time';
    const setting = { type: 'DeactivationTarget', status: 'True', reason, message } as const;
    yield* changeStatus(workload, current =>
      withStatus(withSetting(current, setting, nowMs), {
        accumulatedPastExecutionTimeSeconds: undefined,
      }),
    );
    context.events.record({
      ...{ regarding: workload, type: 'Warning', reason, action: reason },
      message: `The maximum execution time (${most}s) exceeded`,
    });
    return 0;
  }
}

/** Admission checks, which are not modelled beyond the object, are never there. */
function hasAllChecks(workload: Workload, queue: ClusterQueue | undefined): boolean {
  if (!hasQuota(workload)) return true;
  return (queue?.spec?.admissionChecksStrategy?.admissionChecks ?? []).length === 0;
}

/** Back after it was deactivated, or after its back-off. */
function returned(workload: Workload, nowMs: number): Workload {
  const { requeueState } = workload.status ?? {};
  const { requeueAt: _, ...rest } = requeueState ?? {};
  const kept = Object.keys(rest).length > 0 ? rest : undefined;
  const next = withStatus(workload, { requeueState: kept });
  const requeued = conditionOf(workload, 'Requeued');
  if (requeued?.status !== 'False') return next;
  const told: Readonly<Record<string, readonly [reason: string, message: string]>> = {
    Deactivated: ['Reactivated', 'The workload was reactivated'],
    PodsReadyTimeout: ['BackoffFinished', 'The workload backoff was finished'],
    AdmissionCheck: ['BackoffFinished', 'The workload backoff was finished'],
  };
  const [reason, message] = told[requeued.reason] ?? [];
  if (reason === undefined || message === undefined) return next;
  return withSetting(next, { type: 'Requeued', status: 'True', reason, message }, nowMs);
}

/** @upstream UpdateRequeueState; without its jitter of a ten-thousandth */
function sentAway(workload: Workload, nowMs: number): Workload {
  const count = (workload.status?.requeueState?.count ?? 0) + 1;
  const seconds = Math.min(requeueMaxSeconds, requeueBaseSeconds * 2 ** (count - 1));
  const requeueAt = rfc3339(nowMs + seconds * 1000);
  return withStatus(workload, { requeueState: { count, requeueAt } });
}
