/** The replica sets of a deployment: which is the new one, in what order the others go. @upstream pkg/controller/deployment/util/deployment_util.go */
import { deepEqual } from '../../api/equality.js';
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';

/** The label that tells the sets of a deployment apart. */
export const hashLabel = 'pod-template-hash';

/** The replicas that a set wants. */
export function sizeOf(set: ReplicaSet): number {
  return set.spec?.replicas ?? 1;
}

/** The replicas that the sets want together. */
export function sizesOf(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + sizeOf(set), 0);
}

/** The sets that want any pods. */
export function active(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter(set => sizeOf(set) > 0);
}

/** Sums a number of the sets' statuses. */
export function statusSum(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas',
): number {
  return sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);
}

/** Oldest first, then by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [createdMs(a), createdMs(b)];
  if (left !== right) return left - right;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** Largest first; sets of one size newest first. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byAge(b, a);
}

/** Largest first; sets of one size oldest first. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byAge(a, b);
}

function createdMs(set: ReplicaSet): number {
  return timeMs(set.metadata.creationTimestamp) ?? 0;
}

/** The set with the deployment's template, the oldest if there are several, and the others. */
export function newAndOld(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): { readonly newSet: ReplicaSet | undefined; readonly oldSets: readonly ReplicaSet[] } {
  const template = deployment.spec?.template;
  const sorted = [...sets].sort(byAge);
  const newSet = sorted.find(set => equalIgnoringHash(set.spec?.template, template));
  return { newSet, oldSets: sorted.filter(set => set !== newSet) };
}

/** Whether two templates are the same but for the hash label. */
export function equalIgnoringHash(
  a: PodTemplateSpec | undefined,
  b: PodTemplateSpec | undefined,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  const last = lastCompared.get(a);
  if (last?.with === b) return last.areEqual;
  const areEqual = deepEqual(withoutHash(a), withoutHash(b));
  lastCompared.set(a, { with: b, areEqual });
  return areEqual;
}

/** A set keeps its template, and every pass over a deployment compares it with the same one. */
const lastCompared = new WeakMap<
  PodTemplateSpec,
  { readonly with: PodTemplateSpec; readonly areEqual: boolean }
>();

/** The template without the hash label. */
export function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const labels = template?.metadata?.labels;
  if (template === undefined || labels === undefined || !(hashLabel in labels)) return template;
  const { [hashLabel]: _hash, ...others } = labels;
  const { labels: _labels, ...metadata } = template.metadata ?? {};
  const hasLabels = Object.keys(others).length > 0;
  return { ...template, metadata: hasLabels ? { ...metadata, labels: others } : metadata };
}

/** The one active set, or the newest when none is; undefined when several are. */
export function activeOrLatest(
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const all = newSet === undefined ? oldSets : [...oldSets, newSet];
  const [first, second] = active(all);
  if (second !== undefined) return undefined;
  return first ?? newSet ?? [...oldSets].sort((a, b) => byAge(b, a))[0];
}
