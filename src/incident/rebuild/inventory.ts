/** Which nodes and GPUs there were: as nodes show it, else as metrics and placements tell it. */
import { parseQuantity } from '../../../sim/api/quantity.js';
import type { InitialObject } from './initial.js';
import type { PodLife } from './pod-life.js';
import type { Reading, Series } from './series-book.js';

/** Nodes and GPUs. */
export interface Inventory {
  /** Undefined: no source tells of nodes. */
  readonly nodes?: number;
  readonly gpus?: number;
  /** Names of nodes that are only known from elsewhere, with the GPUs that they must have had. */
  readonly guessed: readonly {
    readonly name: string;
    readonly gpus: number;
    readonly product: string;
  }[];
}

/** What is counted. */
export interface InventorySources {
  readonly nodes: readonly InitialObject[];
  readonly lives: readonly PodLife[];
  readonly series: readonly Series[];
  readonly readings: readonly Reading[];
}

const gpuResource = /^[\w.-]+\/(gpu|mig-.+)$/;

/** Counts. */
export function inventoryOf({ nodes, lives, series, readings }: InventorySources): Inventory {
  if (nodes.length > 0) {
    const gpus = nodes.reduce((sum, { object }) => {
      const { capacity = {} } = (object['status'] ?? {}) as {
        readonly capacity?: Readonly<Record<string, string>>;
      };
      const counted = Object.entries(capacity).filter(([name]) => gpuResource.test(name));
      return sum + counted.reduce((each, [, count]) => each + numberOf(count), 0);
    }, 0);
    return { nodes: nodes.length, gpus, guessed: [] };
  }
  const byNode = new Map<string, { devices: Set<string>; product: string }>();
  for (const { metric, labels } of [...series, ...readings]) {
    const host = labels['Hostname'] ?? labels['hostname'];
    if (!metric.startsWith('DCGM_FI_') || host === undefined) continue;
    const node = byNode.get(host) ?? { devices: new Set(), product: 'GPU' };
    byNode.set(host, node);
    node.devices.add(labels['UUID'] ?? labels['gpu'] ?? '');
    node.product = labels['modelName'] ?? node.product;
  }
  const held = heldAtOnce(lives);
  for (const name of held.keys()) {
    if (!byNode.has(name)) byNode.set(name, { devices: new Set(), product: 'GPU' });
  }
  if (byNode.size === 0) return { guessed: [] };
  const guessed = [...byNode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { devices, product }]) => ({
      name,
      product: product.replaceAll(' ', '-'),
      gpus: Math.max(devices.size, held.get(name) ?? 0),
    }));
  const gpus = guessed.reduce((sum, each) => sum + each.gpus, 0);
  return { nodes: guessed.length, gpus, guessed };
}

/** The most GPUs that pods of a node held at one time. */
function heldAtOnce(lives: readonly PodLife[]): Map<string, number> {
  const changes = new Map<string, [number, number][]>();
  for (const { node, asks, scheduledMs = -Infinity, endedMs = Infinity } of lives) {
    if (node === undefined || node === '') continue;
    const gpus = Object.entries(asks ?? {})
      .filter(
        ([name]) =>
          gpuResource.test(name.replace(/^requests\./, '')) && name.startsWith('requests.'),
      )
      .reduce((sum, [, count]) => sum + count, 0);
    const list = changes.get(node) ?? [];
    changes.set(node, list);
    list.push([scheduledMs, gpus], [endedMs, -gpus]);
  }
  return new Map(
    [...changes].map(([node, list]) => {
      let now = 0;
      let most = 0;
      for (const [, change] of list.toSorted(([a, x], [b, y]) => a - b || x - y)) {
        now += change;
        most = Math.max(most, now);
      }
      return [node, most];
    }),
  );
}

function numberOf(text: string): number {
  const parsed = parseQuantity(text);
  return parsed.isOk ? parsed.value.value() : 0;
}
