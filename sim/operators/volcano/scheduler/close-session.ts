/** Ends a session: writes what became of groups, pods and queues. @upstream volcano v1.15.1 pkg/scheduler/cache/cache.go UpdateJobStatus */
import { deepEqual } from '../../../api/equality.js';
import { pods, type PodCondition } from '../../../api/kinds/core.js';
import { findCondition, isDeleting } from '../../../api/meta.js';
import { rfc3339 } from '../../../api/time.js';
import type { ControllerContext, Reconciliation } from '../../../client/contract.js';
import { call, remove, update } from '../../../client/requests.js';
import { listOf, sum, type Amounts, type Quantities } from '../amounts.js';
import { schedulerName } from '../keys.js';
import { podGroups, queues, type PodGroup, type PodGroupPhase } from '../types.js';
import { hasNews, statusOf } from './group-status.js';
import type { JobInfo } from './job-info.js';
import type { Session } from './session.js';
import { isAllocated, type TaskInfo } from './task-info.js';

const waitingPhases: readonly (PodGroupPhase | undefined)[] = ['Unknown', 'Pending', 'Inqueue'];

/** Writes all of it. What fails is written after the next session. */
export function* closeSession(session: Session, context: ControllerContext): Reconciliation<void> {
  for (const [victim, reason] of session.evicted) yield* evict(victim, reason, context, session);
  for (const job of session.jobs) yield* closeJob(job, session, context);
  for (const [name, allocated] of allocatedByQueue(session)) {
    const queue = session.queues.get(name);
    if (queue === undefined || deepEqual(queue.status?.allocated, allocated)) continue;
    const status = { ...queue.status, allocated };
    yield* call(update(queues, { ...queue, status }, 'status'));
  }
}

function* closeJob(
  job: JobInfo,
  session: Session,
  context: ControllerContext,
): Reconciliation<void> {
  const status = statusOf(job, session);
  const isNew = hasNews(status, job.group.status);
  let group: PodGroup = { ...job.group, status };
  if (isNew) {
    const answer = yield* call(update(podGroups, group));
    if (!answer.isOk) return;
    group = answer.object;
  }
  const regarding = group;
  if (waitingPhases.includes(status.phase)) {
    const pending = job.count('Pending');
    const message = `${pending}/${job.tasks.length} tasks in gang unschedulable: ${job.fitError()}`;
    context.events.record({ regarding, type: 'Warning', reason: 'Unschedulable', message });
  } else if (isNew) {
    const message = 'pod group is ready';
    context.events.record({ regarding, type: 'Normal', reason: 'Scheduled', message });
  }
  for (const task of job.tasks) {
    if (!['Allocated', 'Pending', 'Pipelined'].includes(task.status) || task.isGated) continue;
    yield* tellPod(task, job, context);
  }
}

/** The pod's condition PodScheduled says why it waits. */
function* tellPod(
  task: TaskInfo,
  job: JobInfo,
  { clock, events }: ControllerContext,
): Reconciliation<void> {
  const { reason, message: own, nominated } = job.reasonOf(task);
  const message = own === '' ? job.fitError() : own;
  const { pod } = task;
  const old = findCondition(pod.status?.conditions, 'PodScheduled');
  const isSame = old?.status === 'False' && old.reason === reason && old.message === message;
  const isNominated = nominated === undefined || nominated === pod.status?.nominatedNodeName;
  if (isSame && isNominated) return;
  const lastTransitionTime =
    old?.status === 'False' ? old.lastTransitionTime : rfc3339(clock.now());
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
  };
  const conditions = [
    ...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'),
    condition,
  ];
  const nominatedNodeName = nominated ?? pod.status?.nominatedNodeName;
  const status = {
    ...pod.status,
    conditions,
    ...(nominatedNodeName !== undefined && { nominatedNodeName }),
  };
  events.record({ regarding: pod, type: 'Warning', reason: 'FailedScheduling', message });
  yield* call(update(pods, { ...pod, status }, 'status'));
}

/** What each queue's pods take; those above it count them, too. */
function allocatedByQueue({ jobs, queues: all }: Session): ReadonlyMap<string, Quantities> {
  const totals = new Map<string, Amounts>([...all.keys()].map(name => [name, new Map()]));
  for (const job of jobs) {
    const taken = job.tasks
      .filter(({ status }) => isAllocated(status))
      .reduce<Amounts>((total, { request }) => sum(total, request), new Map());
    for (const name of pathOf(job.queue, all)) {
      totals.set(name, sum(totals.get(name) ?? new Map(), taken));
    }
  }
  return new Map([...totals].map(([name, amounts]) => [name, listOf(amounts)]));
}

function pathOf(queue: string, all: Session['queues']): readonly string[] {
  const path = [queue];
  while (path.length <= all.size) {
    const last = path.at(-1) ?? 'root';
    if (last === 'root') break;
    path.push(all.get(last)?.spec.parent ?? 'root');
  }
  return path.filter(name => all.has(name));
}

/** Pushes a pod out. */
function* evict(
  { pod, key }: TaskInfo,
  reason: string,
  { events, clock }: ControllerContext,
  session: Session,
): Reconciliation<void> {
  if (isDeleting(pod)) return;
  const message = `Pod is evicted, because of ${reason}`;
  events.record({ regarding: pod, type: 'Warning', reason: 'Evict', message });
  const lastTransitionTime = rfc3339(clock.now());
  const told = [
    { type: 'Ready', status: 'False', reason: 'Evict', message, lastTransitionTime },
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
      lastTransitionTime,
    },
  ];
  const types = told.map(({ type }) => type);
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !types.includes(type));
  const status = { ...pod.status, conditions: [...others, ...told] };
  yield* call(update(pods, { ...pod, status }, 'status'));
  const { namespace = '', name = '' } = pod.metadata;
  yield* call(remove(pods, namespace, name));
  const group = session.jobs.find(job => job.tasks.some(task => task.key === key))?.group;
  if (group === undefined) return;
  events.record({ regarding: group, type: 'Normal', reason: 'Evict', message: reason });
}
