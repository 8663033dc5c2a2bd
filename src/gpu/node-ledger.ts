/** Keeps the account of node groups from a cluster's history: how many nodes there were when, and what that cost. */
import type { Node } from '../../sim/api/kinds/core.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { nodeGroupLabel } from './autoscaler-config.js';
import { gpusOf } from './ledger.js';
import { gpuPrice } from './prices.js';

/** The account of one group. */
export interface NodeGroupAccount {
  readonly group: string;
  readonly product?: string;
  /** Nodes that registered and nodes that were deleted. */
  readonly added: number;
  readonly removed: number;
  /** The most that there were at a time. */
  readonly most: number;
  readonly now: number;
  readonly nodeHours: number;
  /** GPU-hours that its nodes offered. */
  readonly gpuHours: number;
  /** What these cost, in US dollars; undefined when the table has no price. */
  readonly price: number | undefined;
  /** How many nodes there are from then on, in milliseconds since the epoch. */
  readonly sizes: readonly { readonly timeMs: number; readonly nodes: number }[];
}

interface Present {
  readonly group: string;
  readonly sinceMs: number;
  gpus: number;
  gpusSinceMs: number;
}

interface Group {
  product: string | undefined;
  added: number;
  removed: number;
  nodeMs: number;
  gpuMs: number;
  readonly sizes: { readonly timeMs: number; readonly nodes: number }[];
}

const hourMs = 3_600_000;

/** Follows a history, entry by entry, in order. */
export class NodeLedger {
  private readonly nodes = new Map<string, Present>();
  private readonly groups: Map<string, Group>;

  /** `names` are groups that are told of also when they never had a node. */
  constructor(
    names: readonly string[],
    private readonly prices: Readonly<Record<string, number>> = {},
  ) {
    this.groups = new Map(names.map(name => [name, newGroup()]));
  }

  /** Takes note of a change. */
  observe({ type, resource, object, timeMs }: HistoryEntry): void {
    if (resource !== 'nodes') return;
    // The resource says which type the object has.
    const { metadata, status } = object as unknown as Node;
    const name = metadata.name ?? '';
    const group = metadata.labels?.[nodeGroupLabel];
    if (type === 'DELETED') return this.gone(name, timeMs);
    if (group === undefined) return;
    const one = this.groups.get(group) ?? newGroup();
    this.groups.set(group, one);
    one.product = metadata.labels?.['nvidia.com/gpu.product'] ?? one.product;
    if (!this.nodes.has(name)) this.came(name, group, timeMs);
    const present = this.nodes.get(name);
    const gpus = gpusOf(status?.capacity);
    if (present === undefined || present.gpus === gpus) return;
    one.gpuMs += present.gpus * (timeMs - present.gpusSinceMs);
    present.gpus = gpus;
    present.gpusSinceMs = timeMs;
  }

  /** The accounts up to a time. */
  accounts(atMs: number): readonly NodeGroupAccount[] {
    return [...this.groups].map(([name, one]) => {
      const { product, added, removed, sizes } = one;
      const own = [...this.nodes.values()].filter(({ group }) => group === name);
      const nodeMs = own.reduce((sum, { sinceMs }) => sum + atMs - sinceMs, one.nodeMs);
      const gpuMs = own.reduce(
        (sum, { gpus, gpusSinceMs }) => sum + gpus * (atMs - gpusSinceMs),
        one.gpuMs,
      );
      const each = product === undefined ? undefined : gpuPrice(product, this.prices);
      const gpuHours = gpuMs / hourMs;
      return {
        group: name,
        ...(product !== undefined && { product }),
        added,
        removed,
        most: sizes.reduce((most, { nodes }) => Math.max(most, nodes), 0),
        now: own.length,
        nodeHours: nodeMs / hourMs,
        gpuHours,
        price: each === undefined ? undefined : each * gpuHours,
        sizes,
      };
    });
  }

  private came(name: string, group: string, timeMs: number): void {
    this.nodes.set(name, { group, sinceMs: timeMs, gpus: 0, gpusSinceMs: timeMs });
    const one = this.groups.get(group);
    if (one !== undefined) one.added++;
    this.note(group, timeMs);
  }

  private gone(name: string, timeMs: number): void {
    const present = this.nodes.get(name);
    if (present === undefined) return;
    this.nodes.delete(name);
    const one = this.groups.get(present.group);
    if (one === undefined) return;
    one.removed++;
    one.nodeMs += timeMs - present.sinceMs;
    one.gpuMs += present.gpus * (timeMs - present.gpusSinceMs);
    this.note(present.group, timeMs);
  }

  private note(group: string, timeMs: number): void {
    const nodes = [...this.nodes.values()].filter(one => one.group === group).length;
    this.groups.get(group)?.sizes.push({ timeMs, nodes });
  }
}

function newGroup(): Group {
  return { product: undefined, added: 0, removed: 0, nodeMs: 0, gpuMs: 0, sizes: [] };
}
