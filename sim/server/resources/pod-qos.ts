/** The quality of service class of a pod. @upstream pkg/apis/core/v1/helper/qos/qos.go */
import type { PodSpec, ResourceRequirements } from '../../api/kinds/core.js';
import { quantity, type Quantity } from '../../api/quantity.js';

type Amounts = Readonly<Record<string, string>> | undefined;
type Sums = Map<string, Quantity>;

/** Guaranteed, Burstable or BestEffort, from requests and limits of cpu and memory. */
export function qosClassOf(spec: PodSpec): string {
  const requests: Sums = new Map();
  const limits: Sums = new Map();
  let isGuaranteed = true;
  const count = (resources: ResourceRequirements | undefined): void => {
    addTo(requests, resources?.requests);
    addTo(limits, resources?.limits);
    if (!hasBoth(resources?.limits)) isGuaranteed = false;
  };
  if (spec.resources !== undefined) {
    addTo(requests, spec.resources.requests);
    addTo(limits, spec.resources.limits);
    if (spec.resources.limits !== undefined && !hasBoth(spec.resources.limits)) {
      isGuaranteed = false;
    }
  } else {
    for (const container of spec.containers ?? []) count(container.resources);
    for (const container of spec.initContainers ?? []) count(container.resources);
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  return isGuaranteed && areEqual(requests, limits) ? 'Guaranteed' : 'Burstable';
}

function addTo(sums: Sums, amounts: Amounts): void {
  for (const name of ['cpu', 'memory']) {
    const text = amounts?.[name];
    if (text === undefined) continue;
    const amount = quantity(text);
    if (amount.sign() <= 0) continue;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? amount : sum.add(amount));
  }
}

function hasBoth(limits: Amounts): boolean {
  return ['cpu', 'memory'].every(name => quantity(limits?.[name]).sign() > 0);
}

function areEqual(requests: Sums, limits: Sums): boolean {
  if (requests.size !== limits.size) return false;
  for (const [name, request] of requests) {
    const limit = limits.get(name);
    if (limit === undefined || limit.compare(request) !== 0) return false;
  }
  return true;
}
