/** Voyages that failed before, with the manifests as they are now: the same events, on what was mended since. */
import type { KubeObject } from '../../sim/api/object.js';
import type { VoyagePlan } from '../voyages/plan.js';

/** The plans whose objects are of these manifests, each with them as they are now; others are left out. */
export function rebased(
  plans: readonly VoyagePlan[],
  manifests: readonly KubeObject[],
): VoyagePlan[] {
  const now = new Map(manifests.map(object => [keyOf(object), object]));
  return plans.flatMap(plan => {
    const objects = plan.objects.flatMap(object => now.get(keyOf(object)) ?? []);
    // A failure of other manifests is none of ours.
    if (objects.length < plan.objects.length) return [];
    const needed = manifests.filter(object => isGround(object) && !objects.includes(object));
    return [{ ...plan, objects: [...needed, ...objects] }];
  });
}

/** What shrinking may have dropped, and what the whole manifests may now need. */
const isGround = ({ kind = '' }: KubeObject): boolean =>
  ['Namespace', 'PriorityClass', 'RuntimeClass', 'ServiceAccount', 'ConfigMap', 'Secret'].includes(
    kind,
  );

function keyOf({ apiVersion = '', kind = '', metadata }: KubeObject): string {
  return JSON.stringify([apiVersion, kind, metadata.namespace ?? 'default', metadata.name]);
}
