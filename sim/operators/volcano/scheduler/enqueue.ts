/** Lets groups in for which there may be room. @upstream volcano v1.15.1 pkg/scheduler/actions/enqueue, plugins/overcommit, proportion */
import { difference, exceeded, sum, times, type Amounts } from '../amounts.js';
import type { Queue } from '../types.js';
import type { JobInfo } from './job-info.js';
import { eachFirst, takeFirst, type Session } from './session.js';
import { partsOf } from './tiers.js';

type Refuses = (promised: Promised, job: JobInfo, wanted: Amounts) => string | undefined;

/** Who may refuse a group; of a queue that is not open nothing is said. */
const refusing: Readonly<Record<string, Refuses>> = {
  overcommit: (promised, _, wanted) => promised.refusedByCluster(wanted),
  proportion: (promised, job, wanted) => promised.refusedByQueue(job, wanted),
};

/** How much more than there is may be promised. */
function overcommitOf({ tiers }: Session): number {
  const usual = 1.2;
  const plugin = tiers.flat().find(({ name }) => name === 'overcommit');
  const given = Number(plugin?.args['overcommit-factor'] ?? usual);
  return given >= 1 ? given : usual;
}

/** The action. */
export function enqueue(session: Session): void {
  const promised = new Promised(session);
  const byQueue = new Map<string, JobInfo[]>();
  for (const job of session.jobs) {
    if (!job.isPending) continue;
    byQueue.set(job.queue, [...(byQueue.get(job.queue) ?? []), job]);
  }
  const compare = (a: Queue, b: Queue): number => session.compareQueues(a, b);
  const left = [...byQueue.keys()].flatMap(name => session.queues.get(name) ?? []);
  for (const queue of eachFirst(left, compare)) {
    const jobs = byQueue.get(queue.metadata.name ?? '') ?? [];
    const job = takeFirst(jobs, (a, b) => session.compareJobs(a, b));
    if (job === undefined) continue;
    if (promised.lets(job)) job.phase = 'Inqueue';
    left.push(queue);
  }
}

/** What has been promised to the groups that were let in. */
class Promised {
  private readonly idle: Amounts;
  private inqueue: Amounts = new Map();

  constructor(private readonly session: Session) {
    const { nodes, jobs } = session;
    this.idle = difference(times(nodes.total, overcommitOf(session)), nodes.used);
    for (const job of jobs) this.inqueue = sum(this.inqueue, keptFor(job));
  }

  /** Whether the group is let in; if not, it is told why. */
  lets(job: JobInfo): boolean {
    const { minResources } = job;
    if (minResources === undefined) return true;
    const refusal = this.refusalOf(job, minResources);
    if (refusal !== undefined) {
      if (refusal !== '') this.session.means.tell(job.group, refusal);
      return false;
    }
    this.inqueue = sum(this.inqueue, minResources);
    return true;
  }

  /** The first tier that knows decides. */
  private refusalOf(job: JobInfo, wanted: Amounts): string | undefined {
    const tiers = partsOf(this.session.tiers, refusing, 'enableJobEnqueued');
    for (const refuses of tiers.find(tier => tier.length > 0) ?? []) {
      const refusal = refuses(this, job, wanted);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  refusedByCluster(wanted: Amounts): string | undefined {
    const overused = exceeded(sum(this.inqueue, wanted), this.idle, wanted);
    if (overused.length === 0) return undefined;
    return told('resource in cluster is overused', 'overused', overused);
  }

  refusedByQueue(job: JobInfo, wanted: Amounts): string | undefined {
    const share = this.session.shares.get(job.queue);
    if (share?.isOpen !== true) return '';
    const taken = sum(share.allocated, share.inqueue);
    const total = difference(sum(wanted, taken), share.elastic);
    const scarce = exceeded(total, share.capability, wanted);
    if (scarce.length > 0) {
      return told('queue resource quota insufficient', 'insufficient', scarce);
    }
    share.inqueue = sum(share.inqueue, wanted);
    return undefined;
  }
}

function told(what: string, how: string, names: readonly string[]): string {
  return `${what}: ${names.map(name => `${how} ${name}`).join(', ')}`;
}

function keptFor(job: JobInfo): Amounts {
  if (job.minResources === undefined) return new Map();
  if (job.phase === 'Inqueue') return job.minResources;
  const begun = job.phase === 'Running' && job.readyCount >= job.minAvailable;
  return begun ? job.reserved : new Map();
}
