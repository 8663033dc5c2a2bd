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
import { isOnlyAsked, podsByClaim, syncClaim } from './persistent-volume-binder/claims.js';
import { syncVolume, type VolumeContext } from './persistent-volume-binder/volumes.js';

const claimPrefix = 'claim:';
const volumePrefix = 'volume:';

function claimKey(key: string): string {
  return claimPrefix + key;
}

/** All claims are looked at again as often as this, counted from the start. @upstream PVClaimBinderSyncPeriod */
const resyncMs = 15_000;

/** The controller that binds claims to volumes and gives volumes back. */
export const persistentVolumeBinder: ControllerDefinition = {
  name: 'persistentvolume-binder-controller',
  queueName: { 'claim:': 'claims', 'volume:': 'volumes' },
  eventSource: 'persistentvolume-controller',
  identity: serviceAccount('kube-system', 'persistent-volume-binder'),
  create: ({ queue, events, clock }) => {
    const startMs = clock.now();
    const untilResyncMs = (): number => resyncMs - ((clock.now() - startMs) % resyncMs);
    return {
      watches: [
        watch(persistentVolumeClaims, {
          on: ({ type, object, old }) => {
            if (old !== undefined && isOnlyAsked(old, object)) return;
            if (type !== 'deleted') return queue.add(claimKey(keyOf(object)));
            const { volumeName } = object.spec ?? {};
            if (volumeName) queue.add(volumePrefix + volumeName);
          },
        }),
        watch(persistentVolumes, {
          on: ({ type, object, old }) => {
            if (type !== 'deleted') queue.add(volumePrefix + keyOf(object));
            const gone = type === 'deleted' ? object : old;
            const { namespace = '', name, uid } = gone?.spec?.claimRef ?? {};
            if (!name) return;
            const claim = claimKey(`${namespace}/${name}`);
            if (type === 'deleted') queue.add(claim);
            // A claim that lost its volume to a user's hand is found when all are looked at.
            else if (uid && object.spec?.claimRef?.uid !== uid) {
              queue.addAfter(claim, untilResyncMs());
            }
          },
        }),
        watch(storageClasses),
        watch(pods, { indexes: { [podsByClaim]: podClaimKeys } }),
      ],
      reconcile: (key, view) => sync(key, { view, events, queue, claimKey, untilResyncMs }),
    };
  },
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
