/** Who owns the claims of a stateful set's pods, so that they go with their owner. @upstream pkg/controller/statefulset/stateful_set_utils.go */
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import { pods, type PersistentVolumeClaim, type Pod } from '../../api/kinds/core.js';
import type { OwnerReference } from '../../api/kinds/meta.js';
import { ownerReference } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import { isInRange, ordinalOf } from './ordinals.js';

/** What happens to claims when the set is deleted, or scaled below them. */
export function retentionOf({ spec }: StatefulSet): {
  readonly deletesWithSet: boolean;
  readonly deletesWhenScaled: boolean;
} {
  const { whenDeleted, whenScaled } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return { deletesWithSet: whenDeleted === 'Delete', deletesWhenScaled: whenScaled === 'Delete' };
}

/** Whether the claim's owners are as the set's policy has them. @upstream isClaimOwnerUpToDate */
export function hasRightOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set, statefulSets) || hasStaleOwner(claim, pod, pods)) return true;
  const ownsSet = hasOwner(claim, set);
  const ownsPod = hasOwner(claim, pod);
  if (hasConflict(claim, set, pod)) return !ownsSet && !ownsPod;
  if (hasPlainOwner(claim, set, pod)) return false;
  const { bySet, byPod } = wantedOwners(set, pod);
  return ownsSet === bySet && ownsPod === byPod;
}

/** The claim with the owners that the policy has. @upstream updateClaimOwnerRefForSetAndPod */
export function withRightOwners(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Pod,
): PersistentVolumeClaim {
  const others = (claim.metadata.ownerReferences ?? []).filter(
    reference => !names(reference, set, statefulSets) && !names(reference, pod, pods),
  );
  const { bySet, byPod } = hasConflict(claim, set, pod)
    ? { bySet: false, byPod: false }
    : wantedOwners(set, pod);
  const ownerReferences = [
    ...others,
    ...(bySet ? [ownerReference(set, statefulSets)] : []),
    ...(byPod ? [ownerReference(pod, pods)] : []),
  ];
  return { ...claim, metadata: { ...claim.metadata, ownerReferences } };
}

/** Whether something else controls the claim, so that the policy cannot hold. @upstream hasUnexpectedController */
export function hasConflict(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  const { deletesWithSet, deletesWhenScaled } = retentionOf(set);
  if (!deletesWithSet && !deletesWhenScaled) return false;
  return (claim.metadata.ownerReferences ?? []).some(reference => {
    if (names(reference, set, statefulSets)) return reference.uid !== set.metadata.uid;
    if (names(reference, pod, pods)) return reference.uid !== pod.metadata.uid;
    return reference.controller === true;
  });
}

/** Whether a claim of the planned pod still belongs to a former pod of that name, and is about to go. */
export function isStale(claim: PersistentVolumeClaim, pod: Pod): boolean {
  return hasStaleOwner(claim, pod, pods);
}

function wantedOwners(
  set: StatefulSet,
  pod: Pod,
): { readonly bySet: boolean; readonly byPod: boolean } {
  const { deletesWithSet, deletesWhenScaled } = retentionOf(set);
  const byPod = deletesWhenScaled && !isInRange(set, ordinalOf(pod));
  return { bySet: deletesWithSet && !byPod, byPod };
}

function names(
  { apiVersion, kind, name }: OwnerReference,
  object: HasMetadata,
  token: Pick<Kind, 'group' | 'version' | 'kind'>,
): boolean {
  return apiVersion === apiVersionOf(token) && kind === token.kind && name === object.metadata.name;
}

function hasStaleOwner(
  claim: PersistentVolumeClaim,
  object: HasMetadata,
  token: Pick<Kind, 'group' | 'version' | 'kind'>,
): boolean {
  const reference = (claim.metadata.ownerReferences ?? []).find(one => names(one, object, token));
  return reference !== undefined && reference.uid !== object.metadata.uid;
}

function hasOwner({ metadata }: PersistentVolumeClaim, owner: HasMetadata): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

function hasPlainOwner(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  return (claim.metadata.ownerReferences ?? []).some(({ uid, controller }) => {
    return (uid === set.metadata.uid || uid === pod.metadata.uid) && controller !== true;
  });
}
