/** What a workload's pods ask for, in whole numbers. @upstream kueue v0.19.2 pkg/resources, pkg/workload */
import type { Container, Pod } from '../../api/kinds/core.js';
import { milliQuantity, quantity, quantityOf } from '../../api/quantity.js';
import { podAmounts } from '../../api/quota/pod-amounts.js';
import type { PodSet, Workload } from './types.js';

/** Amounts by resource: thousandths of CPUs, whole units of everything else. */
export type Requests = ReadonlyMap<string, number>;

/** What the pods of a set ask for together, and the flavours that they got. */
export interface PodSetRequests {
  readonly name: string;
  readonly count: number;
  readonly requests: Requests;
  readonly flavors?: Readonly<Record<string, string>>;
}

/** A quantity in the units that Kueue reckons in. */
export function amountOf(resource: string, text: string): number {
  const parsed = quantity(text);
  return resource === 'cpu' ? parsed.milliValue() : parsed.value();
}

/** An amount as a quantity. */
export function quantityText(resource: string, amount: number): string {
  if (resource === 'cpu') return milliQuantity(amount).toString();
  const isBinary =
    resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
  return quantityOf(amount, isBinary ? 'BinarySI' : 'DecimalSI').toString();
}

/** Amounts as a resource list, in the order of names. */
export function resourceList(requests: Requests): Readonly<Record<string, string>> {
  const names = [...requests.keys()].sort();
  return Object.fromEntries(
    names.map(name => [name, quantityText(name, requests.get(name) ?? 0)] as const),
  );
}

/** What the sets of an admitted workload hold, or those of another ask for. */
export function requestsOf(workload: Workload): readonly PodSetRequests[] {
  const { admission } = workload.status ?? {};
  if (admission === undefined) return workload.spec.podSets.map(set => askedBy(workload, set));
  return admission.podSetAssignments.map(assignment => {
    const { name, flavors = {}, resourceUsage = {} } = assignment;
    const count = assignment.count ?? podSetOf(workload, name)?.count ?? 0;
    const left = Math.min(count, countLeft(workload, name));
    const requests = new Map<string, number>();
    for (const [resource, text] of Object.entries(resourceUsage)) {
      const amount = amountOf(resource, text);
      requests.set(resource, left < count ? Math.trunc(amount / count) * left : amount);
    }
    return { name, count: left, requests, flavors };
  });
}

/** The same, for so many pods. */
export function scaledTo(set: PodSetRequests, count: number): PodSetRequests {
  if (set.count === count || set.count === 0) return set;
  const requests = new Map<string, number>();
  for (const [name, amount] of set.requests) {
    requests.set(name, Math.trunc(amount / set.count) * count);
  }
  return { ...set, count, requests };
}

function askedBy(workload: Workload, set: PodSet): PodSetRequests {
  const count = countLeft(workload, set.name);
  const requests = new Map<string, number>();
  for (const [name, amount] of podAmounts(podOf(set), 'requests', {
    usesStatus: false,
    hasOverhead: true,
  })) {
    const each = name === 'cpu' ? amount.milliValue() : amount.value();
    requests.set(name, Math.max(0, each) * count);
  }
  return { name: set.name, count, requests };
}

/** Pods that are done give their part back. */
function countLeft(workload: Workload, name: string): number {
  const count = podSetOf(workload, name)?.count ?? 0;
  const done = workload.status?.reclaimablePods?.find(one => one.name === name)?.count ?? 0;
  return count - Math.min(done, count);
}

function podSetOf({ spec }: Workload, name: string): PodSet | undefined {
  return spec.podSets.find(set => set.name === name);
}

/** A pod of the set, with limits for requests where those are missing. */
function podOf({ template }: PodSet): Pod {
  const { spec } = template;
  if (spec === undefined) return { metadata: {} };
  return {
    metadata: {},
    spec: {
      ...spec,
      containers: spec.containers.map(withMissingRequests),
      ...(spec.initContainers !== undefined && {
        initContainers: spec.initContainers.map(withMissingRequests),
      }),
    },
  };
}

function withMissingRequests(container: Container): Container {
  const { resources } = container;
  if (resources?.limits === undefined) return container;
  const requests = { ...resources.limits, ...resources.requests };
  return { ...container, resources: { ...resources, requests } };
}
