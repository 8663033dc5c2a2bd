/** One pass over all recorded writes, in order: what facts and findings are drawn from. */
import { quantity } from '../../../sim/api/quantity.js';
import type { TimedWrite } from '../import/format.js';
import { newLife, type PodLife } from './pod-life.js';
import { Refusals, type QuotaRefusal } from './quota-refusal.js';

/** A value that was written to a field. */
export interface FieldWrite {
  readonly atMs: number;
  readonly user: string;
  readonly value: unknown;
}

/** A change whose body is not in the log. */
export interface UntoldWrite {
  readonly atMs: number;
  readonly source: string;
  /** What of the object was changed: all of it, or its status. */
  readonly part: '' | ' status';
}

/** More changes without bodies than these are not followed. */
const untoldMax = 100_000;

/** What a pass over the writes finds. */
export interface Survey {
  /** By workload, `Deployment fraud/scorer`. */
  readonly replicas: ReadonlyMap<string, readonly FieldWrite[]>;
  /** The replicas that a workload had before the first write, where the write tells. */
  readonly replicasBefore: ReadonlyMap<string, number>;
  /** By `namespace/name` of the quota: what its spec.hard was set to. */
  readonly hard: ReadonlyMap<
    string,
    readonly (readonly [number, Readonly<Record<string, string>>])[]
  >;
  /** The same of its status.used, as its controllers wrote it. */
  readonly used: ReadonlyMap<
    string,
    readonly (readonly [number, Readonly<Record<string, string>>])[]
  >;
  readonly refusals: readonly QuotaRefusal[];
  /** Owners of whom a pod was refused, by the account of their controller, their namespace and name. */
  readonly refusedOwners: ReadonlySet<string>;
  /** By `namespace/name`: one for each, since a large log has millions of writes of them. */
  readonly pods: Map<string, PodLife>;
  /** By `Deployment fraud/scorer .spec.replicas`: writes of everybody but our own bookkeeping. */
  readonly fields: ReadonlyMap<string, readonly FieldWrite[]>;
  /** Objects that were made from outside, by `resource.group namespace/name`: when. */
  readonly made: ReadonlyMap<string, number>;
  /** The same of those that our own parts made, but for pods. */
  readonly madeByOurs: ReadonlySet<string>;
  /** What was made from outside under a name that the log does not tell: `resource.group namespace/prefix` and times. */
  readonly madeUnnamed: ReadonlyMap<string, readonly number[]>;
  /** Changes from outside that were logged without bodies, by `resource.group namespace/name`, in order. */
  readonly untold: ReadonlyMap<string, readonly UntoldWrite[]>;
  /** When those of others were deleted. */
  readonly deleted: ReadonlyMap<string, number>;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Whether autoscalers wrote anything. */
  readonly hasAutoscaling: boolean;
}

/** The kinds that have a scale, by their plural. */
const scaled: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  replicasets: 'ReplicaSet',
  replicationcontrollers: 'ReplicationController',
};
/** Kinds by their plural, for titles; others are told by the plural. */
const kinds: Readonly<Record<string, string>> = {
  ...scaled,
  resourcequotas: 'ResourceQuota',
  jobs: 'Job',
  cronjobs: 'CronJob',
  services: 'Service',
  configmaps: 'ConfigMap',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler',
  applications: 'Application',
};

/** Fields of one object beyond these are not followed. */
const fieldsMax = 200;

/** Goes over the writes once; `look` sees each as well. */
export function surveyWrites(
  writes: Iterable<TimedWrite>,
  look: (write: TimedWrite) => void = () => undefined,
): Survey {
  const surveyor = new Surveyor();
  for (const write of writes) {
    surveyor.look(write);
    look(write);
  }
  return surveyor;
}

class Surveyor implements Survey {
  readonly replicas = new Map<string, FieldWrite[]>();
  readonly replicasBefore = new Map<string, number>();
  readonly hard = new Map<string, (readonly [number, Readonly<Record<string, string>>])[]>();
  readonly used = new Map<string, (readonly [number, Readonly<Record<string, string>>])[]>();
  private readonly refused = new Refusals();
  readonly pods = new Map<string, PodLife>();
  /** Pods of one template share what they ask for. */
  private readonly shared = new Map<string, Readonly<Record<string, number>>>();
  readonly fields = new Map<string, FieldWrite[]>();
  readonly made = new Map<string, number>();
  readonly madeUnnamed = new Map<string, number[]>();
  readonly untold = new Map<string, UntoldWrite[]>();
  private untoldCount = 0;
  readonly deleted = new Map<string, number>();
  readonly refusedOwners = new Set<string>();
  readonly madeByOurs = new Set<string>();
  hasAutoscaling = false;
  firstMs: number | undefined;
  lastMs: number | undefined;

  get refusals(): readonly QuotaRefusal[] {
    return this.refused.all;
  }

  look(write: TimedWrite): void {
    const { atMs, status, resource, subresource, user } = write;
    this.hasAutoscaling ||= user.endsWith(':horizontal-pod-autoscaler') && status < 300;
    this.firstMs ??= atMs;
    this.lastMs = atMs;
    if (status >= 400) {
      this.refused.add(write);
      const owner = triedFor(write);
      if (owner !== undefined) this.refusedOwners.add(owner);
      return;
    }
    this.lifetime(write);
    this.noteUntold(write);
    if (resource === 'pods') return this.pod(write);
    if (resource === 'resourcequotas') this.quota(write);
    if (subresource === 'status') return;
    if (scaled[resource] !== undefined) this.scale(write);
    this.followFields(write);
  }

  private pod({ atMs, verb, subresource, namespace = '', name, body }: TimedWrite): void {
    if (name === undefined) return;
    if (subresource === 'binding') {
      const { target } = (body ?? {}) as { readonly target?: { readonly name?: string } };
      if (target?.name === undefined) return;
      const trace = this.trace(namespace, name);
      trace.scheduledMs ??= atMs;
      trace.isBound = true;
      trace.node ??= target.name;
    } else if (subresource === undefined && verb === 'create') {
      const { metadata, spec } = (body ?? {}) as PodBody;
      const trace = this.trace(namespace, name);
      trace.createdMs ??= atMs;
      const owner = metadata?.ownerReferences?.[0];
      if (owner !== undefined) trace.owner ??= `${owner.kind} ${owner.name}`;
      if (spec !== undefined) trace.asks ??= this.asks(spec);
    } else if (verb === 'delete' && (subresource ?? 'eviction') === 'eviction') {
      this.trace(namespace, name).endedMs ??= atMs;
    }
  }

  private trace(namespace: string, name: string): PodLife {
    const key = `${namespace}/${name}`;
    let known = this.pods.get(key);
    if (known === undefined) {
      known = newLife(namespace, name);
      this.pods.set(key, known);
    }
    return known;
  }

  private asks(spec: PodAsks): Readonly<Record<string, number>> {
    const key = JSON.stringify([spec.containers, spec.initContainers]);
    const known = this.shared.get(key) ?? asksOf(spec);
    this.shared.set(key, known);
    return known;
  }

  private noteUntold(write: TimedWrite): void {
    const { verb, actor, body, subresource, resource, apiGroup = '', namespace = '' } = write;
    const { name = '', atMs, source } = write;
    const isChange = verb === 'patch' || verb === 'update';
    const part = subresource === undefined ? '' : subresource === 'status' ? ' status' : undefined;
    if (!isChange || actor === 'ours' || body !== undefined || part === undefined) return;
    if (++this.untoldCount > untoldMax) return;
    push(this.untold, `${resource}.${apiGroup} ${namespace}/${name}`, { atMs, source, part });
  }

  private lifetime({ atMs, verb, actor, subresource, ...write }: TimedWrite): void {
    const { resource, apiGroup = '', namespace = '', name } = write;
    if (subresource !== undefined) return;
    if (name === undefined) {
      const { generateName } = ((write.body ?? {}) as PodBody).metadata ?? {};
      const isNamed = verb !== 'create' || actor === 'ours' || generateName === undefined;
      if (!isNamed)
        push(this.madeUnnamed, `${resource}.${apiGroup} ${namespace}/${generateName}`, atMs);
      return;
    }
    const key = `${resource}.${apiGroup} ${namespace}/${name}`;
    if (actor === 'ours') {
      // Pods come and go by the million, and their owners tell that they were made.
      if (verb === 'create' && resource !== 'pods') this.madeByOurs.add(key);
      return;
    }
    if (verb === 'create' && !this.made.has(key)) this.made.set(key, atMs);
    if (verb === 'delete') this.deleted.set(key, atMs);
  }

  private quota({ atMs, namespace = '', name = '', body, result, subresource }: TimedWrite): void {
    const { spec } = (body ?? {}) as {
      readonly spec?: { readonly hard?: Readonly<Record<string, string | number>> };
    };
    const quota = `${namespace}/${name}`;
    if (result?.used !== undefined) push(this.used, quota, [atMs, result.used] as const);
    const set = result?.hard ?? spec?.hard;
    if (set === undefined || subresource === 'status') return;
    const hard = Object.fromEntries(
      Object.entries(set).map(([resource, value]) => [resource, String(value)]),
    );
    push(this.hard, quota, [atMs, hard] as const);
  }

  private scale({
    atMs,
    resource,
    subresource,
    namespace = '',
    name = '',
    ...write
  }: TimedWrite): void {
    const { spec, status } = (write.body ?? {}) as {
      readonly spec?: { readonly replicas?: number };
      readonly status?: { readonly replicas?: number };
    };
    const value = spec?.replicas ?? write.result?.replicas;
    if (value === undefined) return;
    const workload = `${scaled[resource] ?? ''} ${namespace}/${name}`;
    if (!this.replicas.has(workload) && subresource === 'scale' && status?.replicas !== undefined) {
      this.replicasBefore.set(workload, status.replicas);
    }
    push(this.replicas, workload, { atMs, user: write.user, value });
  }

  /** Patches and scales name what they write; whole objects are compared with what was there before. */
  private followFields({ atMs, user, verb, resource, subresource, ...write }: TimedWrite): void {
    const { namespace, name = '', body, actor } = write;
    const isAutoscaler = user.endsWith(':horizontal-pod-autoscaler');
    if ((actor === 'ours' && !isAutoscaler) || (verb !== 'patch' && verb !== 'update')) return;
    const title = `${kinds[resource] ?? resource} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    const { spec } = (body ?? {}) as { readonly spec?: unknown };
    let count = 0;
    for (const [path, value] of leaves(spec, '.spec')) {
      if (count++ > fieldsMax) break;
      const key = `${title} ${path}`;
      const before = this.fields.get(key)?.at(-1);
      const isWhole = verb === 'update' && subresource === undefined;
      if (before === undefined ? isWhole : sameValue(before.value, value)) {
        // A whole object says nothing new where nothing changed; nor does its writer, again.
        if (isWhole || before?.user === user) continue;
      }
      push(this.fields, key, { atMs, user, value });
    }
  }
}

/** Whose pod one of our controllers tried to make: its account, and namespace and name of the owner. */
export function triedFor(write: TimedWrite): string | undefined {
  const { actor, verb, resource, subresource, user, namespace = '', name, message = '' } = write;
  const isTry = actor === 'ours' && verb === 'create' && resource === 'pods';
  if (!isTry || subresource !== undefined) return undefined;
  const { metadata } = (write.body ?? {}) as PodBody;
  const pod = name ?? /^pods "([^"]+)"/.exec(message)?.[1];
  // Without a body the name of the pod tells that of its owner.
  const owner = metadata?.ownerReferences?.[0]?.name ?? pod?.replace(/-[a-z0-9]*$/, '');
  return owner === undefined ? undefined : `${user} ${namespace}/${owner}`;
}

interface PodBody {
  readonly metadata?: {
    readonly generateName?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec?: PodAsks;
}

/** What of a pod's spec says how much it asks for. */
export interface PodAsks {
  readonly containers?: readonly AskingContainer[];
  readonly initContainers?: readonly (AskingContainer & { readonly restartPolicy?: string })[];
}

interface AskingContainer {
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

/** What a pod counts for in a quota: sums of its containers, or the largest of its first ones. */
export function asksOf({ containers = [], initContainers = [] }: PodAsks): Record<string, number> {
  const asks: Record<string, number> = { pods: 1 };
  const amount = (text: string): number => Number(quantity(text).asNanos()) / 1e9;
  const each = (container: AskingContainer, take: (key: string, value: number) => void): void => {
    const { requests = {}, limits = {} } = container.resources ?? {};
    for (const [name, value] of Object.entries(limits)) {
      take(`limits.${name}`, amount(value));
      if (requests[name] === undefined) take(`requests.${name}`, amount(value));
    }
    for (const [name, value] of Object.entries(requests)) take(`requests.${name}`, amount(value));
  };
  const add = (key: string, value: number): void => void (asks[key] = (asks[key] ?? 0) + value);
  for (const container of containers) each(container, add);
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') each(container, add);
  }
  for (const container of initContainers) {
    each(container, (key, value) => void (asks[key] = Math.max(asks[key] ?? 0, value)));
  }
  return asks;
}

function* leaves(value: unknown, path: string): Generator<readonly [string, unknown]> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) yield* leaves(each, `${path}.${key}`);
  } else if (value !== undefined) yield [path, value];
}

/** Whether two values of a field are alike. */
export function sameValue(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
