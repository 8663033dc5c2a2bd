/** What has been applied, one manifest after another. */
import type { KubeObject } from '../../../sim/api/object.js';

/** The objects, each as it was applied last. */
export function merged(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
): readonly KubeObject[] {
  const all = new Map<string, KubeObject>();
  for (const object of [...before, ...after]) {
    const { namespace = 'default', name = '' } = object.metadata;
    all.set(`${object.apiVersion ?? ''} ${object.kind ?? ''} ${namespace}/${name}`, object);
  }
  return [...all.values()];
}
