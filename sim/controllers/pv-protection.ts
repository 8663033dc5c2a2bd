/**
 * Keeps volumes that are being deleted for as long as they are bound.
 * @upstream pkg/controller/volume/pvprotection/pv_protection_controller.go
 */
import { persistentVolumes } from '../api/kinds/core.js';
import { hasFinalizer, isDeleting, keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { switchFinalizer } from './control/finalizers.js';

const finalizer = 'kubernetes.io/pv-protection';

/** The controller that protects bound volumes. */
export const pvProtectionController: ControllerDefinition = {
  name: 'persistentvolume-protection-controller',
  queueName: 'pvprotection',
  identity: serviceAccount('kube-system', 'pv-protection-controller'),
  create: ({ queue }) => ({
    watches: [
      watch(persistentVolumes, {
        on: ({ type, object }) => {
          const needsWork = hasFinalizer(object, finalizer) === isDeleting(object);
          if (type !== 'deleted' && needsWork) queue.add(keyOf(object));
        },
      }),
    ],
    reconcile: protect,
  }),
};

/** Gives the volume the finalizer, or takes it off one that is being deleted and free. */
function* protect(key: string, view: View): Reconciliation {
  const volume = view.get(persistentVolumes, '', key);
  if (volume === undefined) return undefined;
  const isProtected = hasFinalizer(volume, finalizer);
  if (isProtected !== isDeleting(volume)) return undefined;
  if (isProtected && volume.status?.phase === 'Bound') return undefined;
  return yield* switchFinalizer(persistentVolumes, volume, finalizer);
}
