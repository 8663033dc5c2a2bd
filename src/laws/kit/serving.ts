/** The pods and workloads behind a service. */
import type { Pod, Service } from '../../../sim/api/kinds/core.js';
import { hasLabels, type Labels } from '../../../sim/api/selectors.js';
import type { World } from '../world.js';

/** Whether the labels are those of pods behind the service; its key is `namespace/name`. */
export function isBehind(
  service: string,
  {
    namespace = '',
    labels,
  }: { readonly namespace?: string | undefined; readonly labels?: Labels | undefined },
  world: World,
): boolean {
  const selector = selectorOf(world.get('services', service));
  return (
    selector !== undefined && service.startsWith(`${namespace}/`) && hasLabels(labels, selector)
  );
}

function selectorOf(service: Service | undefined): Labels | undefined {
  const selector = service?.spec?.selector;
  return selector === undefined || Object.keys(selector).length === 0 ? undefined : selector;
}

/** The pods behind the service. */
export function podsBehind(service: string, world: World): readonly Pod[] {
  const pods: Pod[] = [];
  for (const pod of world.all('pods')) if (isBehind(service, pod.metadata, world)) pods.push(pod);
  return pods;
}
