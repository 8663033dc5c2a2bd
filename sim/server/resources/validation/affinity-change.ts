/** Whether the affinity of a volume stays what it is. @upstream pkg/apis/core/validation validatePvNodeAffinity */
import { deepEqual } from '../../../api/equality.js';
import type { NodeSelectorRequirement, VolumeNodeAffinity } from '../../../api/kinds/core.js';

const laterNames: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

/** Whether the two ask for the same, labels of a beta having got their later names. */
export function isSameAffinity(
  now: VolumeNodeAffinity | undefined,
  before: VolumeNodeAffinity,
): boolean {
  if (deepEqual(now, before)) return true;
  if (now?.required === undefined || before.required === undefined) return false;
  const [terms, old] = [now.required.nodeSelectorTerms, before.required.nodeSelectorTerms];
  return isPaired(
    terms,
    old,
    (term, oldTerm) =>
      isPaired(term.matchExpressions, oldTerm.matchExpressions, isSameRequirement) &&
      isPaired(term.matchFields, oldTerm.matchFields, isSameRequirement),
  );
}

function isPaired<T>(
  now: readonly T[] | undefined,
  before: readonly T[] | undefined,
  isSame: (one: T, other: T) => boolean,
): boolean {
  const [list, old] = [now ?? [], before ?? []];
  return list.length === old.length && list.every((one, index) => isSame(one, old[index] as T));
}

/** A label without a later name has, to a map of Go, the empty one. */
function isSameRequirement(now: NodeSelectorRequirement, before: NodeSelectorRequirement): boolean {
  const { key = '' } = now;
  const isRenamed = key === (Object.hasOwn(laterNames, before.key) ? laterNames[before.key] : '');
  return deepEqual({ ...now, key }, isRenamed ? { ...before, key } : before);
}
