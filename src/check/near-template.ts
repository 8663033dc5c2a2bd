/** Tells a selector that misses its pods by a slip from one whose pods may come from elsewhere. */
import type { Labels } from '../../sim/api/selectors.js';
import type { PodTemplate } from './pod-template.js';

/** The template that has almost one of the labels; undefined: none does. */
export function nearTemplate(
  wanted: Labels,
  templates: readonly PodTemplate[],
): PodTemplate | undefined {
  const entries = Object.entries(wanted).filter(([key]) => !sharedKeys.has(key));
  return templates.find(({ labels }) =>
    entries.some(([key, value]) => isNearText(labels[key], value)),
  );
}

/** Labels that tell of which whole a pod is a part: its neighbours have them too. */
const sharedKeys: ReadonlySet<string> = new Set([
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
]);

/** Whether one text holds the other. */
export function isNearText(one = '', other = ''): boolean {
  return one !== '' && other !== '' && (one.includes(other) || other.includes(one));
}
