/**
 * Brings the slices of a service in line with its pods.
 * @upstream staging/src/k8s.io/endpointslice/reconciler.go
 */
import { deepEqual } from '../../api/equality.js';
import { nodes, type Node, type Pod, type Service } from '../../api/kinds/core.js';
import {
  endpointSlices,
  type Endpoint,
  type EndpointPort,
  type EndpointSlice,
} from '../../api/kinds/discovery.js';
import { isDeleting, keyOf } from '../../api/meta.js';
import { aggregated } from '../../api/status.js';
import type { Answer, Reconciliation, View } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { call, create, remove, update } from '../../client/requests.js';
import { isNamespaceTerminating } from '../control/pod-control.js';
import { changesOf, type SliceChanges } from './changes.js';
import { addressTypesOf, type AddressType } from './endpoint.js';
import { withCloseHints, withoutHints, wantsCloseTraffic, wantsTopologyHints } from './hints.js';
import { endpointAt, podPartsOf } from './pod-endpoints.js';
import { sortedByHash } from './port-order.js';
import { isOwnedBy, newSlice, portKey } from './slice.js';
import { disabledEvent, type HintEvent, type TopologyCache } from './topology.js';
import type { SliceTracker } from './tracker.js';

/** What a pass over one service is given. */
export interface SlicePass {
  readonly view: View;
  readonly service: Service;
  /** The pods that the service selects. */
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
  /** For the annotation; undefined takes it away. */
  readonly triggerTime: string | undefined;
  readonly tracker: SliceTracker;
  readonly topology: TopologyCache;
  readonly events: EventRecorder;
}

/** Writes what must change; returns the errors as one text, or undefined. */
export function* reconcileSlices(pass: SlicePass): Reconciliation<string | undefined> {
  const { service, slices, tracker } = pass;
  const types = addressTypesOf(service);
  const errors: string[] = [];
  for (const type of types) {
    const own = slices.filter(slice => slice.addressType === type);
    errors.push(...(yield* reconcileType(pass, type, own)));
  }
  for (const slice of slices.filter(one => !types.some(type => type === one.addressType))) {
    const { namespace = '', name = '' } = slice.metadata;
    const answer = yield* call(remove(endpointSlices, namespace, name));
    if (answer.isOk) tracker.expectDeletion(slice);
    else {
      const of = `${name} EndpointSlice for Service ${keyOf(service)}`;
      errors.push(`error deleting ${of}: ${answer.message}`);
    }
  }
  return errors.length === 0 ? undefined : aggregated(errors);
}

function* reconcileType(
  pass: SlicePass,
  addressType: AddressType,
  existing: readonly EndpointSlice[],
): Reconciliation<readonly string[]> {
  const { service, events } = pass;
  const { groups, errors } = wantedByPorts(pass, addressType);
  const changes = sliceChanges(service, addressType, existing, groups);
  const hinted = withHintsFor(pass, addressType, existing, changes);
  const error = yield* write(pass, hinted);
  if (error !== undefined) errors.push(error);
  for (const event of hinted.events) events.record({ regarding: service, ...event });
  return errors.length === 0 ? [] : [aggregated(errors)];
}

interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

/** The endpoints that the service should have, by the numbers of their ports. */
function wantedByPorts({ view, service, pods }: SlicePass, addressType: AddressType) {
  const groups = new Map<string, PortGroup>();
  const errors: string[] = [];
  const partsOf = podPartsOf(service);
  const nodesByName = new Map<string, Node | undefined>();
  for (const pod of pods) {
    const parts = partsOf(pod);
    if (!parts.isEndpoint) continue;
    const { ports, portKey: key } = parts;
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports: sortedByHash(ports, 'discovery/v1.EndpointPort'), endpoints: [] };
      groups.set(key, group);
    }
    const nodeName = pod.spec?.nodeName ?? '';
    if (!nodesByName.has(nodeName)) nodesByName.set(nodeName, view.get(nodes, '', nodeName));
    const node = nodesByName.get(nodeName);
    if (node === undefined && service.spec?.publishNotReadyAddresses !== true) {
      const of = `Pod ${pod.metadata.name} for Service ${keyOf(service)}`;
      errors.push(`skipping ${of}: Node ${nodeName} Not Found`);
      continue;
    }
    const endpoint = endpointAt(parts, service, pod, { node, type: addressType });
    if (endpoint.addresses.length > 0) group.endpoints.push(endpoint);
  }
  return { groups, errors };
}

/** What must change, with a placeholder where no slice would be left. */
function sliceChanges(
  service: Service,
  addressType: AddressType,
  existing: readonly EndpointSlice[],
  groups: ReadonlyMap<string, PortGroup>,
): SliceChanges {
  const byPorts = ownByPorts(service, existing);
  const toCreate: EndpointSlice[] = [];
  const toUpdate: EndpointSlice[] = [];
  const toDelete = existing.filter(slice => !isOwnedBy(slice, service));
  for (const [key, { ports, endpoints }] of groups) {
    const emptySlice = () => newSlice(service, addressType, ports);
    const changes = changesOf(service, byPorts.get(key) ?? [], endpoints, emptySlice);
    toCreate.push(...changes.toCreate);
    toUpdate.push(...changes.toUpdate);
    toDelete.push(...changes.toDelete);
  }
  for (const [key, slices] of byPorts) if (!groups.has(key)) toDelete.push(...slices);
  if (existing.length > toDelete.length || toCreate.length > 0) {
    return { toCreate, toUpdate, toDelete };
  }
  const placeholder = newSlice(service, addressType, []);
  const [only] = toDelete;
  const isThere = toDelete.length === 1 && only !== undefined && isLike(only, placeholder);
  return isThere
    ? { toCreate, toUpdate, toDelete: [] }
    : { toCreate: [placeholder], toUpdate, toDelete };
}

function ownByPorts(
  service: Service,
  existing: readonly EndpointSlice[],
): ReadonlyMap<string, readonly EndpointSlice[]> {
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    if (!isOwnedBy(slice, service)) continue;
    const key = portKey(slice.ports);
    const group = byPorts.get(key);
    if (group === undefined) byPorts.set(key, [slice]);
    else group.push(slice);
  }
  return byPorts;
}

function isLike(slice: EndpointSlice, placeholder: EndpointSlice): boolean {
  return (
    deepEqual(slice.metadata.labels ?? {}, placeholder.metadata.labels) &&
    slice.addressType === placeholder.addressType &&
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0
  );
}

function withHintsFor(
  { service, topology }: SlicePass,
  addressType: AddressType,
  existing: readonly EndpointSlice[],
  changes: SliceChanges,
): SliceChanges & { readonly events: readonly HintEvent[] } {
  const changed = new Set(
    [...changes.toUpdate, ...changes.toDelete].map(slice => slice.metadata.name),
  );
  const unchanged = existing.filter(slice => !changed.has(slice.metadata.name));
  const input = Object.assign({}, changes, { unchanged });
  const key = keyOf(service);
  if (wantsTopologyHints(service)) return topology.addHints(key, addressType, input);
  const message = 'Topology Aware Hints has been disabled';
  const events = topology.hasHints(key) ? [disabledEvent(message, addressType)] : [];
  topology.removeHints(key, addressType);
  const hinted = wantsCloseTraffic(service) ? withCloseHints(service, input) : withoutHints(input);
  return Object.assign({}, hinted, { events });
}

/** Writes the slices; one to be deleted is turned into one to be created where that is possible. */
function* write(pass: SlicePass, changes: SliceChanges): Reconciliation<string | undefined> {
  const { service, tracker } = pass;
  const { toCreate, toUpdate, toDelete } = recycled(changes, service);
  const of = `EndpointSlice for Service ${keyOf(service)}`;
  if (!isDeleting(service)) {
    for (const slice of toCreate) {
      const answer = yield* call(create(endpointSlices, withTrigger(slice, pass)));
      if (!answer.isOk && isNamespaceTerminating(answer)) return undefined;
      if (!answer.isOk) return `failed to create ${of}: ${answer.message}`;
      tracker.wrote(answer.object);
    }
  }
  for (const slice of toUpdate) {
    const answer = yield* call(update(endpointSlices, withTrigger(slice, pass)));
    if (!answer.isOk) return failedTo('update', slice, of, answer);
    tracker.wrote(answer.object);
  }
  for (const slice of toDelete) {
    const { namespace = '', name = '' } = slice.metadata;
    const answer = yield* call(remove(endpointSlices, namespace, name));
    if (!answer.isOk) return failedTo('delete', slice, of, answer);
    tracker.expectDeletion(slice);
  }
  return undefined;
}

function failedTo(
  verb: string,
  { metadata }: EndpointSlice,
  of: string,
  { message }: Answer & { readonly isOk: false },
): string {
  return `failed to ${verb} ${metadata.name} ${of}: ${message}`;
}

function recycled({ toCreate, toUpdate, toDelete }: SliceChanges, service: Service): SliceChanges {
  const created = [...toCreate];
  const updated = [...toUpdate];
  const deleted = toDelete.filter(old => {
    const slice = created.at(-1);
    if (slice === undefined) return true;
    if (old.addressType !== slice.addressType || !isOwnedBy(old, service)) return true;
    created.pop();
    const metadata = Object.assign({}, slice.metadata, { name: old.metadata.name });
    updated.push(Object.assign({}, slice, { metadata }));
    return false;
  });
  return { toCreate: created, toUpdate: updated, toDelete: deleted };
}

function withTrigger(slice: EndpointSlice, { triggerTime }: SlicePass): EndpointSlice {
  const { [triggerAnnotation]: _, ...others } = slice.metadata.annotations ?? {};
  const annotations =
    triggerTime === undefined ? others : { ...others, [triggerAnnotation]: triggerTime };
  return { ...slice, metadata: Object.assign({}, slice.metadata, { annotations }) };
}

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
