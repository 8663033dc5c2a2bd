/**
 * Which services a changed pod concerns.
 * @upstream staging/src/k8s.io/endpointslice/util/controller_utils.go GetPodUpdateProjectionKey
 */
import { deepEqual } from '../../api/equality.js';
import { services, type Pod } from '../../api/kinds/core.js';
import { keyOf } from '../../api/meta.js';
import { hasLabels } from '../../api/selectors.js';
import type { Change, View } from '../../client/contract.js';
import { isReady } from '../control/pod-state.js';

/** The keys of the services whose endpoints the change may alter. */
export function servicesToUpdate(view: View, change: Change<Pod>): readonly string[] {
  const { object: pod, old } = change;
  if (old === undefined) return servicesOf(view, pod);
  const isChanged = hasEndpointChanged(old, pod);
  const hasMoved =
    !deepEqual(old.metadata.labels ?? {}, pod.metadata.labels ?? {}) ||
    old.spec?.hostname !== pod.spec?.hostname ||
    old.spec?.subdomain !== pod.spec?.subdomain;
  if (!isChanged && !hasMoved) return [];
  const now = servicesOf(view, pod);
  if (!hasMoved) return now;
  const before = servicesOf(view, old);
  if (isChanged) return [...new Set([...now, ...before])];
  return [...now.filter(key => !before.includes(key)), ...before.filter(key => !now.includes(key))];
}

function servicesOf(view: View, { metadata }: Pod): readonly string[] {
  return view
    .list(services, metadata.namespace)
    .filter(({ spec }) => spec?.selector && hasLabels(metadata.labels, spec.selector))
    .map(keyOf);
}

function hasEndpointChanged(old: Pod, pod: Pod): boolean {
  if (old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp) return true;
  if (isReady(old) !== isReady(pod)) return true;
  const addresses = (one: Pod) => one.status?.podIPs ?? [];
  return !deepEqual(addresses(old), addresses(pod));
}
