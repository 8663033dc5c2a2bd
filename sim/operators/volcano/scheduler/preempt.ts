/**
 * Pushes pods out of the way of others of the same queue, first those of groups of less priority, then
 * those of the same group. Left out: enableTopologyAwarePreemption.
 * @upstream volcano v1.15.1 pkg/scheduler/actions/preempt/preempt.go
 */
import { findCondition, isDeleting } from '../../../api/meta.js';
import type { Pod } from '../../../api/kinds/core.js';
import { fits } from '../amounts.js';
import type { Queue } from '../types.js';
import type { JobInfo } from './job-info.js';
import { futureIdle, type NodeState } from './node-state.js';
import { fitOf, ranked, type Fit } from './predicates.js';
import { eachFirst, takeFirst, type Session } from './session.js';
import { Statement } from './statement.js';
import { compareTasks, type TaskInfo } from './task-info.js';
import { compareVictims, isEnough, victimsOf } from './victims.js';

type Filter = (candidate: TaskInfo) => boolean;

/** The action; who is pushed out stands in the session. */
export function preempt(session: Session): void {
  const starving = session.jobs.filter(
    job =>
      !job.isPending && job.invalidity === undefined && session.isStarving(job) && !job.hasTopology,
  );
  const left = [...new Set(starving.map(job => job.queue))].flatMap(
    name => session.queues.get(name) ?? [],
  );
  const compare = (a: Queue, b: Queue): number => session.compareQueues(a, b);
  for (const queue of eachFirst(left, compare)) {
    const { name } = queue.metadata;
    const own = starving.filter(job => job.queue === name);
    betweenJobs(session, own);
    for (const job of own) withinJob(session, job);
  }
}

function betweenJobs(session: Session, jobs: readonly JobInfo[]): void {
  const waiting = new Map(jobs.map(job => [job, waitingOf(job)]));
  const left = [...jobs];
  const compare = (a: JobInfo, b: JobInfo): number => session.compareJobs(a, b);
  for (const own of eachFirst(left, compare)) {
    const statement = new Statement(session, own);
    const isOther: Filter = candidate => {
      const other = session.jobOf(candidate);
      return other !== own && other?.queue === own.queue;
    };
    let isAssigned = false;
    while (session.isStarving(own)) {
      const task = waiting.get(own)?.shift();
      if (task === undefined) break;
      isAssigned = new Attempt(session, own, task).make(statement, isOther);
    }
    if (!own.isPipelined) {
      statement.discard();
      continue;
    }
    statement.commit();
    if (isAssigned) left.push(own);
  }
}

function withinJob(session: Session, job: JobInfo): void {
  const isOwn: Filter = candidate => session.jobOf(candidate) === job;
  for (const task of waitingOf(job)) {
    const statement = new Statement(session, job);
    if (!new Attempt(session, job, task).make(statement, isOwn)) return;
    statement.commit();
  }
}

/** A group's pods that wait, the first first. */
export function waitingOf(job: JobInfo): TaskInfo[] {
  return job.tasks
    .filter(({ status, isGated }) => status === 'Pending' && !isGated)
    .sort(compareTasks);
}

/** The nodes on which it could help a pod if others went. */
export function nodesFor(session: Session, job: JobInfo, task: TaskInfo): Fit {
  const fit = fitOf(session, task, { ignoresResources: true });
  const before = job.fitErrors.get(task.uid);
  return { ...fit, nodes: fit.nodes.filter(({ name }) => before?.isHopeless(name) !== true) };
}

/** Looks for a node from which others are pushed for a pod. */
class Attempt {
  constructor(
    private readonly session: Session,
    private readonly job: JobInfo,
    private readonly task: TaskInfo,
  ) {}

  make(statement: Statement, isMeant: Filter): boolean {
    const { session, job, task } = this;
    if (task.pod.spec?.preemptionPolicy === 'Never') return false;
    const fit = nodesFor(session, job, task);
    if (!this.isEligible(fit)) return false;
    const filter: Filter = candidate =>
      ['Bound', 'Running'].includes(candidate.status) &&
      (!task.isBestEffort || candidate.isBestEffort) &&
      candidate.isPreemptable &&
      isMeant(candidate);
    return ranked(session, task, fit).some(node => this.tryNode(node, fit, filter, statement));
  }

  private tryNode(node: NodeState, { state }: Fit, filter: Filter, statement: Statement): boolean {
    const { session, job, task } = this;
    const victims = [
      ...victimsOf(session, 'preempt', task, session.tasksOn(node.name).filter(filter)),
    ];
    if (!isEnough(task, node, victims)) return false;
    const own = new Statement(session, job);
    let hasEvicted = false;
    while (!this.hasPlace(node)) {
      const victim = takeFirst(victims, (a, b) => compareVictims(session, a, b));
      if (victim === undefined) break;
      own.evict(victim, 'preempt');
      hasEvicted = true;
    }
    if (!this.hasPlace(node)) {
      own.discard();
      return false;
    }
    own.pipeline(task, node.name, state, { hasEvicted });
    statement.merge(own);
    return true;
  }

  /** Also the queue must be allowed to have it. */
  private hasPlace(node: NodeState): boolean {
    const { session, job, task } = this;
    return (
      session.mayTake(job.queue, task, 'enabledAllocatable') && fits(task.request, futureIdle(node))
    );
  }

  /** For whom pods go already, nobody else has to go. @upstream taskEligibleToPreempt */
  private isEligible({ errors }: Fit): boolean {
    const { session, task } = this;
    const nominated = task.pod.status?.nominatedNodeName ?? '';
    if (nominated === '') return true;
    const node = session.nodes.info(nominated);
    if (node === undefined || !errors.has(nominated)) return false;
    if (errors.isHopeless(nominated)) return true;
    return !node.pods.some(
      ({ pod }) => (pod.spec?.priority ?? 0) < task.priority && goesForAnother(pod),
    );
  }
}

function goesForAnother(pod: Pod): boolean {
  const condition = findCondition(pod.status?.conditions, 'DisruptionTarget');
  const isTold = condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
  return isDeleting(pod) && isTold;
}
