/** Which pods belong to which pod group, and how far each has come. @upstream pkg/scheduler/backend/cache/podgroupstate.go */
import type { PodInfo } from '../pod-info.js';

/** The pods of a group that the scheduler knows of. */
export interface PodGroupState {
  /** All pods of the group. */
  readonly all: ReadonlyMap<string, PodInfo>;
  /** Those that are neither assumed nor bound, by uid, in the order in which they became so. */
  readonly unscheduled: ReadonlySet<string>;
  /** Those that have a node which the API server has not been told yet. */
  readonly assumed: ReadonlySet<string>;
  /** Those that are bound. */
  readonly assigned: ReadonlySet<string>;
}

/** Finds the state of a group. */
export interface PodGroupLister {
  /** The state of the group, by `namespace/name`; undefined where no pod names it. */
  get(group: string): PodGroupState | undefined;
}

/** How many pods of the group have a node. */
export function scheduledCount({ assumed, assigned }: PodGroupState): number {
  return assumed.size + assigned.size;
}

class State implements PodGroupState {
  readonly all = new Map<string, PodInfo>();
  readonly unscheduled = new Set<string>();
  readonly assumed = new Set<string>();
  readonly assigned = new Set<string>();

  clone(): State {
    const copy = new State();
    for (const [uid, pod] of this.all) copy.all.set(uid, pod);
    for (const uid of this.unscheduled) copy.unscheduled.add(uid);
    for (const uid of this.assumed) copy.assumed.add(uid);
    for (const uid of this.assigned) copy.assigned.add(uid);
    return copy;
  }

  put(pod: PodInfo, where: 'unscheduled' | 'assumed' | 'assigned'): void {
    this.all.set(pod.uid, pod);
    if (this[where].has(pod.uid)) return;
    for (const set of [this.unscheduled, this.assumed, this.assigned]) set.delete(pod.uid);
    this[where].add(pod.uid);
  }

  delete(uid: string): void {
    this.all.delete(uid);
    for (const set of [this.unscheduled, this.assumed, this.assigned]) set.delete(uid);
  }
}

/** The groups that pods name, by `namespace/name`; empty where the gate GenericWorkload is off. */
export class PodGroupStates implements PodGroupLister {
  private readonly byGroup = new Map<string, State>();

  constructor(private readonly isEnabled: boolean) {}

  get(group: string): PodGroupState | undefined {
    return this.byGroup.get(group);
  }

  /** A copy of one group's state, for a cycle that assumes pods on trial. */
  trial(group: string): PodGroupStates {
    const copy = new PodGroupStates(this.isEnabled);
    const state = this.byGroup.get(group);
    if (state !== undefined) copy.byGroup.set(group, state.clone());
    return copy;
  }

  /** The pod is known: bound, if it has a node. An assumed one stays so until it is bound. */
  set(pod: PodInfo): void {
    const state = this.stateFor(pod);
    if (state === undefined) return;
    const isAssigned = (pod.pod.spec?.nodeName ?? '') !== '';
    if (!isAssigned && state.assumed.has(pod.uid)) state.all.set(pod.uid, pod);
    else state.put(pod, isAssigned ? 'assigned' : 'unscheduled');
  }

  /** The pod has a node in the scheduler's memory. */
  assume(pod: PodInfo): void {
    const state = this.stateFor(pod);
    if (state !== undefined && !state.assigned.has(pod.uid)) state.put(pod, 'assumed');
  }

  /** The pod has no node after all. */
  forget(pod: PodInfo): void {
    const state = this.stateFor(pod);
    if (state?.assumed.has(pod.uid) === true) state.put(pod, 'unscheduled');
  }

  /** The pod is gone. */
  delete({ uid, group }: PodInfo): void {
    if (group === undefined) return;
    const state = this.byGroup.get(group);
    state?.delete(uid);
    if (state?.all.size === 0) this.byGroup.delete(group);
  }

  private stateFor({ group }: PodInfo): State | undefined {
    if (group === undefined || !this.isEnabled) return undefined;
    let state = this.byGroup.get(group);
    if (state === undefined) this.byGroup.set(group, (state = new State()));
    return state;
  }
}
