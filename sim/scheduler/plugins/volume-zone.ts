/** Keeps pods in the zones of their volumes. @upstream pkg/scheduler/framework/plugins/volumezone */
import {
  persistentVolumes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../api/kinds/core.js';
import { storageClasses, type StorageClass } from '../../api/kinds/storage.js';
import { deepEqual } from '../../api/equality.js';
import { stateKey } from '../cycle-state.js';
import { skip, status, type Handle, type PluginFactory, type Status } from '../framework.js';
import { action, anyUpdate } from '../queue/cluster-event.js';
import { claimClass, findClaim } from './volumes/claims.js';

const name = 'VolumeZone';
const conflict = status(
  'UnschedulableAndUnresolvable',
  name,
  'node(s) had no available volume zone',
);
const region = 'topology.kubernetes.io/region';
const zone = 'topology.kubernetes.io/zone';
const betaRegion = 'failure-domain.beta.kubernetes.io/region';
const betaZone = 'failure-domain.beta.kubernetes.io/zone';
const topologyLabels = [betaZone, betaRegion, zone, region];

/** A label of a volume and the values that a node may have for it. */
interface Topology {
  readonly key: string;
  readonly values: readonly string[];
}

const topologies = stateKey<readonly Topology[]>('PreFilterVolumeZone');

/** The plug-in VolumeZone. */
export const volumeZone: PluginFactory = (_args, handle) => ({
  name,
  preFilter(state, { pod }) {
    const found = topologiesOf(handle, pod);
    if ('code' in found) return { status: found };
    if (found.length === 0) return { status: skip };
    state.write(topologies, found);
    return {};
  },
  filter(state, _pod, { labels }) {
    if (!topologyLabels.some(label => labels[label] !== undefined)) return undefined;
    for (const { key, values } of state.read(topologies) ?? []) {
      const value = labels[key] ?? labels[presentLabel(key)];
      if (value === undefined || !values.includes(value)) return conflict;
    }
    return undefined;
  },
  events: [
    {
      event: { resource: 'StorageClass', actions: action.add },
      hint: (_pod, { object }) =>
        (object as StorageClass).volumeBindingMode === 'WaitForFirstConsumer'
          ? 'Queue'
          : 'QueueSkip',
    },
    { event: { resource: 'Node', actions: action.add | action.updateNodeLabel } },
    {
      event: { resource: 'PersistentVolumeClaim', actions: action.add | anyUpdate },
      hint(pod, { object }) {
        const { namespace, name: claim = '' } = (object as PersistentVolumeClaim).metadata;
        const isOwn = namespace === pod.metadata.namespace && claimNames(pod).includes(claim);
        return isOwn ? 'Queue' : 'QueueSkip';
      },
    },
    {
      event: { resource: 'PersistentVolume', actions: action.add | anyUpdate },
      hint(_pod, { old, object }) {
        if (old === undefined) return 'Queue';
        const before = volumeTopologies(old as PersistentVolume);
        const isMoved = !deepEqual(before, volumeTopologies(object as PersistentVolume));
        return isMoved ? 'Queue' : 'QueueSkip';
      },
    },
  ],
});

function claimNames(pod: Pod): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
}

function presentLabel(label: string): string {
  if (label === betaRegion) return region;
  return label === betaZone ? zone : label;
}

function refuse(message: string): Status {
  return status('UnschedulableAndUnresolvable', name, message);
}

/** @upstream getPVbyPod */
function topologiesOf({ objects }: Handle, pod: Pod): readonly Topology[] | Status {
  const found: Topology[] = [];
  for (const claimName of claimNames(pod)) {
    const claim = findClaim(objects, pod, claimName);
    if (claim === undefined) return refuse(`persistentvolumeclaim "${claimName}" not found`);
    const volumeName = claim.spec?.volumeName ?? '';
    if (volumeName === '') {
      const refusal = refusalOfUnbound({ objects }, claim);
      if (refusal !== undefined) return refusal;
      continue;
    }
    const volume = objects.get(persistentVolumes, '', volumeName);
    if (volume === undefined) return refuse(`persistentvolume "${volumeName}" not found`);
    found.push(...volumeTopologies(volume));
  }
  return found;
}

function refusalOfUnbound(
  { objects }: Pick<Handle, 'objects'>,
  claim: PersistentVolumeClaim,
): Status | undefined {
  const className = claimClass(claim);
  if (className === '') {
    return refuse('PersistentVolumeClaim had no pv name and storageClass name');
  }
  const storageClass = objects.get(storageClasses, '', className);
  if (storageClass === undefined) {
    return refuse(`storageclass.storage.k8s.io "${className}" not found`);
  }
  switch (storageClass.volumeBindingMode) {
    case 'WaitForFirstConsumer':
      return undefined;
    case undefined:
      return refuse(`VolumeBindingMode not set for StorageClass "${className}"`);
    default:
      return refuse('PersistentVolume had no name');
  }
}

function volumeTopologies({ metadata }: PersistentVolume): readonly Topology[] {
  return topologyLabels.flatMap(key => {
    const label = metadata.labels?.[key];
    if (label === undefined) return [];
    const values = label.split('__').map(value => value.trim());
    return values.includes('') ? [] : [{ key, values }];
  });
}
