/** The writes that bind a pod's volumes once its node is chosen. @upstream pkg/scheduler/framework/plugins/volumebinding/binder.go */
import {
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../../api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../../../api/object.js';
import type { ObjectReader, ObjectWrite, WritePlan, WriteWait } from '../../framework.js';
import type { PodVolumes } from './binder.js';
import { isFullyBound } from './claims.js';
import { isBoundTo, isReachable } from './match.js';

const selectedNode = 'volume.kubernetes.io/selected-node';
const boundByController = 'pv.kubernetes.io/bound-by-controller';

/** The pod's volumes as they will be, which other pods must reckon with from now on. @upstream AssumePodVolumes */
export function reservation(
  objects: ObjectReader,
  { bindings, provisions }: PodVolumes,
  node: string,
): PodVolumes {
  return {
    bindings: bindings.map(({ volume, claim }) => {
      const bound = boundVolume(volume, claim);
      if (bound !== volume) objects.assume?.(persistentVolumes, bound);
      return { volume: bound, claim };
    }),
    provisions: provisions.map(claim => {
      const annotations = { ...claim.metadata.annotations, [selectedNode]: node };
      const selected = { ...claim, metadata: { ...claim.metadata, annotations } };
      objects.assume?.(persistentVolumeClaims, selected);
      return selected;
    }),
  };
}

/** The writes, and when they have taken effect. @upstream BindPodVolumes */
export function bindingPlan(
  objects: ObjectReader,
  { bindings, provisions }: PodVolumes,
  how: { readonly pod: Pod; readonly node: string; readonly timeoutMs: number },
): WritePlan {
  const { timeoutMs } = how;
  const writes: ObjectWrite[] = [
    ...bindings.map(({ volume }) => writeOf(persistentVolumes, volume)),
    ...provisions.map(claim => writeOf(persistentVolumeClaims, claim)),
  ];
  const last = writes.pop();
  if (last === undefined) return [];
  const isDone = (): boolean | string => {
    const outcome = areBound(objects, { bindings, provisions }, how);
    return typeof outcome === 'string' ? `binding volumes: ${outcome}` : outcome;
  };
  const wait: WriteWait = {
    isDone,
    timeoutMs,
    periodMs: 1_000,
    isImmediate: false,
    timeout: 'binding volumes: context deadline exceeded',
  };
  return [...writes, { ...last, wait }];
}

/** @upstream checkBindings */
function areBound(
  objects: ObjectReader,
  { bindings, provisions }: PodVolumes,
  { pod, node }: { readonly pod: Pod; readonly node: string },
): boolean | string {
  const { namespace = '', name = '' } = pod.metadata;
  const onNode = live(objects, nodes, '', node);
  if (onNode === undefined) return `failed to get node "${node}": node "${node}" not found`;
  if (live(objects, pods, namespace, name) === undefined) {
    return `pod does not exist any more: pod "${name}" not found`;
  }
  for (const { volume, claim } of bindings) {
    const outcome = isBindingDone(objects, volume, claim, onNode);
    if (outcome !== true) return outcome;
  }
  for (const claim of provisions) {
    const outcome = isProvisioned(objects, claim, onNode);
    if (outcome !== true) return outcome;
  }
  return true;
}

function writeOf<T extends HasMetadata>(kind: Kind<T>, object: T): ObjectWrite {
  return {
    verb: 'update',
    kind: kind as unknown as Kind,
    object: object as unknown as KubeObject,
  };
}

function live<T extends HasMetadata>(
  objects: ObjectReader,
  kind: Kind<T>,
  namespace: string,
  name: string,
): T | undefined {
  return objects.getLive === undefined
    ? objects.get(kind, namespace, name)
    : objects.getLive(kind, namespace, name);
}

/** @upstream GetBindVolumeToClaim */
function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  const reference = volume.spec?.claimRef;
  const isPrebound = isBoundTo(volume, claim);
  if (isPrebound && reference?.uid === uid) return volume;
  const annotations = { ...volume.metadata.annotations };
  if (!isPrebound) annotations[boundByController] ??= 'yes';
  const claimRef = {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    namespace,
    name,
    uid,
    resourceVersion,
  };
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: { ...volume.spec, claimRef },
  };
}

function isBindingDone(
  objects: ObjectReader,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  node: Node,
): boolean | string {
  const name = volume.metadata.name ?? '';
  const now = live(objects, persistentVolumes, '', name);
  if (now === undefined) {
    return `failed to check binding: persistentvolumes "${name}" not found`;
  }
  const { namespace = '', name: claimName = '' } = claim.metadata;
  const claimNow = live(objects, persistentVolumeClaims, namespace, claimName);
  if (claimNow === undefined) {
    return `failed to check binding: persistentvolumeclaims "${namespace}/${claimName}" not found`;
  }
  // The write has not reached the cache yet.
  if (now.metadata.resourceVersion === volume.metadata.resourceVersion) return false;
  const unreachable = unreachability(now, node);
  if (unreachable !== undefined) return unreachable;
  if ((now.spec?.claimRef?.uid ?? '') === '') return `ClaimRef got reset for pv "${name}"`;
  return isFullyBound(claimNow);
}

function unreachability(volume: PersistentVolume, node: Node): string | undefined {
  if (isReachable(volume, node)) return undefined;
  const { name } = volume.metadata;
  return `pv "${name}" node affinity doesn't match node "${node.metadata.name}": no matching NodeSelectorTerms`;
}

function isProvisioned(
  objects: ObjectReader,
  claim: PersistentVolumeClaim,
  node: Node,
): boolean | string {
  const { namespace = '', name = '', resourceVersion } = claim.metadata;
  const now = live(objects, persistentVolumeClaims, namespace, name);
  if (now === undefined) {
    return `failed to check provisioning pvc: persistentvolumeclaims "${namespace}/${name}" not found`;
  }
  if (now.metadata.resourceVersion === resourceVersion) return false;
  if (now.metadata.annotations === undefined) {
    return `selectedNode annotation reset for PVC "${name}"`;
  }
  if (now.metadata.annotations[selectedNode] !== node.metadata.name) {
    return `provisioning failed for PVC "${name}"`;
  }
  const { volumeName = '' } = now.spec ?? {};
  if (volumeName !== '') {
    const volume = live(objects, persistentVolumes, '', volumeName);
    if (volume === undefined) return false;
    const unreachable = unreachability(volume, node);
    if (unreachable !== undefined) return unreachable;
  }
  return isFullyBound(now);
}
