/** Which pods may be pushed out for another. @upstream volcano v1.15.1 pkg/scheduler/framework/session_plugins.go, plugins/priority, gang, conformance, drf, proportion */
import { difference, fits, sum, type Amounts } from '../amounts.js';
import type { JobInfo } from './job-info.js';
import { futureIdle, type NodeState } from './node-state.js';
import type { Session } from './session.js';
import { compareTasks, type TaskInfo } from './task-info.js';
import { partsOf } from './tiers.js';

type Evictable = (
  session: Session,
  evictor: TaskInfo,
  candidates: readonly TaskInfo[],
) => readonly TaskInfo[];

const preemptable: Readonly<Record<string, Evictable>> = {
  priority: ofLessPriority,
  gang: notNeeded,
  conformance: notCritical,
  drf: ofLargerShare,
};

const reclaimable: Readonly<Record<string, Evictable>> = {
  gang: notNeeded,
  conformance: notCritical,
  proportion: beyondDeserved,
};

/**
 * Those of the candidates that may go: what all plug-ins of a tier say, and the first tier that finds any.
 * Where two plug-ins have nothing in common, the next one of the tier begins anew, as upstream's does.
 */
export function victimsOf(
  session: Session,
  action: 'preempt' | 'reclaim',
  evictor: TaskInfo,
  candidates: readonly TaskInfo[],
): readonly TaskInfo[] {
  const [parts, by] =
    action === 'preempt' ? [preemptable, 'enablePreemptable'] : [reclaimable, 'enableReclaimable'];
  for (const tier of partsOf(session.tiers, parts, by)) {
    let victims: readonly TaskInfo[] = [];
    for (const part of tier) {
      const own = part(session, evictor, candidates);
      victims = victims.length === 0 ? own : victims.filter(victim => own.includes(victim));
      if (own.length === 0) break;
    }
    if (victims.length > 0) return victims;
  }
  return [];
}

/** Whether the pod has its place on the node once these have gone. */
export function isEnough(
  { request }: TaskInfo,
  node: NodeState,
  victims: readonly TaskInfo[],
): boolean {
  const free = victims.reduce<Amounts>((all, victim) => sum(all, victim.request), futureIdle(node));
  return fits(request, free);
}

/** Who goes first: what would be scheduled last. @upstream BuildVictimsPriorityQueue */
export function compareVictims(session: Session, a: TaskInfo, b: TaskInfo): number {
  const [left, right] = [session.jobOf(a), session.jobOf(b)];
  if (left === undefined || right === undefined || left === right) return compareTasks(b, a);
  const queueOf = (job: JobInfo) => session.queues.get(job.queue);
  const [one, other] = [queueOf(left), queueOf(right)];
  if (one !== undefined && other !== undefined && one !== other) {
    return session.compareQueues(other, one);
  }
  return session.compareJobsByPlugins(right, left) || compareTasks(b, a);
}

function ofLessPriority(
  session: Session,
  evictor: TaskInfo,
  candidates: readonly TaskInfo[],
): readonly TaskInfo[] {
  const own = session.jobOf(evictor);
  return candidates.filter(candidate => {
    const job = session.jobOf(candidate);
    if (own === undefined || job === undefined) return false;
    return job === own ? candidate.priority < evictor.priority : job.priority < own.priority;
  });
}

/** What groups have beyond what they need to run. */
function notNeeded(
  session: Session,
  _evictor: TaskInfo,
  candidates: readonly TaskInfo[],
): readonly TaskInfo[] {
  const ready = new Map<JobInfo, number>();
  return candidates.filter(candidate => {
    const job = session.jobOf(candidate);
    if (job === undefined) return false;
    const left = ready.get(job) ?? job.readyCount;
    const mayGo = left > job.minAvailable;
    ready.set(job, mayGo ? left - 1 : left);
    return mayGo;
  });
}

const critical = ['system-cluster-critical', 'system-node-critical'];

function notCritical(
  _session: Session,
  _evictor: TaskInfo,
  candidates: readonly TaskInfo[],
): readonly TaskInfo[] {
  return candidates.filter(
    ({ pod }) =>
      !critical.includes(pod.spec?.priorityClassName ?? '') &&
      pod.metadata.namespace !== 'kube-system',
  );
}

const shareDelta = 0.000001;

/** Pods of groups that have no less than the evictor's, also without them. */
function ofLargerShare(
  session: Session,
  evictor: TaskInfo,
  candidates: readonly TaskInfo[],
): readonly TaskInfo[] {
  const { shares } = session;
  const own = session.jobOf(evictor);
  if (own === undefined) return [];
  const share = shares.dominant(sum(shares.takenBy(own), evictor.request));
  const left = new Map<JobInfo, Amounts>();
  return candidates.filter(candidate => {
    const job = session.jobOf(candidate);
    if (job === undefined) return false;
    const rest = difference(left.get(job) ?? shares.takenBy(job), candidate.request);
    left.set(job, rest);
    return share < shares.dominant(rest) + shareDelta;
  });
}

/** Pods of queues that have more than they deserve. */
function beyondDeserved(
  session: Session,
  _evictor: TaskInfo,
  candidates: readonly TaskInfo[],
): readonly TaskInfo[] {
  const allocated = new Map<string, Amounts>();
  return candidates.filter(candidate => {
    const queue = session.jobOf(candidate)?.queue ?? '';
    const share = session.shares.get(queue);
    if (share === undefined) return false;
    const has = allocated.get(queue) ?? share.allocated;
    const mayGo = !fits(has, share.deserved);
    allocated.set(queue, mayGo ? difference(has, candidate.request) : has);
    return mayGo;
  });
}
