/** How statuses are compared and merged with what the API has. @upstream pkg/kubelet/status/status_manager.go */
import type {
  Container,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from '../api/kinds/core.js';
import { deepEqual } from '../api/equality.js';
import { rfc3339 } from '../api/time.js';
import { isKubeletCondition } from './conditions.js';
import {
  containersOf,
  initContainersOf,
  isSidecar,
  isTerminalPhase,
  mayRestartAll,
  restartsAfter,
  statusNamed,
} from './pod-spec.js';

const timed = new Set([
  'ContainersReady',
  'Ready',
  'Initialized',
  'PodReadyToStartContainers',
  'PodScheduled',
  'DisruptionTarget',
  'AllContainersRestarting',
]);

/** The new conditions with the times of their last change. */
export function withTransitionTimes(
  conditions: readonly PodCondition[] | undefined,
  old: readonly PodCondition[] | undefined,
  nowMs: number,
): readonly PodCondition[] {
  return (conditions ?? []).map(condition => {
    if (!timed.has(condition.type)) return condition;
    const before = conditionOf(condition.type, old);
    const isSame = before?.status === condition.status && before.lastTransitionTime !== undefined;
    // What says the same stays the same object: whoever compares it or tidies it need not look.
    if (isSame && saysTheSame(before, condition)) return before;
    const lastTransitionTime = isSame ? before.lastTransitionTime : rfc3339(nowMs);
    return Object.assign({}, condition, { lastTransitionTime }, unprobed(condition));
  });
}

/** The API always tells when a condition was probed, which nobody does: as null. So it need not add that. */
function unprobed({ lastProbeTime }: PodCondition): object | undefined {
  return lastProbeTime === undefined ? neverProbed : undefined;
}

const neverProbed = { lastProbeTime: null };

function conditionOf(
  wanted: string,
  conditions: readonly PodCondition[] | undefined,
): PodCondition | undefined {
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === wanted) return condition;
  return undefined;
}

/** Whether the conditions differ at most in their times. */
function saysTheSame(a: PodCondition, b: PodCondition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}

/** The condition as the API has it, if it has it: there it is tidy. */
function storedAs(condition: PodCondition, old: PodStatus): PodCondition {
  const stored = conditionOf(condition.type, old.conditions);
  if (stored === undefined || stored === condition || !saysTheSame(stored, condition)) {
    return condition;
  }
  const isOfThen = stored.lastTransitionTime === condition.lastTransitionTime;
  return isOfThen && (stored.lastProbeTime ?? undefined) === (condition.lastProbeTime ?? undefined)
    ? stored
    : condition;
}

/** Whether two statuses differ in nothing that the kubelet owns. */
export function isEqualByKubelet(old: PodStatus, status: PodStatus): boolean {
  if (!hasSameConditions(old.conditions ?? [], status.conditions ?? [])) return false;
  const before = old as Readonly<Record<string, unknown>>;
  const after = status as Readonly<Record<string, unknown>>;
  for (const field in after) {
    if (!foreignFields.has(field) && !deepEqual(before[field], after[field])) return false;
  }
  for (const field in before) {
    if (!foreignFields.has(field) && after[field] === undefined) return false;
  }
  return true;
}

/** What is compared otherwise, or belongs to others. */
const foreignFields = new Set([
  'conditions',
  'resourceClaimStatuses',
  'extendedResourceClaimStatus',
  'nodeAllocatableResourceClaimStatuses',
  'nominatedNodeName',
]);

function hasSameConditions(
  before: readonly PodCondition[],
  after: readonly PodCondition[],
): boolean {
  let count = 0;
  for (const condition of after) {
    if (!isToldByKubelet(condition)) continue;
    count++;
    const match = conditionOf(condition.type, before);
    if (match === condition) continue;
    if (
      match?.status !== condition.status ||
      match.reason !== condition.reason ||
      match.message !== condition.message
    ) {
      return false;
    }
  }
  for (const condition of before) if (isToldByKubelet(condition)) count--;
  return count === 0;
}

function isToldByKubelet({ type }: PodCondition): boolean {
  return isKubeletCondition(type) || type === 'DisruptionTarget';
}

/** Merges the kubelet's status into the one that the API has. */
export function mergedStatus(
  pod: Pod,
  next: PodStatus,
  { mayRun, nowMs }: { readonly mayRun: boolean; readonly nowMs: number },
): PodStatus {
  const old = pod.status ?? {};
  const becomesTerminal = !isTerminalPhase(old.phase) && isTerminalPhase(next.phase);
  const conditions = (old.conditions ?? []).filter(({ type }) => !isKubeletCondition(type));
  for (const condition of next.conditions ?? []) {
    if (isKubeletCondition(condition.type)) conditions.push(storedAs(condition, old));
    else if (condition.type === 'DisruptionTarget' && becomesTerminal && !mayRun) {
      const at = conditions.findIndex(({ type }) => type === condition.type);
      const [current = condition] = withTransitionTimes([condition], old.conditions, nowMs);
      if (at < 0) conditions.push(current);
      else conditions[at] = current;
    }
  }
  const { resourceClaimStatuses, extendedResourceClaimStatus, nominatedNodeName } = old;
  const merged: PodStatus = Object.assign(
    {},
    next,
    { conditions },
    resourceClaimStatuses && { resourceClaimStatuses },
    extendedResourceClaimStatus && { extendedResourceClaimStatus },
    nominatedNodeName && { nominatedNodeName },
  );
  if (becomesTerminal && mayRun) return keptPhase(merged, old);
  return isTerminalPhase(merged.phase) ? unready(merged, nowMs) : merged;
}

/** A pod that may still run is not told to have ended. */
function keptPhase(status: PodStatus, { phase, reason, message }: PodStatus): PodStatus {
  const { reason: _reason, message: _message, ...rest } = status;
  return {
    ...rest,
    ...(phase !== undefined && { phase }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}

/** A pod that has ended is never told to be ready. */
function unready(status: PodStatus, nowMs: number): PodStatus {
  const isReady = status.conditions?.some(
    condition =>
      (condition.type === 'Ready' || condition.type === 'ContainersReady') &&
      condition.status === 'True',
  );
  if (isReady !== true) return status;
  const reason = status.phase === 'Failed' ? 'PodFailed' : 'PodCompleted';
  return {
    ...status,
    conditions:
      status.conditions?.map(condition => {
        if (condition.type !== 'Ready' && condition.type !== 'ContainersReady') return condition;
        const { message: _message, ...rest } = condition;
        return { ...rest, status: 'False', reason, lastTransitionTime: rfc3339(nowMs) };
      }) ?? [],
  };
}

/** A container that has ended for good does not come back: such a status is not taken. */
export function isIllegalTransition(pod: Pod, old: PodStatus, next: PodStatus): boolean {
  if (pod.spec?.restartPolicy === 'Always' || mayRestartAll(pod)) return false;
  const comesBack = (
    containers: readonly Container[],
    before: readonly ContainerStatus[] | undefined,
    after: readonly ContainerStatus[] | undefined,
  ) =>
    containers.some(container => {
      if (isSidecar(container)) return false;
      const ended = statusNamed(before, container.name)?.state?.terminated;
      if (ended === undefined || restartsAfter(container, pod.spec, ended.exitCode)) return false;
      const now = statusNamed(after, container.name);
      return now !== undefined && now.state?.terminated === undefined;
    });
  return (
    comesBack(containersOf(pod), old.containerStatuses, next.containerStatuses) ||
    comesBack(initContainersOf(pod), old.initContainerStatuses, next.initContainerStatuses)
  );
}
