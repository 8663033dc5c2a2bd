/**
 * The pools of devices that a node can reach.
 * @upstream dynamic-resource-allocation/structured/internal/incubating/pools_incubating.go
 */
import type { Node, NodeSelector } from '../../api/kinds/core.js';
import type { CounterSet, Device, ResourceSlice } from '../../api/kinds/resource.js';
import { compileNodeSelector, type NodeMatcher } from '../node-selector.js';

/** A pool as one node sees it. */
export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** Not all slices are there yet: nothing can be allocated. */
  readonly isIncomplete?: boolean;
  /** The slices contradict each other: nothing can be allocated. */
  readonly isInvalid?: boolean;
  /** The slices with devices for the node, by name. */
  readonly slices: readonly ResourceSlice[];
  /** The other slices, whose devices may take from the same counters. */
  readonly otherSlices: readonly ResourceSlice[];
  readonly counterSets: readonly CounterSet[];
}

/** All slices, sorted by what the allocation looks for. */
export class SliceIndex {
  private readonly onNode = new Map<string, ResourceSlice[]>();
  private readonly shared: ResourceSlice[] = [];

  constructor(readonly all: readonly ResourceSlice[]) {
    for (const slice of all) {
      const { nodeName = '' } = slice.spec;
      if (nodeName === '' || hasCounters(slice)) this.shared.push(slice);
      else {
        const slices = this.onNode.get(nodeName);
        if (slices === undefined) this.onNode.set(nodeName, [slice]);
        else slices.push(slice);
      }
    }
  }

  /** The slices that may matter to the node. */
  for(node: string): readonly ResourceSlice[] {
    const own = this.onNode.get(node) ?? [];
    return this.shared.length === 0 ? own : [...own, ...this.shared];
  }
}

/** The pools that the node can reach; those whose devices must be made ready first come last. */
export function gatherPools(index: SliceIndex, node: Node): readonly Pool[] {
  const byPool = new Map<string, ResourceSlice[]>();
  for (const slice of index.for(node.metadata.name ?? '')) {
    if (isRelevant(slice, node)) addNewest(byPool, slice);
  }
  const pools = [...byPool.values()].flatMap(slices => poolOf(slices, index.all) ?? []);
  pools.sort((a, b) => compare(a.driver, b.driver) || compare(a.name, b.name));
  const isWaiting = ({ slices }: Pool) =>
    slices.some(({ spec }) => spec.devices?.some(each => each.bindingConditions !== undefined));
  return [...pools.filter(pool => !isWaiting(pool)), ...pools.filter(isWaiting)];
}

function hasCounters({ spec }: ResourceSlice): boolean {
  return (spec.sharedCounters?.length ?? 0) > 0;
}

function isRelevant(slice: ResourceSlice, node: Node): boolean {
  if (hasCounters(slice)) return true;
  const { spec } = slice;
  if ((spec.nodeName ?? '') !== '' || spec.allNodes === true || spec.nodeSelector !== undefined) {
    return reaches(spec, node);
  }
  if (spec.perDeviceNodeSelection !== true) return false;
  return (spec.devices ?? []).some(device => reaches(device, node));
}

const matchers = new WeakMap<NodeSelector, NodeMatcher>();

/** Whether a slice or a device is for the node. @upstream NodeMatches */
export function reaches(
  { nodeName = '', allNodes, nodeSelector }: Pick<Device, 'nodeName' | 'allNodes' | 'nodeSelector'>,
  node: Node,
): boolean {
  if (nodeName !== '') return node.metadata.name === nodeName;
  if (allNodes === true) return true;
  if (nodeSelector === undefined) return false;
  const matcher = matchers.get(nodeSelector) ?? compileNodeSelector(nodeSelector);
  matchers.set(nodeSelector, matcher);
  return matcher(node);
}

function addNewest(byPool: Map<string, ResourceSlice[]>, slice: ResourceSlice): void {
  const { driver, pool } = slice.spec;
  const key = `${driver}/${pool.name}`;
  const known = byPool.get(key);
  const generation = known?.[0]?.spec.pool.generation ?? -1;
  if (known === undefined || pool.generation > generation) byPool.set(key, [slice]);
  else if (pool.generation === generation) known.push(slice);
}

/** The pool of these slices; undefined when a newer generation is on its way. */
function poolOf(slices: readonly ResourceSlice[], all: readonly ResourceSlice[]): Pool | undefined {
  const [first] = slices;
  if (first === undefined) return undefined;
  const { resourceSliceCount, generation } = first.spec.pool;
  if (slices.length === resourceSliceCount) return builtPool(first, slices, []);
  const ofPool = all.filter(
    ({ spec }) => spec.driver === first.spec.driver && spec.pool.name === first.spec.pool.name,
  );
  if (ofPool.some(({ spec }) => spec.pool.generation > generation)) return undefined;
  const current = ofPool.filter(({ spec }) => spec.pool.generation === generation);
  if (current.length !== resourceSliceCount) return { ...emptyPool(first), isIncomplete: true };
  const names = new Set(slices.map(({ metadata }) => metadata.name));
  const others = current.filter(({ metadata }) => !names.has(metadata.name));
  return builtPool(first, slices, others);
}

function emptyPool({ spec }: ResourceSlice): Pool {
  const { driver, pool } = spec;
  return { driver, name: pool.name, slices: [], otherSlices: [], counterSets: [] };
}

/** @upstream buildPool */
function builtPool(
  first: ResourceSlice,
  unsorted: readonly ResourceSlice[],
  otherSlices: readonly ResourceSlice[],
): Pool {
  const sorted = [...unsorted].sort((a, b) =>
    compare(a.metadata.name ?? '', b.metadata.name ?? ''),
  );
  const counterSets = sorted.flatMap(({ spec }) => spec.sharedCounters ?? []);
  const slices = sorted.filter(slice => !hasCounters(slice));
  const isValid =
    areUnique(slices.flatMap(({ spec }) => spec.devices ?? [])) &&
    areUnique(counterSets) &&
    [...sorted, ...otherSlices].every(slice => countsKnown(slice, counterSets));
  if (!isValid) return { ...emptyPool(first), isInvalid: true };
  return { ...emptyPool(first), slices, otherSlices, counterSets };
}

function areUnique(items: readonly { readonly name: string }[]): boolean {
  return new Set(items.map(({ name }) => name)).size === items.length;
}

/** Whether the devices take only from counters that exist. */
function countsKnown({ spec }: ResourceSlice, counterSets: readonly CounterSet[]): boolean {
  return (spec.devices ?? []).every(({ consumesCounters = [] }) =>
    consumesCounters.every(({ counterSet, counters }) => {
      const known = counterSets.find(({ name }) => name === counterSet);
      return known !== undefined && Object.keys(counters).every(name => name in known.counters);
    }),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
