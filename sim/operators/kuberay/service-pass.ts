/** One pass over one RayService. @upstream kuberay v1.7.0 controllers/ray/rayservice_controller.go */
import { services, type Service } from '../../api/kinds/core.js';
import { endpointSlices } from '../../api/kinds/discovery.js';
import { printDuration } from '../../api/duration.js';
import { hasFinalizer, isConditionTrue, isDeleting } from '../../api/meta.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import { keys, kuberayVersion } from './keys.js';
import { ServeSide, type ServiceMeans } from './serve-side.js';
import {
  isAsWanted,
  originLabels,
  serveServiceOf,
  serviceCluster,
  serviceHead,
  updatedCluster,
} from './service-objects.js';
import { ServiceStatusDraft } from './service-status.js';
import { initializingMs, serviceProblem } from './service-validation.js';
import { rayClusters, rayServices, type RayCluster, type RayService } from './types.js';

const finalizer = 'ray.io/rayservice-finalizer';
/** So soon the operator looks again. */
const soon = { requeueAfterMs: 2_000 };
const deletionDelaySeconds = 60;

/** A step that ends the pass, or lets it go on. */
type End = { readonly outcome: Outcome } | undefined;
type Failure = { readonly failure: string };

/** The clusters of a service, as far as they are there. */
interface Clusters {
  readonly active: RayCluster | undefined;
  readonly pending: RayCluster | undefined;
}

/** A pass over a service that is ours. */
export class ServicePass {
  private readonly name: string;
  private readonly namespace: string;
  private readonly nowMs: number;
  private readonly draft: ServiceStatusDraft;
  private readonly serve: ServeSide;

  constructor(
    private readonly service: RayService,
    private readonly view: View,
    private readonly means: ServiceMeans,
  ) {
    const { name = '', namespace = '' } = service.metadata;
    this.name = name;
    this.namespace = namespace;
    this.nowMs = means.clock.now();
    this.draft = new ServiceStatusDraft(service, this.nowMs);
    this.serve = new ServeSide(service, view, means);
  }

  *run(): Reconciliation {
    this.means.memory.forget(this.key(), [this.draft.activeName, this.draft.pendingName]);
    const isBusy = yield* this.cleanUp();
    if (typeof isBusy !== 'boolean') return { retry: isBusy.failure };
    const ended =
      (yield* this.life(isBusy)) ?? (yield* this.refuse()) ?? (yield* this.suspension());
    if (ended !== undefined) return ended.outcome;
    if (this.draft.reasonOf('Ready') === 'InitializingTimeout') return isBusy ? soon : undefined;
    const clusters = yield* this.clusters();
    if ('failure' in clusters) return { retry: clusters.failure };
    return yield* this.serving(clusters);
  }

  private key(): string {
    return `${this.namespace}/${this.name}`;
  }

  private tell(reason: string, action: string, message: string): void {
    const type = /^(Failed|Invalid)/.test(reason) ? 'Warning' : 'Normal';
    this.means.record({ type, reason, action, message });
  }

  private own<T extends RayCluster | Service>(all: readonly T[]): readonly T[] {
    const marks = Object.entries(originLabels(this.service));
    return all.filter(({ metadata }) =>
      marks.every(([key, value]) => metadata.labels?.[key] === value),
    );
  }

  /** Clusters that are neither active nor pending go, after a while; whether there are any. */
  private *cleanUp(): Reconciliation<boolean | Failure> {
    const isGoing = isDeleting(this.service);
    const { rayClusterDeletionDelaySeconds = deletionDelaySeconds } = this.service.spec;
    const { deletions } = this.means.memory;
    let isBusy = false;
    for (const { metadata } of this.own(this.view.list(rayClusters, this.namespace))) {
      const name = metadata.name ?? '';
      const isUsed = [this.draft.activeName, this.draft.pendingName].includes(name);
      if (!isGoing && isUsed) continue;
      isBusy = true;
      const atMs = deletions.get(name);
      if (!isGoing && atMs === undefined) {
        deletions.set(name, this.nowMs + rayClusterDeletionDelaySeconds * 1000);
        continue;
      }
      if (!isGoing && this.nowMs <= (atMs ?? 0)) continue;
      const error = yield* this.removeCluster(name, '');
      if (error !== undefined) return { failure: error };
    }
    return isBusy;
  }

  private *removeCluster(name: string, when: string): Reconciliation<string | undefined> {
    const of = `the RayCluster ${this.namespace}/${name}${when}`;
    const how = { propagationPolicy: 'Background' } as const;
    const answer = yield* call(remove(rayClusters, this.namespace, name, how));
    if (answer.isOk) {
      this.tell('DeletedRayCluster', 'Delete', `Deleted ${of}`);
      return undefined;
    }
    this.tell('FailedToDeleteRayCluster', 'Delete', `Failed to delete ${of}: ${answer.message}`);
    return answer.message;
  }

  /** The finalizer is there while clusters are. */
  private *life(isBusy: boolean): Reconciliation<End> {
    const { service } = this;
    const has = hasFinalizer(service, finalizer);
    if (isDeleting(service) && isBusy) return { outcome: soon };
    if (!isDeleting(service) && has) return undefined;
    const { finalizers = [] } = service.metadata;
    const next = isDeleting(service)
      ? finalizers.filter(each => each !== finalizer)
      : [...finalizers, finalizer];
    if (isDeleting(service) && !has) return { outcome: undefined };
    const metadata = { ...service.metadata, finalizers: next };
    const answer = yield* call(update(rayServices, { ...service, metadata }));
    if (!answer.isOk) return { outcome: { retry: answer.message } };
    return { outcome: isDeleting(service) ? undefined : soon };
  }

  private *refuse(): Reconciliation<End> {
    const problem = serviceProblem(this.service);
    if (problem === undefined) return undefined;
    this.tell(problem.reason, 'Validate', `${this.key()}: ${problem.text}`);
    this.draft.condition('Ready', 'False', 'ValidationFailed', problem.text);
    const status = this.draft.whole();
    const answer = yield* call(update(rayServices, { ...this.service, status }, 'status'));
    return { outcome: answer.isOk ? undefined : { retry: answer.message } };
  }

  private *suspension(): Reconciliation<End> {
    const { draft } = this;
    const wants = this.service.spec.suspend === true;
    if (draft.is('Suspended')) {
      if (!wants) draft.resumed();
    } else if (draft.is('Suspending')) {
      const isGone = yield* this.removeAll();
      if (typeof isGone !== 'boolean') return { outcome: { retry: isGone.failure } };
      if (isGone) draft.suspended();
      else {
        const what = 'Waiting for all Kubernetes resources owned by this RayService to be deleted.';
        draft.condition('Suspending', 'True', 'SuspendInProgress', what);
      }
      return (yield* this.write()) ?? { outcome: soon };
    } else if (wants) draft.suspending();
    const failure = yield* this.write();
    if (failure !== undefined) return failure;
    if (draft.is('Suspending')) return { outcome: soon };
    return draft.is('Suspended') ? { outcome: undefined } : undefined;
  }

  private *removeAll(): Reconciliation<boolean | Failure> {
    let isGone = true;
    for (const cluster of this.own(this.view.list(rayClusters, this.namespace))) {
      isGone = false;
      if (isDeleting(cluster)) continue;
      const error = yield* this.removeCluster(cluster.metadata.name ?? '', ' during suspend');
      if (error !== undefined) return { failure: error };
    }
    for (const { metadata } of this.own(this.view.list(services, this.namespace))) {
      isGone = false;
      const name = metadata.name ?? '';
      const of = `the Service ${this.namespace}/${name} during suspend`;
      const answer = yield* call(remove(services, this.namespace, name));
      if (!answer.isOk && answer.status !== 404) {
        this.tell('FailedToDeleteService', 'Delete', `Failed to delete ${of}: ${answer.message}`);
        return { failure: answer.message };
      }
      this.tell('DeletedService', 'Delete', `Deleted ${of}`);
    }
    return isGone;
  }

  private found(name: string): RayCluster | undefined {
    return name === '' ? undefined : this.view.get(rayClusters, this.namespace, name);
  }

  /** The clusters: one that was prepared is made, and others are updated as far as that can be. */
  private *clusters(): Reconciliation<Clusters | Failure> {
    const active = this.found(this.draft.activeName);
    const pending = this.found(this.draft.pendingName);
    if (this.draft.pendingName !== '' && pending === undefined) {
      const made = yield* this.makeCluster(this.draft.pendingName);
      return 'failure' in made ? made : { active, pending: made };
    }
    const isUpgrading = this.draft.is('UpgradeInProgress');
    if (active !== undefined && !isUpgrading && this.canUpdate(active, true)) {
      const error = yield* this.updateCluster(active, 'active');
      if (error !== undefined) return { failure: error };
    }
    if (pending !== undefined && this.canUpdate(pending, false)) {
      const error = yield* this.updateCluster(pending, 'pending');
      if (error !== undefined) return { failure: error };
    }
    return { active, pending };
  }

  private canUpdate(cluster: RayCluster, isActive: boolean): boolean {
    const { annotations = {} } = cluster.metadata;
    if (isActive && annotations[keys.version] !== kuberayVersion) return true;
    if (isAsWanted(this.service, cluster, { allowsMoreGroups: false })) return false;
    return isAsWanted(this.service, cluster, { allowsMoreGroups: true });
  }

  private *makeCluster(name: string): Reconciliation<RayCluster | Failure> {
    const of = `the RayCluster ${this.namespace}/${name}`;
    const answer = yield* call(create(rayClusters, serviceCluster(this.service, name)));
    if (answer.isOk) {
      this.tell('CreatedRayCluster', 'Create', `Created ${of}`);
      return answer.object;
    }
    this.tell('FailedToCreateRayCluster', 'Create', `Failed to create ${of}: ${answer.message}`);
    return { failure: answer.message };
  }

  private *updateCluster(
    cluster: RayCluster,
    word: 'active' | 'pending',
  ): Reconciliation<string | undefined> {
    const of = `the ${word} RayCluster ${this.namespace}/${cluster.metadata.name ?? ''}`;
    const answer = yield* call(update(rayClusters, updatedCluster(this.service, cluster)));
    if (answer.isOk) {
      this.tell('UpdatedRayCluster', 'Update', `Updated ${of}`);
      return undefined;
    }
    this.tell('FailedToUpdateRayCluster', 'Update', `Failed to update ${of}: ${answer.message}`);
    return answer.message;
  }

  private *serving({ active, pending }: Clusters): Reconciliation {
    for (const cluster of [active, pending]) {
      const error = cluster === undefined ? undefined : yield* this.serve.labelHead(cluster);
      if (error !== undefined) return { retry: error };
    }
    const activeSide = { ...this.draft.status.activeServiceStatus };
    const isSettled =
      active !== undefined && pending === undefined && !this.prepares({ active, pending }, false);
    const target = pending ?? (isSettled ? active : undefined);
    const served = target === undefined ? undefined : yield* this.serve.reconcile(target);
    if (served !== undefined && 'failure' in served) return { retry: served.failure };
    const of = (cluster: RayCluster | undefined) =>
      cluster !== undefined && cluster === target ? (served?.applications ?? {}) : {};
    let leadsTo: string | undefined;
    if (served?.isReady === true && target !== undefined) {
      const made = yield* this.leadTo(target);
      if (made !== undefined) return { retry: made };
      leadsTo = target.metadata.name ?? '';
    }
    this.draft.observe();
    this.draft.set({
      activeServiceStatus: {
        ...side(activeSide.rayClusterName, active),
        applicationStatuses: of(active),
      },
      pendingServiceStatus: {
        ...side(this.draft.pendingName, pending),
        applicationStatuses: of(pending),
      },
    });
    this.promote(leadsTo, { active, pending });
    this.judge();
    return (yield* this.write())?.outcome ?? soon;
  }

  /** The Services lead to the cluster that is ready. */
  private *leadTo(cluster: RayCluster): Reconciliation<string | undefined> {
    const head = yield* this.lead(serviceHead(this.service, cluster));
    if (head !== undefined) return head;
    const wanted = serveServiceOf(this.service, cluster);
    return typeof wanted === 'string' ? wanted : yield* this.lead(wanted);
  }

  private *lead(wanted: Service): Reconciliation<string | undefined> {
    const name = wanted.metadata.name ?? '';
    const of = `the service ${this.namespace}/${name}`;
    const current = this.view.get(services, this.namespace, name);
    const leadsTo = ({ spec }: Service) => spec?.selector?.[keys.cluster];
    if (current !== undefined && leadsTo(current) === leadsTo(wanted)) return undefined;
    const clusterIP = current?.spec?.clusterIP;
    const spec = { ...wanted.spec, ...(clusterIP !== undefined && { clusterIP }) };
    const answer = yield* call(
      current === undefined ? create(services, wanted) : update(services, { ...current, spec }),
    );
    const [done, tried] = current === undefined ? ['Created', 'Create'] : ['Updated', 'Update'];
    if (answer.isOk) {
      this.tell(`${done}Service`, tried, `${done} ${of}`);
      return undefined;
    }
    const message = `Failed to ${tried.toLowerCase()} ${of}, ${answer.message}`;
    this.tell(`FailedTo${tried}Service`, tried, message);
    return answer.message;
  }

  /** The pending cluster becomes the active one once the Services lead to it. */
  private promote(leadsTo: string | undefined, clusters: Clusters): void {
    const { draft } = this;
    const isPendingServing = leadsTo !== undefined && leadsTo === draft.pendingName;
    if (leadsTo !== undefined && leadsTo !== draft.activeName) {
      draft.set({
        activeServiceStatus: draft.status.pendingServiceStatus ?? {},
        pendingServiceStatus: {},
      });
    }
    if (!this.prepares(clusters, isPendingServing)) return;
    const rayClusterName = `${this.name}-${this.means.random.suffix()}`;
    draft.set({ pendingServiceStatus: { rayClusterName } });
  }

  /** Whether the service needs a new cluster. */
  private prepares({ active, pending }: Clusters, isPendingServing: boolean): boolean {
    if (isPendingServing) return false;
    const cluster = pending ?? active;
    if (cluster === undefined) return true;
    const { service } = this;
    if (isAsWanted(service, cluster, { allowsMoreGroups: false })) return false;
    if (isAsWanted(service, cluster, { allowsMoreGroups: true })) return false;
    return service.spec.upgradeStrategy?.type !== 'None';
  }

  private judge(): void {
    const { draft } = this;
    draft.judge(this.endpoints());
    this.judgeTimeout();
    draft.judgeUpgrade();
  }

  private endpoints(): number {
    const name = this.service.spec.serveService?.metadata.name || `${this.name}-serve-svc`;
    const slices = this.view
      .list(endpointSlices, this.namespace)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
    const uids = slices
      .flatMap(slice => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .flatMap(({ targetRef }) => targetRef?.uid ?? []);
    return new Set(uids).size;
  }

  private judgeTimeout(): void {
    const { draft } = this;
    const limitMs = initializingMs(this.service);
    if (limitMs === undefined || draft.is('Ready')) return;
    if (draft.reasonOf('Ready') !== 'Initializing') return;
    const ageMs = this.nowMs - Date.parse(draft.since('Ready') ?? '');
    if (ageMs < limitMs) return;
    const [limit, age] = [limitMs, ageMs].map(ms => printDuration(ms * 1e6));
    draft.set({ activeServiceStatus: {}, pendingServiceStatus: {} });
    const what = `RayService failed to become ready within the configured timeout of ${limit}. Time spent initializing: ${age}`;
    draft.condition('Ready', 'False', 'InitializingTimeout', what);
    this.means.record({
      ...{ type: 'Warning', reason: 'RayServiceInitializingTimeout', action: 'Reconcile' },
      message: `RayService initializing timeout exceeded after ${age} (configured timeout: ${limit})`,
    });
  }

  private *write(): Reconciliation<End> {
    const status = this.draft.written();
    if (status === undefined) return undefined;
    const answer = yield* call(update(rayServices, { ...this.service, status }, 'status'));
    return answer.isOk ? undefined : { outcome: { retry: answer.message } };
  }
}

function side(rayClusterName: string | undefined, cluster: RayCluster | undefined) {
  return {
    ...(rayClusterName !== undefined && { rayClusterName }),
    ...(cluster?.status !== undefined && { rayClusterStatus: cluster.status }),
  };
}

/** Whether the head of the cluster is ready. */
export function isHeadReady({ status }: RayCluster): boolean {
  return isConditionTrue(status?.conditions, 'HeadPodReady');
}
