/**
 * What the pods of a target request of a resource: what their use is compared with.
 * @upstream pkg/controller/podautoscaler/replica_calculator.go calculateRequests
 */
import type { Container, Pod } from '../../api/kinds/core.js';
import { isPodLevel, podAmounts } from '../../api/quota/pod-amounts.js';
import { milliOf } from './milli.js';

/** The requests in milli-units by the pod's name, or what is missing. */
export type RequestsByPod =
  { readonly byPod: ReadonlyMap<string, bigint> } | { readonly error: string };

/** The requests for a resource: of the pod, of all its containers, or of the one that is named. */
export function requestsByPod(
  pods: readonly Pod[],
  of: { readonly resource: string; readonly container: string },
  options: { readonly usesPodLevelResources: boolean },
): RequestsByPod {
  const { resource, container } = of;
  const known = lastRequests.get(pods);
  const isKnown =
    known?.resource === resource &&
    known.container === container &&
    known.usesPodLevelResources === options.usesPodLevelResources;
  if (isKnown) return known.requests;
  const requests = readRequests(pods, of, options);
  const { usesPodLevelResources } = options;
  lastRequests.set(pods, { resource, container, usesPodLevelResources, requests });
  return requests;
}

/** What was worked out last for a list of pods: as long as none changes it is the same list. */
const lastRequests = new WeakMap<
  readonly Pod[],
  {
    readonly resource: string;
    readonly container: string;
    readonly usesPodLevelResources: boolean;
    readonly requests: RequestsByPod;
  }
>();

function readRequests(
  pods: readonly Pod[],
  of: { readonly resource: string; readonly container: string },
  options: { readonly usesPodLevelResources: boolean },
): RequestsByPod {
  const byPod = new Map<string, bigint>();
  for (const pod of pods) {
    const isPodLevel =
      options.usesPodLevelResources && of.container === '' && hasPodLevelRequests(pod);
    const request = isPodLevel
      ? podLevelRequest(pod, of.resource)
      : containersRequest(pod, of.resource, of.container);
    if (typeof request !== 'bigint') return request;
    byPod.set(pod.metadata.name ?? '', request);
  }
  return { byPod };
}

function hasPodLevelRequests(pod: Pod): boolean {
  return Object.keys(pod.spec?.resources?.requests ?? {}).some(isPodLevel);
}

function podLevelRequest(pod: Pod, resource: string): bigint | { readonly error: string } {
  const request = podAmounts(pod, 'requests', { usesStatus: false, hasOverhead: true }).get(
    resource,
  );
  if (request !== undefined) return milliOf(request.toString());
  return { error: `missing pod-level request for ${resource} in Pod ${pod.metadata.name}` };
}

function containersRequest(
  pod: Pod,
  resource: string,
  container: string,
): bigint | { readonly error: string } {
  let sum = 0n;
  for (const one of lastingContainers(pod)) {
    if (container !== '' && container !== one.name) continue;
    const request = one.resources?.requests?.[resource];
    if (request === undefined) {
      const where = `container ${one.name} of Pod ${pod.metadata.name}`;
      return { error: `missing request for ${resource} in ${where}` };
    }
    sum += milliOf(request);
    if (container === one.name) return sum;
  }
  if (container === '') return sum;
  return { error: `container ${container} not found in Pod ${pod.metadata.name}` };
}

/** The containers and the init containers that go on beside them. */
function lastingContainers(pod: Pod): readonly Container[] {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return sidecars.length === 0 ? containers : [...containers, ...sidecars];
}
