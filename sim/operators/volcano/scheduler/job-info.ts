/** A group of pods as the scheduler sees it. @upstream volcano v1.15.1 pkg/scheduler/api/job_info.go JobInfo */
import { keyOf } from '../../../api/meta.js';
import { timeMs } from '../../../api/time.js';
import { countedOf, excess, sum, type Amounts } from '../amounts.js';
import type { PodGroup, PodGroupCondition, PodGroupPhase } from '../types.js';
import { counted, histogram, type FitErrors } from './fit-errors.js';
import { isAllocated, type TaskInfo, type TaskStatus } from './task-info.js';

/** Why a group cannot be scheduled as it is. */
export interface Invalidity {
  readonly reason: string;
  readonly message: string;
}

/** A group with its pods, and what the session has in mind with it. */
export class JobInfo {
  readonly key: string;
  readonly uid: string;
  readonly queue: string;
  readonly minAvailable: number;
  readonly createdMs: number;
  readonly minResources: Amounts | undefined;
  readonly fitErrors = new Map<string, FitErrors>();
  phase: PodGroupPhase | undefined;
  conditions: readonly PodGroupCondition[];
  private readonly taskMinimums: ReadonlyMap<string, number>;
  private readonly taskMinimumsTotal: number;

  constructor(
    readonly group: PodGroup,
    readonly tasks: readonly TaskInfo[],
    readonly priority: number,
  ) {
    const { spec, status, metadata } = group;
    this.key = keyOf(group);
    this.uid = metadata.uid ?? this.key;
    this.queue = spec.queue ?? 'default';
    this.minAvailable = spec.minMember ?? 0;
    this.createdMs = timeMs(metadata.creationTimestamp) ?? 0;
    this.minResources = spec.minResources && countedOf(spec.minResources);
    this.phase = status?.phase;
    this.conditions = status?.conditions ?? [];
    this.taskMinimums = new Map(Object.entries(spec.minTaskMember ?? {}));
    this.taskMinimumsTotal = [...this.taskMinimums.values()].reduce((a, b) => a + b, 0);
  }

  /** Whether it is not yet let in. */
  get isPending(): boolean {
    return this.phase === undefined || this.phase === 'Pending';
  }

  count(...statuses: readonly TaskStatus[]): number {
    return this.tasks.filter(({ status }) => statuses.includes(status)).length;
  }

  get readyCount(): number {
    return this.count('Bound', 'Binding', 'Running', 'Allocated', 'Succeeded');
  }

  private get besideCount(): number {
    return this.tasks.filter(task => task.status === 'Pending' && task.isBestEffort).length;
  }

  /** Whether as many pods have their places as must. */
  get isReady(): boolean {
    return this.readyCount + this.besideCount >= this.minAvailable;
  }

  /** Whether it may be bound: also task by task. @upstream plugins/gang JobReady */
  get isCommittable(): boolean {
    return (
      this.isReady &&
      this.hasEach(
        ({ status, isBestEffort: isFree }) =>
          isAllocated(status) || status === 'Succeeded' || (status === 'Pending' && isFree),
      )
    );
  }

  /** Whether it could be bound once places are free. */
  get isPipelined(): boolean {
    const waiting = this.count('Pipelined');
    return (
      waiting + this.readyCount + this.besideCount >= this.minAvailable &&
      this.hasEach(
        ({ status, isBestEffort: isFree }) =>
          isAllocated(status) ||
          status === 'Succeeded' ||
          status === 'Pipelined' ||
          (status === 'Pending' && isFree),
      )
    );
  }

  /** Whether it asks for nodes that are near to each other. @upstream ContainsNetworkTopology */
  get hasTopology(): boolean {
    const { networkTopology, subGroupPolicy = [] } = this.group.spec;
    return (
      networkTopology !== undefined ||
      subGroupPolicy.some(policy => policy.networkTopology !== undefined)
    );
  }

  /** Whether it has not even places in mind for as many as must run. */
  get isStarving(): boolean {
    return this.count('Pipelined') + this.readyCount < this.minAvailable;
  }

  private hasEach(isMeant: (task: TaskInfo) => boolean): boolean {
    if (this.minAvailable < this.taskMinimumsTotal) return true;
    return [...this.taskMinimums].every(([role, least]) => this.ofRole(role, isMeant) >= least);
  }

  private ofRole(role: string, isMeant: (task: TaskInfo) => boolean): number {
    return this.tasks.filter(task => task.role === role && isMeant(task)).length;
  }

  /** Why it cannot be scheduled at all, if so. @upstream plugins/gang validJobFn */
  get invalidity(): Invalidity | undefined {
    const isValid = ({ status }: TaskInfo): boolean =>
      isAllocated(status) || ['Succeeded', 'Pipelined', 'Pending'].includes(status);
    if (!this.hasEach(isValid)) {
      const message = 'Not enough valid pods of each task for gang-scheduling';
      return { reason: 'NotEnoughPodsOfTask', message };
    }
    const valid = this.tasks.filter(isValid).length;
    if (valid >= this.minAvailable) return undefined;
    const message = `Not enough valid tasks for gang-scheduling, valid: ${valid}, min: ${this.minAvailable}`;
    return { reason: 'NotEnoughTasks', message };
  }

  /** What its pods have taken. */
  get allocated(): Amounts {
    return this.tasks
      .filter(({ status }) => isAllocated(status))
      .reduce<Amounts>((total, task) => sum(total, task.request), new Map());
  }

  /** What it has taken beyond what it needs. */
  get elastic(): Amounts {
    return excess(this.allocated, this.minResources ?? new Map());
  }

  /** What is still kept for it of what it needs. @upstream plugins/util GetInqueueResource */
  get reserved(): Amounts {
    return excess(this.minResources ?? new Map(), this.allocated);
  }

  /** Whether a pod like this one was found to fit nowhere. */
  hasFailedLike(task: TaskInfo): boolean {
    return task.role !== '' && this.failedRoles().has(task.role);
  }

  private failedRoles(): ReadonlySet<string> {
    return new Set(this.tasks.filter(({ uid }) => this.fitErrors.has(uid)).map(({ role }) => role));
  }

  /** Whether others of its pods are worth a try after one that fits nowhere. @upstream NeedContinueAllocating */
  get mayGoOn(): boolean {
    if (this.minAvailable === this.tasks.length) return false;
    const failed = this.failedRoles();
    if (this.minAvailable < this.taskMinimumsTotal) {
      const left = this.tasks.filter(
        ({ status, role }) => status === 'Pending' && !failed.has(role),
      );
      return this.readyCount + left.length >= this.minAvailable;
    }
    return [...failed].every(role => {
      const least = this.taskMinimums.get(role) ?? 0;
      const have = this.ofRole(
        role,
        ({ status, isBestEffort: isFree }) =>
          isAllocated(status) || status === 'Succeeded' || (status === 'Pending' && isFree),
      );
      return least === 0 || have >= least;
    });
  }

  /** What is told of a pod that waits. @upstream TaskSchedulingReason */
  reasonOf(task: TaskInfo): {
    readonly reason: string;
    readonly message: string;
    readonly nominated?: string;
  } {
    const { status, node, hasEvicted } = task.last ?? task;
    const possibly = `Pod ${task.key} can possibly be assigned to ${node}, once`;
    if (status === 'Allocated') {
      return { reason: 'Schedulable', message: `${possibly} minAvailable is satisfied` };
    }
    if (status === 'Pipelined') {
      const message = `${possibly} resource is released and minAvailable is satisfied`;
      return { reason: 'Unschedulable', message, ...(hasEvicted && { nominated: node }) };
    }
    if (status !== 'Pending') return { reason: status, message: '' };
    return { reason: 'Unschedulable', message: this.fitErrors.get(task.uid)?.toString() ?? '' };
  }

  /** What is told of all of it. @upstream FitError */
  fitError(): string {
    const counts = new Map<string, number>();
    for (const { status } of this.tasks) counts.set(status, (counts.get(status) ?? 0) + 1);
    counts.set('minAvailable', this.minAvailable);
    const ready = this.isReady ? 'pod group is ready' : 'pod group is not ready';
    const pending = this.tasks.filter(({ status }) => status === 'Pending');
    const reasons = histogram(pending.map(task => this.reasonOf(task).reason));
    const waiting = reasons.length === 0 ? '' : `; Pending: ${reasons.join(', ')}`;
    const origin = this.tasks.find(({ uid }) => this.fitErrors.has(uid));
    const cause =
      origin === undefined
        ? ''
        : `. Origin reason is ${origin.pod.metadata.name ?? ''}: ${String(this.fitErrors.get(origin.uid))}`;
    return `${ready}, ${counted(counts).join(', ')}${waiting}${cause}`;
  }
}
