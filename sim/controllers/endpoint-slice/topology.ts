/**
 * Hints that share the endpoints of a service among the zones as their CPUs are shared.
 * @upstream staging/src/k8s.io/endpointslice/topologycache
 */
import { compareText } from '../../api/go-text.js';
import type { Node } from '../../api/kinds/core.js';
import type { Endpoint, EndpointHints, EndpointSlice } from '../../api/kinds/discovery.js';
import { isConditionTrue } from '../../api/meta.js';
import { milliValueOf } from '../../api/quantity.js';
import type { SliceChanges } from './changes.js';
import { zoneLabel, type AddressType } from './endpoint.js';
import { withHints, withoutHints, type HintInput } from './hints.js';

/** An event about a service's hints. */
export interface HintEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'TopologyAwareHintsEnabled' | 'TopologyAwareHintsDisabled';
  readonly message: string;
}

/** What an endpoint may be too much loaded by. */
const overloadThreshold = 0.2;

interface Allocation {
  readonly minimum: number;
  readonly desired: number;
}

type Counts = Map<string, number>;

/** How the CPUs are shared among zones, and how the endpoints of services are. */
export class TopologyCache {
  private ratios: ReadonlyMap<string, number> | undefined;
  private readonly byService = new Map<string, Map<AddressType, Counts>>();
  private readonly hinted = new Set<string>();

  /** Learns of the nodes: one without a zone or CPUs makes all useless. */
  setNodes(nodes: readonly Node[]): void {
    const cpuByZone = new Map<string, number>();
    let total = 0;
    this.ratios = undefined;
    for (const { metadata, status } of nodes) {
      const labels = metadata.labels ?? {};
      if (excludedLabels.some(label => label in labels)) continue;
      if (!isConditionTrue(status?.conditions, 'Ready')) continue;
      const cpu = milliValueOf(status?.allocatable?.['cpu']);
      const zone = labels[zoneLabel] ?? '';
      if (zone === '' || cpu === 0) return;
      cpuByZone.set(zone, (cpuByZone.get(zone) ?? 0) + cpu);
      total += cpu;
    }
    if (total === 0 || cpuByZone.size < 2) return;
    const zones = [...cpuByZone].sort(([a], [b]) => compareText(a, b));
    this.ratios = new Map(zones.map(([zone, cpu]) => [zone, cpu / total]));
  }

  /** The services of which a zone has too few endpoints. */
  overloaded(): readonly string[] {
    return [...this.byService]
      .filter(([, byType]) => [...byType.values()].some(counts => this.isOverloaded(counts)))
      .map(([key]) => key);
  }

  hasHints(serviceKey: string): boolean {
    return this.hinted.has(serviceKey);
  }

  removeHints(serviceKey: string, addressType: AddressType): void {
    const byType = this.byService.get(serviceKey);
    byType?.delete(addressType);
    if (byType?.size === 0) this.byService.delete(serviceKey);
    this.hinted.delete(serviceKey);
  }

  /** The changes with hints, or without them and the reason. */
  addHints(
    serviceKey: string,
    addressType: AddressType,
    input: HintInput,
  ): SliceChanges & { readonly events: readonly HintEvent[] } {
    const disabled = (message: string) => {
      this.removeHints(serviceKey, addressType);
      return { ...withoutHints(input), events: [disabledEvent(message, addressType)] };
    };
    const allocations = this.allocations(readyCount(input));
    if (typeof allocations === 'string') return disabled(allocations);
    const counts: Counts = new Map();
    const toUpdate = [...input.toUpdate];
    for (const slice of input.unchanged) {
      const own = validCounts(slice, counts, allocations, readyCount(input));
      if (own === undefined) toUpdate.push(slice);
      else for (const [zone, count] of own) add(counts, zone, count);
    }
    const slices = [...input.toCreate, ...toUpdate];
    const ready = slices.flatMap(slice => (slice.endpoints ?? []).filter(isReadyEndpoint));
    if (ready.some(({ zone = '' }) => zone === '')) return disabled(noZone);
    for (const { zone = '' } of ready) add(counts, zone, 1);
    const moved = redistributed(ready, allocations, counts);
    if (counts.size === 0) return disabled('No hints allocated for zones');
    const hint = (slice: EndpointSlice): EndpointSlice =>
      withHints(slice, endpoint => hintOf(endpoint, moved));
    const isNew = !this.hinted.has(serviceKey);
    this.setCounts(serviceKey, addressType, counts);
    return {
      toCreate: input.toCreate.map(hint),
      toUpdate: toUpdate.map(hint),
      toDelete: input.toDelete,
      events: isNew ? [enabledEvent(addressType)] : [],
    };
  }

  private setCounts(serviceKey: string, addressType: AddressType, counts: Counts): void {
    const byType = this.byService.get(serviceKey) ?? new Map<AddressType, Counts>();
    byType.set(addressType, counts);
    this.byService.set(serviceKey, byType);
    this.hinted.add(serviceKey);
  }

  private isOverloaded(counts: Counts): boolean {
    if (counts.size === 0) return false;
    if (this.ratios === undefined) return true;
    let total = 0;
    for (const count of counts.values()) total += count;
    return [...this.ratios].some(([zone, ratio]) => {
      const count = counts.get(zone);
      return count === undefined || count < Math.ceil(total * ratio * leastShare);
    });
  }

  /** What each zone should have, or why that cannot be. */
  private allocations(count: number): ReadonlyMap<string, Allocation> | string {
    const { ratios } = this;
    if (ratios === undefined) return insufficientNodes;
    const numbers = `(${count} endpoints, ${ratios.size} zones)`;
    if (ratios.size > count) return `Insufficient number of endpoints ${numbers}`;
    const allocations = new Map<string, Allocation>();
    let remaining = count;
    for (const [zone, ratio] of ratios) {
      const desired = ratio * count;
      const minimum = Math.ceil(desired * leastShare);
      allocations.set(zone, { minimum, desired: Math.max(desired, minimum) });
      remaining -= minimum;
    }
    return remaining < 0 ? `${tooFew} ${numbers}` : allocations;
  }
}

const leastShare = 1 / (1 + overloadThreshold);

/** The zones of a slice's hints; undefined when they are not to be kept. */
function validCounts(
  slice: EndpointSlice,
  counts: Counts,
  allocations: ReadonlyMap<string, Allocation>,
  total: number,
): Counts | undefined {
  let minimums = 0;
  for (const { minimum } of allocations.values()) minimums += minimum;
  const own: Counts = new Map();
  for (const endpoint of slice.endpoints ?? []) {
    if (!isReadyEndpoint(endpoint)) continue;
    const zones = endpoint.hints?.forZones ?? [];
    if (zones.length === 0 || zones.some(({ name }) => !allocations.has(name))) return undefined;
    for (const { name } of zones) add(own, name, 1);
  }
  for (const [zone, count] of own) {
    const maximum = (allocations.get(zone)?.minimum ?? 0) + total - minimums;
    if (count + (counts.get(zone) ?? 0) > maximum) return undefined;
  }
  return own;
}

/** The endpoints that serve another zone than their own; the counts are brought along. */
function redistributed(
  endpoints: readonly Endpoint[],
  allocations: ReadonlyMap<string, Allocation>,
  counts: Counts,
): ReadonlyMap<Endpoint, string> {
  const { giving, receiving } = exchange(allocations, counts);
  const moved = new Map<Endpoint, string>();
  for (const endpoint of endpoints) {
    const from = endpoint.zone ?? '';
    const [to] = receiving.keys();
    if (to === undefined || !giving.has(from)) continue;
    moved.set(endpoint, to);
    for (const [zones, zone] of [[giving, from] as const, [receiving, to] as const]) {
      add(zones, zone, -1);
      if (zones.get(zone) === 0) zones.delete(zone);
    }
    add(counts, to, 1);
    add(counts, from, -1);
  }
  return moved;
}

/** How many endpoints zones should give, and how many others should receive. */
function exchange(
  allocations: ReadonlyMap<string, Allocation>,
  counts: Counts,
): { readonly giving: Counts; readonly receiving: Counts } {
  const surplus: Counts = new Map();
  const lack: Counts = new Map();
  for (const [zone, { desired }] of allocations) {
    const difference = (counts.get(zone) ?? 0) - desired;
    if (difference > 0) surplus.set(zone, difference);
    else if (difference < 0) lack.set(zone, -difference);
  }
  const giving: Counts = new Map();
  const receiving: Counts = new Map();
  for (;;) {
    const [from, give] = most(surplus);
    const [to, receive] = most(lack);
    if ((give < 1 && receive < 1) || give < 0.5 || receive < 0.5) break;
    add(giving, from, 1);
    add(surplus, from, -1);
    add(receiving, to, 1);
    add(lack, to, -1);
  }
  return { giving, receiving };
}

function most(counts: Counts): readonly [string, number] {
  let best: readonly [string, number] = ['', 0];
  for (const entry of counts) if (entry[1] > best[1]) best = entry;
  return best;
}

function hintOf(
  endpoint: Endpoint,
  moved: ReadonlyMap<Endpoint, string>,
): EndpointHints | undefined {
  if (!isReadyEndpoint(endpoint)) return endpoint.hints;
  return { forZones: [{ name: moved.get(endpoint) ?? endpoint.zone ?? '' }] };
}

function readyCount({ toCreate, toUpdate, unchanged }: HintInput): number {
  let count = 0;
  for (const { endpoints } of [...toCreate, ...toUpdate, ...unchanged]) {
    count += (endpoints ?? []).filter(isReadyEndpoint).length;
  }
  return count;
}

function isReadyEndpoint({ conditions }: Endpoint): boolean {
  return conditions?.ready === true;
}

function add(counts: Counts, zone: string, count: number): void {
  counts.set(zone, (counts.get(zone) ?? 0) + count);
}

/** The event that hints are no longer given. */
export function disabledEvent(message: string, addressType: AddressType): HintEvent {
  const text = `${message}, addressType: ${addressType}`;
  return { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: text };
}

function enabledEvent(addressType: AddressType): HintEvent {
  const message = `Topology Aware Hints has been enabled, addressType: ${addressType}`;
  return { type: 'Normal', reason: 'TopologyAwareHintsEnabled', message };
}

const excludedLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];
const noZone = 'One or more endpoints do not have a zone specified';
const insufficientNodes =
  'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
const tooFew =
  'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold';
