/** Keeps the account of a cluster's GPUs from its history: who held how many, for how long. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { valueOf } from '../../sim/api/quantity.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { gpuPrice } from './prices.js';

/** The account of one product in one namespace. */
export interface GpuAccount {
  readonly product: string;
  readonly namespace: string;
  /** Hours of GPUs that bound pods held. */
  readonly hours: number;
  /** In US dollars; undefined when the table has no price. */
  readonly price: number | undefined;
}

/** All accounts of a run. */
export interface GpuAccounts {
  /** Sorted by product, then namespace. */
  readonly held: readonly GpuAccount[];
  /** GPU-hours that the nodes offered, by product. */
  readonly offered: readonly { readonly product: string; readonly hours: number }[];
  readonly heldHours: number;
  readonly offeredHours: number;
  /** Of all that have a price; undefined when one that was held has none. */
  readonly price: number | undefined;
  /** At the moment. */
  readonly heldNow: number;
  readonly offeredNow: number;
}

interface Holding {
  readonly namespace: string;
  readonly node: string;
  readonly count: number;
  readonly sinceMs: number;
}

interface Offer {
  readonly product: string;
  readonly count: number;
  readonly sinceMs: number;
}

const hourMs = 3_600_000;

/** Follows a history, entry by entry, in order. */
export class GpuLedger {
  private readonly holdings = new Map<string, Holding>();
  private readonly offers = new Map<string, Offer>();
  private readonly products = new Map<string, string>();
  private readonly heldMs = new Map<string, number>();
  private readonly offeredMs = new Map<string, number>();

  constructor(private readonly prices: Readonly<Record<string, number>> = {}) {}

  /** Takes note of a change. */
  observe({ type, resource, object, timeMs }: HistoryEntry): void {
    if (resource === 'nodes') this.node(object as unknown as Node, type === 'DELETED', timeMs);
    if (resource === 'pods') this.pod(object as unknown as Pod, type === 'DELETED', timeMs);
  }

  /** The accounts up to a time. */
  accounts(atMs: number): GpuAccounts {
    const heldMs = new Map(this.heldMs);
    const offeredMs = new Map(this.offeredMs);
    for (const holding of this.holdings.values()) this.count(heldMs, holding, atMs);
    for (const { product, count, sinceMs } of this.offers.values()) {
      add(offeredMs, product, count * (atMs - sinceMs));
    }
    const held = sorted(heldMs).map(([key, ms]) => {
      const [product = '', namespace = ''] = key.split('\n');
      const hours = ms / hourMs;
      const each = gpuPrice(product, this.prices);
      return { product, namespace, hours, price: each === undefined ? undefined : each * hours };
    });
    const offered = sorted(offeredMs).map(([product, ms]) => ({ product, hours: ms / hourMs }));
    const isPriced = held.every(({ price }) => price !== undefined);
    return {
      held,
      offered,
      heldHours: sum(held.map(({ hours }) => hours)),
      offeredHours: sum(offered.map(({ hours }) => hours)),
      price: isPriced ? sum(held.map(({ price = 0 }) => price)) : undefined,
      heldNow: sum([...this.holdings.values()].map(({ count }) => count)),
      offeredNow: sum([...this.offers.values()].map(({ count }) => count)),
    };
  }

  private node(node: Node, isGone: boolean, timeMs: number): void {
    const name = node.metadata.name ?? '';
    const product = node.metadata.labels?.['nvidia.com/gpu.product'] ?? 'GPU';
    const count = isGone ? 0 : gpusOf(node.status?.capacity);
    const before = this.offers.get(name);
    if (before?.count === count && before.product === product) return;
    if (before !== undefined) {
      add(this.offeredMs, before.product, before.count * (timeMs - before.sinceMs));
    }
    this.offers.delete(name);
    if (count === 0) return;
    this.products.set(name, product);
    this.offers.set(name, { product, count, sinceMs: timeMs });
  }

  private pod(pod: Pod, isGone: boolean, timeMs: number): void {
    const { uid = '', namespace = '' } = pod.metadata;
    const phase = pod.status?.phase;
    const node = pod.spec?.nodeName;
    const isHolding = !isGone && node !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
    const before = this.holdings.get(uid);
    if (isHolding === (before !== undefined)) return;
    if (before !== undefined) {
      this.count(this.heldMs, before, timeMs);
      this.holdings.delete(uid);
      return;
    }
    const count = sum((pod.spec?.containers ?? []).map(one => gpusOf(one.resources?.limits)));
    if (count > 0) {
      this.holdings.set(uid, { namespace, node: node ?? '', count, sinceMs: timeMs });
    }
  }

  private count(into: Map<string, number>, holding: Holding, untilMs: number): void {
    const product = this.products.get(holding.node) ?? 'GPU';
    const key = `${product}\n${holding.namespace}`;
    add(into, key, holding.count * (untilMs - holding.sinceMs));
  }
}

/** The last is what the plug-in may call shares of the first. */
const gpuNames = ['nvidia.com/gpu', 'amd.com/gpu', 'nvidia.com/gpu.shared'];

/** Whole GPUs; a MIG part counts as its share of the seven compute slices. */
export function gpusOf(resources: Readonly<Record<string, string>> | undefined): number {
  const counts = Object.entries(resources ?? {}).map(([name, value]) => {
    if (gpuNames.includes(name)) return valueOf(value);
    const slices = Number(/^nvidia\.com\/mig-(\d)g\./.exec(name)?.[1] ?? 0);
    return (slices / 7) * valueOf(value);
  });
  return sum(counts);
}

function add(into: Map<string, number>, key: string, value: number): void {
  into.set(key, (into.get(key) ?? 0) + value);
}

function sorted(map: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
