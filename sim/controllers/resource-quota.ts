/**
 * Counts what namespaces use of their quotas: admission charges at once, this gives back what went.
 * Kinds that are only counted are watched once a quota names them.
 * @upstream pkg/controller/resourcequota/resource_quota_controller.go
 */
import { planted } from '../engine/planted.js';
import { deepEqual } from '../api/equality.js';
import {
  persistentVolumeClaims,
  pods,
  resourceQuotas,
  services,
  type PersistentVolumeClaim,
  type Pod,
  type ResourceQuota,
  type Service,
} from '../api/kinds/core.js';
import { resourceClaims } from '../api/kinds/resource.js';
import { keyOf } from '../api/meta.js';
import type { HasMetadata, Kind, KubeObject } from '../api/object.js';
import { compareQuantities } from '../api/quantity.js';
import { listOf } from '../api/quota/amounts.js';
import { measures } from '../api/quota/index.js';
import { counting, type QuotaMeasure } from '../api/quota/measure.js';
import { printedResource } from '../api/status.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, splitKey, update, watch } from '../client/requests.js';
import { isTerminal } from './control/pod-state.js';
import { discover } from './control/discovery.js';
import { usageOf, type Measured } from './resource-quota/usage.js';

/** The controller of quotas. */
export const resourceQuotaController: ControllerDefinition = {
  name: 'resourcequota-controller',
  queueName: { resync: '', '': 'resourcequota_primary' },
  identity: serviceAccount('kube-system', 'resourcequota-controller'),
  create: context => new ResourceQuotaController(context),
};

const resyncMs = 5 * 60_000;
const resyncKey = 'resync';
/** For a planted defect: how long caches take to fill in a large cluster. */
const blindMs = 10_000;
/** A kind that a quota names and nobody serves is looked for this often. */
const discoveryPeriodMs = 30_000;
/** The names of kinds that were counted before `count/` was. */
const oldNames: readonly string[] = [
  'configmaps',
  'resourcequotas',
  'replicationcontrollers',
  'secrets',
];

interface Counted {
  readonly kind: Kind;
  readonly measure: QuotaMeasure;
}

class ResourceQuotaController implements Controller {
  readonly workers = 5;
  /** What is measured, by `pods`, `deployments.apps`. */
  private readonly counted = new Map<string, Counted>();
  /** Names of quotas that no kind was found for, and until when they are not looked for again. */
  private readonly unknown = new Map<string, number>();

  private readonly createdMs: number;

  constructor(private readonly context: ControllerContext) {
    this.createdMs = context.clock.now();
    for (const kind of [pods, services, persistentVolumeClaims, resourceClaims] as Kind[]) {
      const measure = measures.get(printedResource(kind));
      if (measure !== undefined) this.counted.set(printedResource(kind), { kind, measure });
    }
  }

  readonly watches = [
    watch(resourceQuotas, { on: change => this.onQuota(change) }),
    watch(pods, { on: change => this.onObject(pods, change, hasPodEnded) }),
    watch(services, { on: change => this.onObject(services, change, hasServiceTypeChanged) }),
    watch(persistentVolumeClaims, {
      on: change => this.onObject(persistentVolumeClaims, change, hasClaimChanged),
    }),
    watch(resourceClaims, { on: change => this.onObject(resourceClaims, change, () => false) }),
  ];

  start(): void {
    this.context.queue.addAfter(resyncKey, resyncMs);
  }

  *reconcile(key: string, view: View): Reconciliation {
    if (key === resyncKey) {
      for (const quota of view.list(resourceQuotas)) this.context.queue.add(keyOf(quota));
      return { requeueAfterMs: resyncMs };
    }
    const { namespace, name } = splitKey(key);
    const quota = view.get(resourceQuotas, namespace, name);
    if (quota === undefined) return undefined;
    if (yield* this.beginCounting(quota)) return { requeueAfterMs: settleMs };
    const nowMs = this.context.clock.now();
    const hard = quota.spec?.hard ?? {};
    const isBlind = planted('kubernetes-50442') && nowMs - this.createdMs < blindMs;
    const all = this.measured(view, namespace);
    const seen = isBlind ? all.map(({ measure }) => ({ measure, objects: [] })) : all;
    const counts = listOf(usageOf(quota, seen, nowMs));
    const before = quota.status?.used ?? {};
    const used: Record<string, string> = {};
    for (const resource of Object.keys(hard)) {
      const amount = counts[resource] ?? before[resource];
      if (amount !== undefined) used[resource] = amount;
    }
    const isSame =
      quota.status?.used !== undefined &&
      hasSameAmounts(hard, quota.status.hard ?? {}) &&
      hasSameAmounts(used, before);
    if (isSame) return undefined;
    const status = { hard, used };
    const answer = yield* call(update(resourceQuotas, { ...quota, status }, 'status'));
    return answer.isOk ? undefined : { retry: answer.message };
  }

  private measured(view: View, namespace: string): readonly Measured[] {
    return [...this.counted.values()].map(({ kind, measure }) => {
      return { measure, objects: view.list(kind, namespace) };
    });
  }

  private onQuota({ type, object, old }: Change<ResourceQuota>): void {
    if (type === 'deleted') return;
    const isSame =
      old !== undefined && hasSameAmounts(object.spec?.hard ?? {}, old.spec?.hard ?? {});
    if (!isSame) this.context.queue.add(keyOf(object));
  }

  /** What was added is charged already; what went or changed is counted anew. */
  private onObject<T extends HasMetadata>(
    kind: Kind<T>,
    { type, object, old }: Change<T>,
    isChanged: (object: T, old: T) => boolean,
  ): void {
    if (type === 'added') return;
    if (old !== undefined && !isChanged(object, old)) return;
    const measure = this.counted.get(printedResource(kind))?.measure;
    const { namespace } = object.metadata;
    if (measure === undefined || namespace === undefined) return;
    for (const quota of this.context.view.list(resourceQuotas, namespace)) {
      const names = Object.keys(quota.status?.hard ?? {});
      if (names.some(name => measure.tracks(name))) this.context.queue.add(keyOf(quota));
    }
  }

  /** Watches the kinds that the quota names and nobody counts yet; returns whether it began one. */
  private *beginCounting(quota: ResourceQuota): Reconciliation<boolean> {
    const nowMs = this.context.clock.now();
    const wanted = Object.keys(quota.spec?.hard ?? {})
      .map(countedResource)
      .filter(name => name !== undefined && !this.counted.has(name))
      .filter(name => (this.unknown.get(name ?? '') ?? 0) <= nowMs);
    if (wanted.length === 0) return false;
    const { resources } = yield* discover();
    let hasBegun = false;
    for (const name of wanted) {
      const resource = resources.find(one => one.isPreferred && printedResource(one) === name);
      if (name === undefined || this.counted.has(name)) continue;
      if (resource === undefined || !resource.isNamespaced || !resource.verbs.includes('watch')) {
        this.unknown.set(name, nowMs + discoveryPeriodMs);
        continue;
      }
      const kind: Kind = resource;
      this.counted.set(name, { kind, measure: counting(resource) });
      const on = (change: Change<KubeObject>) => this.onObject(kind, change, () => false);
      this.context.watch(watch(kind, { on }));
      hasBegun = true;
    }
    return hasBegun;
  }
}

/** A new watch is given so long to fill. */
const settleMs = 100;

/**
 * `deployments.apps` of `count/deployments.apps`; undefined for what is not a count of objects, and for
 * events, which are never counted.
 * @upstream pkg/quota/v1/install/registry.go
 */
function countedResource(name: string): string | undefined {
  if (!name.startsWith('count/')) return oldNames.includes(name) ? name : undefined;
  const resource = name.slice('count/'.length);
  return resource === 'events' || resource === 'events.events.k8s.io' ? undefined : resource;
}

function hasPodEnded(pod: Pod, old: Pod): boolean {
  return (
    isTerminal(pod) !== isTerminal(old) ||
    !deepEqual(pod.spec?.containers, old.spec?.containers) ||
    pod.spec?.activeDeadlineSeconds !== old.spec?.activeDeadlineSeconds
  );
}

function hasServiceTypeChanged(service: Service, old: Service): boolean {
  const ports = (one: Service) => (one.spec?.ports ?? []).length;
  return service.spec?.type !== old.spec?.type || ports(service) !== ports(old);
}

function hasClaimChanged(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const requests = (one: PersistentVolumeClaim) => one.spec?.resources?.requests;
  const allocated = (one: PersistentVolumeClaim) => one.status?.allocatedResources;
  return !deepEqual(requests(claim), requests(old)) || !deepEqual(allocated(claim), allocated(old));
}

function hasSameAmounts(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(name => name in other && compareQuantities(one[name], other[name]) === 0)
  );
}
