/** What a namespace's new level would say about the pods that are there already. */
import { compareText } from '../../../api/go-text.js';
import type { Pod } from '../../../api/kinds/core.js';
import { controllerOf } from '../../../api/meta.js';
import { evaluate, reasonText } from './evaluate.js';
import { levelText, type LevelVersion } from './policy.js';

/** How many pods are checked. */
const podsMax = 3000;

/** The warnings: one for all, and one for each set of reasons, with the first pod's name. */
export function namespaceWarnings(
  stored: readonly unknown[],
  namespace: string,
  enforce: LevelVersion,
): readonly string[] {
  const pods = prioritized(stored as readonly Pod[]);
  const byReason = new Map<string, string[]>();
  for (const { metadata, spec } of pods.slice(0, podsMax)) {
    if (spec === undefined) continue;
    const reasons = reasonText(evaluate(enforce, metadata, spec));
    if (reasons === '') continue;
    const names = byReason.get(reasons);
    if (names === undefined) byReason.set(reasons, [metadata.name ?? '']);
    else names.push(metadata.name ?? '');
  }
  const warnings: string[] = [];
  if (pods.length > podsMax) {
    const of = `${podsMax} of ${pods.length}`;
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${of} existing pods`,
    );
  }
  if (byReason.size > 0) {
    const level = levelText(enforce);
    warnings.push(
      `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${level}"`,
    );
  }
  const lines = [...byReason].map(([reasons, names]) => `${whoText(names)}: ${reasons}`);
  return [...warnings, ...lines.sort(compareText)];
}

function whoText(names: readonly string[]): string {
  const [first = ''] = [...names].sort(compareText);
  if (names.length === 1) return first;
  const others = names.length - 1;
  return `${first} (and ${others} other pod${others === 1 ? '' : 's'})`;
}

/** One pod of each controller first. */
function prioritized(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const first: Pod[] = [];
  const more: Pod[] = [];
  for (const pod of pods) {
    const uid = controllerOf(pod)?.uid;
    if (uid !== undefined && seen.has(uid)) more.push(pod);
    else first.push(pod);
    if (uid !== undefined) seen.add(uid);
  }
  return [...first, ...more];
}
