/** Finds volumes for a pod's claims on a node. @upstream pkg/scheduler/framework/plugins/volumebinding/binder.go */
import {
  persistentVolumes,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../../api/kinds/core.js';
import { csiDrivers, csiStorageCapacities, storageClasses } from '../../../api/kinds/storage.js';
import type { StorageClass } from '../../../api/kinds/storage.js';
import { selectorOf } from '../../../api/selectors.js';
import { valueOf } from '../../amount.js';
import type { ObjectReader } from '../../framework.js';
import { claimClass, claimReferences, findClaim, isFullyBound } from './claims.js';
import { findMatchingVolume, isReachable } from './match.js';

/** The claims of a pod by what is to be done about them. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Not bound, and waiting for the first pod that uses them. */
  readonly delayed: readonly PersistentVolumeClaim[];
  /** Not bound, although they should be by now. */
  readonly immediate: readonly PersistentVolumeClaim[];
}

/** A volume that is to be bound to a claim. */
export interface VolumeMatch {
  readonly volume: PersistentVolume;
  readonly claim: PersistentVolumeClaim;
}

/** What is to be done for a pod's claims when it is to run on a node. */
export interface PodVolumes {
  readonly bindings: readonly VolumeMatch[];
  /** Claims for which a volume is to be made. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** What only we or a broken cluster can cause. */
export interface BinderError {
  readonly error: string;
}

/** Why the node will not do. */
export interface BinderConflict {
  readonly reasons: readonly string[];
}

const bindConflict = "node(s) didn't find available persistent volumes to bind";
const nodeConflict = "node(s) didn't match PersistentVolume's node affinity";
const notEnoughSpace = 'node(s) did not have enough free storage';
const volumeMissing = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const noProvisioner = 'kubernetes.io/no-provisioner';
const selectedNode = 'volume.kubernetes.io/selected-node';

interface Unbound extends PodVolumes {
  readonly hasVolumes: boolean;
  readonly hasSpace: boolean;
}

/** Looks at claims and volumes; changes nothing. */
export class VolumeBinder {
  constructor(private readonly objects: ObjectReader) {}

  /** @upstream GetPodVolumeClaims */
  claimsOf(pod: Pod): PodClaims | BinderError {
    const bound: PersistentVolumeClaim[] = [];
    const delayed: PersistentVolumeClaim[] = [];
    const immediate: PersistentVolumeClaim[] = [];
    for (const { name } of claimReferences(pod)) {
      const claim = findClaim(this.objects, pod, name);
      if (claim === undefined) {
        return { error: `error getting PVC "${pod.metadata.namespace ?? ''}/${name}"` };
      }
      if (isFullyBound(claim)) {
        bound.push(claim);
        continue;
      }
      const className = claimClass(claim);
      const storageClass = this.storageClass(className);
      if (storageClass !== undefined && storageClass.volumeBindingMode === undefined) {
        return { error: `VolumeBindingMode not set for StorageClass "${className}"` };
      }
      const isDelayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
      const isPrebound = (claim.spec?.volumeName ?? '') !== '';
      (isDelayed && !isPrebound ? delayed : immediate).push(claim);
    }
    return { bound, delayed, immediate };
  }

  /** @upstream FindPodVolumes */
  find(claims: PodClaims, node: Node): PodVolumes | BinderConflict | BinderError {
    const reasons: string[] = [];
    const state = this.checkBound(claims.bound, node);
    if (state === 'elsewhere') reasons.push(nodeConflict);
    const unbound = this.findUnbound(claims.delayed, node);
    if ('error' in unbound) return unbound;
    if (!unbound.hasVolumes) reasons.push(bindConflict);
    if (!unbound.hasSpace) reasons.push(notEnoughSpace);
    if (state === 'missing') reasons.push(volumeMissing);
    return reasons.length > 0 ? { reasons } : unbound;
  }

  private checkBound(
    claims: readonly PersistentVolumeClaim[],
    node: Node,
  ): 'reachable' | 'elsewhere' | 'missing' {
    for (const { spec } of claims) {
      const volume = this.objects.get(persistentVolumes, '', spec?.volumeName ?? '');
      if (volume === undefined) return 'missing';
      if (!isReachable(volume, node)) return 'elsewhere';
    }
    return 'reachable';
  }

  private findUnbound(claims: readonly PersistentVolumeClaim[], node: Node): Unbound | BinderError {
    const toMatch: PersistentVolumeClaim[] = [];
    const toProvision: PersistentVolumeClaim[] = [];
    for (const claim of claims) {
      const chosen = claim.metadata.annotations?.[selectedNode];
      if (chosen === undefined) toMatch.push(claim);
      else if (chosen === node.metadata.name) toProvision.push(claim);
      else return { hasVolumes: false, hasSpace: true, bindings: [], provisions: [] };
    }
    const bindings: VolumeMatch[] = [];
    const taken = new Set<string>();
    for (const claim of toMatch.sort((a, b) => sizeOf(a) - sizeOf(b))) {
      const volume = findMatchingVolume(this.objects, { claim, node, taken });
      if (volume === undefined) toProvision.push(claim);
      else {
        taken.add(volume.metadata.name ?? '');
        bindings.push({ volume, claim });
      }
    }
    const outcome = this.checkProvisions(toProvision, node);
    if (typeof outcome === 'object') return outcome;
    return {
      hasVolumes: outcome !== 'impossible',
      hasSpace: outcome !== 'noSpace',
      bindings,
      provisions: toProvision,
    };
  }

  /** @upstream checkVolumeProvisions */
  private checkProvisions(
    claims: readonly PersistentVolumeClaim[],
    node: Node,
  ): 'possible' | 'impossible' | 'noSpace' | BinderError {
    for (const claim of claims) {
      const { namespace = '', name = '' } = claim.metadata;
      const className = claimClass(claim);
      if (className === '') return { error: `no class for claim "${namespace}/${name}"` };
      const storageClass = this.storageClass(className);
      if (storageClass === undefined) {
        return { error: `failed to find storage class "${className}"` };
      }
      const { provisioner } = storageClass;
      if (provisioner === '' || provisioner === noProvisioner) return 'impossible';
      if (!allowsTopology(storageClass, node)) return 'impossible';
      if (!this.hasCapacity(claim, storageClass, node)) return 'noSpace';
    }
    return 'possible';
  }

  /** @upstream hasEnoughCapacity */
  private hasCapacity(
    claim: PersistentVolumeClaim,
    storageClass: StorageClass,
    node: Node,
  ): boolean {
    const quantity = claim.spec?.resources?.requests?.['storage'];
    if (quantity === undefined) return true;
    const driver = this.objects.get(csiDrivers, '', storageClass.provisioner);
    if (driver?.spec.storageCapacity !== true) return true;
    const size = valueOf(quantity);
    return this.objects.list(csiStorageCapacities).some(capacity => {
      if (capacity.storageClassName !== storageClass.metadata.name) return false;
      const limit = capacity.maximumVolumeSize ?? capacity.capacity;
      if (limit === undefined || valueOf(limit) < size) return false;
      return (
        capacity.nodeTopology !== undefined &&
        selectorOf(capacity.nodeTopology).matches(node.metadata.labels)
      );
    });
  }

  private storageClass(name: string): StorageClass | undefined {
    return name === '' ? undefined : this.objects.get(storageClasses, '', name);
  }
}

function sizeOf(claim: PersistentVolumeClaim): number {
  return valueOf(claim.spec?.resources?.requests?.['storage'] ?? '0');
}

/** @upstream MatchTopologySelectorTerms */
function allowsTopology({ allowedTopologies = [] }: StorageClass, { metadata }: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(
    ({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.length > 0 &&
      matchLabelExpressions.every(({ key, values }) =>
        values.includes(metadata.labels?.[key] ?? '\0'),
      ),
  );
}
