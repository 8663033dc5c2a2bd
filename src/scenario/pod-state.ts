/** How a pod stands, in the words of kubectl's STATUS column, roughly, and the devices that it has. */
import type { Pod } from '../../sim/api/kinds/core.js';

/** `Pending`, `ContainerCreating`, `Running`, `Terminating`, `CrashLoopBackOff`. */
export function podState(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const waiting = pod.status?.containerStatuses
    ?.map(status => status.state?.waiting?.reason)
    .find(reason => reason !== undefined && reason !== 'PodInitializing');
  return waiting ?? pod.status?.phase ?? 'Pending';
}

/** The devices of its containers, in order. */
export function deviceIds(
  pod: Pod,
): readonly { readonly id: string; readonly isHealthy: boolean }[] {
  return (pod.status?.containerStatuses ?? []).flatMap(status =>
    (status.allocatedResourcesStatus ?? []).flatMap(resource =>
      (resource.resources ?? []).map(({ resourceID: id, health }) => ({
        id,
        isHealthy: health !== 'Unhealthy',
      })),
    ),
  );
}
