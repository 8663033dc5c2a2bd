/** What the scheduler has before it for one round. @upstream volcano v1.15.1 pkg/scheduler/framework/session.go */
import { nodes as nodeKind, pods, type Pod } from '../../../api/kinds/core.js';
import { priorityClasses } from '../../../api/kinds/scheduling.js';
import { isDeleting } from '../../../api/meta.js';
import { timeMs } from '../../../api/time.js';
import type { Random } from '../../../engine/random.js';
import type { ObjectReader } from '../../../scheduler/framework.js';
import { keys, schedulerName } from '../keys.js';
import { podGroups, queues, type PodGroup, type Queue } from '../types.js';
import type { Configuration } from './configuration.js';
import { JobInfo } from './job-info.js';
import { SessionNodes } from './node-state.js';
import { Shares } from './shares.js';
import { TaskInfo } from './task-info.js';
import { isOn, partsOf, type Tier } from './tiers.js';

const jobOrders: Readonly<Record<string, JobOrder>> = {
  priority: (_, a, b) => b.priority - a.priority,
  gang: (_, a, b) => Number(a.isReady) - Number(b.isReady),
  drf: (shares, a, b) => shares.compareJobs(a, b),
};

const starving: Readonly<Record<string, (job: JobInfo) => boolean>> = {
  priority: job => job.count('Pipelined') + job.readyCount < job.tasks.length,
  gang: job => job.isStarving,
};

type JobOrder = (shares: Shares, a: JobInfo, b: JobInfo) => number;

/** What a session is opened with. */
export interface SessionMeans {
  readonly view: ObjectReader;
  readonly random: Random;
  readonly nowMs: number;
  /** Nodes of pods whose binding is under way, by uid. */
  readonly assumed: ReadonlyMap<string, string>;
  readonly configuration: Configuration;
  /** Tells a group something at once. */
  tell(group: PodGroup, message: string): void;
}

/** A round: groups and their pods, queues, nodes. */
export class Session {
  readonly uid: string;
  readonly jobs: readonly JobInfo[];
  readonly queues: ReadonlyMap<string, Queue>;
  readonly nodes: SessionNodes;
  readonly shares: Shares;
  readonly evicted = new Map<TaskInfo, string>();
  readonly tiers: readonly Tier[];
  private readonly jobOrders: readonly JobOrder[];
  private readonly jobOfTask = new Map<TaskInfo, JobInfo>();

  private residents: Map<string, TaskInfo[]> | undefined;

  constructor(readonly means: SessionMeans) {
    this.tiers = means.configuration.tiers;
    this.jobOrders = partsOf(this.tiers, jobOrders, 'enableJobOrder').flat();
    const { view, nowMs, assumed } = means;
    this.uid = means.random.uuid();
    this.queues = new Map(view.list(queues).map(queue => [queue.metadata.name ?? '', queue]));
    this.nodes = new SessionNodes({ nodes: view.list(nodeKind), objects: view, nowMs });
    const all = view.list(pods);
    for (const pod of all) this.settle(pod, assumed.get(pod.metadata.uid ?? ''));
    const byGroup = tasksByGroup(all, assumed);
    this.jobs = view
      .list(podGroups)
      .filter(({ spec }) => this.queues.has(spec.queue ?? 'default'))
      .map(group => jobOf(group, byGroup, view));
    for (const job of this.jobs) for (const task of job.tasks) this.jobOfTask.set(task, job);
    this.shares = new Shares(this.jobs, this.queues, this.nodes.total);
  }

  jobOf(task: TaskInfo): JobInfo | undefined {
    return this.jobOfTask.get(task);
  }

  /** The groups' pods that had their places on a node when the session began. */
  tasksOn(node: string): readonly TaskInfo[] {
    this.residents ??= tasksByNode(this.jobs);
    return this.residents.get(node) ?? [];
  }

  /** Whether the queue has all that it deserves. */
  isOverused(queue: string): boolean {
    return isOn(this.tiers, 'proportion', 'enabledOverused') && this.shares.isOverused(queue);
  }

  /** Whether the queue may have the pod, too: placed as it is, or by pushing others out. */
  mayTake(queue: string, task: TaskInfo, by: 'enabledAllocatable' | 'enablePreemptive'): boolean {
    return !isOn(this.tiers, 'proportion', by) || this.shares.mayTake(queue, task);
  }

  /** Whether it wants more pods to run than do: all plug-ins of the first tier that knows must say so. */
  isStarving(job: JobInfo): boolean {
    const tiers = partsOf(this.tiers, starving, 'enableJobStarving');
    const first = tiers.find(tier => tier.length > 0) ?? [];
    return first.length > 0 && first.every(says => says(job));
  }

  private settle(pod: Pod, assumed: string | undefined): void {
    const node = pod.spec?.nodeName ?? assumed ?? '';
    if (node === '' || ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return;
    this.nodes.settle(pod, node, { isReleasing: isDeleting(pod) });
  }

  /** Which group comes first. */
  compareJobs(a: JobInfo, b: JobInfo): number {
    return this.compareJobsByPlugins(a, b) || a.createdMs - b.createdMs || (a.uid < b.uid ? -1 : 1);
  }

  /** The same, but of groups that are alike but for their age nothing is said. */
  compareJobsByPlugins(a: JobInfo, b: JobInfo): number {
    for (const order of this.jobOrders) {
      const found = order(this.shares, a, b);
      if (found !== 0) return found;
    }
    return 0;
  }

  /** Which queue comes first. */
  compareQueues(a: Queue, b: Queue): number {
    const created = ({ metadata }: Queue): number => timeMs(metadata.creationTimestamp) ?? 0;
    const byShare = isOn(this.tiers, 'proportion', 'enableQueueOrder')
      ? (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
        this.shares.compareQueues(a.metadata.name ?? '', b.metadata.name ?? '')
      : 0;
    return (
      byShare ||
      created(a) - created(b) ||
      ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1)
    );
  }
}

function tasksByNode(jobs: readonly JobInfo[]): Map<string, TaskInfo[]> {
  const byNode = new Map<string, TaskInfo[]>();
  for (const task of jobs.flatMap(({ tasks }) => tasks)) {
    const node = task.pod.spec?.nodeName ?? '';
    if (node === '') continue;
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [task]);
    else known.push(task);
  }
  return byNode;
}

type Tasks = ReadonlyMap<string, readonly TaskInfo[]>;

function tasksByGroup(all: readonly Pod[], assumed: ReadonlyMap<string, string>): Tasks {
  const byGroup = new Map<string, TaskInfo[]>();
  for (const pod of all) {
    const { annotations, namespace = '', uid = '' } = pod.metadata;
    const group = annotations?.[keys.groupName] ?? '';
    if (group === '' || pod.spec?.schedulerName !== schedulerName) continue;
    const key = `${namespace}/${group}`;
    const task = new TaskInfo(pod, assumed.get(uid));
    const known = byGroup.get(key);
    if (known === undefined) byGroup.set(key, [task]);
    else known.push(task);
  }
  return byGroup;
}

function jobOf(group: PodGroup, byGroup: Tasks, view: ObjectReader): JobInfo {
  const { namespace = '', name = '' } = group.metadata;
  const priority = view.get(priorityClasses, '', group.spec.priorityClassName ?? '')?.value;
  return new JobInfo(group, byGroup.get(`${namespace}/${name}`) ?? [], priority ?? 0);
}

/** Takes the first of what is left out of a list. */
export function takeFirst<T>(left: T[], compare: (a: T, b: T) => number): T | undefined {
  let best = 0;
  for (let index = 1; index < left.length; index++) {
    const [one, other] = [left[index], left[best]];
    if (one !== undefined && other !== undefined && compare(one, other) < 0) best = index;
  }
  return left.splice(best, 1)[0];
}

/** Takes one after the other out of a list, each time the first; what is put back meanwhile has its turn again. */
export function* eachFirst<T>(left: T[], compare: (a: T, b: T) => number): Generator<T, void> {
  for (let next = takeFirst(left, compare); next !== undefined; next = takeFirst(left, compare)) {
    yield next;
  }
}
