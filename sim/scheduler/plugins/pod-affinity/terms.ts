/** Terms of the incoming pod, with the namespaces that their selectors mean today. @upstream pkg/scheduler/framework/plugins/interpodaffinity/plugin.go */
import { namespaces } from '../../../api/kinds/core.js';
import type { Labels } from '../../../api/selectors.js';
import type { Handle } from '../../framework.js';
import { termMatches, type AffinityTerm, type PodInfo } from '../../pod-info.js';

/**
 * Adds the namespaces that the selector selects. The selector should then be dropped, but 1.36 drops
 * it from a copy, so it stays in force and is matched against no labels at all: `NotIn` and
 * `DoesNotExist` let pods of every namespace count. @upstream mergeAffinityTermNamespacesIfNotEmpty
 */
export function mergedTerms(
  handle: Handle,
  terms: readonly AffinityTerm[],
): readonly AffinityTerm[] {
  return terms.map(term => {
    const { namespaceSelector } = term;
    if (namespaceSelector.isEmpty || namespaceSelector.matchesNothing) return term;
    const selected = handle.objects
      .list(namespaces)
      .filter(({ metadata }) => namespaceSelector.matches(metadata.labels))
      .map(({ metadata }) => metadata.name ?? '');
    return { ...term, namespaces: new Set([...term.namespaces, ...selected]) };
  });
}

/** The labels of the namespace, as far as it is known. */
export function namespaceLabels(handle: Handle, name: string): Labels | undefined {
  return handle.objects.get(namespaces, '', name)?.metadata.labels;
}

/** Whether there are terms and the pod is meant by all of them. */
export function matchesAllTerms(terms: readonly AffinityTerm[], pod: PodInfo): boolean {
  if (terms.length === 0) return false;
  for (const term of terms) if (!termMatches(term, pod, undefined)) return false;
  return true;
}
