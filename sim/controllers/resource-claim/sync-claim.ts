/** Takes away the reservations of pods that are done, then the allocation, then the claim itself. */
import { pods, type Pod } from '../../api/kinds/core.js';
import {
  resourceClaims,
  type ResourceClaim,
  type ResourceClaimConsumerReference,
} from '../../api/kinds/resource.js';
import { controllerOf, hasFinalizer, isDeleting } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, remove, update } from '../../client/requests.js';
import { must, Refused } from '../control/must.js';
import { isTerminal } from '../control/pod-state.js';
import type { ClaimPass } from './claims.js';

/** What keeps a claim that is allocated. */
const finalizer = 'resource.kubernetes.io/delete-protection';

/** Brings a claim in line with the pods that it is reserved for. */
export function* syncClaim(claim: ResourceClaim, pass: ClaimPass): Reconciliation {
  const reserved = claim.status?.reservedFor ?? [];
  const remaining: ResourceClaimConsumerReference[] = [];
  for (const one of reserved) {
    if (yield* isStillNeeded(one, claim, pass)) remaining.push(one);
  }
  const isFree = remaining.length === 0;
  const hasAllocation = hasFinalizer(claim, finalizer);
  if (remaining.length < reserved.length) {
    const { allocation, ...rest } = claim.status ?? {};
    const keepsAllocation = allocation !== undefined && !(isFree && hasAllocation);
    const status = {
      ...rest,
      ...(keepsAllocation && { allocation }),
      reservedFor: isFree ? undefined : remaining,
    };
    const updated = yield* must(update(resourceClaims, { ...claim, status }, 'status'));
    const isReleased = updated.status?.allocation === undefined;
    if (isReleased && hasFinalizer(updated, finalizer)) yield* dropFinalizer(updated);
  } else if (hasAllocation && isDeleting(claim) && isFree) yield* deallocate(claim);
  if (isFree) yield* deleteIfOrphan(claim, pass);
  return undefined;
}

function* isStillNeeded(
  { apiGroup = '', resource, name, uid }: ResourceClaimConsumerReference,
  { metadata }: ResourceClaim,
  { view, goneUids }: ClaimPass,
): Reconciliation<boolean> {
  if (apiGroup !== '' || resource !== 'pods') return true;
  if (goneUids.has(uid)) return false;
  const { namespace = '' } = metadata;
  const cached = view.get(pods, namespace, name);
  if (cached !== undefined) return cached.metadata.uid === uid && !isDone(cached);
  const live = yield* call(get(pods, namespace, name));
  if (live.isOk) return live.object.metadata.uid === uid;
  if (live.status === 404) return false;
  throw new Refused(live.message, live);
}

function isDone(pod: Pod): boolean {
  return isTerminal(pod) || (isDeleting(pod) && !pod.spec?.nodeName);
}

function* deallocate(claim: ResourceClaim): Reconciliation<void> {
  const { allocation, ...status } = claim.status ?? {};
  if (allocation === undefined) return yield* dropFinalizer(claim);
  yield* dropFinalizer(yield* must(update(resourceClaims, { ...claim, status }, 'status')));
}

function* dropFinalizer(claim: ResourceClaim): Reconciliation<void> {
  const finalizers = (claim.metadata.finalizers ?? []).filter(one => one !== finalizer);
  const metadata = { ...claim.metadata, finalizers };
  yield* must(update(resourceClaims, { ...claim, metadata }));
}

/** A claim that was made for a pod goes once the pod is done. When the pod is gone, garbage collection sees to it. */
function* deleteIfOrphan(claim: ResourceClaim, { view }: ClaimPass): Reconciliation<void> {
  const owner = controllerOf(claim);
  if (owner?.kind !== 'Pod' || owner.apiVersion !== 'v1') return;
  const { namespace = '', name = '' } = claim.metadata;
  const pod = view.get(pods, namespace, owner.name);
  if (pod === undefined) return;
  if (pod.metadata.uid === owner.uid && !isDone(pod)) return;
  yield* call(remove(resourceClaims, namespace, name));
}
