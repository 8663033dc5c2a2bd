/** Pushes pods of other queues out, so that a queue gets what it deserves. @upstream volcano v1.15.1 pkg/scheduler/actions/reclaim/reclaim.go */
import type { Queue } from '../types.js';
import type { JobInfo } from './job-info.js';
import type { NodeState } from './node-state.js';
import type { Fit } from './predicates.js';
import { nodesFor, waitingOf } from './preempt.js';
import { eachFirst, takeFirst, type Session } from './session.js';
import { Statement } from './statement.js';
import type { TaskInfo } from './task-info.js';
import { compareVictims, isEnough, victimsOf } from './victims.js';

/** The action; who is pushed out stands in the session. */
export function reclaim(session: Session): void {
  const jobs = session.jobs.filter(job => !job.isPending && job.invalidity === undefined);
  const starving = jobs.filter(job => session.isStarving(job));
  const left = [...new Set(jobs.map(job => job.queue))].flatMap(
    name => session.queues.get(name) ?? [],
  );
  const compare = (a: Queue, b: Queue): number => session.compareQueues(a, b);
  for (const queue of eachFirst(left, compare)) {
    const { name = '' } = queue.metadata;
    if (session.isOverused(name)) continue;
    const own = starving.filter(job => job.queue === name);
    const first = (a: JobInfo, b: JobInfo): number => session.compareJobs(a, b);
    for (const job of eachFirst(own, first)) {
      reclaimFor(session, job);
    }
  }
}

/** For all that the group needs, or for nothing of it. */
function reclaimFor(session: Session, job: JobInfo): void {
  const statement = new Statement(session, job);
  const tasks = waitingOf(job);
  while (session.isStarving(job)) {
    const task = tasks.shift();
    if (task === undefined) break;
    if (task.pod.spec?.preemptionPolicy === 'Never') continue;
    if (!session.mayTake(job.queue, task, 'enablePreemptive')) continue;
    const fit = nodesFor(session, job, task);
    fit.nodes.some(node => tryNode({ session, job, task, node, fit }, statement));
  }
  if (job.isPipelined) statement.commit();
  else statement.discard();
}

interface Attempt {
  readonly session: Session;
  readonly job: JobInfo;
  readonly task: TaskInfo;
  readonly node: NodeState;
  readonly fit: Fit;
}

function tryNode({ session, job, task, node, fit }: Attempt, statement: Statement): boolean {
  const candidates = session.tasksOn(node.name).filter(candidate => {
    const { queue = '' } = session.jobOf(candidate) ?? {};
    const mayGo = candidate.status === 'Running' && candidate.isPreemptable;
    return mayGo && queue !== job.queue && session.queues.get(queue)?.spec.reclaimable !== false;
  });
  if (candidates.length === 0) return false;
  const victims = [...victimsOf(session, 'reclaim', task, candidates)];
  if (!isEnough(task, node, victims)) return false;
  const own = new Statement(session, job);
  let hasEvicted = false;
  while (!isEnough(task, node, [])) {
    const victim = takeFirst(victims, (a, b) => compareVictims(session, a, b));
    if (victim === undefined) break;
    own.evict(victim, 'reclaim');
    hasEvicted = true;
  }
  own.pipeline(task, node.name, fit.state, { hasEvicted });
  statement.merge(own);
  return true;
}
