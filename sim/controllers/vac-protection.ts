/**
 * Keeps classes of volume attributes that are being deleted for as long as claims or volumes name them.
 * @upstream pkg/controller/volume/vacprotection/vac_protection_controller.go
 */
import {
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../api/kinds/core.js';
import { volumeAttributesClasses } from '../api/kinds/storage.js';
import { hasFinalizer, isDeleting, keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type Change,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { switchFinalizer } from './control/finalizers.js';

const finalizer = 'kubernetes.io/vac-protection';
const claimIndex = 'vac-protection/claim';
const volumeIndex = 'vac-protection/volume';

/** The controller that protects classes of volume attributes in use. */
export const vacProtectionController: ControllerDefinition = {
  name: 'volumeattributesclass-protection-controller',
  queueName: 'vacprotection',
  identity: serviceAccount('kube-system', 'volumeattributesclass-protection-controller'),
  create: ({ queue }) => {
    /** Those that an object no longer names may be free now. */
    const freed = <T>({ type, object, old }: Change<T>, namesOf: (of: T) => readonly string[]) => {
      const now = type === 'deleted' ? [] : namesOf(object);
      for (const name of namesOf(old ?? object)) if (!now.includes(name)) queue.add(name);
    };
    return {
      watches: [
        watch(volumeAttributesClasses, {
          on: ({ type, object }) => {
            const needsWork = hasFinalizer(object, finalizer) === isDeleting(object);
            if (type !== 'deleted' && needsWork) queue.add(keyOf(object));
          },
        }),
        watch(persistentVolumeClaims, {
          indexes: { [claimIndex]: classesOfClaim },
          on: change => freed(change, classesOfClaim),
        }),
        watch(persistentVolumes, {
          indexes: { [volumeIndex]: classesOfVolume },
          on: change => freed(change, classesOfVolume),
        }),
      ],
      reconcile: protect,
    };
  },
};

/** Gives the class the finalizer, or takes it off one that is being deleted and free. */
function* protect(key: string, view: View): Reconciliation {
  const known = view.get(volumeAttributesClasses, '', key);
  if (known === undefined) return undefined;
  const isProtected = hasFinalizer(known, finalizer);
  if (isProtected !== isDeleting(known)) return undefined;
  const isUsed =
    view.byIndex(persistentVolumes, volumeIndex, key).length > 0 ||
    view.byIndex(persistentVolumeClaims, claimIndex, key).length > 0;
  if (isProtected && isUsed) return undefined;
  return yield* switchFinalizer(volumeAttributesClasses, known, finalizer);
}

function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter(name => name !== undefined && name !== ''))] as string[];
}

function classesOfVolume({ spec }: PersistentVolume): readonly string[] {
  const { volumeAttributesClassName: name = '' } = spec ?? {};
  return name === '' ? [] : [name];
}
