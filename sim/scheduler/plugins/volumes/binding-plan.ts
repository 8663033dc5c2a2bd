/** The writes that bind a pod's volumes once its node is chosen. @upstream pkg/scheduler/framework/plugins/volumebinding/binder.go */
import {
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../../api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../../../api/object.js';
import type { ObjectReader, ObjectWrite, WritePlan } from '../../framework.js';
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
  const { pod, node, timeoutMs } = how;
  const writes: ObjectWrite[] = [
    ...bindings.map(({ volume }) => writeOf(persistentVolumes, volume)),
    ...provisions.map(claim => writeOf(persistentVolumeClaims, claim)),
  ];
  const last = writes.pop();
  if (last === undefined) return [];
  const check = (): boolean | string => {
    const { namespace = '', name = '' } = pod.metadata;
    if (live(objects, pods, namespace, name) === undefined) return 'pod does not exist any more';
    for (const { volume, claim } of bindings) {
      const outcome = isBindingDone(objects, volume, claim, node);
      if (outcome !== true) return outcome;
    }
    for (const claim of provisions) {
      const outcome = isProvisioned(objects, claim, node);
      if (outcome !== true) return outcome;
    }
    return true;
  };
  return [...writes, { ...last, timeoutMs, isDone: check }];
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
  node: string,
): boolean | string {
  const name = volume.metadata.name ?? '';
  const now = live(objects, persistentVolumes, '', name);
  if (now === undefined)
    return `failed to check binding: could not find persistentvolume "${name}"`;
  // The write has not reached the cache yet.
  if (now.metadata.resourceVersion === volume.metadata.resourceVersion) return false;
  const onNode = live(objects, nodes, '', node);
  if (onNode === undefined) return `failed to get node "${node}": node "${node}" not found`;
  if (!isReachable(now, onNode)) {
    return `pv "${name}" node affinity doesn't match node "${node}": no matching NodeSelectorTerms`;
  }
  if ((now.spec?.claimRef?.uid ?? '') === '') return `ClaimRef got reset for pv "${name}"`;
  return isClaimBound(objects, claim);
}

function isClaimBound(objects: ObjectReader, { metadata }: PersistentVolumeClaim): boolean {
  const { namespace = '', name = '' } = metadata;
  const now = live(objects, persistentVolumeClaims, namespace, name);
  return now !== undefined && isFullyBound(now);
}

function isProvisioned(
  objects: ObjectReader,
  claim: PersistentVolumeClaim,
  node: string,
): boolean | string {
  const { namespace = '', name = '', resourceVersion } = claim.metadata;
  const now = live(objects, persistentVolumeClaims, namespace, name);
  if (now === undefined) return `failed to check provisioning pvc: could not find "${name}"`;
  if (now.metadata.resourceVersion === resourceVersion) return false;
  if (now.metadata.annotations === undefined) {
    return `selectedNode annotation reset for PVC "${name}"`;
  }
  if (now.metadata.annotations[selectedNode] !== node)
    return `provisioning failed for PVC "${name}"`;
  return isFullyBound(now);
}
