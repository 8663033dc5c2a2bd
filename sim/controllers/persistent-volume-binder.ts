/**
 * Binds claims to volumes.
 * @upstream pkg/controller/volume/persistentvolume/pv_controller_base.go
 */
import { persistentVolumeClaims, persistentVolumes, pods } from '../api/kinds/core.js';
import { storageClasses } from '../api/kinds/storage.js';
import { keyOf, splitKey } from '../api/meta.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { retrying } from './control/must.js';
import { podClaimKeys } from './control/pod-claims.js';
import { podsByClaim, syncClaim } from './persistent-volume-binder/claims.js';
import { syncVolume, type VolumeContext } from './persistent-volume-binder/volumes.js';

const claimPrefix = 'claim:';
const volumePrefix = 'volume:';

function claimKey(key: string): string {
  return claimPrefix + key;
}

/** The controller that binds claims to volumes and gives volumes back. */
export const persistentVolumeBinder: ControllerDefinition = {
  name: 'persistentvolume-binder-controller',
  eventSource: 'persistentvolume-controller',
  identity: serviceAccount('kube-system', 'persistent-volume-binder'),
  create: ({ queue, events }) => ({
    watches: [
      watch(persistentVolumeClaims, {
        on: ({ type, object }) => {
          if (type !== 'deleted') return queue.add(claimKey(keyOf(object)));
          const { volumeName } = object.spec ?? {};
          if (volumeName) queue.add(volumePrefix + volumeName);
        },
      }),
      watch(persistentVolumes, {
        on: ({ type, object }) => {
          if (type !== 'deleted') return queue.add(volumePrefix + keyOf(object));
          const { namespace = '', name } = object.spec?.claimRef ?? {};
          if (name) queue.add(claimKey(`${namespace}/${name}`));
        },
      }),
      watch(storageClasses),
      watch(pods, { indexes: { [podsByClaim]: podClaimKeys } }),
    ],
    reconcile: (key, view) => sync(key, { view, events, queue, claimKey }),
  }),
};

function* sync(key: string, context: VolumeContext): Reconciliation {
  const { view } = context;
  if (key.startsWith(volumePrefix)) {
    const volume = view.get(persistentVolumes, '', key.slice(volumePrefix.length));
    if (volume === undefined) return undefined;
    return yield* retrying(syncVolume(context, volume));
  }
  const { namespace, name } = splitKey(key.slice(claimPrefix.length));
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim === undefined) return undefined;
  return yield* retrying(syncClaim(context, claim));
}
