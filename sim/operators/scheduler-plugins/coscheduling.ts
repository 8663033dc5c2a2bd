/** The plug-in Coscheduling: the pods of a group are bound once minMember of them have a node. @upstream scheduler-plugins v0.34.7 pkg/coscheduling/coscheduling.go */
import {
  status,
  type Handle,
  type PermitResult,
  type Plugin,
  type PluginFactory,
  type PostFilterResult,
  type QueueOrder,
} from '../../scheduler/framework.js';
import type { PodInfo } from '../../scheduler/pod-info.js';
import { action, anyUpdate } from '../../scheduler/queue/cluster-event.js';
import { PodGroupManager } from './pod-group-manager.js';
import { groupKeyOf, type PodGroup } from './types.js';

const name = 'Coscheduling';

/** Its arguments. @upstream apis/config/v1/defaults.go */
interface Args {
  readonly permitWaitingTimeSeconds?: number;
  readonly podGroupBackoffSeconds?: number;
  readonly podGroupRejectPercentage?: number;
}

/** How it is set. */
interface Settings {
  readonly waitMs: number;
  /** 0: groups are not kept back. */
  readonly backoffMs: number;
  /** So large a share of a group may lack without all of it being sent back. */
  readonly gapMax: number;
}

/** How long pods wait where neither their group nor the arguments say. */
const usualWaitMs = 60_000;

/** The plug-in. */
export const coscheduling: PluginFactory = (args, handle) => {
  const {
    permitWaitingTimeSeconds = 60,
    podGroupBackoffSeconds = 0,
    podGroupRejectPercentage = 10,
  } = (args ?? {}) as Args;
  return new Coscheduling(handle, {
    waitMs: permitWaitingTimeSeconds * 1000,
    backoffMs: podGroupBackoffSeconds * 1000,
    gapMax: podGroupRejectPercentage / 100,
  });
};

class Coscheduling implements Plugin {
  readonly name = name;
  readonly events = [
    { event: { resource: 'Pod', actions: action.add } },
    {
      event: {
        resource: 'podgroups.v1alpha1.scheduling.x-k8s.io',
        actions: action.add | anyUpdate,
      },
    },
  ] as const;
  private readonly groups: PodGroupManager;

  constructor(
    private readonly handle: Handle,
    private readonly settings: Settings,
  ) {
    this.groups = new PodGroupManager(handle, settings.waitMs);
  }

  /** By priority, then by age of the group or pod, then by name. */
  less(a: QueueOrder, b: QueueOrder): boolean {
    if (a.priority !== b.priority) return a.priority > b.priority;
    const [first, second] = [this.groups.waitsSinceMs(a), this.groups.waitsSinceMs(b)];
    return first === second ? a.info.key < b.info.key : first < second;
  }

  preFilter(...[, pod, nodes]: Parameters<NonNullable<Plugin['preFilter']>>) {
    const refusal = this.groups.refusal(pod, nodes);
    if (refusal === undefined) return {};
    return { status: status('UnschedulableAndUnresolvable', name, refusal) };
  }

  /** If one pod finds no place, the others of its group will not be of use: they are sent back. */
  postFilter(...[, pod]: Parameters<NonNullable<Plugin['postFilter']>>): PostFilterResult {
    const group = this.groups.groupOf(pod);
    if (group === undefined) return unschedulable('can not find pod group');
    const key = groupKeyOf(pod.pod);
    const { minMember = 0 } = group.spec;
    const lacking = minMember - this.groups.assignedCount(key);
    if (lacking <= 0 || lacking / minMember <= this.settings.gapMax) return unschedulable();
    this.rejectWaiting(key, 'optimistic rejection in PostFilter');
    if (this.settings.backoffMs > 0 && this.groups.siblingsOf(pod).length >= minMember) {
      this.groups.backOff(key, this.settings.backoffMs);
    }
    this.groups.failed(key);
    return unschedulable(
      `PodGroup ${key} gets rejected due to Pod ${pod.name} is unschedulable even after PostFilter`,
    );
  }

  permit(...[, pod]: Parameters<NonNullable<Plugin['permit']>>): PermitResult {
    switch (this.groups.permit(pod)) {
      case 'no group':
        return {};
      case 'not found':
        return { status: status('Unschedulable', name, 'PodGroup not found') };
      case 'wait':
        return { status: status('Wait', name), waitMs: this.waitMsOf(this.groups.groupOf(pod)) };
      case 'whole':
        this.allowWaiting(groupKeyOf(pod.pod));
        return {};
    }
  }

  reserve(): undefined {}

  /** One of the group gives its node back: so do the others that wait. */
  unreserve(...[, pod]: Parameters<NonNullable<Plugin['unreserve']>>): void {
    const key = groupKeyOf(pod.pod);
    if (key === '' || this.groups.groupOf(pod) === undefined) return;
    this.groups.unassign(pod.pod);
    this.rejectWaiting(key, 'rejection in Unreserve');
    this.groups.failed(key);
  }

  /** A group that says 0 waits as long as the arguments say. */
  private waitMsOf(group: PodGroup | undefined): number {
    const own = (group?.spec.scheduleTimeoutSeconds ?? 0) * 1000;
    const { waitMs } = this.settings;
    if (own !== 0) return own;
    return group?.spec.scheduleTimeoutSeconds === undefined && waitMs === 0 ? usualWaitMs : waitMs;
  }

  private waitingOf(key: string): readonly PodInfo[] {
    return this.handle.waitingPods().filter(({ pod }) => groupKeyOf(pod) === key);
  }

  private rejectWaiting(key: string, message: string): void {
    for (const { uid } of this.waitingOf(key)) this.handle.reject(uid, name, message);
  }

  private allowWaiting(key: string): void {
    this.groups.succeeded(key);
    for (const { uid } of this.waitingOf(key)) this.handle.allow(uid, name);
  }
}

function unschedulable(...reasons: readonly string[]): PostFilterResult {
  return { status: status('Unschedulable', name, ...reasons) };
}
