/** Quotas and their use, in a tree of cohorts and ClusterQueues. @upstream kueue v0.19.2 pkg/cache/scheduler/resource_node.go */
import { amountOf } from './requests.js';
import type { ResourceGroup } from './types.js';

/** Amounts by flavour and resource. */
export type FlavorAmounts = ReadonlyMap<FlavorResource, number>;

/** `flavor/resource`: resources are told apart by the flavour that they come in. */
export type FlavorResource = string;

/** The name of a resource of a flavour. */
export function flavorResource(flavor: string, resource: string): FlavorResource {
  return `${flavor}\n${resource}`;
}

/** The quota of a resource of a flavour. */
export interface Quota {
  readonly nominal: number;
  readonly borrowingLimit?: number;
  readonly lendingLimit?: number;
}

/** The quotas that the groups list. */
export function quotasOf(groups: readonly ResourceGroup[]): ReadonlyMap<FlavorResource, Quota> {
  const quotas = new Map<FlavorResource, Quota>();
  for (const { flavors } of groups) {
    for (const flavor of flavors) {
      for (const { name, nominalQuota, borrowingLimit, lendingLimit } of flavor.resources) {
        quotas.set(flavorResource(flavor.name, name), {
          nominal: amountOf(name, nominalQuota),
          ...(borrowingLimit !== undefined && { borrowingLimit: amountOf(name, borrowingLimit) }),
          ...(lendingLimit !== undefined && { lendingLimit: amountOf(name, lendingLimit) }),
        });
      }
    }
  }
  return quotas;
}

/** A ClusterQueue or a cohort. A ClusterQueue has no children. */
export class QuotaNode {
  readonly children: QuotaNode[] = [];
  parent: QuotaNode | undefined;
  private readonly subtreeQuota = new Map<FlavorResource, number>();
  private readonly usage = new Map<FlavorResource, number>();

  constructor(
    readonly name: string,
    private readonly quotas: ReadonlyMap<FlavorResource, Quota>,
  ) {
    for (const [key, { nominal }] of quotas) this.subtreeQuota.set(key, nominal);
  }

  /** Puts it below a cohort, to which it brings what it may lend. */
  joins(parent: QuotaNode): void {
    this.parent = parent;
    parent.children.push(this);
  }

  /** Gathers what the nodes below lend; to be asked once, of the root, before anything is used. */
  gather(): void {
    for (const child of this.children) {
      child.gather();
      for (const [key, amount] of child.subtreeQuota) {
        const lent = amount - child.localQuota(key);
        this.subtreeQuota.set(key, this.quotaOfSubtree(key) + lent);
      }
    }
  }

  /** The cohorts above, the nearest first. */
  get ancestors(): readonly QuotaNode[] {
    const above: QuotaNode[] = [];
    for (let node = this.parent; node !== undefined; node = node.parent) above.push(node);
    return above;
  }

  /** `/cohort/queue`. */
  get path(): string {
    const names = [this, ...this.ancestors].map(({ name }) => name).reverse();
    return `/${names.join('/')}`;
  }

  /** 0 for a ClusterQueue; otherwise the distance to the farthest node below. */
  get height(): number {
    return this.children.reduce((height, child) => Math.max(height, child.height + 1), 0);
  }

  used(key: FlavorResource): number {
    return this.usage.get(key) ?? 0;
  }

  quotaOf(key: FlavorResource): Quota {
    return this.quotas.get(key) ?? { nominal: 0 };
  }

  quotaOfSubtree(key: FlavorResource): number {
    return this.subtreeQuota.get(key) ?? 0;
  }

  /** What is never lent. */
  private localQuota(key: FlavorResource): number {
    const { lendingLimit } = this.quotaOf(key);
    return lendingLimit === undefined ? 0 : Math.max(0, this.quotaOfSubtree(key) - lendingLimit);
  }

  /** What is free here and not seen from above. */
  localAvailable(key: FlavorResource): number {
    return Math.max(0, this.localQuota(key) - this.used(key));
  }

  /** What can still be used; negative where quota was taken away. */
  available(key: FlavorResource): number {
    const { parent } = this;
    if (parent === undefined) return this.quotaOfSubtree(key) - this.used(key);
    let fromParent = parent.available(key);
    const { borrowingLimit } = this.quotaOf(key);
    if (borrowingLimit !== undefined) {
      const local = this.localQuota(key);
      const stored = this.quotaOfSubtree(key) - local;
      const usedInParent = Math.max(0, this.used(key) - local);
      fromParent = Math.min(fromParent, stored - usedInParent + borrowingLimit);
    }
    return this.localAvailable(key) + fromParent;
  }

  /** What could be used if nobody used anything. */
  potentialAvailable(key: FlavorResource): number {
    const { parent } = this;
    if (parent === undefined) return this.quotaOfSubtree(key);
    const all = this.localQuota(key) + parent.potentialAvailable(key);
    const { borrowingLimit } = this.quotaOf(key);
    if (borrowingLimit === undefined) return all;
    return Math.min(all, this.quotaOfSubtree(key) + borrowingLimit);
  }

  /** Whether it would borrow with so much more. */
  borrowsWith(key: FlavorResource, amount: number): boolean {
    return this.used(key) + amount > this.quotaOfSubtree(key);
  }

  /** Whether it uses no more than its own of any of these. */
  isWithinNominal(keys: Iterable<FlavorResource>): boolean {
    for (const key of keys) if (this.quotaOfSubtree(key) < this.used(key)) return false;
    return true;
  }

  add(key: FlavorResource, amount: number): void {
    const local = this.localAvailable(key);
    this.usage.set(key, this.used(key) + amount);
    if (amount > local) this.parent?.add(key, amount - local);
  }

  remove(key: FlavorResource, amount: number): void {
    const inParent = this.used(key) - this.localQuota(key);
    this.usage.set(key, this.used(key) - amount);
    if (inParent > 0) this.parent?.remove(key, Math.min(amount, inParent));
  }

  /** Whether so much more fits in the own quota, and what of it the own quota does not hold. */
  fit(requests: FlavorAmounts): { readonly isWhole: boolean; readonly remaining: FlavorAmounts } {
    const remaining = new Map<FlavorResource, number>();
    let isWhole = true;
    for (const [key, amount] of requests) {
      if (this.borrowsWith(key, amount)) isWhole = false;
      remaining.set(key, Math.max(0, amount - this.localAvailable(key)));
    }
    return { isWhole, remaining };
  }
}

/**
 * The height of the lowest subtree that holds so much more, and whether that is less than the whole
 * tree: then others of the tree may have to give back. @upstream FindHeightOfLowestSubtreeThatFits
 */
export function lowestFit(
  node: QuotaNode,
  key: FlavorResource,
  amount: number,
): { readonly height: number; readonly isSmaller: boolean } {
  const hasParent = node.parent !== undefined;
  if (!node.borrowsWith(key, amount) || !hasParent) return { height: 0, isSmaller: hasParent };
  let remaining = amount - node.localAvailable(key);
  let root = node;
  for (const above of node.ancestors) {
    if (!above.borrowsWith(key, remaining)) {
      return { height: above.height, isSmaller: above.parent !== undefined };
    }
    remaining -= above.localAvailable(key);
    root = above;
  }
  return { height: root.height, isSmaller: false };
}
