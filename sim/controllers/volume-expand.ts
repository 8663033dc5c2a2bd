/**
 * Says of claims that ask for more than they have that somebody else has to grow their volumes.
 * @upstream pkg/controller/volume/expand/expand_controller.go
 */
import {
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolumeClaim,
} from '../api/kinds/core.js';
import { keyOf } from '../api/meta.js';
import { compareQuantities } from '../api/quantity.js';
import {
  serviceAccount,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';

/** A volume that its node has still to grow has it. */
const preResizeCapacity = 'volume.alpha.kubernetes.io/pre-resize-capacity';

/** The controller of growing volumes; no plug-in that could grow one is left in Kubernetes. */
export const volumeExpandController: ControllerDefinition = {
  name: 'persistentvolume-expander-controller',
  queueName: 'volume_expand',
  eventSource: 'volume_expand',
  identity: serviceAccount('kube-system', 'expand-controller'),
  create: context => ({
    workers: 10,
    watches: [
      watch(persistentVolumeClaims, {
        on: ({ object, old }) => {
          if (object.status?.phase !== 'Bound') return;
          if (old === undefined || hasGrown(old, object)) context.queue.add(keyOf(object));
        },
      }),
      watch(persistentVolumes),
    ],
    reconcile: key => tell(context, key),
  }),
};

function hasGrown(old: PersistentVolumeClaim, claim: PersistentVolumeClaim): boolean {
  return (
    compareQuantities(wanted(claim), wanted(old)) > 0 || compareQuantities(had(claim), had(old)) > 0
  );
}

function wanted({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.['storage'] ?? '0';
}

function had({ status }: PersistentVolumeClaim): string {
  return status?.capacity?.['storage'] ?? '0';
}

// eslint-disable-next-line require-yield
function* tell({ view, events }: ControllerContext, key: string): Reconciliation {
  const { namespace, name } = splitKey(key);
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim === undefined) return undefined;
  const volumeName = claim.spec?.volumeName ?? '';
  const volume = view.get(persistentVolumes, '', volumeName);
  if (volume === undefined) return { retry: `persistentvolumes "${volumeName}" not found` };
  const { uid, namespace: boundTo } = volume.spec?.claimRef ?? {};
  if (uid !== claim.metadata.uid || boundTo !== namespace) {
    return { retry: `persistent Volume is not bound to PVC being updated : ${key}` };
  }
  const isHalfGrown = volume.metadata.annotations?.[preResizeCapacity] !== undefined;
  if (compareQuantities(wanted(claim), had(claim)) <= 0 && !isHalfGrown) return undefined;
  const message = 'waiting for an external controller to expand this PVC';
  events.record({ regarding: claim, type: 'Normal', reason: 'ExternalExpanding', message });
  return undefined;
}
