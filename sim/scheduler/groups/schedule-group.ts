/** The cycle of a pod group: its waiting pods are tried together, and go on or go back together. @upstream pkg/scheduler/schedule_one_podgroup.go */
import { podGroups, type PodGroup } from '../../api/kinds/scheduling-v1alpha2.js';
import { conditionOrder } from '../../api/patch/condition-order.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, patch, pause, splitKey } from '../../client/requests.js';
import { schedulerNameOf } from '../pod-info.js';
import type { QueuedPod } from '../queue/queued-pod.js';
import type { Framework } from '../runtime.js';
import type { Failure, Scheduler } from '../scheduler.js';
import { groupUnschedulable, tryGroup, type GroupAttempt, type Member } from './group-attempt.js';

/** Tries the group of the pod that was popped. */
export function* scheduleGroup(
  scheduler: Scheduler,
  popped: QueuedPod,
  group: string,
): Reconciliation<void> {
  const all = membersOf(scheduler, popped, group);
  const framework = frameworkOf(scheduler, all);
  if (typeof framework === 'string') {
    for (const queued of all) yield* scheduler.failAs(queued, errorOf(framework));
    return;
  }
  const members = all.filter(({ info }) => {
    const isSkipped = scheduler.isToBeSkipped(info);
    if (isSkipped) scheduler.queue.done(info.uid);
    return !isSkipped;
  });
  if (members.length === 0) return;
  // The first attempt's time has gone by before the pod was popped.
  const restMs = scheduler.settings.attemptMs * (members.length - 1);
  if (restMs > 0) yield* pause(restMs);
  const byPod = new Map(members.map(queued => [queued.info, queued]));
  const attempt = yield* tryGroup(framework, group, [...byPod.keys()], {
    ...scheduler.attemptOptions(),
    states: scheduler.podGroups,
    onAttempt: (pod, tried) =>
      scheduler.writeLater(`post-filter ${pod.key}`, scheduler.act(pod, tried)),
    onWrites: (pod, writes) => scheduler.writeLater(`unreserve ${pod.key}`, writes),
  });
  scheduler.setStartIndex(attempt.nextStartIndex);
  for (const [index, queued] of members.entries()) {
    yield* submit(scheduler, framework, queued, attempt, attempt.members[index]);
  }
  yield* tellGroup(scheduler, group, attempt);
}

/** The popped pod and all others of its group that wait, the most important first, then the oldest. */
function membersOf({ podGroups: states, queue }: Scheduler, popped: QueuedPod, group: string) {
  const members: QueuedPod[] = [];
  const state = states.get(group);
  // In the order in which they became known, which decides among pods of one instant.
  for (const [uid, pod] of state?.all ?? []) {
    if (uid === popped.info.uid) members.push(popped);
    else if (state?.unscheduled.has(uid) === true) {
      const queued = queue.take(pod);
      if (queued !== undefined) members.push(queued);
    }
  }
  if (!members.includes(popped)) members.unshift(popped);
  const firstMs = ({ firstAttemptMs = 0 }: QueuedPod) => firstAttemptMs;
  return members.sort((a, b) => b.priority - a.priority || firstMs(a) - firstMs(b));
}

function frameworkOf({ frameworks }: Scheduler, members: readonly QueuedPod[]): Framework | string {
  const names = [...new Set(members.map(({ info }) => schedulerNameOf(info.pod)))];
  const [first = '', second] = names;
  if (second === undefined) {
    return frameworks.get(first) ?? `profile not found for scheduler name "${first}"`;
  }
  const rule = 'all pods in a single pod group should have the same .spec.schedulerName set';
  return `${rule}, got: "${first}" and "${second}"`;
}

/** @upstream submitPodGroupAlgorithmResult */
function* submit(
  scheduler: Scheduler,
  framework: Framework,
  queued: QueuedPod,
  group: GroupAttempt,
  member: Member | undefined,
): Reconciliation<void> {
  if (group.kind === 'scheduled' && member?.failure === undefined && member?.node !== undefined) {
    member.attempt.state.group = undefined;
    yield* scheduler.prepare(queued, framework, member.attempt.state, member.node);
    return;
  }
  yield* scheduler.failAs(queued, failureIn(group, member));
}

/** What a member is told that is not bound. */
function failureIn(group: GroupAttempt, member: Member | undefined): Failure {
  const { kind, message } = group;
  const own = member?.failure;
  if (kind === 'error') {
    if (own !== undefined && !own.isRejected) return own;
    return errorOf(message);
  }
  if (member === undefined) return { message, isRejected: true, nomination: '' };
  const hasPlace = member.node !== undefined;
  if (hasPlace && own === undefined && kind === 'preempting') {
    return { message, isRejected: true, nomination: member.node };
  }
  // Who would fit, or whose preemption is in vain without the others', is only told of the group.
  if (hasPlace && kind === 'unschedulable') {
    const reasons = [groupUnschedulable, ...(member.permit?.reasons ?? [])];
    return { message: reasons.join(', '), isRejected: true, nomination: '' };
  }
  return own ?? { message, isRejected: true, nomination: '' };
}

function errorOf(message: string): Failure {
  return { message, isRejected: false, nomination: '' };
}

/** @upstream updatePodGroupCondition */
function* tellGroup(
  { context }: Scheduler,
  key: string,
  { kind, message }: GroupAttempt,
): Reconciliation<void> {
  const { namespace, name } = splitKey(key);
  const group = context.view.get(podGroups, namespace, name);
  if (group === undefined) return;
  const condition = {
    type: 'PodGroupScheduled',
    status: kind === 'scheduled' ? 'True' : 'False',
    reason: reasonOf(kind),
    message,
  };
  const old = group.status?.conditions?.find(({ type }) => type === condition.type);
  if (isTold(group, old, condition)) return;
  const changedAt =
    old?.status === condition.status ? old.lastTransitionTime : rfc3339(context.clock.now());
  const { generation } = group.metadata;
  const written = {
    ...condition,
    ...(generation !== undefined && { observedGeneration: generation }),
    lastTransitionTime: changedAt,
  };
  const order = conditionOrder(group.status?.conditions, [written]);
  const status = { conditions: [written], ...order };
  const of = { namespace, name, subresource: 'status' };
  yield* call(patch(podGroups, of, { type: 'strategic' }, { status }));
}

function reasonOf(kind: GroupAttempt['kind']): string {
  switch (kind) {
    case 'scheduled':
      return 'Scheduled';
    case 'error':
      return 'SchedulerError';
    case 'unschedulable':
    case 'preempting':
      return 'Unschedulable';
  }
}

type Told = NonNullable<NonNullable<PodGroup['status']>['conditions']>[number];

/** Whether the condition says so already; a group that was scheduled once stays so. */
function isTold(
  { metadata }: PodGroup,
  old: Told | undefined,
  condition: Pick<Told, 'status' | 'reason' | 'message'>,
): boolean {
  if (old === undefined) return false;
  if (old.status === 'True' && condition.status !== 'True') return true;
  return (
    old.status === condition.status &&
    old.reason === condition.reason &&
    old.message === condition.message &&
    (old.observedGeneration ?? 0) === (metadata.generation ?? 0)
  );
}
