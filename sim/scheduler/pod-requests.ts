/** What a pod asks for in total. @upstream staging/src/k8s.io/component-helpers/resource/helpers.go */
import { deepEqual } from '../api/equality.js';
import type { Container, ContainerStatus, Pod, PodStatus } from '../api/kinds/core.js';
import { addAmounts, amountsOf, raiseAmounts, type Amounts, type Quantities } from './resource.js';

/** How a pod's requests are added up. */
export interface PodRequestsOptions {
  /** Looks at what the containers were really given as well: for pods on a node. */
  readonly usesStatus?: boolean;
  readonly skipsPodLevel?: boolean;
  /** What stands in for a container's missing request. */
  readonly defaults?: Amounts;
}

/** The requests of the pod: containers, sidecars, the largest init container, pod level, overhead. */
export function podRequests(
  pod: Pod,
  options: PodRequestsOptions = {},
): ReadonlyMap<string, number> {
  const plain = plainRequests(pod, options.usesStatus === true);
  return plain === undefined ? addedUp(pod, options) : amountsOfPlain(plain, options.defaults);
}

/**
 * The requests of the container of a pod that has one, asks for nothing besides and was given what it
 * asks for: such pods of one template share them, and what follows from them is worked out once.
 */
export function plainRequests({ spec, status }: Pod, usesStatus: boolean): Quantities | undefined {
  if (spec === undefined || spec.containers.length !== 1) return undefined;
  const { initContainers, resources, overhead } = spec;
  if (initContainers !== undefined || resources !== undefined || overhead !== undefined) {
    return undefined;
  }
  const requests = spec.containers[0]?.resources?.requests;
  const statuses = usesStatus ? (status?.containerStatuses ?? none) : none;
  if (statuses.length > 1 || (usesStatus && status?.initContainerStatuses !== undefined)) {
    return undefined;
  }
  const [given] = statuses;
  if (given?.resources !== undefined) {
    if (given.name !== spec.containers[0]?.name) return undefined;
    if (!deepEqual(requests, given.resources.requests)) return undefined;
    if (!deepEqual(requests, given.allocatedResources)) return undefined;
  }
  return requests ?? noRequests;
}

const none: readonly ContainerStatus[] = [];
const noRequests: Quantities = {};

/** Amounts by what they were read from, without and with the defaults: nobody changes them. */
const plainAmounts = new WeakMap<Quantities, ReadonlyMap<string, number>>();
const defaultedAmounts = new WeakMap<Amounts, typeof plainAmounts>();

function amountsOfPlain(
  requests: Quantities,
  defaults: Amounts | undefined,
): ReadonlyMap<string, number> {
  const known = defaults === undefined ? plainAmounts : amountsWith(defaults);
  let amounts = known.get(requests);
  if (amounts === undefined) {
    const made = amountsOf(requests);
    if (defaults !== undefined) addDefaults(made, defaults);
    amounts = made;
    known.set(requests, amounts);
  }
  return amounts;
}

function amountsWith(defaults: Amounts): typeof plainAmounts {
  let known = defaultedAmounts.get(defaults);
  if (known === undefined) defaultedAmounts.set(defaults, (known = new WeakMap()));
  return known;
}

function addDefaults(amounts: Amounts, defaults: Amounts): void {
  for (const [name, amount] of defaults) if (!amounts.has(name)) amounts.set(name, amount);
}

function addedUp(pod: Pod, options: PodRequestsOptions): Amounts {
  const total = containerRequests(pod, options);
  if (options.skipsPodLevel !== true) applyPodLevel(total, pod, options);
  if (pod.spec?.overhead !== undefined) addAmounts(total, amountsOf(pod.spec.overhead));
  return total;
}

/** Whether the pod has requests of its own for a resource that pods can have them for. */
export function hasPodLevelRequests(pod: Pod): boolean {
  return Object.keys(pod.spec?.resources?.requests ?? {}).some(isPodLevelName);
}

function isPodLevelName(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function applyPodLevel(total: Amounts, pod: Pod, options: PodRequestsOptions): void {
  const requests = pod.spec?.resources?.requests;
  if (requests === undefined || !hasPodLevelRequests(pod)) return;
  const given = pod.status?.resources;
  const effective =
    options.usesStatus === true && given !== undefined
      ? effectiveRequests(pod, requests, given.requests, pod.status?.allocatedResources)
      : undefined;
  for (const [name, amount] of amountsOf(requests)) {
    if (!isPodLevelName(name)) continue;
    total.set(name, effective === undefined ? amount : (effective.get(name) ?? 0));
  }
}

function containerRequests(pod: Pod, options: PodRequestsOptions): Amounts {
  const statuses = options.usesStatus === true ? containerStatuses(pod) : undefined;
  const total: Amounts = new Map();
  for (const container of pod.spec?.containers ?? []) {
    addAmounts(total, requestsOf(pod, container, statuses, options));
  }
  const initContainers = pod.spec?.initContainers;
  if (initContainers === undefined) return total;
  const sidecars: Amounts = new Map();
  const highest: Amounts = new Map();
  for (const container of initContainers) {
    const isSidecar = container.restartPolicy === 'Always';
    const own = requestsOf(pod, container, isSidecar ? statuses : undefined, options);
    if (isSidecar) {
      addAmounts(total, own);
      addAmounts(sidecars, own);
      raiseAmounts(highest, sidecars);
    } else {
      const whileItRuns: Amounts = new Map(own);
      addAmounts(whileItRuns, sidecars);
      raiseAmounts(highest, whileItRuns);
    }
  }
  raiseAmounts(total, highest);
  return total;
}

function requestsOf(
  pod: Pod,
  container: Container,
  statuses: ReadonlyMap<string, ContainerStatus> | undefined,
  options: PodRequestsOptions,
): Amounts {
  const spec = container.resources?.requests;
  const given = statuses?.get(container.name);
  const amounts =
    given?.resources === undefined
      ? amountsOf(spec)
      : effectiveRequests(pod, spec, given.resources.requests, given.allocatedResources);
  if (options.defaults !== undefined) addDefaults(amounts, options.defaults);
  return amounts;
}

function effectiveRequests(
  pod: Pod,
  spec: Quantities | undefined,
  actual: Quantities | undefined,
  allocated: Quantities | undefined,
): Amounts {
  // Mostly a container was given what it asks for.
  if (deepEqual(spec, actual) && deepEqual(spec, allocated)) return amountsOf(spec);
  const amounts = amountsOf(isResizeInfeasible(pod) ? undefined : spec);
  raiseAmounts(amounts, amountsOf(actual));
  raiseAmounts(amounts, amountsOf(allocated));
  return amounts;
}

/** Whether a resize of the pod can never be: then what its spec asks for does not count. */
export function isResizeInfeasible(pod: Pod): boolean {
  const pending = pod.status?.conditions?.find(({ type }) => type === 'PodResizePending');
  return pending?.reason === 'Infeasible';
}

function containerStatuses(pod: Pod): ReadonlyMap<string, ContainerStatus> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  if (containerStatuses.length === 0 && initContainerStatuses.length === 0) return undefined;
  return new Map([...containerStatuses, ...initContainerStatuses].map(each => [each.name, each]));
}

/** Whether two versions of a pod ask for the same, as far as a look at their identity tells. */
export function isAskedTheSame({ spec: old }: Pod, { spec }: Pod): boolean {
  return (
    spec === old ||
    (spec?.containers === old?.containers &&
      spec?.initContainers === old?.initContainers &&
      spec?.resources === old?.resources &&
      spec?.overhead === old?.overhead)
  );
}

/** Whether the statuses of two versions of a pod tell the same of what its containers were given. */
export function isGivenTheSame({ status: old = {} }: Pod, { status = {} }: Pod): boolean {
  if (status === old) return true;
  return (
    deepEqual(status.resources, old.resources) &&
    deepEqual(status.allocatedResources, old.allocatedResources) &&
    areGivenTheSame(old.containerStatuses, status.containerStatuses) &&
    areGivenTheSame(old.initContainerStatuses, status.initContainerStatuses) &&
    !isResizePending(old) &&
    !isResizePending(status)
  );
}

function areGivenTheSame(
  old: readonly ContainerStatus[] = [],
  statuses: readonly ContainerStatus[] = [],
): boolean {
  if (old.length !== statuses.length) return false;
  return statuses.every((status, index) => {
    const before = old[index];
    return (
      before?.name === status.name &&
      deepEqual(before.resources, status.resources) &&
      deepEqual(before.allocatedResources, status.allocatedResources)
    );
  });
}

function isResizePending({ conditions = [] }: PodStatus): boolean {
  return conditions.some(({ type }) => type === 'PodResizePending');
}
