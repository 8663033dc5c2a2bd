/** Shares replicas out over the sets of a deployment in proportion to their sizes. @upstream pkg/controller/deployment/sync.go scale */
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import { maxReplicasOf } from './annotations.js';
import { maxSurge, wantedReplicas } from './arithmetic.js';
import { active, bySizeNewer, bySizeOlder, sizeOf, sizesOf } from './replica-sets.js';
import type { Scaling } from './scaling.js';
import { allOf, type Sets } from './status.js';

/** The sizes that the active sets get when the deployment was scaled during a roll-out. */
export function proportionalScalings(deployment: Deployment, sets: Sets): readonly Scaling[] {
  const scaled = active(allOf(sets));
  const replicas = wantedReplicas(deployment);
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - sizesOf(scaled);
  if (toAdd > 0) scaled.sort(bySizeNewer);
  else if (toAdd < 0) scaled.sort(bySizeOlder);
  let added = 0;
  const sizes = scaled.map(set => {
    const share = proportionOf(set, deployment, { toAdd, added });
    added += share;
    return sizeOf(set) + share;
  });
  return scaled.map((set, index) => {
    const leftover = index === 0 && toAdd !== 0 ? toAdd - added : 0;
    const size = (sizes[index] ?? 0) + leftover;
    return { set, size: index === 0 ? Math.max(0, size) : size, isForced: true };
  });
}

/** What a set gains or loses when `toAdd` replicas are shared out, of which `added` have gone. @upstream GetReplicaSetProportion */
function proportionOf(
  set: ReplicaSet,
  deployment: Deployment,
  { toAdd, added }: { readonly toAdd: number; readonly added: number },
): number {
  if (sizeOf(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(set, deployment);
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function fractionOf(set: ReplicaSet, deployment: Deployment): number {
  const replicas = wantedReplicas(deployment);
  const size = sizeOf(set);
  if (replicas === 0) return -size;
  const before = maxReplicasOf(set) ?? deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  return roundHalfAway((size * (replicas + maxSurge(deployment))) / before) - size;
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}
