/** Which changes of a pod the kubelet acts on. */
import type { Pod } from '../api/kinds/core.js';
import { deepEqual } from '../api/equality.js';

/** Whether nothing has changed that the kubelet acts on. @upstream pkg/kubelet/config/config.go podsDifferSemantically */
export function isSameToKubelet(a: Pod, b: Pod): boolean {
  const [old, next] = [a.metadata, b.metadata];
  return (
    old.deletionTimestamp === next.deletionTimestamp &&
    old.deletionGracePeriodSeconds === next.deletionGracePeriodSeconds &&
    (a.spec === b.spec || (old.generation === next.generation && deepEqual(a.spec, b.spec))) &&
    (old.labels === next.labels || deepEqual(old.labels, next.labels)) &&
    (old.annotations === next.annotations || deepEqual(old.annotations, next.annotations))
  );
}
