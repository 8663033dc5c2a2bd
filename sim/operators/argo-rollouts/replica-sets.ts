/** The sets of a Rollout. @upstream argo-rollouts utils/replicaset/replicaset.go */
import type { ReplicaSet } from '../../api/kinds/apps.js';
import { podTemplateHash } from '../../api/pod-template-hash.js';
import { timeMs } from '../../api/time.js';
import { replicasOf, statusOf } from './defaults.js';
import { hashOf } from './hash.js';
import { keys } from './keys.js';
import type { Rollout } from './types.js';

type Maybe = ReplicaSet | undefined;

/** The hash that a set has; '' without one. */
export function hashOfSet(set: Maybe): string {
  return set?.metadata.labels?.[keys.hash] ?? '';
}

/** The pods that it wants. */
export function sizeOf(set: Maybe): number {
  return set === undefined ? 0 : (set.spec?.replicas ?? 1);
}

/** The pods of it that are available. */
export function availableOf(set: Maybe): number {
  return set?.status?.availableReplicas ?? 0;
}

/** The pods that all of them want. */
export function sizesOf(sets: readonly Maybe[]): number {
  return sets.reduce((sum, set) => sum + sizeOf(set), 0);
}

/** What all of them have. */
export function sumOf(
  sets: readonly Maybe[],
  count: 'availableReplicas' | 'readyReplicas' | 'replicas',
): number {
  return sets.reduce((sum, set) => sum + (set?.status?.[count] ?? 0), 0);
}

/** Whether two are the same set. */
export function isSame(one: Maybe, other: Maybe): boolean {
  return one !== undefined && one.metadata.name === other?.metadata.name;
}

/** From the oldest to the newest; by name where they are of one second. */
export function byAge(one: ReplicaSet, other: ReplicaSet): number {
  const order = createdMs(one) - createdMs(other);
  return order !== 0 ? order : (one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1;
}

/** Whether one was made before the other. */
export function isOlder(one: ReplicaSet, other: ReplicaSet): boolean {
  return createdMs(one) < createdMs(other);
}

function createdMs({ metadata }: ReplicaSet): number {
  return timeMs(metadata.creationTimestamp) ?? 0;
}

/**
 * The set of the present template: by its hash, or by the one that Deployments have. Left out: to look for
 * an equal template where a newer library hashes otherwise.
 */
export function findNewSet(rollout: Rollout, sets: readonly ReplicaSet[]): Maybe {
  const sorted = sets.toSorted(byAge);
  const byHash = (hash: string): Maybe => sorted.find(set => hashOfSet(set) === hash);
  return (
    byHash(hashOf(rollout)) ??
    byHash(podTemplateHash(rollout.spec.template ?? {}, rollout.status?.collisionCount))
  );
}

/** The set of the last template that was wholly rolled out. */
export function findStableSet(rollout: Rollout, newSet: Maybe, sets: readonly ReplicaSet[]): Maybe {
  const { stableRS = '' } = statusOf(rollout);
  if (stableRS === '') return undefined;
  if (hashOfSet(newSet) === stableRS) return newSet;
  return findByHash(sets, stableRS);
}

/** The set with this hash: the last one. */
export function findByHash(sets: readonly ReplicaSet[], hash: string): Maybe {
  return hash === '' ? undefined : sets.findLast(set => hashOfSet(set) === hash);
}

/** Those that are neither new nor stable. */
export function othersOf(
  sets: readonly ReplicaSet[],
  newSet: Maybe,
  stableSet: Maybe,
): readonly ReplicaSet[] {
  return sets.filter(set => !isSame(set, newSet) && !isSame(set, stableSet));
}

/** The number of a template in the history; 0 without one. */
export function revisionOf({ metadata }: Pick<ReplicaSet, 'metadata'>): number {
  const text = metadata.annotations?.[keys.revision] ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** From the newest template to the oldest. */
export function byRevision(one: ReplicaSet, other: ReplicaSet): number {
  const order = revisionOf(other) - revisionOf(one);
  return order !== 0 ? order : byAge(other, one);
}

/** The replicas that the Rollout wanted when the set was last scaled. */
export function desiredOf(set: Maybe): number | undefined {
  const text = set?.metadata.annotations?.[keys.desiredReplicas] ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether set and Rollout both believe that it owns all replicas, and all are available. */
export function isSaturated(rollout: Rollout, set: Maybe): boolean {
  const replicas = replicasOf(rollout);
  return (
    set !== undefined &&
    sizeOf(set) === replicas &&
    desiredOf(set) === replicas &&
    availableOf(set) === replicas
  );
}

/** Whether it is scaled up and all of its pods are available. */
export function isAvailable(set: ReplicaSet): boolean {
  const [size, available] = [set.spec?.replicas, availableOf(set)];
  return size !== undefined && size !== 0 && available !== 0 && size <= available;
}

/** Whether it is to be scaled down at a time. */
export function hasDeadline(set: Maybe): boolean {
  return (set?.metadata.annotations?.[keys.deadline] ?? '') !== '';
}

/** How long it stays scaled up; undefined where that is over, or was never said. */
export function leftMs(set: ReplicaSet, nowMs: number): number | undefined {
  const atMs = timeMs(set.metadata.annotations?.[keys.deadline]);
  return atMs !== undefined && atMs > nowMs ? atMs - nowMs : undefined;
}

/** Whether what a set tells of the Rollout's size is behind. @upstream utils/annotations ReplicasAnnotationsNeedUpdate */
export function isBehind(set: ReplicaSet, replicas: number): boolean {
  const { annotations } = set.metadata;
  if (annotations?.[keys.desiredReplicas] !== String(replicas)) return true;
  return replicas === 0 && hasDeadline(set);
}

/** Whether the template is not the one last seen. @upstream CheckPodSpecChange */
export function hasTemplateChanged(rollout: Rollout, newSet: Maybe): boolean {
  const { currentPodHash = '' } = statusOf(rollout);
  if (currentPodHash === '') return false;
  return currentPodHash !== (newSet === undefined ? hashOf(rollout) : hashOfSet(newSet));
}
