/**
 * Keeps pod groups that are being deleted for as long as pods that have not ended name them.
 * @upstream pkg/controller/scheduling/podgroupprotection/podgroup_protection_controller.go
 */
import { pods, type Pod } from '../api/kinds/core.js';
import { podGroups } from '../api/kinds/scheduling-v1alpha2.js';
import { hasFinalizer, isDeleting, keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';
import { switchFinalizer } from './control/finalizers.js';
import { isTerminal } from './control/pod-state.js';

const finalizer = 'scheduling.k8s.io/podgroup-protection';
const groupIndex = 'podgroup-protection/group';

/** The controller that protects pod groups in use: with the gate GenericWorkload only. */
export const podGroupProtectionController: ControllerDefinition = {
  name: 'podgroup-protection-controller',
  identity: serviceAccount('kube-system', 'podgroup-protection-controller'),
  create: ({ queue }) => ({
    watches: [
      watch(podGroups, {
        on: ({ type, object }) => {
          if (type !== 'deleted' && isDeleting(object) && hasFinalizer(object, finalizer)) {
            queue.add(keyOf(object));
          }
        },
      }),
      watch(pods, {
        indexes: { [groupIndex]: pod => (isTerminal(pod) ? [] : groupKeys(pod)) },
        on: ({ type, object, old }) => {
          const freed = type === 'deleted' || isTerminal(object) ? groupKeys(object) : [];
          const isAnother = old !== undefined && old.metadata.uid !== object.metadata.uid;
          for (const key of [...freed, ...(isAnother ? groupKeys(old) : [])]) queue.add(key);
        },
      }),
    ],
    reconcile: release,
  }),
};

/** Lets the group go once no pod that runs or may run names it. */
function* release(key: string, view: View): Reconciliation {
  const { namespace, name } = splitKey(key);
  const group = view.get(podGroups, namespace, name);
  if (group === undefined || !isDeleting(group) || !hasFinalizer(group, finalizer)) {
    return undefined;
  }
  if (view.byIndex(pods, groupIndex, key).length > 0) return undefined;
  return yield* switchFinalizer(podGroups, group, finalizer);
}

function groupKeys({ metadata, spec }: Pod): readonly string[] {
  const name = spec?.schedulingGroup?.podGroupName;
  return name === undefined ? [] : [`${metadata.namespace ?? ''}/${name}`];
}
