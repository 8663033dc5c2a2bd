/** What is done about a volume. @upstream pkg/controller/volume/persistentvolume/pv_controller.go */
import {
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../api/kinds/core.js';
import type { Queue, Reconciliation } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { call, get, remove, update } from '../../client/requests.js';
import { must, Refused } from '../control/must.js';
import { unboundVolume } from './bound.js';
import type { ClaimContext } from './claims.js';
import { areModesUnlike } from './matching.js';
import { setVolumePhase } from './writes.js';

const provisionedBy = 'pv.kubernetes.io/provisioned-by';

/** What volumes are synchronised with. */
export interface VolumeContext extends ClaimContext {
  readonly queue: Queue;
  /** The key in the queue of a claim, by its own key. */
  readonly claimKey: (key: string) => string;
}

/** Keeps the volume's phase, and gives it back when its claim has gone. @upstream syncVolume */
export function* syncVolume(context: VolumeContext, volume: PersistentVolume): Reconciliation {
  const reference = volume.spec?.claimRef;
  // A volume that is only reserved is bound when its claim is looked at.
  if ((reference?.uid ?? '') === '') {
    yield* setVolumePhase(volume, 'Available');
    return undefined;
  }
  const claim = yield* claimOf(context, volume);
  const { name } = volume.metadata;
  if (claim === undefined) return yield* release(context, volume);
  if ((claim.spec?.volumeName ?? '') === '') {
    if (areModesUnlike(volume, claim)) tellModes(context, volume, claim);
    else {
      const { namespace = '', name: claimName = '' } = claim.metadata;
      context.queue.add(context.claimKey(`${namespace}/${claimName}`));
    }
    return undefined;
  }
  if (claim.spec?.volumeName === name) {
    yield* setVolumePhase(volume, 'Bound');
    return undefined;
  }
  const isProvisioned = volume.metadata.annotations?.[provisionedBy] !== undefined;
  const policy = volume.spec?.persistentVolumeReclaimPolicy;
  if (isProvisioned && policy === 'Delete') return yield* release(context, volume);
  const unbound = yield* must(update(persistentVolumes, unboundVolume(volume)));
  yield* setVolumePhase(unbound, 'Available');
  return undefined;
}

/** The volume's claim; the server is asked before a cache that is behind costs a volume its data. */
function* claimOf(
  { view }: VolumeContext,
  { spec, status }: PersistentVolume,
): Reconciliation<PersistentVolumeClaim | undefined> {
  const { namespace = '', name = '', uid } = spec?.claimRef ?? {};
  const cached = view.get(persistentVolumeClaims, namespace, name);
  if (cached?.metadata.uid === uid) return cached;
  if (cached === undefined && isGivenBack(status?.phase)) return undefined;
  const answer = yield* call(get(persistentVolumeClaims, namespace, name));
  if (!answer.isOk && answer.status !== 404) throw new Refused(answer.message, answer);
  return answer.isOk && answer.object.metadata.uid === uid ? answer.object : undefined;
}

function isGivenBack(phase: string | undefined): boolean {
  return phase === 'Released' || phase === 'Failed';
}

/** @upstream reclaimVolume */
function* release({ events }: VolumeContext, volume: PersistentVolume): Reconciliation {
  const released = isGivenBack(volume.status?.phase)
    ? volume
    : yield* setVolumePhase(volume, 'Released');
  const fail = (reason: string, message: string): Reconciliation<undefined> =>
    tellFailed(events, released, { reason, message });
  const policy = volume.spec?.persistentVolumeReclaimPolicy;
  if (policy === 'Recycle') {
    return yield* fail('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  }
  // Who provisioned the volume deletes it.
  const isForeign = volume.metadata.annotations?.[provisionedBy] !== undefined;
  if (policy !== 'Delete' || isForeign || volume.spec?.csi !== undefined) return undefined;
  const refusal = deletionRefusal(volume);
  if (refusal !== undefined) return yield* fail('VolumeFailedDelete', refusal);
  yield* must(remove(persistentVolumes, '', volume.metadata.name ?? ''));
  return undefined;
}

function* tellFailed(
  events: EventRecorder,
  released: PersistentVolume,
  { reason, message }: { readonly reason: string; readonly message: string },
): Reconciliation<undefined> {
  if (released.status?.phase === 'Failed') return undefined;
  const failed = yield* setVolumePhase(released, 'Failed', message);
  events.record({ regarding: failed, type: 'Warning', reason, message });
  return undefined;
}

/** kube-controller-manager itself deletes directories below /tmp, and nothing else. */
function deletionRefusal({ metadata, spec }: PersistentVolume): string | undefined {
  const path = spec?.hostPath?.path;
  if (path === undefined) {
    const { name = '' } = metadata;
    return `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
  }
  return /\/tmp\/.+/.test(path)
    ? undefined
    : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
}

function tellModes(
  { events }: VolumeContext,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): void {
  const type = 'Warning';
  const reason = 'VolumeMismatch';
  const [volumeName = '', claimName = ''] = [volume.metadata.name, claim.metadata.name];
  const why = 'due to incompatible volumeMode.';
  events.record({
    regarding: volume,
    type,
    reason,
    message: `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claimName}" ${why}`,
  });
  events.record({
    regarding: claim,
    type,
    reason,
    message: `Cannot bind PersistentVolume "${volumeName}" to requested PersistentVolumeClaim ${why}`,
  });
}
