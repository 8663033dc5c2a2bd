/**
 * Makes the slices of Endpoints: one for each family of addresses and set of ports.
 * @upstream pkg/controller/endpointslicemirroring/reconciler.go
 */
import { deepEqual } from '../../api/equality.js';
import {
  endpoints as endpointsKind,
  type EndpointAddress,
  type Endpoints,
} from '../../api/kinds/core.js';
import {
  endpointSlices,
  type Endpoint,
  type EndpointPort,
  type EndpointSlice,
} from '../../api/kinds/discovery.js';
import { isDeleting, keyOf, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { call, create, remove, update } from '../../client/requests.js';
import { isNamespaceTerminating } from '../control/pod-control.js';
import type { AddressType } from '../endpoint-slice/endpoint.js';
import {
  areAlike,
  endpointKey,
  managedByLabel,
  portKey,
  serviceNameLabel,
} from '../endpoint-slice/slice.js';
import { sortedByHash } from '../endpoint-slice/port-order.js';
import type { SliceTracker } from '../endpoint-slice/tracker.js';
import { repacked } from '../endpoints/subsets.js';

const controllerName = 'endpointslicemirroring-controller.k8s.io';
/** --mirroring-max-endpoints-per-subset. */
const addressesMax = 1000;
const uncopiedAnnotations: readonly string[] = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];

/** Whether the slice is a mirror. */
export function isMirror({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[managedByLabel] === controllerName;
}

/** Writes what must change; returns the first error. */
export function* mirror(
  endpoints: Endpoints,
  existing: readonly EndpointSlice[],
  options: { readonly tracker: SliceTracker; readonly events: EventRecorder },
): Reconciliation<string | undefined> {
  const { tracker } = options;
  const wanted = wantedGroups(endpoints, options.events);
  const toCreate: EndpointSlice[] = [];
  const toUpdate: EndpointSlice[] = [];
  const toDelete: EndpointSlice[] = [];
  for (const [key, group] of wanted) {
    const own = existing.filter(slice => groupKey(slice.addressType, slice.ports) === key);
    const [first, ...others] = own;
    toDelete.push(...others);
    const slice = sliceOf(endpoints, group);
    if (first === undefined) toCreate.push(slice);
    else if (isSame(endpoints, first, slice)) {
      if (!tracker.isKnown(first)) tracker.wrote(first);
    } else toUpdate.push(rewritten(slice, first));
  }
  toDelete.push(...existing.filter(slice => !wanted.has(groupKey(slice.addressType, slice.ports))));
  recycle({ toCreate, toUpdate, toDelete });
  return yield* write(endpoints, { toCreate, toUpdate, toDelete }, tracker);
}

interface Group {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

function wantedGroups(endpoints: Endpoints, events: EventRecorder): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  let invalid = 0;
  let skipped = 0;
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of repacked(
    endpoints.subsets ?? [],
  )) {
    const slicePorts = sortedByHash(
      ports.map(({ name = '', ...port }) => ({ name, ...port })),
      'discovery/v1.EndpointPort',
    );
    let added = 0;
    const all = [
      ...addresses.map(address => ({ address, ready: true })),
      ...notReadyAddresses.map(address => ({ address, ready: false })),
    ];
    for (const { address, ready } of all) {
      const addressType = addressTypeOf(address.ip);
      if (addressType === undefined) invalid++;
      if (added >= addressesMax || addressType === undefined) {
        skipped++;
        continue;
      }
      added++;
      const key = groupKey(addressType, slicePorts);
      const group = groups.get(key) ?? { addressType, ports: slicePorts, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(address, ready));
    }
  }
  const warn = (reason: string, message: string) => {
    events.record({ regarding: endpoints, type: 'Warning', reason, message });
  };
  if (invalid > 0) {
    const what = `${invalid} invalid IP addresses when mirroring to EndpointSlices`;
    warn('InvalidIPAddress', `Skipped ${what}`);
  }
  if (skipped > invalid) {
    const what = `addresses can be mirrored to EndpointSlices per Endpoints subset`;
    const message = `A max of ${addressesMax} ${what}. ${skipped} addresses were skipped`;
    warn('TooManyAddressesToMirror', message);
  }
  return groups;
}

function addressTypeOf(ip: string): AddressType | undefined {
  if (ip.includes(':')) return 'IPv6';
  return /^\d+\.\d+\.\d+\.\d+$/.test(ip) ? 'IPv4' : undefined;
}

function endpointOf(address: EndpointAddress, ready: boolean): Endpoint {
  const { ip, targetRef, nodeName, hostname = '' } = address;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname !== '' && { hostname }),
    ...(targetRef !== undefined && { targetRef }),
    ...(nodeName !== undefined && { nodeName }),
  };
}

function groupKey(addressType: string, ports: readonly EndpointPort[] | undefined): string {
  return `${addressType} ${portKey(ports)}`;
}

function sliceOf(
  endpoints: Endpoints,
  { addressType, ports, endpoints: all }: Group,
): EndpointSlice {
  const { name = '', namespace, labels = {} } = endpoints.metadata;
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: controllerName },
      annotations: copiedAnnotations(endpoints),
      ownerReferences: [ownerReference(endpoints, endpointsKind)],
    },
    addressType,
    endpoints: all,
    ...(ports.length > 0 && { ports }),
  };
}

function copiedAnnotations({ metadata }: Endpoints): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => !uncopiedAnnotations.includes(key)));
}

/** A slice that takes the place of the one of its kind is written without `generateName`, which goes. */
function rewritten(slice: EndpointSlice, old: EndpointSlice): EndpointSlice {
  const { generateName: _, ...metadata } = slice.metadata;
  return { ...slice, metadata: { ...metadata, name: old.metadata.name } };
}

function renamed(slice: EndpointSlice, old: EndpointSlice): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, name: old.metadata.name } };
}

function isSame(endpoints: Endpoints, old: EndpointSlice, slice: EndpointSlice): boolean {
  const before = new Map((old.endpoints ?? []).map(one => [endpointKey(one), one]));
  const isAlike = (slice.endpoints ?? []).every(one => {
    const known = before.get(endpointKey(one));
    return known !== undefined && areAlike(known, one);
  });
  const isOfOther = (old.metadata.ownerReferences ?? []).some(owner => {
    const isEndpoints = owner.kind === 'Endpoints' && owner.name === endpoints.metadata.name;
    return isEndpoints && owner.uid !== endpoints.metadata.uid;
  });
  return (
    isAlike &&
    before.size === (slice.endpoints ?? []).length &&
    deepEqual(old.metadata.labels ?? {}, slice.metadata.labels ?? {}) &&
    deepEqual(old.metadata.annotations ?? {}, slice.metadata.annotations ?? {}) &&
    !isOfOther
  );
}

interface Changes {
  readonly toCreate: EndpointSlice[];
  readonly toUpdate: EndpointSlice[];
  readonly toDelete: EndpointSlice[];
}

/** Turns deletions and creations of one family into updates. */
function recycle({ toCreate, toUpdate, toDelete }: Changes): void {
  for (const slice of toCreate.slice()) {
    const old = toDelete.find(one => one.addressType === slice.addressType);
    if (old === undefined) continue;
    toDelete.splice(toDelete.indexOf(old), 1);
    toCreate.splice(toCreate.indexOf(slice), 1);
    toUpdate.push(renamed(slice, old));
  }
}

function* write(
  endpoints: Endpoints,
  { toCreate, toUpdate, toDelete }: Changes,
  tracker: SliceTracker,
): Reconciliation<string | undefined> {
  const of = `EndpointSlice for Endpoints ${keyOf(endpoints)}`;
  for (const slice of isDeleting(endpoints) ? [] : toCreate) {
    const answer = yield* call(create(endpointSlices, slice));
    if (!answer.isOk && isNamespaceTerminating(answer)) return undefined;
    if (!answer.isOk) return `failed to create ${of}: ${answer.message}`;
    tracker.wrote(answer.object);
  }
  for (const slice of toUpdate) {
    const answer = yield* call(update(endpointSlices, slice));
    if (!answer.isOk) return `failed to update ${of}: ${answer.message}`;
    tracker.wrote(answer.object);
  }
  for (const slice of toDelete) {
    const { namespace = '', name = '' } = slice.metadata;
    const answer = yield* call(remove(endpointSlices, namespace, name));
    if (!answer.isOk) return `failed to delete ${of}: ${answer.message}`;
    tracker.expectDeletion(slice);
  }
  return undefined;
}
