/**
 * The pods of a gang are tried once there are enough of them, and bound once enough have a node.
 * @upstream pkg/scheduler/framework/plugins/gangscheduling/gangscheduling.go
 */
import type { Pod } from '../../api/kinds/core.js';
import { podGroups } from '../../api/kinds/scheduling-v1alpha2.js';
import { status, type Handle, type PermitResult, type PluginFactory } from '../framework.js';
import { scheduledCount } from '../groups/group-state.js';
import { PodInfo } from '../pod-info.js';
import { action, type ObjectChange, type QueueingHint } from '../queue/cluster-event.js';

const name = 'GangScheduling';

/** How long pods wait for the rest of their gang to get nodes. */
const permitWaitMs = 5 * 60_000;

/** The plug-in GangScheduling, behind the gate of that name. */
export const gangScheduling: PluginFactory = (_args, handle) => ({
  name,
  preEnqueue: pod => preEnqueue(handle, pod),
  permit: (state, pod) => permit(handle, state.group?.podGroups ?? handle.podGroups, pod),
  events: [
    { event: { resource: 'Pod', actions: action.add }, hint: afterPod },
    { event: { resource: 'PodGroup', actions: action.add }, hint: afterGroup },
  ],
});

function preEnqueue({ objects, podGroups: states }: Handle, pod: Pod) {
  const group = groupOf(pod);
  if (group === undefined) return undefined;
  const wait = (text: string) => status('UnschedulableAndUnresolvable', name, text);
  const known = objects.get(podGroups, group.namespace, group.name);
  if (known === undefined) {
    return wait(`waiting for pods's pod group "${group.name}" to appear in scheduling queue`);
  }
  const { gang } = known.spec.schedulingPolicy;
  if (!gang) return undefined;
  const state = states.get(`${group.namespace}/${group.name}`);
  if (state !== undefined && state.all.size >= gang.minCount) return undefined;
  return wait('waiting for minCount pods from a gang to appear in scheduling queue');
}

function permit(
  handle: Handle,
  states: Handle['podGroups'],
  { pod, group: key }: PodInfo,
): PermitResult {
  const group = groupOf(pod);
  if (group === undefined || key === undefined) return {};
  const known = handle.objects.get(podGroups, group.namespace, group.name);
  if (known === undefined) {
    const missing = `podgroup.scheduling.k8s.io "${group.name}" not found`;
    return { status: status('Error', name, `failed to get podGroup ${key}: ${missing}`) };
  }
  const { gang } = known.spec.schedulingPolicy;
  if (!gang) return {};
  const state = states.get(key);
  if (state === undefined) {
    return { status: status('Error', name, `pod group state not found for pod group ${key}`) };
  }
  if (scheduledCount(state) < gang.minCount) {
    handle.activate([...state.unscheduled].flatMap(uid => state.all.get(uid) ?? []));
    const text = 'waiting for minCount pods from a gang to be scheduled';
    return { status: status('Wait', name, text), waitMs: permitWaitMs };
  }
  for (const uid of state.assumed) handle.allow(uid, name);
  return {};
}

function groupOf({
  metadata,
  spec,
}: Pod): { readonly namespace: string; readonly name: string } | undefined {
  const group = spec?.schedulingGroup?.podGroupName;
  return group === undefined ? undefined : { namespace: metadata.namespace ?? '', name: group };
}

/** A pod of the same group may complete the gang. */
function afterPod(pod: Pod, { object }: ObjectChange): QueueingHint {
  const { group } = new PodInfo(pod);
  const isMember = object !== undefined && new PodInfo(object as Pod).group === group;
  return group !== undefined && isMember ? 'Queue' : 'QueueSkip';
}

function afterGroup(pod: Pod, { object }: ObjectChange): QueueingHint {
  const group = groupOf(pod);
  const { name: added, namespace } = object?.metadata ?? {};
  return group?.name === added && group?.namespace === namespace ? 'Queue' : 'QueueSkip';
}
