/** Which plug-ins a change wakes a pod for. */
import type { Node, Pod } from '../../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import { nodeUpdateEvents, podUpdateEvents } from '../../../../sim/scheduler/queue/changes.js';
import {
  action,
  anyUpdate,
  type ClusterEvent,
  type EventResource,
} from '../../../../sim/scheduler/queue/cluster-event.js';
import { Hints } from '../../../../sim/scheduler/queue/hints.js';
import { worldOf, type Scene } from './world.js';

/** A case of `queueing-hints`. */
export interface HintsCase extends Scene {
  readonly id: string;
  readonly kind: string;
  readonly change: string;
  readonly old?: KubeObject;
  readonly new?: KubeObject;
  readonly pod: Pod;
  readonly expect: readonly unknown[];
}

/** The events that the change is turned into, with the answers of the plug-ins. */
export function answerHints(each: HintsCase): unknown {
  const { framework } = worldOf(each);
  const hints = Hints.of(framework.plugins);
  return eventsOf(each).map(event => {
    const answers = hints.answers(event, { old: each.old, object: each.new }, each.pod);
    const byPlugin: Record<string, string> = {};
    for (const { plugin, hint } of answers) {
      if (byPlugin[plugin] !== 'Queue') byPlugin[plugin] = hint;
    }
    const name = actionNames.get(event.actions) ?? String(event.actions);
    const resource = resourceNames[event.resource] ?? event.resource;
    return { action: `[${name}]`, event: `${resource}${name}`, hints: byPlugin, resource };
  });
}

function eventsOf({ kind, change, old, new: now }: HintsCase): readonly ClusterEvent[] {
  const isUpdate = old !== undefined && now !== undefined;
  if (kind === 'Node' && isUpdate) {
    return nodeUpdateEvents(old as unknown as Node, now as unknown as Node);
  }
  if (kind === 'Pod' && isUpdate) {
    return podUpdateEvents(old as unknown as Pod, now as unknown as Pod);
  }
  const actions = isUpdate ? anyUpdate : change.startsWith('add') ? action.add : action.delete;
  return [{ resource: kind === 'Pod' ? 'AssignedPod' : (kind as EventResource), actions }];
}

const actionNames: ReadonlyMap<number, string> = new Map([
  [anyUpdate as number, 'Update'],
  ...Object.entries(action).map(
    ([name, bits]) => [bits as number, `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`] as const,
  ),
]);

const resourceNames: Readonly<Partial<Record<EventResource, string>>> = {
  CSINode: 'storage.k8s.io/CSINode',
  CSIDriver: 'storage.k8s.io/CSIDriver',
  CSIStorageCapacity: 'storage.k8s.io/CSIStorageCapacity',
  StorageClass: 'storage.k8s.io/StorageClass',
  VolumeAttachment: 'storage.k8s.io/VolumeAttachment',
  ResourceClaim: 'resource.k8s.io/ResourceClaim',
  ResourceSlice: 'resource.k8s.io/ResourceSlice',
  DeviceClass: 'resource.k8s.io/DeviceClass',
};
