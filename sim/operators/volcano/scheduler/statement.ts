/** Placements that are made all together or not at all. @upstream volcano v1.15.1 pkg/scheduler/framework/statement.go */
import type { CycleState } from '../../../scheduler/cycle-state.js';
import type { JobInfo } from './job-info.js';
import type { Session } from './session.js';
import type { TaskInfo } from './task-info.js';

/** A pod that is to be bound. */
export interface Placement {
  readonly task: TaskInfo;
  readonly node: string;
  /** What the plug-ins found out about the pod. */
  readonly state: CycleState;
}

/** What is in mind for pods of a group. */
export class Statement {
  private readonly placed: { readonly task: TaskInfo; readonly state: CycleState }[] = [];
  private readonly victims: { readonly victim: TaskInfo; readonly reason: string }[] = [];

  constructor(
    private readonly session: Session,
    private readonly job: JobInfo,
  ) {}

  /** The pod gets its place. */
  allocate(task: TaskInfo, node: string, state: CycleState): void {
    this.put(task, node, state, 'Allocated');
  }

  /** The pod waits for the place of those that go. */
  pipeline(
    task: TaskInfo,
    node: string,
    state: CycleState,
    { hasEvicted = false }: { readonly hasEvicted?: boolean } = {},
  ): void {
    this.put(task, node, state, 'Pipelined');
    task.hasEvicted = hasEvicted;
  }

  /** A pod is to go. */
  evict(victim: TaskInfo, reason: string): void {
    const job = this.session.jobOf(victim);
    this.session.nodes.release(victim, 1);
    victim.status = 'Releasing';
    if (job !== undefined) this.session.shares.take(job, victim, -1);
    this.victims.push({ victim, reason });
  }

  /** Takes over what another of the same group has in mind. */
  merge({ placed, victims }: Statement): void {
    this.placed.push(...placed.splice(0));
    this.victims.push(...victims.splice(0));
  }

  private put(
    task: TaskInfo,
    node: string,
    state: CycleState,
    status: 'Allocated' | 'Pipelined',
  ): void {
    const { nodes, shares } = this.session;
    task.status = status;
    task.node = node;
    nodes.place(task, node, { isWaiting: status === 'Pipelined' });
    shares.take(this.job, task, 1);
    this.placed.push({ task, state });
  }

  /** What is to be bound now; those that wait keep their places in mind. */
  commit(): readonly Placement[] {
    for (const { victim, reason } of this.victims) this.session.evicted.set(victim, reason);
    return this.placed
      .filter(({ task }) => task.status === 'Allocated')
      .map(({ task, state }) => {
        task.status = 'Binding';
        return { task, node: task.node, state };
      });
  }

  /** Takes all back. */
  discard(): void {
    const { nodes, shares } = this.session;
    for (const { task } of this.placed.reverse()) {
      nodes.takeOff(task, task.node, { isWaiting: task.status === 'Pipelined' });
      shares.take(this.job, task, -1);
      task.reset();
    }
    for (const { victim } of this.victims.reverse()) {
      const job = this.session.jobOf(victim);
      nodes.release(victim, -1);
      victim.status = victim.pod.status?.phase === 'Running' ? 'Running' : 'Bound';
      if (job !== undefined) shares.take(job, victim, 1);
    }
  }
}
