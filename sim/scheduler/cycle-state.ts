/** What plug-ins keep during one attempt to schedule a pod. @upstream pkg/scheduler/framework/cycle_state.go */
import type { Plugin } from './framework.js';
import type { PodGroupLister } from './groups/group-state.js';

/** Names a slot of the state, with the type of what it holds. */
export interface StateKey<T> {
  readonly name: string;
  /** Copies the data for a trial with other pods; absent: the data is shared. */
  readonly clone?: (data: T) => T;
}

/** Makes a key. */
export function stateKey<T>(name: string, clone?: (data: T) => T): StateKey<T> {
  return clone === undefined ? { name } : { name, clone };
}

/** What the pods of a group share during the cycle in which they are tried together. */
export interface GroupCycle {
  /** The groups as they would be, with the pods that are assumed on trial. */
  readonly podGroups: PodGroupLister;
  /** Claims, by uid, whose allocation was decided in this cycle: pods of the group may share it. */
  readonly pendingClaims: Set<string>;
}

/** The scratch pad of one attempt. */
export class CycleState {
  /** The Filter plug-ins that are left after PreFilter. */
  filters: readonly Plugin[] = [];
  /** The plug-ins with AddPod and RemovePod that are left after PreFilter. */
  extensions: readonly Plugin[] = [];
  /** Set while the pod is tried as one of a group. */
  group: GroupCycle | undefined;
  private readonly slots = new Map<StateKey<unknown>, unknown>();

  read<T>(key: StateKey<T>): T | undefined {
    return this.slots.get(key as StateKey<unknown>) as T | undefined;
  }

  write<T>(key: StateKey<T>, data: T): void {
    this.slots.set(key as StateKey<unknown>, data);
  }

  /** A copy in which pods can be added and removed. */
  clone(): CycleState {
    const copy = new CycleState();
    copy.filters = this.filters;
    copy.extensions = this.extensions;
    copy.group = this.group;
    for (const [key, data] of this.slots) {
      copy.slots.set(key, key.clone === undefined ? data : key.clone(data));
    }
    return copy;
  }
}
