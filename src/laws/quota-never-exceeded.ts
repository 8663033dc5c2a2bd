/** No object is taken that a quota forbids. */
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../../sim/api/kinds/core.js';
import type { HasMetadata, KubeObject } from '../../sim/api/object.js';
import { quantity, zero, type Quantity } from '../../sim/api/quantity.js';
import { timeMs } from '../../sim/api/time.js';
import { measures } from '../../sim/api/quota/index.js';
import { counting, type QuotaMeasure } from '../../sim/api/quota/measure.js';
import { law, type Breach, type Change, type Judge } from './law.js';
import { nameOf, written } from './story.js';
import type { World } from './world.js';

const defaults = {
  /**
   * Admission counts by what it knows of the quota: one that changed so lately is not judged. And what was
   * created so shortly before the quota controller counted anew may be missing in its count, as it counts by
   * a cache: that race is upstream's.
   */
  lagMs: 1_000,
};

/**
 * Judged when an object is created: the use of all objects in the scope of a quota is within its hard
 * limits (those that its status tells, as admission goes by them). Objects that were there before the
 * quota, or before it was lowered, may stay.
 */
export const quotaNeverExceeded = law({
  name: 'quota-never-exceeded',
  family: 'scheduling',
  says: 'when an object is created, the use of its namespace is within every quota that counts it',
  source: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
  settings: defaults,
  begin: ({ lagMs }) => new QuotaAccounts(lagMs),
});

class QuotaAccounts implements Judge {
  readonly on = {
    resourcequotas: (change: Change<ResourceQuota>) => this.quota(change),
    '*': (change: Change, world: World) => this.any(change, world),
  };
  /** By namespace and name. */
  private readonly quotas = new Map<string, Map<string, Change<ResourceQuota>>>();
  /** When the quota controller counted last, by namespace and name. */
  private readonly recountedMs = new Map<string, number>();
  private readonly measuresByResource = new Map<string, QuotaMeasure>(measures);
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly lagMs: number) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private quota(change: Change<ResourceQuota>): void {
    const { namespace = '', name = '' } = change.object.metadata;
    const own = this.quotas.get(namespace) ?? new Map<string, Change<ResourceQuota>>();
    this.quotas.set(namespace, own);
    if (isRecount(change)) {
      this.recountedMs.set(`${namespace}/${name}`, change.timeMs);
    }
    if (change.type === 'DELETED') own.delete(name);
    else if (haveSameLimits(own.get(name)?.object, change.object)) return;
    else own.set(name, change);
  }

  private any(change: Change, world: World): void {
    if (change.type !== 'ADDED' || this.quotas.size === 0) return;
    const quotas = this.quotas.get(change.object.metadata.namespace ?? '');
    if (quotas === undefined || change.resource === 'resourcequotas') return;
    for (const quota of quotas.values()) {
      if (quota.timeMs <= world.now() - this.lagMs) this.judge(change, quota, world);
    }
  }

  private judge(change: Change, quota: Change<ResourceQuota>, world: World): void {
    const measure = this.measureOf(change.resource);
    const isCounted = (object: KubeObject): boolean =>
      scopesOf(quota.object).every(scope => measure.isInScope?.(object, scope) === true);
    const hard = Object.entries(quota.object.status?.hard ?? {});
    const tracked = hard.filter(([name]) => measure.tracks(name));
    if (tracked.length === 0 || !isCounted(change.object)) return;
    const added = measure.usage(change.object, world.now());
    this.looked++;
    const { namespace = '' } = change.object.metadata;
    for (const [name, limit] of tracked) {
      if ((added.get(name)?.sign() ?? 0) <= 0) continue;
      let used: Quantity = zero;
      for (const { object } of world.entries(change.resource)) {
        if (object.metadata.namespace !== namespace || !isCounted(object)) continue;
        if (object !== change.object && this.mayBeMissed(object, quota)) continue;
        const own = measure.usage(object, world.now()).get(name);
        if (own !== undefined) used = used.add(own);
      }
      if (used.compare(quantity(limit)) > 0) this.tell(change, quota, { name, used, limit });
    }
  }

  /** The API tells creation times in whole seconds. */
  private mayBeMissed(
    object: KubeObject,
    { object: { metadata } }: Change<ResourceQuota>,
  ): boolean {
    const recountedMs = this.recountedMs.get(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
    const createdMs = timeMs(object.metadata.creationTimestamp);
    if (recountedMs === undefined || createdMs === undefined) return false;
    return createdMs <= recountedMs && createdMs > recountedMs - this.lagMs - 1_000;
  }

  private measureOf(resource: string): QuotaMeasure {
    const known = this.measuresByResource.get(resource);
    if (known !== undefined) return known;
    const [plural = '', ...group] = resource.split('.');
    const measure = counting({ resource: plural, group: group.join('.') });
    this.measuresByResource.set(resource, measure);
    return measure;
  }

  private tell(
    change: Change,
    quota: Change<ResourceQuota>,
    {
      name,
      used,
      limit,
    }: { readonly name: string; readonly used: Quantity; readonly limit: string },
  ): void {
    const quotaName = nameOf(named(quota.object, 'ResourceQuota'));
    this.breaches.push({
      timeMs: change.timeMs,
      what: `with ${nameOf(change.object)} ${name} is ${used.toString()}, ${quotaName} allows ${limit}`,
      objects: [nameOf(change.object), quotaName],
      evidence: [
        written(quota, `${name} is limited to ${limit}`),
        written(change, `${name} is then ${used.toString()}`),
      ],
    });
  }
}

/** Admission books what it lets in as the API server itself; whoever else writes has counted anew. */
function isRecount({ object, before, user }: Change<ResourceQuota>): boolean {
  if (user === 'system:apiserver') return false;
  const used = JSON.stringify(object.status?.used);
  return used !== undefined && used !== JSON.stringify(before?.status?.used);
}

function haveSameLimits(one: ResourceQuota | undefined, other: ResourceQuota): boolean {
  const limits = (quota: ResourceQuota): string =>
    JSON.stringify([quota.status?.hard, quota.spec?.scopes, quota.spec?.scopeSelector]);
  return one !== undefined && limits(one) === limits(other);
}

function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

function named(object: HasMetadata, kind: string): HasMetadata {
  return { kind, ...object };
}
