/** What pods ask their nodes for. @upstream k8s.io/component-helpers/resource/helpers.go PodRequests */
import type { Pod } from '../../../sim/api/kinds/core.js';
import { milliValueOf } from '../../../sim/api/quantity.js';

/** Amounts in thousandths by resource. */
export type Requests = ReadonlyMap<string, number>;

type Quantities = Readonly<Record<string, string>>;

/**
 * What the scheduler counts of a pod: the sum of its containers and sidecars or, where it is more, the
 * largest init container with the sidecars before it; what the pod as a whole asks for instead; the
 * overhead; one of `pods`.
 */
export function requestsOf({ spec }: Pod): Requests {
  const sum = new Map<string, number>();
  for (const { resources } of spec?.containers ?? []) add(sum, resources?.requests);
  if (spec?.initContainers !== undefined) addInit(sum, spec.initContainers);
  for (const [name, text] of Object.entries(spec?.resources?.requests ?? {})) {
    sum.set(name, milliValueOf(text));
  }
  add(sum, spec?.overhead);
  sum.set('pods', 1000);
  return sum;
}

function addInit(
  sum: Map<string, number>,
  containers: NonNullable<NonNullable<Pod['spec']>['initContainers']>,
): void {
  const most = new Map<string, number>();
  const sidecars = new Map<string, number>();
  for (const { restartPolicy, resources } of containers) {
    const own = new Map(sidecars);
    add(own, resources?.requests);
    if (restartPolicy === 'Always') add(sidecars, resources?.requests);
    for (const [name, value] of own) most.set(name, Math.max(most.get(name) ?? 0, value));
  }
  for (const [name, value] of sidecars) sum.set(name, (sum.get(name) ?? 0) + value);
  for (const [name, value] of most) sum.set(name, Math.max(sum.get(name) ?? 0, value));
}

function add(into: Map<string, number>, requests: Quantities = {}): void {
  for (const name in requests) {
    into.set(name, (into.get(name) ?? 0) + milliValueOf(requests[name]));
  }
}
