/**
 * The claim that stands for a pod's extended resources where device classes give them.
 * @upstream pkg/scheduler/framework/plugins/dynamicresources/extendeddynamicresources.go
 */
import type { Container, ContainerExtendedResourceRequest, Pod } from '../../../api/kinds/core.js';
import {
  resourceClaims,
  type DeviceRequest,
  type ResourceClaim,
} from '../../../api/kinds/resource.js';
import { extendedClaimAnnotation, extendedClaimId } from '../../devices/pending-claims.js';
import { valueOf } from '../../amount.js';
import type { Handle } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import type { PodInfo } from '../../pod-info.js';
import { isExtendedName } from '../../resource.js';
import { deviceClassFor, deviceClassPrefix } from './extended-devices.js';

/** What the claim is called before the API server names it. */
export const temporaryName = '<extended-resources>';

/** The claim for the pod: one of an earlier attempt, or a new one; undefined: it needs none. */
export function extendedClaim(handle: Handle, info: PodInfo): ResourceClaim | undefined {
  if (handle.features['DRAExtendedResource'] !== true) return undefined;
  const isNeeded = askedFor(info).some(([name]) => deviceClassFor(handle, name) !== undefined);
  if (!isNeeded) return undefined;
  const { pod } = info;
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const known = handle.objects
    .list(resourceClaims)
    .find(({ metadata: { annotations, ownerReferences = [] } }) => {
      if (annotations?.[extendedClaimAnnotation] !== 'true') return false;
      return ownerReferences.some(
        owner => owner.controller === true && owner.uid === uid && owner.name === name,
      );
    });
  if (known !== undefined) return known;
  return {
    metadata: {
      namespace,
      name: temporaryName,
      uid: extendedClaimId(uid),
      generateName: `${name}-extended-resources-`,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
      annotations: { [extendedClaimAnnotation]: 'true' },
    },
    spec: {},
  };
}

/** The extended resources that the pod asks for. */
function askedFor({ request }: PodInfo): readonly (readonly [string, number])[] {
  return [...request.scalars].filter(
    ([name, amount]) =>
      amount !== 0 && (isExtendedName(name) || name.startsWith(deviceClassPrefix)),
  );
}

/** What the pod needs of devices on a node: nothing, the claim with its requests, or it cannot be. */
export type NodeClaim =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'needed';
      readonly claim: ResourceClaim;
      readonly mappings: readonly ContainerExtendedResourceRequest[];
    };

/** @upstream filterExtendedResources */
export function claimOnNode(
  handle: Handle,
  info: PodInfo,
  node: NodeInfo,
  known: { readonly claim: ResourceClaim; readonly isAlone: boolean },
): NodeClaim {
  if (known.claim.spec.devices?.requests !== undefined) {
    return { kind: 'refused', reason: 'cannot schedule extended resource claim' };
  }
  const fromDevices = new Map<string, string>();
  for (const [resource] of askedFor(info)) {
    const amount = node.allocatable.scalars.get(resource);
    const deviceClass = deviceClassFor(handle, resource);
    if (deviceClass !== undefined && (amount ?? 0) === 0) {
      fromDevices.set(resource, deviceClass.metadata.name ?? '');
    } else if (amount === undefined) return { kind: 'refused', reason: 'cannot fit resource' };
  }
  if (known.isAlone && fromDevices.size === 0) return { kind: 'none' };
  if (known.claim.status?.allocation !== undefined) return { kind: 'none' };
  const { requests, mappings } = requestsFor(info.pod, fromDevices);
  const claim: ResourceClaim = {
    ...known.claim,
    spec: requests.length === 0 ? {} : { devices: { requests } },
  };
  return { kind: 'needed', claim, mappings };
}

interface Requests {
  readonly requests: readonly DeviceRequest[];
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

interface ContainerRequest {
  readonly name: string;
  readonly count: number;
}

/** A request per container and resource. @upstream createRequestsAndMappings */
function requestsFor(pod: Pod, classes: ReadonlyMap<string, string>): Requests {
  const requests: DeviceRequest[] = [];
  const mappings: ContainerExtendedResourceRequest[] = [];
  for (const resource of [...classes.keys()].sort()) {
    const found = requestsForResource(pod, resource);
    mappings.push(...found.mappings);
    for (const { name, count } of found.requests) {
      const deviceClassName = classes.get(resource) ?? '';
      requests.push({ name, exactly: { deviceClassName, allocationMode: 'ExactCount', count } });
    }
  }
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)), mappings };
}

/**
 * Containers that stay have devices of their own. Init containers that end use those of the containers
 * after them, and share one request for what they need beyond.
 */
function requestsForResource(
  pod: Pod,
  resource: string,
): {
  readonly requests: readonly ContainerRequest[];
  readonly mappings: readonly ContainerExtendedResourceRequest[];
} {
  const initial = pod.spec?.initContainers ?? [];
  const containers = [...initial, ...(pod.spec?.containers ?? [])];
  const doesEnd = (index: number) =>
    index < initial.length && containers[index]?.restartPolicy !== 'Always';
  const lasting: (ContainerRequest | undefined)[] = containers.map((container, index) =>
    doesEnd(index) ? undefined : requestOf(container, index, resource, 0),
  );
  const mappings = containers.flatMap((container, index) => {
    const own = lasting[index];
    return own === undefined ? [] : [mappingOf(container, resource, own.name)];
  });
  let most: ContainerRequest | undefined;
  const own: { readonly container: Container; readonly names: readonly string[] }[] = [];
  const extra = new Set<string>();
  for (const [index, container] of containers.entries()) {
    if (!doesEnd(index)) continue;
    const { names, request } = endingRequest(container, index, resource, lasting.slice(index));
    own.push({ container, names });
    if (request === undefined) continue;
    extra.add(request.name);
    if (most === undefined || most.count < request.count) most = request;
  }
  for (const { container, names } of own) {
    for (const name of names) {
      const shared = extra.has(name) ? (most?.name ?? name) : name;
      mappings.push(mappingOf(container, resource, shared));
    }
  }
  const requests = [most, ...lasting].filter(each => each !== undefined);
  return { requests, mappings };
}

/** What the init container uses of later containers' requests, and what it needs beyond. */
function endingRequest(
  container: Container,
  index: number,
  resource: string,
  later: readonly (ContainerRequest | undefined)[],
): { readonly names: readonly string[]; readonly request?: ContainerRequest } {
  const wanted = countOf(container, resource);
  const names: string[] = [];
  if (wanted === 0) return { names };
  let count = 0;
  for (const each of later) {
    if (each === undefined) continue;
    count += each.count;
    names.push(each.name);
    if (count >= wanted) return { names };
  }
  const request = requestOf(container, index, resource, count);
  return request === undefined ? { names } : { names: [...names, request.name], request };
}

function requestOf(
  container: Container,
  index: number,
  resource: string,
  given: number,
): ContainerRequest | undefined {
  const count = countOf(container, resource);
  if (count === 0) return undefined;
  const names = Object.keys(container.resources?.requests ?? {}).sort();
  const name = `container-${index}-request-${names.indexOf(resource)}`;
  return { name, count: count - given };
}

function countOf(container: Container, resource: string): number {
  const text = container.resources?.requests?.[resource];
  return text === undefined ? 0 : valueOf(text);
}

function mappingOf(
  container: Container,
  resourceName: string,
  requestName: string,
): ContainerExtendedResourceRequest {
  return { containerName: container.name, resourceName, requestName };
}
