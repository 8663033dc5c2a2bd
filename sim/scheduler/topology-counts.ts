/** Sums by topology key and value, which share what classes of pods have counted instead of copying it. */
import type { TopologyCount } from './pod-classes.js';

interface Layer {
  readonly byValue: ReadonlyMap<string, number>;
  readonly times: number;
}

interface Sums {
  readonly layers: Layer[];
  /** What is not in the layers; absent until there is something. */
  own: Map<string, number> | undefined;
}

/** With more layers than these they are added up: a look-up goes through all of them. */
const layersMax = 4;

/** Sums that can be read at a node's label, and counted up and down. */
export class TopologyCounts {
  private readonly byKey = new Map<string, Sums>();
  private sum = 0;

  /** The topology keys that anything was counted for. */
  get keys(): Iterable<string> {
    return this.byKey.keys();
  }

  /** Whether nothing was ever counted. */
  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  /** All sums together. */
  get total(): number {
    return this.sum;
  }

  /** Adds what a class has counted, so many times. The class must not change while this is read. */
  addAll(topologyKey: string, { byValue, total }: TopologyCount, times = 1): void {
    if (byValue.size === 0) return;
    const sums = this.sumsOf(topologyKey);
    this.sum += total * times;
    sums.layers.push({ byValue, times });
    if (sums.layers.length > layersMax) merge(sums);
  }

  /** Counts one value up or down. */
  add(topologyKey: string, value: string, by: number): void {
    const sums = this.sumsOf(topologyKey);
    sums.own ??= new Map();
    sums.own.set(value, (sums.own.get(value) ?? 0) + by);
    this.sum += by;
  }

  at(topologyKey: string, value: string): number {
    const sums = this.byKey.get(topologyKey);
    if (sums === undefined) return 0;
    let sum = sums.own?.get(value) ?? 0;
    for (const { byValue, times } of sums.layers) sum += (byValue.get(value) ?? 0) * times;
    return sum;
  }

  clone(): TopologyCounts {
    const copy = new TopologyCounts();
    copy.sum = this.sum;
    for (const [key, { layers, own }] of this.byKey) {
      copy.byKey.set(key, { layers: [...layers], own: own && new Map(own) });
    }
    return copy;
  }

  private sumsOf(topologyKey: string): Sums {
    let sums = this.byKey.get(topologyKey);
    if (sums === undefined) {
      sums = { layers: [], own: undefined };
      this.byKey.set(topologyKey, sums);
    }
    return sums;
  }
}

function merge(sums: Sums): void {
  const own = (sums.own ??= new Map<string, number>());
  for (const { byValue, times } of sums.layers) {
    for (const [value, count] of byValue) own.set(value, (own.get(value) ?? 0) + count * times);
  }
  sums.layers.length = 0;
}
