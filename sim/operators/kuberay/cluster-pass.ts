/** One pass over one RayCluster. @upstream kuberay v1.7.0 controllers/ray/raycluster_controller.go */
import { base64OfBytes } from '../../api/base64.js';
import { deepEqual } from '../../api/equality.js';
import { secrets, serviceAccounts, services, type Service } from '../../api/kinds/core.js';
import { ingresses, type Ingress } from '../../api/kinds/networking.js';
import { roleBindings, roles } from '../../api/kinds/rbac.js';
import { hasFinalizer, isControlledBy, isDeleting, ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import { call, create, update } from '../../client/requests.js';
import { ClusterPods } from './cluster-pods.js';
import { clusterStatus, isStatusChanged, type PassFailure } from './cluster-status.js';
import { isFaultTolerant } from './fault-tolerance.js';
import { keys, redisFinalizer } from './keys.js';
import { checkedName, headAccount } from './names.js';
import type { PassMeans } from './pod-hand.js';
import {
  cleanupJob,
  cleanupJobs,
  cleanupTimeoutMs,
  isCleanupOver,
  withoutRedisFinalizer,
} from './redis-cleanup.js';
import { scalingAccount, scalingBinding, scalingRole } from './scaling-account.js';
import {
  headIngress,
  headService,
  headServiceLabels,
  noServingPort,
  serveService,
  workersService,
} from './services.js';
import { rayClusters, type RayCluster } from './types.js';
import { metadataProblem, specProblem, statusProblem, upgradeProblem } from './validation.js';

/** After a change the operator looks again so soon. */
const soon = { requeueAfterMs: 2_000 };
/** Without one, so late. */
const later = { requeueAfterMs: 300_000 };
const tokenBytes = 32;

type Step = PassFailure | undefined;

/** A pass over a cluster that is ours. */
export class ClusterPass {
  private readonly name: string;
  private readonly namespace: string;
  private readonly full: string;
  private readonly pods: ClusterPods;

  constructor(
    private readonly cluster: RayCluster,
    private readonly view: View,
    private readonly means: PassMeans,
  ) {
    const { name = '', namespace = '' } = cluster.metadata;
    this.name = name;
    this.namespace = namespace;
    this.full = `${namespace}/${name}`;
    this.pods = new ClusterPods(cluster, view, means);
  }

  *run(): Reconciliation {
    const refused = this.refusal();
    if (refused !== undefined) return refused.outcome;
    const ended = yield* this.state();
    if (ended !== undefined) return ended.outcome;
    if (isDeleting(this.cluster)) return undefined;
    const failure = yield* this.steps();
    return yield* this.write(failure);
  }

  private tell(type: 'Normal' | 'Warning', reason: string, action: string, message: string): void {
    this.means.record({ type, reason, action, message });
  }

  /** Where something is wrong, an event tells it, and nothing else is done. */
  private refusal(): { readonly outcome: Outcome } | undefined {
    const { cluster, full } = this;
    const found = [
      ['InvalidRayClusterMetadata', 'metadata is invalid', metadataProblem(cluster)],
      [
        'InvalidRayClusterSpec',
        'spec is invalid',
        specProblem(cluster.spec, cluster.metadata.annotations),
      ],
      ['InvalidRayClusterSpec', 'UpgradeStrategy is invalid', upgradeProblem(cluster)],
    ] as const;
    const [problem] = found.filter(([, , text]) => text !== undefined);
    if (problem !== undefined) {
      const [reason, what, text = ''] = problem;
      this.tell('Warning', reason, 'Validate', `The RayCluster ${what} ${full}: ${text}`);
      return { outcome: undefined };
    }
    this.warnOfRestarts();
    const wrong = statusProblem(cluster);
    if (wrong === undefined) return undefined;
    const message = `The RayCluster status is invalid ${full}, ${wrong}`;
    this.tell('Warning', 'InvalidRayClusterStatus', 'Validate', message);
    return { outcome: { retry: wrong } };
  }

  private warnOfRestarts(): void {
    const { spec } = this.cluster;
    if (spec.enableInTreeAutoscaling !== true || spec.autoscalerOptions?.version !== 'v1') return;
    const groups = (spec.workerGroupSpecs ?? [])
      .filter(({ template }) => (template.spec?.restartPolicy ?? 'Never') !== 'Never')
      .map(({ groupName }) => groupName);
    if (groups.length === 0) return;
    const what = `restartPolicy for worker groups [${groups.join(', ')}] should be Never or unset when using autoscaler V1`;
    const message = `RayCluster spec warning ${this.full}: ${what}`;
    this.tell('Warning', 'InvalidRayClusterSpec', 'Validate', message);
  }

  /** The finalizer of those whose state is kept; undefined: the pass goes on. */
  private *state(): Reconciliation<{ readonly outcome: Outcome } | undefined> {
    const { cluster } = this;
    if (!isFaultTolerant(cluster)) return undefined;
    if (isDeleting(cluster)) return { outcome: yield* this.end() };
    if (hasFinalizer(cluster, redisFinalizer)) return undefined;
    const finalizers = [...(cluster.metadata.finalizers ?? []), redisFinalizer];
    const marked = { ...cluster, metadata: { ...cluster.metadata, finalizers } };
    const answer = yield* call(update(rayClusters, marked));
    if (answer.isOk) return { outcome: soon };
    const what = `failed to add the finalizer ${redisFinalizer} to the RayCluster`;
    return { outcome: { retry: `${what}: ${answer.message}` } };
  }

  private *end(): Reconciliation {
    const { cluster, pods, view } = this;
    const heads = pods.heads();
    const failure =
      (yield* pods.removeAll({ [keys.nodeType]: 'head' })) ??
      (yield* pods.removeAll({ [keys.nodeType]: 'worker' }));
    if (failure !== undefined) return { retry: failure };
    if (heads.length > 0) return { requeueAfterMs: 10_000 };
    const [job] = view
      .list(cleanupJobs, this.namespace)
      .filter(
        ({ metadata: { labels = {} } }) =>
          labels[keys.cluster] === this.name && labels[keys.nodeType] === 'redis-cleanup',
      );
    if (!hasFinalizer(cluster, redisFinalizer)) return undefined;
    const ageMs = this.means.nowMs - Date.parse(cluster.metadata.deletionTimestamp ?? '');
    if (ageMs >= cleanupTimeoutMs(cluster)) return yield* this.giveUp(ageMs);
    if (job === undefined) return yield* this.cleanUp();
    if (!isCleanupOver(job)) return soon;
    const answer = yield* call(update(rayClusters, withoutRedisFinalizer(cluster)));
    return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
  }

  private *giveUp(ageMs: number): Reconciliation {
    const answer = yield* call(update(rayClusters, withoutRedisFinalizer(this.cluster)));
    if (!answer.isOk) return answer.status === 404 ? undefined : { retry: answer.message };
    const namespace = this.cluster.metadata.annotations?.[keys.storageNamespace] ?? '';
    const seconds = `${Math.floor(ageMs / 60_000)}m${(ageMs % 60_000) / 1000}s`;
    const message = `Force-removed GCS FT finalizer after ${seconds} due to Redis cleanup timeout; Redis storage namespace "${namespace}" may need manual cleanup`;
    this.tell('Warning', 'ForceDeletedStuckCluster', 'Cleanup', message);
    return undefined;
  }

  private *cleanUp(): Reconciliation {
    const job = cleanupJob(this.cluster);
    const full = `${this.namespace}/${job.metadata.name ?? ''}`;
    const answer = yield* call(create(cleanupJobs, job));
    if (answer.isOk) {
      const message = `Created Redis cleanup Job ${full}`;
      this.tell('Normal', 'CreatedRedisCleanupJob', 'Create', message);
      return soon;
    }
    if (answer.reason === 'AlreadyExists') return soon;
    const message = `Failed to create Redis cleanup Job ${full}, ${answer.message}`;
    this.tell('Warning', 'FailedToCreateRedisCleanupJob', 'Create', message);
    return { retry: answer.message };
  }

  private *steps(): Reconciliation<Step> {
    return (
      (yield* this.account()) ??
      (yield* this.ingress()) ??
      (yield* this.token()) ??
      (yield* this.headService()) ??
      (yield* this.workersService()) ??
      (yield* this.serveService()) ??
      (yield* this.pods.run())
    );
  }

  /** What a head needs that scales its cluster. */
  private *account(): Reconciliation<Step> {
    const { cluster, view, namespace } = this;
    if (cluster.spec.enableInTreeAutoscaling !== true) return undefined;
    const name = headAccount(cluster);
    const given = cluster.spec.headGroupSpec.template.spec?.serviceAccountName ?? '';
    if (view.get(serviceAccounts, namespace, name) === undefined && given === name) {
      const what = `If users specify ServiceAccountName for the head Pod, they need to create a ServiceAccount themselves. However, ServiceAccount ${name} is not found. Please create one. See the PR description of https://github.com/ray-project/kuberay/pull/1128 for more details.`;
      const message = `Failed to reconcile RayCluster ${this.full}. ${what}`;
      this.tell('Warning', 'AutoscalerServiceAccountNotFound', 'Validate', message);
      return { message: `serviceaccounts "${name}" not found` };
    }
    return (
      (yield* this.ensure(serviceAccounts, scalingAccount(cluster), 'service account')) ??
      (yield* this.ensure(roles, scalingRole(cluster), 'role')) ??
      (yield* this.ensure(roleBindings, scalingBinding(cluster), 'role binding'))
    );
  }

  /** Makes an object that is not there; events name it by its kind. */
  private *ensure<T extends HasMetadata>(
    kind: Kind<T>,
    wanted: T,
    word: string,
  ): Reconciliation<Step> {
    const { name = '' } = wanted.metadata;
    if (this.view.get(kind, this.namespace, name) !== undefined) return undefined;
    return yield* this.make(kind, wanted, word);
  }

  private *make<T extends HasMetadata>(
    kind: Kind<T>,
    wanted: T,
    word: string,
  ): Reconciliation<Step> {
    const full = `${this.namespace}/${wanted.metadata.name ?? ''}`;
    const answer = yield* call(create(kind, wanted));
    if (answer.isOk) {
      this.tell('Normal', `Created${kind.kind}`, 'Create', `Created ${word} ${full}`);
      return undefined;
    }
    if (answer.reason === 'AlreadyExists' && kind.kind !== 'Service') return undefined;
    const message = `Failed creating ${word} ${full}, ${answer.message}`;
    this.tell('Warning', `FailedToCreate${kind.kind}`, 'Create', message);
    return { message: answer.message };
  }

  private *ingress(): Reconciliation<Step> {
    if (this.cluster.spec.headGroupSpec.enableIngress !== true) return undefined;
    const wanted = headIngress(this.cluster);
    const current = this.view.get(ingresses, this.namespace, wanted.metadata.name ?? '');
    if (current === undefined) return yield* this.make(ingresses, wanted, 'ingress');
    const full = `${this.namespace}/${wanted.metadata.name ?? ''}`;
    if (!isControlledBy(current, this.cluster)) {
      const message = `Ingress ${full} already exists and is not owned by this RayCluster; not modifying it`;
      this.tell('Warning', 'FailedToCreateIngress', 'Create', message);
      return undefined;
    }
    const next = adapted(current, wanted);
    if (next === undefined) return undefined;
    const answer = yield* call(update(ingresses, next));
    if (answer.isOk) {
      this.tell('Normal', 'UpdatedIngress', 'Update', `Updated ingress ${full}`);
      return undefined;
    }
    const message = `Failed updating ingress ${full}, ${answer.message}`;
    this.tell('Warning', 'FailedToUpdateIngress', 'Update', message);
    return { message: answer.message };
  }

  /** The secret by which Ray's programs know each other. */
  private *token(): Reconciliation<Step> {
    const { authOptions } = this.cluster.spec;
    const isOff = authOptions === undefined || authOptions.mode === 'disabled';
    if (isOff || authOptions.enableK8sTokenAuth === true) return undefined;
    if ((authOptions.secretName ?? '') !== '') return undefined;
    const name = checkedName(this.name);
    if (this.view.get(secrets, this.namespace, name) !== undefined) return undefined;
    const { random } = this.means;
    const bytes = Uint8Array.from({ length: tokenBytes }, () => random.integer(256));
    const secret = {
      metadata: {
        name,
        namespace: this.namespace,
        labels: { [keys.cluster]: this.name },
        ownerReferences: [ownerReference(this.cluster, rayClusters)],
      },
      stringData: { auth_token: base64OfBytes(bytes) },
    };
    const answer = yield* call(create(secrets, secret));
    return answer.isOk ? undefined : { message: answer.message };
  }

  private headServices(): readonly Service[] {
    const { [keys.appName]: _a, [keys.createdBy]: _b, ...marks } = headServiceLabels(this.name);
    return this.marked(marks);
  }

  private marked(marks: Readonly<Record<string, string>>): readonly Service[] {
    return this.view
      .list(services, this.namespace)
      .filter(({ metadata }) =>
        Object.entries(marks).every(([key, value]) => metadata.labels?.[key] === value),
      );
  }

  private *headService(): Reconciliation<Step> {
    const found = this.headServices();
    if (found.length > 1) return { message: `${found.length} head service found` };
    if (found.length === 1) return undefined;
    return yield* this.make(services, headService(this.cluster), 'service');
  }

  private *workersService(): Reconciliation<Step> {
    const groups = this.cluster.spec.workerGroupSpecs ?? [];
    if (!groups.some(({ numOfHosts = 1 }) => numOfHosts > 1)) return undefined;
    if (this.marked({ [keys.headless]: this.name }).length > 0) return undefined;
    return yield* this.make(services, workersService(this.cluster), 'service');
  }

  private *serveService(): Reconciliation<Step> {
    if (this.cluster.metadata.annotations?.[keys.servesDirectly] !== 'true') return undefined;
    const wanted = serveService(this.cluster);
    const name = `${this.name}-serve-svc`;
    if (this.view.get(services, this.namespace, name) !== undefined) return undefined;
    if (wanted === undefined) return { message: noServingPort };
    const answer = yield* call(create(services, wanted));
    return answer.isOk ? undefined : { message: answer.message };
  }

  private *write(failure: Step): Reconciliation {
    const { cluster, pods } = this;
    const status = clusterStatus(cluster, {
      pods: pods.marked(),
      heads: pods.heads(),
      services: this.headServices(),
      failure,
      now: rfc3339(this.means.nowMs),
    });
    if (typeof status === 'string') return { retry: failure?.message ?? status };
    const isChanged = isStatusChanged(cluster.status, status);
    if (isChanged) {
      const answer = yield* call(update(rayClusters, { ...cluster, status }, 'status'));
      if (!answer.isOk && failure === undefined) return { retry: answer.message };
    }
    if (failure !== undefined) return { retry: failure.message };
    return isChanged ? soon : later;
  }
}

/** The ingress with what is wanted of it; undefined: it is so. A class that it was given stays. */
function adapted(current: Ingress, wanted: Ingress): Ingress | undefined {
  const { labels, annotations } = wanted.metadata;
  const { ingressClassName } = current.spec ?? {};
  const spec = { ...(ingressClassName !== undefined && { ingressClassName }), ...wanted.spec };
  const isSame =
    deepEqual(current.metadata.labels ?? {}, labels ?? {}) &&
    deepEqual(current.metadata.annotations ?? {}, annotations ?? {}) &&
    deepEqual(current.spec, spec);
  if (isSame) return undefined;
  return {
    ...current,
    metadata: {
      ...current.metadata,
      ...(labels !== undefined && { labels }),
      annotations: annotations ?? {},
    },
    spec,
  };
}
