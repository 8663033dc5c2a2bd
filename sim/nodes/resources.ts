/** What pods ask for, added up as Kubernetes does. @upstream staging/src/k8s.io/component-helpers/resource/helpers.go */
import type { Container, Pod, ResourceRequirements } from '../api/kinds/core.js';
import { type Quantity, quantity } from '../api/quantity.js';
import { containersOf, initContainersOf, isSidecar } from './pod-spec.js';

/** Amounts by resource, as texts. */
export type ResourceTexts = Readonly<Record<string, string>>;

const none: ResourceTexts = {};

/** The requests of a pod: main containers and sidecars together, or the largest init container. */
export function podRequests(pod: Pod): ResourceTexts {
  const own = pod.spec?.resources?.requests;
  const summed = aggregate(pod, container => container.resources?.requests);
  return own === undefined ? summed : { ...summed, ...own };
}

/** The limits of a pod; undefined when nothing is limited. */
export function podLimits(pod: Pod): ResourceTexts | undefined {
  const own = pod.spec?.resources?.limits;
  const summed = aggregate(pod, container => container.resources?.limits);
  const limits = own === undefined ? summed : { ...summed, ...own };
  return Object.keys(limits).length > 0 ? limits : undefined;
}

function aggregate(
  pod: Pod,
  of: (container: Container) => ResourceTexts | undefined,
): ResourceTexts {
  const main = containersOf(pod);
  const init = initContainersOf(pod);
  const overhead = pod.spec?.overhead;
  const [only] = main;
  if (main.length === 1 && only !== undefined && init.length === 0 && overhead === undefined) {
    return of(only) ?? none;
  }
  const sums = new Map<string, Quantity>();
  for (const container of main) add(sums, of(container));
  const sidecars = new Map<string, Quantity>();
  const largest = new Map<string, Quantity>();
  for (const container of init) {
    if (isSidecar(container)) {
      add(sums, of(container));
      add(sidecars, of(container));
      raise(largest, sidecars);
      continue;
    }
    const together = new Map(sidecars);
    add(together, of(container));
    raise(largest, together);
  }
  raise(sums, largest);
  add(sums, overhead);
  return Object.fromEntries([...sums].map(([name, amount]) => [name, amount.toString()]));
}

function add(sums: Map<string, Quantity>, texts: ResourceTexts | undefined): void {
  for (const [name, text] of Object.entries(texts ?? none)) {
    const amount = quantity(text);
    sums.set(name, sums.get(name)?.add(amount) ?? amount);
  }
}

function raise(sums: Map<string, Quantity>, floor: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of floor) {
    const sum = sums.get(name);
    if (sum === undefined || sum.compare(amount) < 0) sums.set(name, amount);
  }
}

/**
 * Limits and requests, those that there are. It is spelt out because in V8 a spread that grows gives
 * each object a hidden class of its own, which makes all who read it slow.
 */
export function requirements(
  limits: ResourceRequirements['limits'],
  requests: ResourceRequirements['requests'],
): ResourceRequirements {
  if (limits === undefined) return requests === undefined ? {} : { requests };
  return requests === undefined ? { limits } : { limits, requests };
}
