/** Keeps a node from getting more volumes of a driver than it can attach. @upstream pkg/scheduler/framework/plugins/nodevolumelimits */
import { persistentVolumes, type PersistentVolumeClaim, type Pod } from '../../api/kinds/core.js';
import {
  csiNodes,
  storageClasses,
  volumeAttachments,
  type CSINode,
  type VolumeAttachment,
} from '../../api/kinds/storage.js';
import { skip, status, type Handle, type PluginFactory, type Status } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { action, anyUpdate } from '../queue/cluster-event.js';
import { asCSIVolume, driverOf, isInTree, type CSIVolume } from './volumes/in-tree.js';
import { isNowhere } from '../queue/pod-change.js';
import {
  claimClass,
  claimReference,
  claimReferences,
  findClaim,
  notForPod,
} from './volumes/claims.js';

const name = 'NodeVolumeLimits';
const exceeded = status('Unschedulable', name, 'node(s) exceed max volume count');

/** Drivers by the unique names of volumes. */
type VolumeDrivers = Map<string, string>;

/** The plug-in NodeVolumeLimits. */
export const nodeVolumeLimits: PluginFactory = (_args, handle) => ({
  name,
  preFilter: (_state, { pod }) => (isConcerned(pod) ? {} : { status: skip }),
  filter: (_state, { pod }, node) => refusalOn(handle, pod, node),
  events: [
    { event: { resource: 'CSINode', actions: action.add } },
    {
      event: { resource: 'CSINode', actions: anyUpdate },
      hint: (_pod, { old, object }) =>
        hasRoom(old as CSINode, object as CSINode) ? 'Queue' : 'QueueSkip',
    },
    {
      event: { resource: 'Pod', actions: action.delete },
      hint(_pod, { old }) {
        const deleted = old as Pod;
        return !isNowhere(deleted) && isConcerned(deleted) ? 'Queue' : 'QueueSkip';
      },
    },
    {
      event: { resource: 'PersistentVolumeClaim', actions: action.add },
      hint(pod, { object }) {
        const { namespace, name: claim } = (object as PersistentVolumeClaim).metadata;
        const isOwn =
          namespace === pod.metadata.namespace &&
          claimReferences(pod).some(reference => reference.name === claim);
        return isOwn ? 'Queue' : 'QueueSkip';
      },
    },
    {
      event: { resource: 'VolumeAttachment', actions: action.delete },
      hint(pod, { old }) {
        const { attacher } = (old as VolumeAttachment).spec;
        const isFreed = (pod.spec?.volumes ?? []).some(
          volume =>
            volume.persistentVolumeClaim !== undefined || asCSIVolume(volume)?.driver === attacher,
        );
        return isFreed ? 'Queue' : 'QueueSkip';
      },
    },
  ],
});

function isConcerned(pod: Pod): boolean {
  return (pod.spec?.volumes ?? []).some(
    volume => claimReference(pod, volume) !== undefined || asCSIVolume(volume) !== undefined,
  );
}

function refusalOn(handle: Handle, pod: Pod, node: NodeInfo): Status | undefined {
  const csiNode = handle.objects.get(csiNodes, '', node.name);
  const wanted: VolumeDrivers = new Map();
  const refusal = addVolumes(handle, pod, { csiNode, isNew: true, volumes: wanted });
  if (refusal !== undefined) return refusal;
  const limits = limitsOf(csiNode);
  if (wanted.size === 0 || limits.size === 0) return undefined;
  const attached: VolumeDrivers = new Map();
  for (const other of node.pods) {
    const error = addVolumes(handle, other.pod, { csiNode, isNew: false, volumes: attached });
    if (error !== undefined) return error;
  }
  const counts = countByDriver(attached);
  for (const [volume, driver] of attachmentsOn(handle, node.name)) {
    if (!attached.has(volume)) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  }
  for (const volume of attached.keys()) wanted.delete(volume);
  for (const [driver, count] of countByDriver(wanted)) {
    const limit = limits.get(driver);
    if (limit !== undefined && (counts.get(driver) ?? 0) + count > limit) return exceeded;
  }
  return undefined;
}

function countByDriver(volumes: VolumeDrivers): Map<string, number> {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}

function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const driver of csiNode?.spec.drivers ?? []) {
    const count = driver.allocatable?.count;
    if (count !== undefined) limits.set(driver.name, count);
  }
  return limits;
}

/** Adds the pod's volumes that are attached by a driver. @upstream filterAttachableVolumes */
function addVolumes(
  handle: Handle,
  pod: Pod,
  how: {
    readonly csiNode: CSINode | undefined;
    readonly isNew: boolean;
    readonly volumes: VolumeDrivers;
  },
): Status | undefined {
  const add = (volume: CSIVolume | undefined) => {
    if (volume === undefined) return;
    how.volumes.set(`${volume.driver}/${volume.handle}`, volume.driver);
  };
  for (const volume of pod.spec?.volumes ?? []) {
    const reference = claimReference(pod, volume);
    if (reference === undefined) {
      if (how.csiNode !== undefined) add(asCSIVolume(volume));
      continue;
    }
    const claim = findClaim(handle.objects, pod, reference.name);
    if (claim === undefined) {
      if (!how.isNew) continue;
      const key = `${pod.metadata.namespace ?? ''}/${reference.name}`;
      const message = `looking up PVC ${key}: persistentvolumeclaim "${reference.name}" not found`;
      return status('UnschedulableAndUnresolvable', name, message);
    }
    const foreign = reference.isEphemeral ? notForPod(pod, claim) : undefined;
    if (foreign !== undefined) return status('Error', name, foreign);
    add(volumeOf(handle, claim, how.csiNode));
  }
  return undefined;
}

/** @upstream getCSIDriverInfo */
function volumeOf(
  handle: Handle,
  claim: PersistentVolumeClaim,
  csiNode: CSINode | undefined,
): CSIVolume | undefined {
  const volumeName = claim.spec?.volumeName ?? '';
  const volume =
    volumeName === '' ? undefined : handle.objects.get(persistentVolumes, '', volumeName);
  if (volume === undefined) return futureVolumeOf(handle, claim, csiNode);
  const { csi } = volume.spec ?? {};
  if (csi !== undefined) return { driver: csi.driver, handle: csi.volumeHandle };
  return csiNode === undefined || volume.spec === undefined ? undefined : asCSIVolume(volume.spec);
}

/** A volume that is still to be made, under a name that no other has. */
function futureVolumeOf(
  handle: Handle,
  claim: PersistentVolumeClaim,
  csiNode: CSINode | undefined,
): CSIVolume | undefined {
  const className = claimClass(claim);
  const storageClass =
    className === '' ? undefined : handle.objects.get(storageClasses, '', className);
  if (storageClass === undefined) return undefined;
  const { provisioner } = storageClass;
  if (isInTree(provisioner) && csiNode === undefined) return undefined;
  const { namespace = '', name: claimName = '' } = claim.metadata;
  return { driver: driverOf(provisioner), handle: `\0${namespace}/${claimName}` };
}

function attachmentsOn({ objects }: Handle, node: string): VolumeDrivers {
  const volumes: VolumeDrivers = new Map();
  for (const { spec } of objects.list(volumeAttachments)) {
    const { persistentVolumeName } = spec.source;
    if (spec.nodeName !== node || persistentVolumeName === undefined) continue;
    const csi = objects.get(persistentVolumes, '', persistentVolumeName)?.spec?.csi;
    if (csi !== undefined) volumes.set(`${spec.attacher}/${csi.volumeHandle}`, spec.attacher);
  }
  return volumes;
}

function hasRoom(old: CSINode, now: CSINode): boolean {
  const before = limitsOf(old);
  return [...limitsOf(now)].some(([driver, limit]) => limit > (before.get(driver) ?? 0));
}
