/** What namespaces with a quota have taken, as CapacityScheduling counts. @upstream scheduler-plugins v0.34.7 pkg/capacityscheduling/elasticquota.go */
import type { Container, Pod } from '../../api/kinds/core.js';
import { amountsOf, Resource } from '../../scheduler/resource.js';
import type { ElasticQuota } from './types.js';

/** What the pod asks for: its containers together, or the largest of those that initialise it. */
export function requestOf({ spec }: Pod): Resource {
  const sum = new Resource();
  for (const container of spec?.containers ?? []) sum.add(askedBy(container), 1);
  for (const container of spec?.initContainers ?? []) raise(sum, askedBy(container));
  if (spec?.overhead !== undefined) sum.add(Resource.of(amountsOf(spec.overhead)), 1);
  return sum;
}

function askedBy({ resources }: Container): Resource {
  return Resource.of(amountsOf(resources?.requests));
}

function raise(sum: Resource, other: Resource): void {
  sum.milliCPU = Math.max(sum.milliCPU, other.milliCPU);
  sum.memory = Math.max(sum.memory, other.memory);
  sum.ephemeralStorage = Math.max(sum.ephemeralStorage, other.ephemeralStorage);
  for (const [name, amount] of other.scalars) {
    sum.scalars.set(name, Math.max(sum.scalars.get(name) ?? 0, amount));
  }
}

/** Whether the sum is over the bound anywhere; `unnamed` bounds the devices that the bound does not name. */
function exceeds(parts: readonly Resource[], bound: Resource, unnamed: number): boolean {
  const sum = (of: (part: Resource) => number) => parts.reduce((all, part) => all + of(part), 0);
  if (sum(({ milliCPU }) => milliCPU) > bound.milliCPU) return true;
  if (sum(({ memory }) => memory) > bound.memory) return true;
  if (sum(({ ephemeralStorage }) => ephemeralStorage) > bound.ephemeralStorage) return true;
  const [first] = parts;
  for (const name of first?.scalars.keys() ?? []) {
    const taken = sum(({ scalars }) => scalars.get(name) ?? 0);
    if (taken > (bound.scalars.get(name) ?? unnamed)) return true;
  }
  return false;
}

/** The quota of one namespace with what its pods have taken. */
export class QuotaInfo {
  private constructor(
    readonly min: Resource,
    readonly max: Resource,
    readonly used: Resource,
    private readonly pods: Set<string>,
  ) {}

  /** The quota as it is written; what was counted under an older version is kept. */
  static of({ spec }: ElasticQuota, old?: QuotaInfo): QuotaInfo {
    const min = Resource.of(amountsOf(spec.min));
    const max = spec.max === undefined ? boundless() : Resource.of(amountsOf(spec.max));
    return new QuotaInfo(min, max, old?.used ?? new Resource(), old?.pods ?? new Set());
  }

  clone(): QuotaInfo {
    return new QuotaInfo(this.min, this.max, this.used.clone(), new Set(this.pods));
  }

  add(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    if (this.pods.has(uid)) return;
    this.pods.add(uid);
    this.used.add(requestOf(pod), 1);
  }

  remove(pod: Pod): void {
    if (this.pods.delete(pod.metadata.uid ?? '')) this.used.add(requestOf(pod), -1);
  }

  isOverMin(): boolean {
    return exceeds([this.used], this.min, 0);
  }

  isOverMinWith(request: Resource): boolean {
    return exceeds([request, this.used], this.min, 0);
  }

  isOverMaxWith(request: Resource): boolean {
    return exceeds([request, this.used], this.max, Infinity);
  }
}

function boundless(): Resource {
  const all = new Resource();
  all.milliCPU = all.memory = all.ephemeralStorage = Infinity;
  return all;
}

/** The quotas by namespace. */
export type QuotaInfos = ReadonlyMap<string, QuotaInfo>;

/** Copies on which pods can be added and removed. */
export function copiesOf(infos: QuotaInfos): QuotaInfos {
  return new Map([...infos].map(([namespace, info]) => [namespace, info.clone()]));
}

/** Whether all namespaces together would have taken more than all are sure of. */
export function isTotalOverMinWith(infos: QuotaInfos, request: Resource): boolean {
  const used = request.clone();
  const min = new Resource();
  for (const info of infos.values()) {
    used.add(info.used, 1);
    min.add(info.min, 1);
  }
  return exceeds([used], min, 0);
}
