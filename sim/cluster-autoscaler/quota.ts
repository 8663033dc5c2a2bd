/** The limits on cores and memory of the whole cluster. @upstream resourcequotas, cloudprovider/resource_limiter.go */
import type { Node } from '../api/kinds/core.js';
import { valueOf } from '../api/quantity.js';
import type { AutoscalerOptions } from './options.js';

/** Resources of nodes in whole units. */
export interface NodeResources {
  readonly cpu: number;
  readonly memory: number;
}

type ResourceName = keyof NodeResources;

const names: readonly ResourceName[] = ['cpu', 'memory'];

/** How many nodes are allowed of those asked for, and which resources would run out. */
export interface QuotaCheck {
  readonly allowed: number;
  readonly exceeded: readonly string[];
}

/** A node and the group that it belongs to; of a group that has been met before, that first node counts. */
export interface Grouped {
  readonly node: Node;
  readonly group: string | undefined;
}

/** Counts down what may still be added, or what may still go. */
export class Quota {
  private readonly byGroup = new Map<string, NodeResources>();
  private readonly left: Record<ResourceName, number>;

  private constructor(
    nodes: readonly Grouped[],
    options: AutoscalerOptions,
    isForRemoval: boolean,
  ) {
    const used = { cpu: 0, memory: 0 };
    for (const node of nodes) {
      const { cpu, memory } = this.resourcesOf(node);
      used.cpu += cpu;
      used.memory += memory;
    }
    const bounds = { cpu: options.coresTotal, memory: options.memoryTotal };
    const leftOf = (name: ResourceName): number =>
      Math.max(0, isForRemoval ? used[name] - bounds[name].min : bounds[name].max - used[name]);
    this.left = { cpu: leftOf('cpu'), memory: leftOf('memory') };
  }

  /** What may be added to these nodes. */
  static forGrowth(nodes: readonly Grouped[], options: AutoscalerOptions): Quota {
    return new Quota(nodes, options, false);
  }

  /** What may be taken of these nodes. */
  static forRemoval(nodes: readonly Grouped[], options: AutoscalerOptions): Quota {
    return new Quota(nodes, options, true);
  }

  /** Whether so many nodes are within the limits. */
  check(node: Grouped, count: number): QuotaCheck {
    const each = this.resourcesOf(node);
    const exceeded = names.filter(name => each[name] > 0 && this.left[name] < each[name] * count);
    const allowed = exceeded.map(name => Math.trunc(this.left[name] / each[name]));
    return { allowed: Math.min(count, ...allowed), exceeded };
  }

  /** Counts them, if all of them are within the limits. */
  consume(node: Grouped, count: number): QuotaCheck {
    const checked = this.check(node, count);
    if (checked.allowed !== count) return checked;
    const each = this.resourcesOf(node);
    for (const name of names) {
      this.left[name] = Math.max(0, this.left[name] - count * each[name]);
    }
    return checked;
  }

  private resourcesOf({ node, group }: Grouped): NodeResources {
    const known = this.byGroup.get(group ?? '');
    if (known !== undefined) return known;
    const { cpu, memory } = node.status?.capacity ?? {};
    const resources = { cpu: valueOf(cpu), memory: valueOf(memory) };
    if (group !== undefined) this.byGroup.set(group, resources);
    return resources;
  }
}
