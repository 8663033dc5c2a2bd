/**
 * Ray's autoscaler beside a head: it asks the head what waits and who idles, and changes the numbers of
 * the RayCluster's workers with the pod's own account.
 * @upstream ray-project/ray python/ray/autoscaler/_private/kuberay/node_provider.py
 */
import { isRecord } from '../../api/equality.js';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import type { Container } from '../../api/kinds/core.js';
import type { ContainerContext, Program } from '../workload.js';
import { logLine, offered } from './messages.js';
import { decide, type Demand, type Group, type Verdict } from './scaling.js';

const defaultIntervalSeconds = 5;
const defaultIdleSeconds = 60;

type Fields = Readonly<Record<string, unknown>>;

/** A group as the RayCluster has it. */
interface WorkerGroup {
  readonly groupName?: string;
  readonly replicas?: number;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly idleTimeoutSeconds?: number;
  readonly priority?: number;
  readonly rayStartParams?: Readonly<Record<string, string>>;
  readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } };
  readonly scaleStrategy?: { readonly workersToDelete?: readonly string[] };
}

interface Cluster {
  readonly spec?: {
    readonly workerGroupSpecs?: readonly WorkerGroup[];
    readonly autoscalerOptions?: {
      readonly idleTimeoutSeconds?: number;
      readonly upscalingMode?: string;
    };
  };
}

/** Starts one. */
export function startAutoscaler(context: ContainerContext): Program {
  const autoscaler = new Autoscaler(context);
  autoscaler.later();
  return autoscaler;
}

class Autoscaler implements Program {
  private readonly intervalMs: number;
  private readonly path: string;

  constructor(private readonly context: ContainerContext) {
    const { env, pod } = context;
    const seconds = Number(env['AUTOSCALER_UPDATE_INTERVAL_S'] ?? defaultIntervalSeconds);
    this.intervalMs = (seconds > 0 ? seconds : defaultIntervalSeconds) * 1_000;
    const namespace = env['RAY_CLUSTER_NAMESPACE'] ?? pod.metadata.namespace ?? '';
    const name = env['RAY_CLUSTER_NAME'] ?? '';
    this.path = `/apis/ray.io/v1/namespaces/${namespace}/rayclusters/${name}`;
  }

  terminate(): void {
    this.context.exit(143);
  }

  later(): void {
    this.context.clock.after(this.intervalMs, 'ray autoscaler looks', () => this.look());
  }

  private tell(message: string): void {
    this.context.log(logLine(this.context.clock.now(), 'autoscaler.py:146', message));
  }

  private ask(request: ApiRequest, then: (body: Fields) => void): void {
    this.context.api(request, ({ status, body }: ApiAnswer) => {
      if (status < 300 && isRecord(body)) return then(body);
      const message = isRecord(body) ? String(body['message']) : '';
      this.tell(`${request.method} ${request.path}: ${status} ${message}`);
      this.later();
    });
  }

  private look(): void {
    this.ask({ method: 'GET', path: this.path }, body => {
      const cluster = body as Cluster;
      const groups = cluster.spec?.workerGroupSpecs ?? [];
      const leaving = groups.flatMap(({ scaleStrategy }) => scaleStrategy?.workersToDelete ?? []);
      if (leaving.length > 0) this.awaitGone(groups, leaving);
      else this.weigh(cluster);
    });
  }

  /** Nothing else is asked for until those are gone that shall go. */
  private awaitGone(groups: readonly WorkerGroup[], leaving: readonly string[]): void {
    const { env } = this.context;
    const selector = encodeURIComponent(`ray.io/cluster=${env['RAY_CLUSTER_NAME'] ?? ''}`);
    const namespace = env['RAY_CLUSTER_NAMESPACE'] ?? '';
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
    this.ask({ method: 'GET', path }, ({ items }) => {
      const pods = (items ?? []) as readonly { readonly metadata: { readonly name?: string } }[];
      const isGone = !pods.some(({ metadata }) => leaving.includes(metadata.name ?? ''));
      if (!isGone) return this.later();
      this.patch(
        groups.flatMap(({ scaleStrategy }, index) =>
          (scaleStrategy?.workersToDelete ?? []).length > 0 ? [leave(index, [])] : [],
        ),
      );
    });
  }

  private weigh(cluster: Cluster): void {
    const { network, pod } = this.context;
    const host = pod.status?.podIP ?? '';
    network.send({ host, port: 6379 }, { protocol: 'ray', op: 'demand' }, reply => {
      if (!reply.isOk || !isRecord(reply.payload)) return this.later();
      const groups = groupsOf(cluster);
      const isConservative = cluster.spec?.autoscalerOptions?.upscalingMode === 'Conservative';
      const verdicts = decide(groups, reply.payload as unknown as Demand, isConservative);
      this.patch(
        groups.flatMap((group, index) => this.changes(group, index, verdicts.get(group.name))),
      );
    });
  }

  private changes(group: Group, index: number, verdict: Verdict | undefined): readonly Fields[] {
    if (verdict === undefined) return [];
    const { replicas, leaving } = verdict;
    const more = replicas - group.replicas;
    this.tell(
      more > 0
        ? `Adding ${more} node(s) of type ${group.name}.`
        : `Removing ${leaving.length} nodes of type ${group.name} (idle).`,
    );
    const path = `/spec/workerGroupSpecs/${index}/replicas`;
    return [
      { op: 'replace', path, value: replicas },
      ...(leaving.length > 0 ? [leave(index, leaving)] : []),
    ];
  }

  private patch(changes: readonly Fields[]): void {
    if (changes.length === 0) return this.later();
    const headers = { 'content-type': 'application/json-patch+json' };
    this.ask({ method: 'PATCH', path: this.path, headers, body: changes }, () => this.later());
  }
}

function leave(index: number, workersToDelete: readonly string[]): Fields {
  const path = `/spec/workerGroupSpecs/${index}/scaleStrategy`;
  return { op: 'add', path, value: { workersToDelete } };
}

function groupsOf({ spec }: Cluster): readonly Group[] {
  const idle = spec?.autoscalerOptions?.idleTimeoutSeconds ?? defaultIdleSeconds;
  return (spec?.workerGroupSpecs ?? []).map(group => ({
    name: group.groupName ?? '',
    offers: offered(group.rayStartParams ?? {}, group.template?.spec?.containers?.[0] ?? {}),
    replicas: group.replicas ?? 0,
    min: group.minReplicas ?? 0,
    max: group.maxReplicas ?? Number.POSITIVE_INFINITY,
    idleTimeoutMs: (group.idleTimeoutSeconds ?? idle) * 1_000,
    priority: group.priority ?? 0,
  }));
}
