/** What Coscheduling remembers of groups. @upstream scheduler-plugins v0.34.7 pkg/coscheduling/core/core.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { Handle, QueueOrder } from '../../scheduler/framework.js';
import type { NodeInfo } from '../../scheduler/node-info.js';
import { PodInfo } from '../../scheduler/pod-info.js';
import { ExpiringKeys } from './expiring-keys.js';
import { resourceGap } from './resource-gap.js';
import { groupKeyOf, groupLabel, podGroups, type PodGroup } from './types.js';

/** Whether the pod may be bound, as far as its group goes. */
export type Leave = 'no group' | 'not found' | 'wait' | 'whole';

const permittedMs = 3000;
const backedOffMs = 10_000;

/** The groups of one profile. */
export class PodGroupManager {
  private readonly permitted = new ExpiringKeys(permittedMs);
  private readonly backedOff = new ExpiringKeys(backedOffMs);
  /** When each group failed last: it stands in the queue as if it were made then. */
  private readonly failedMs = new Map<string, number>();
  /** The names of the pods that have a node, by group. */
  private readonly assigned = new Map<string, Set<string>>();

  constructor(
    private readonly handle: Handle,
    private readonly waitMs: number,
  ) {
    handle.observe(pods, ({ type, object }) => {
      if ((object.spec?.nodeName ?? '') === '') return;
      if (type === 'added') this.assign(object);
      else if (type === 'deleted') this.unassign(object);
    });
  }

  /** The pod's group; undefined where it names none, or one that is not there. */
  groupOf({ pod, namespace }: PodInfo): PodGroup | undefined {
    const name = pod.metadata.labels?.[groupLabel] ?? '';
    return name === '' ? undefined : this.handle.objects.get(podGroups, namespace, name);
  }

  assignedCount(key: string): number {
    return this.assigned.get(key)?.size ?? 0;
  }

  /** All pods that name the pod's group. */
  siblingsOf({ pod, namespace }: PodInfo): readonly Pod[] {
    const name = pod.metadata.labels?.[groupLabel];
    return this.handle.objects
      .list(pods, namespace)
      .filter(({ metadata }) => metadata.labels?.[groupLabel] === name);
  }

  /** Why the pod need not be tried; undefined: it may be. */
  refusal(pod: PodInfo, nodes: readonly NodeInfo[]): string | undefined {
    const group = this.groupOf(pod);
    if (group === undefined) return undefined;
    const key = groupKeyOf(pod.pod);
    const nowMs = this.handle.now();
    if (this.backedOff.has(key, nowMs)) return `podGroup ${key} failed recently`;
    const { minMember = 0, minResources } = group.spec;
    const siblings = this.siblingsOf(pod);
    if (siblings.length < minMember) {
      return `pre-filter pod ${pod.name} cannot find enough sibling pods, current pods number: ${siblings.length}, minMember of group: ${minMember}`;
    }
    const gated = siblings.filter(({ spec }) => (spec?.schedulingGates ?? []).length > 0);
    if (minMember - siblings.length + gated.length > 0) {
      return `pre-filter pod ${pod.name} cannot proceed due to gated pods in the same PodGroup`;
    }
    if (minResources === undefined || this.permitted.has(key, nowMs)) return undefined;
    const gap = resourceGap(nodes, group, key);
    if (gap !== undefined) return `resource gap: ${gap}`;
    this.permitted.add(key, nowMs, this.waitMs);
    return undefined;
  }

  /** Counts the pod in, which has its node; the first of a group calls the others. */
  permit(pod: PodInfo): Leave {
    const key = groupKeyOf(pod.pod);
    if (key === '') return 'no group';
    const group = this.groupOf(pod);
    if (group === undefined) return 'not found';
    this.assign(pod.pod);
    const count = this.assignedCount(key);
    if (count >= (group.spec.minMember ?? 0)) return 'whole';
    if (count === 1) this.activateSiblings(pod);
    return 'wait';
  }

  private activateSiblings(pod: PodInfo): void {
    const others = this.siblingsOf(pod).filter(({ metadata }) => metadata.uid !== pod.uid);
    this.handle.activate(others.map(other => new PodInfo(other)));
  }

  private assign(pod: Pod): void {
    const key = groupKeyOf(pod);
    if (key === '') return;
    const names = this.assigned.get(key) ?? new Set();
    this.assigned.set(key, names.add(pod.metadata.name ?? ''));
  }

  /** The pod has no node after all, or is gone. */
  unassign(pod: Pod): void {
    const key = groupKeyOf(pod);
    const names = this.assigned.get(key);
    names?.delete(pod.metadata.name ?? '');
    if (names?.size === 0) this.assigned.delete(key);
  }

  /** Nothing of the group is tried for so long. */
  backOff(key: string, forMs: number): void {
    this.backedOff.add(key, this.handle.now(), forMs);
  }

  /** The group failed: its resources are checked anew, and it gives way to others of its priority. */
  failed(key: string): void {
    this.permitted.delete(key);
    this.failedMs.set(key, this.handle.now());
  }

  succeeded(key: string): void {
    this.failedMs.delete(key);
  }

  /** Since when the pod, or rather its group, waits. */
  waitsSinceMs({ info, firstAttemptMs = 0 }: QueueOrder): number {
    const key = groupKeyOf(info.pod);
    if (key === '') return firstAttemptMs;
    const failedMs = this.failedMs.get(key);
    if (failedMs !== undefined) return failedMs;
    const group = this.groupOf(info);
    return timeMs(group?.metadata.creationTimestamp) ?? firstAttemptMs;
  }
}
