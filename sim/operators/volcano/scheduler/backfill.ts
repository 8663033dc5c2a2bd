/** Places pods that ask for nothing. @upstream volcano v1.15.1 pkg/scheduler/actions/backfill/backfill.go */
import { bestOf, fitOf } from './predicates.js';
import { eachFirst, type Session } from './session.js';
import { Statement, type Placement } from './statement.js';
import { compareTasks } from './task-info.js';

/** The action. A group that is not ready with them binds none of its pods. */
export function backfill(session: Session): readonly Placement[] {
  const jobs = session.jobs.filter(job => !job.isPending && job.invalidity === undefined);
  const placements: Placement[] = [];
  const compare = (a: (typeof jobs)[number], b: (typeof jobs)[number]): number => {
    const [left, right] = [session.queues.get(a.queue), session.queues.get(b.queue)];
    const byQueue = left && right && left !== right ? session.compareQueues(left, right) : 0;
    return byQueue === 0 ? session.compareJobs(a, b) : byQueue;
  };
  for (const job of eachFirst(jobs, compare)) {
    const statement = new Statement(session, job);
    const tasks = job.tasks
      .filter(
        ({ status, isBestEffort, isGated }) => status === 'Pending' && isBestEffort && !isGated,
      )
      .sort(compareTasks);
    for (const task of tasks) {
      const fit = fitOf(session, task, { ignoresResources: false });
      const best = bestOf(session, task, fit);
      if (best === undefined) job.fitErrors.set(task.uid, fit.errors);
      else statement.allocate(task, best.name, fit.state);
    }
    if (job.isReady && job.isCommittable) placements.push(...statement.commit());
    else statement.discard();
  }
  return placements;
}
