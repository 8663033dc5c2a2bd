/** Finds places for groups, whole or not at all. @upstream volcano v1.15.1 pkg/scheduler/actions/allocate/allocate.go */
import type { Queue } from '../types.js';
import { FitErrors } from './fit-errors.js';
import type { JobInfo } from './job-info.js';
import { bestOf, candidates, fitOf, type Fit } from './predicates.js';
import { eachFirst, takeFirst, type Session } from './session.js';
import { Statement, type Placement } from './statement.js';
import { compareTasks, type TaskInfo } from './task-info.js';

/** The action; what it found is to be bound. */
export function allocate(session: Session): readonly Placement[] {
  const work = new Work(session);
  const placements: Placement[] = [];
  const compare = (a: Queue, b: Queue): number => session.compareQueues(a, b);
  const left = [...work.queues];
  for (const queue of eachFirst(left, compare)) {
    const { name = '' } = queue.metadata;
    if (session.isOverused(name)) continue;
    const job = work.next(name);
    if (job === undefined) continue;
    placements.push(...work.tryJob(job));
    left.push(queue);
  }
  return placements;
}

/** The groups and their pods that wait. */
class Work {
  private readonly jobs = new Map<string, JobInfo[]>();
  private readonly tasks = new Map<JobInfo, TaskInfo[]>();

  constructor(private readonly session: Session) {
    const { actions } = session.means.configuration;
    for (const job of session.jobs) {
      // Where nobody lets groups in, they all are.
      if (job.isPending && !actions.includes('enqueue')) job.phase = 'Inqueue';
      if (job.isPending || job.invalidity !== undefined) continue;
      const tasks = job.tasks
        .filter(
          ({ status, isGated, isBestEffort }) => status === 'Pending' && !isGated && !isBestEffort,
        )
        .sort(compareTasks);
      if (tasks.length === 0) continue;
      this.tasks.set(job, tasks);
      this.jobs.set(job.queue, [...(this.jobs.get(job.queue) ?? []), job]);
    }
  }

  get queues(): readonly Queue[] {
    return [...this.jobs.keys()].flatMap(name => this.session.queues.get(name) ?? []);
  }

  next(queue: string): JobInfo | undefined {
    const { session } = this;
    return takeFirst(this.jobs.get(queue) ?? [], (a, b) => session.compareJobs(a, b));
  }

  /** Places pods until the group is ready. While it is not, nothing is bound. */
  tryJob(job: JobInfo): readonly Placement[] {
    const tasks = this.tasks.get(job) ?? [];
    const statement = new Statement(this.session, job);
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      const hasFailed = !this.tryTask(job, task, statement);
      if (hasFailed && job.fitErrors.has(task.uid) && !job.mayGoOn) break;
      if (!hasFailed && job.isReady) break;
    }
    if (!job.isReady) {
      if (!job.isPipelined) statement.discard();
      return [];
    }
    // One that is ready but for a task's own least is not bound, and keeps its places to the session's end.
    if (!job.isCommittable) return [];
    if (tasks.length > 0) this.jobs.get(job.queue)?.push(job);
    return statement.commit();
  }

  private tryTask(job: JobInfo, task: TaskInfo, statement: Statement): boolean {
    const { session } = this;
    if (!session.mayTake(job.queue, task, 'enabledAllocatable')) return false;
    if (job.hasFailedLike(task)) {
      const { name = '' } = task.pod.metadata;
      const common = `Task ${name} with role spec ${task.role} has already predicated failed, skip`;
      job.fitErrors.set(task.uid, new FitErrors(common));
      return false;
    }
    const fit = this.fitOf(task);
    if (fit.nodes.length === 0) {
      job.fitErrors.set(task.uid, fit.errors);
      return false;
    }
    const { nodes, isIdle } = candidates(task, fit.nodes);
    const best = bestOf(session, task, { ...fit, nodes });
    if (best === undefined) return false;
    if (isIdle) statement.allocate(task, best.name, fit.state);
    else statement.pipeline(task, best.name, fit.state);
    return true;
  }

  /** The node that pods were pushed from for it comes before all others. */
  private fitOf(task: TaskInfo): Fit {
    const fit = fitOf(this.session, task, { ignoresResources: false });
    const nominated = task.pod.status?.nominatedNodeName;
    const nodes = fit.nodes.filter(({ name }) => name === nominated);
    return nodes.length > 0 ? { ...fit, nodes } : fit;
  }
}
