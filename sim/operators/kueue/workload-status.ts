/** What a workload's conditions say, and how they change. @upstream kueue v0.19.2 pkg/workload/workload.go, evict, finish */
import { findCondition, isConditionTrue, withCondition, withoutCondition } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { Condition, Eviction, Workload, WorkloadStatus } from './types.js';

/** What a condition is set to. */
export type Setting = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** The condition of the type, if there is one. */
export function conditionOf({ status }: Workload, type: string): Condition | undefined {
  return findCondition(status?.conditions, type);
}

/** Whether the condition is there and True. */
export function isTrue({ status }: Workload, type: string): boolean {
  return isConditionTrue(status?.conditions, type);
}

/** Whether its pods may run. */
export function isAdmitted(workload: Workload): boolean {
  return isTrue(workload, 'Admitted');
}

/** Whether it holds quota. */
export function hasQuota(workload: Workload): boolean {
  return isTrue(workload, 'QuotaReserved');
}

/** Whether it is done, in whatever way. */
export function isFinished(workload: Workload): boolean {
  return isTrue(workload, 'Finished');
}

/** Whether it was told to stop and has not been admitted since. */
export function isEvicted(workload: Workload): boolean {
  return isTrue(workload, 'Evicted');
}

/** Whether somebody may admit it. */
export function isActive({ spec }: Workload): boolean {
  return spec.active !== false;
}

/** The reason of workloads whose jobs cannot run as they are. */
export const onHold = 'OnHold';

/** Whether it holds no quota because its job cannot run as it is. */
export function isOnHold(workload: Workload): boolean {
  const reserved = conditionOf(workload, 'QuotaReserved');
  return reserved?.status === 'False' && reserved.reason === onHold;
}

/** Whether it belongs in a queue. */
export function isAdmissible(workload: Workload): boolean {
  return !isFinished(workload) && isActive(workload) && !hasQuota(workload) && !isOnHold(workload);
}

/** Its priority; 0 where none is given. */
export function priorityOf({ spec }: Workload): number {
  return spec.priority ?? 0;
}

/** Since when it counts in the order of queues: a workload that was too slow to start goes to the end. */
export function queueOrderMs(workload: Workload): number {
  const evicted = conditionOf(workload, 'Evicted');
  const isSent = evicted?.reason === 'PodsReadyTimeout' || evicted?.reason === 'AdmissionCheck';
  if (evicted?.status === 'True' && isSent) return timeMs(evicted.lastTransitionTime) ?? 0;
  return timeMs(workload.metadata.creationTimestamp) ?? 0;
}

/** How long it waited in its queue, in whole seconds. */
export function queuedSeconds(workload: Workload, nowMs: number): number {
  const requeued = conditionOf(workload, 'Requeued');
  const since = requeued?.lastTransitionTime ?? workload.metadata.creationTimestamp;
  return Math.round((nowMs - (timeMs(since) ?? nowMs)) / 1000);
}

/** The workload with the condition set. */
export function withSetting(workload: Workload, setting: Setting, nowMs: number): Workload {
  const { generation } = workload.metadata;
  return withPlainSetting(workload, setting, nowMs, generation);
}

function withPlainSetting(
  workload: Workload,
  setting: Setting,
  nowMs: number,
  observedGeneration: number | undefined,
): Workload {
  const condition: Condition = {
    ...setting,
    lastTransitionTime: rfc3339(nowMs),
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
  const conditions = withCondition(workload.status?.conditions, condition);
  return withStatus(workload, { conditions });
}

/** The workload with these fields of its status; undefined takes a field away. */
export function withStatus(
  workload: Workload,
  fields: { readonly [Field in keyof WorkloadStatus]: WorkloadStatus[Field] | undefined },
): Workload {
  const status = { ...workload.status, ...fields };
  const kept = Object.entries(status).filter(([, value]) => value !== undefined);
  return { ...workload, status: Object.fromEntries(kept) as WorkloadStatus };
}

/** The workload without quota, for a reason; it is no longer admitted then. */
export function withoutQuota(
  workload: Workload,
  because: { readonly reason: string; readonly message: string },
  nowMs: number,
): Workload {
  const setting = { type: 'QuotaReserved', status: 'False', ...because } as const;
  const next = withStatus(withSetting(workload, setting, nowMs), { admission: undefined });
  return withAdmittedInSync(next, nowMs);
}

/** The workload with quota in a queue: whatever pushed it out before is over. */
export function withQuota(
  workload: Workload,
  admission: NonNullable<WorkloadStatus['admission']>,
  nowMs: number,
): Workload {
  const reason = 'QuotaReserved';
  const message = `Quota reserved in ClusterQueue ${admission.clusterQueue}`;
  const setting = { type: 'QuotaReserved', status: 'True', reason, message } as const;
  const holding = withStatus(workload, { admission, resourceRequests: undefined });
  let next = withSetting(holding, setting, nowMs);
  for (const type of ['Evicted', 'Preempted']) {
    const before = conditionOf(next, type);
    if (before?.status !== 'True') continue;
    const over = {
      type,
      status: 'False',
      reason,
      message: `Previously: ${before.message}`,
    } as const;
    next = withSetting(next, over, nowMs);
  }
  return next;
}

/** The workload with the condition Admitted as its quota has it. */
export function withAdmittedInSync(workload: Workload, nowMs: number): Workload {
  const isReserved = hasQuota(workload);
  const before = conditionOf(workload, 'Admitted');
  if ((before?.status === 'True') === isReserved) return workload;
  if (isReserved) {
    const message = 'The workload is admitted';
    return withSetting(
      workload,
      { type: 'Admitted', status: 'True', reason: 'Admitted', message },
      nowMs,
    );
  }
  const { accumulatedPastExecutionTimeSeconds = 0 } = workload.status ?? {};
  const ranMs = nowMs - (timeMs(before?.lastTransitionTime) ?? nowMs);
  const counted = withStatus(workload, {
    accumulatedPastExecutionTimeSeconds:
      accumulatedPastExecutionTimeSeconds + Math.trunc(ranMs / 1000),
  });
  const message = 'The workload has no reservation';
  return withSetting(
    counted,
    { type: 'Admitted', status: 'False', reason: 'NoReservation', message },
    nowMs,
  );
}

/** Why a workload is evicted. */
export interface EvictionCause {
  readonly reason: string;
  readonly message: string;
  readonly underlyingCause?: string;
}

/** The workload, told to stop. */
export function withEviction(workload: Workload, cause: EvictionCause, nowMs: number): Workload {
  const { reason, message, underlyingCause = '' } = cause;
  const isNamed = reason === 'Deactivated' && underlyingCause !== '';
  const named = isNamed ? `${reason}DueTo${underlyingCause}` : reason;
  const setting = { type: 'Evicted', status: 'True', reason: named, message } as const;
  const { evictions = [] } = workload.status?.schedulingStats ?? {};
  const isSame = (one: Eviction): boolean =>
    one.reason === reason && one.underlyingCause === underlyingCause;
  const counted = evictions.some(isSame)
    ? evictions.map(one => (isSame(one) ? { ...one, count: one.count + 1 } : one))
    : [...evictions, { reason, underlyingCause, count: 1 }];
  const next = withSetting(workload, setting, nowMs);
  return withStatus(next, { schedulingStats: { evictions: counted } });
}

/** The reason of the event that tells of an eviction. */
export function evictionEvent({ reason, underlyingCause = '' }: EvictionCause): string {
  const isNamed = reason === 'Deactivated' && underlyingCause !== '';
  return `EvictedDueTo${reason}${isNamed ? `DueTo${underlyingCause}` : ''}`;
}

/** The workload, pushed out by another: upstream leaves the generation out of this condition. */
export function withPreemption(
  workload: Workload,
  because: { readonly reason: string; readonly message: string },
  nowMs: number,
): Workload {
  const setting = { type: 'Preempted', status: 'True', ...because } as const;
  return withPlainSetting(workload, setting, nowMs, undefined);
}

/** The workload without a condition. */
export function withoutSetting(workload: Workload, type: string): Workload {
  return withStatus(workload, { conditions: withoutCondition(workload.status?.conditions, type) });
}

/** The longest message of a condition. */
const conditionMax = 32 * 1024;
/** The longest note of an event. */
const noteMax = 1024;

/** A message cut as Kueue cuts it. */
export function cut(message: string, of: 'condition' | 'event'): string {
  const max = of === 'condition' ? conditionMax : noteMax;
  const suffix = ' ...';
  return message.length <= max ? message : `${message.slice(0, max - suffix.length)}${suffix}`;
}
