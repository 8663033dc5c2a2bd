/** Keeps apart pods that may not share a volume. @upstream pkg/scheduler/framework/plugins/volumerestrictions */
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/kinds/core.js';
import { stateKey } from '../cycle-state.js';
import { skip, status, type Handle, type PluginFactory } from '../framework.js';
import type { PodInfo } from '../pod-info.js';
import { action } from '../queue/cluster-event.js';
import { findClaim } from './volumes/claims.js';

const name = 'VolumeRestrictions';
const diskConflict = status('Unschedulable', name, 'node(s) had no available disk');
const claimConflict = status(
  'Unschedulable',
  name,
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface FilterState {
  /** The claims that only one pod may use. */
  readonly exclusive: ReadonlySet<string>;
  /** How often they are used already. */
  conflicts: number;
}

const filtering = stateKey<FilterState>('PreFilterVolumeRestrictions', state => ({ ...state }));

/** The plug-in VolumeRestrictions. */
export const volumeRestrictions: PluginFactory = (_args, handle) => ({
  name,
  preFilter(state, { pod, namespace }) {
    if (!disksOf(pod).some(isRestricted)) return { status: skip };
    const claims = claimNames(pod).map(
      claim => [claim, findClaim(handle.objects, pod, claim)] as const,
    );
    const missing = claims.find(([, claim]) => claim === undefined);
    if (missing !== undefined) {
      const message = `persistentvolumeclaim "${missing[0]}" not found`;
      return { status: status('UnschedulableAndUnresolvable', name, message) };
    }
    const exclusive = new Set(
      claims.filter(([, claim]) => isExclusive(claim)).map(([claim]) => claim),
    );
    const conflicts = [...exclusive].filter(claim =>
      isClaimUsed(handle, `${namespace}/${claim}`),
    ).length;
    if (!disksOf(pod).some(needsCheck) && conflicts === 0) return { status: skip };
    state.write(filtering, { exclusive, conflicts });
    return {};
  },
  addPod: (state, _pod, added) => count(state.read(filtering), added, 1),
  removePod: (state, _pod, removed) => count(state.read(filtering), removed, -1),
  filter(state, { pod }, { pods }) {
    if (pods.some(other => haveConflict(pod, other.pod))) return diskConflict;
    return (state.read(filtering)?.conflicts ?? 0) > 0 ? claimConflict : undefined;
  },
  events: [
    {
      event: { resource: 'Pod', actions: action.delete },
      hint: (pod, { old }) => (isFreedBy(pod, old as Pod) ? 'Queue' : 'QueueSkip'),
    },
    { event: { resource: 'Node', actions: action.add } },
    {
      event: { resource: 'PersistentVolumeClaim', actions: action.add },
      hint(pod, { object }) {
        const { namespace, name: claim = '' } = (object as PersistentVolumeClaim).metadata;
        const isOwn = namespace === pod.metadata.namespace && claimNames(pod).includes(claim);
        return isOwn ? 'Queue' : 'QueueSkip';
      },
    },
  ],
});

function disksOf(pod: Pod): readonly Volume[] {
  return pod.spec?.volumes ?? [];
}

function claimNames(pod: Pod): readonly string[] {
  return disksOf(pod).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
}

function isExclusive(claim: PersistentVolumeClaim | undefined): boolean {
  return claim?.spec?.accessModes?.includes('ReadWriteOncePod') === true;
}

function isClaimUsed({ nodes }: Handle, claim: string): boolean {
  return nodes.nodes.some(({ claims }) => claims.has(claim));
}

function count(state: FilterState | undefined, { pod }: PodInfo, by: 1 | -1): void {
  if (state === undefined) return;
  for (const claim of claimNames(pod)) if (state.exclusive.has(claim)) state.conflicts += by;
}

function isRestricted(volume: Volume): boolean {
  return volume.persistentVolumeClaim !== undefined || needsCheck(volume);
}

/** Whether sharing is restricted for the sort of disk. */
function needsCheck(volume: Volume): boolean {
  const { gcePersistentDisk, awsElasticBlockStore, iscsi, rbd } = volume;
  return (gcePersistentDisk ?? awsElasticBlockStore ?? iscsi ?? rbd) !== undefined;
}

function haveConflict(pod: Pod, other: Pod): boolean {
  return disksOf(pod).some(
    volume => needsCheck(volume) && disksOf(other).some(taken => isSameDisk(volume, taken)),
  );
}

/** Whether both are the same disk and one of them writes. @upstream isVolumeConflict */
function isSameDisk(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    const [disk, taken] = [a.gcePersistentDisk, b.gcePersistentDisk];
    if (disk.pdName === taken.pdName && !areReaders(disk, taken)) return true;
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined) {
    if (a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID) return true;
  }
  if (a.iscsi !== undefined && b.iscsi !== undefined) {
    if (a.iscsi.iqn === b.iscsi.iqn && !areReaders(a.iscsi, b.iscsi)) return true;
  }
  if (a.rbd === undefined || b.rbd === undefined) return false;
  const monitors = b.rbd.monitors;
  return (
    a.rbd.monitors.some(monitor => monitors.includes(monitor)) &&
    (a.rbd.pool ?? 'rbd') === (b.rbd.pool ?? 'rbd') &&
    a.rbd.image === b.rbd.image &&
    !areReaders(a.rbd, b.rbd)
  );
}

interface Readable {
  readonly readOnly?: boolean;
}

function areReaders(a: Readable, b: Readable): boolean {
  return a.readOnly === true && b.readOnly === true;
}

function isFreedBy(pod: Pod, deleted: Pod): boolean {
  if (deleted.metadata.namespace !== pod.metadata.namespace) return false;
  const wanted = claimNames(pod);
  return haveConflict(pod, deleted) || claimNames(deleted).some(claim => wanted.includes(claim));
}
