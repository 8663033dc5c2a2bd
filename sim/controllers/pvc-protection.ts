/**
 * Keeps claims that are being deleted for as long as a pod uses them.
 * @upstream pkg/controller/volume/pvcprotection/pvc_protection_controller.go
 */
import {
  persistentVolumeClaims,
  pods,
  type PersistentVolumeClaim,
  type Pod,
} from '../api/kinds/core.js';
import { hasFinalizer, isControlledBy, isDeleting, keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { list, splitKey, watch } from '../client/requests.js';
import { switchFinalizer } from './control/finalizers.js';
import { must, retrying } from './control/must.js';
import { ephemeralClaimName, podClaimKeys } from './control/pod-claims.js';
import { isTerminal } from './control/pod-state.js';

const finalizer = 'kubernetes.io/pvc-protection';
const claimIndex = 'pvc-protection/claim';

/** The controller that protects claims in use. */
export const pvcProtectionController: ControllerDefinition = {
  name: 'persistentvolumeclaim-protection-controller',
  queueName: 'pvcprotection',
  identity: serviceAccount('kube-system', 'pvc-protection-controller'),
  create: ({ queue }) => ({
    watches: [
      watch(persistentVolumeClaims, {
        on: ({ type, object }) => {
          const needsWork = hasFinalizer(object, finalizer) === isDeleting(object);
          if (type !== 'deleted' && needsWork) queue.add(keyOf(object));
        },
      }),
      watch(pods, {
        indexes: { [claimIndex]: podClaimKeys },
        on: ({ type, object, old }) => {
          const isFree = (pod: Pod) => pod.spec?.nodeName === undefined || isTerminal(pod);
          if (type === 'deleted' || isFree(object))
            for (const key of podClaimKeys(object)) queue.add(key);
          if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
            for (const key of podClaimKeys(old)) queue.add(key);
          }
        },
      }),
    ],
    reconcile: protect,
  }),
};

/** Gives the claim the finalizer, or takes it off one that is being deleted and free. */
function* protect(key: string, view: View): Reconciliation {
  const { namespace, name } = splitKey(key);
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim === undefined) return undefined;
  const isProtected = hasFinalizer(claim, finalizer);
  if (isProtected !== isDeleting(claim)) return undefined;
  if (!isProtected) return yield* switchFinalizer(persistentVolumeClaims, claim, finalizer);
  const cached = view.byIndex(pods, claimIndex, key);
  if (cached.some(pod => isUsedBy(claim, pod))) return undefined;
  return yield* retrying(release(claim));
}

/** Lets the claim go unless a pod uses it that the cache does not have yet. */
function* release(claim: PersistentVolumeClaim): Reconciliation {
  const { items } = yield* must(list(pods, claim.metadata.namespace ?? ''));
  if (items.some(pod => isUsedBy(claim, pod))) return undefined;
  return yield* switchFinalizer(persistentVolumeClaims, claim, finalizer);
}

/** Only pods that are bound use claims: the kubelet starts none whose claim is being deleted. */
function isUsedBy(claim: PersistentVolumeClaim, pod: Pod): boolean {
  if (!pod.spec?.nodeName) return false;
  return (pod.spec.volumes ?? []).some(volume => {
    if (volume.persistentVolumeClaim?.claimName === claim.metadata.name) return true;
    const isShutDown = isDeleting(pod) && pod.metadata.deletionGracePeriodSeconds === 0;
    if (volume.ephemeral === undefined || isShutDown) return false;
    return ephemeralClaimName(pod, volume) === claim.metadata.name && isControlledBy(claim, pod);
  });
}
