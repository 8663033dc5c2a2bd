/** What a RayService has Ray Serve do on its clusters. @upstream kuberay v1.7.0 rayservice_controller.go, reconcileServe */
import { isRecord } from '../../api/equality.js';
import { pods, services } from '../../api/kinds/core.js';
import { isConditionTrue } from '../../api/meta.js';
import { parseYamlBody } from '../../api/yaml.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, update } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import { askAt, fieldOf, type DashboardAnswer, type DashboardMeans } from './dashboard.js';
import { headOf } from './head-of.js';
import { keys, ports } from './keys.js';
import { headServiceName } from './names.js';
import type { RayCluster, RayService, ServeApplication } from './types.js';

const path = '/api/serve/applications/';

/** What the operator remembers of services; a crash loses it. */
export class ServiceMemory {
  /** The configuration that was sent last, by service and cluster. */
  readonly configs = new Map<string, Map<string, string>>();
  /** When clusters that nobody needs are deleted. */
  readonly deletions = new Map<string, number>();

  /** All but these clusters of the service. */
  forget(service: string, kept: readonly string[]): void {
    const configs = this.configs.get(service);
    for (const cluster of configs?.keys() ?? []) {
      if (!kept.includes(cluster)) configs?.delete(cluster);
    }
  }

  remember(service: string, cluster: string, config: string): void {
    const configs = this.configs.get(service) ?? new Map<string, string>();
    this.configs.set(service, configs.set(cluster, config));
  }
}

/** What a pass works with. */
export interface ServiceMeans extends DashboardMeans {
  readonly random: Random;
  readonly memory: ServiceMemory;
  record(event: Omit<EventToRecord, 'regarding'>): void;
}

type Applications = Readonly<Record<string, ServeApplication>>;

/** What a cluster serves. */
type Served =
  { readonly isReady: boolean; readonly applications: Applications } | { readonly failure: string };

const troubleshooting =
  'https://docs.ray.io/en/master/cluster/kubernetes/troubleshooting/rayservice-troubleshooting.html#kuberay-raysvc-troubleshoot';

/** A pass's way to Ray Serve. */
export class ServeSide {
  private readonly namespace: string;
  private readonly key: string;

  constructor(
    private readonly service: RayService,
    private readonly view: View,
    private readonly means: ServiceMeans,
  ) {
    const { name = '', namespace = '' } = service.metadata;
    this.namespace = namespace;
    this.key = `${namespace}/${name}`;
  }

  private tell(reason: string, message: string): void {
    const type = reason.startsWith('Failed') ? 'Warning' : 'Normal';
    this.means.record({ type, reason, action: 'Update', message });
  }

  /** The head takes part in serving while its proxy is well. */
  *labelHead({ metadata }: RayCluster): Reconciliation<string | undefined> {
    const cluster = metadata.name ?? '';
    const head = headOf(this.view, this.namespace, cluster);
    if (head === undefined) {
      return `found 0 head. cluster name ${cluster}, namespace ${this.namespace}`;
    }
    const wanted = String(yield* this.isProxyWell(head));
    if (head.metadata.labels?.[keys.serve] === wanted) return undefined;
    const labels = { ...head.metadata.labels, [keys.serve]: wanted };
    const labelled = { ...head, metadata: { ...head.metadata, labels } };
    const of = `the serve label to "${wanted}" for the Head Pod ${this.namespace}/${head.metadata.name ?? ''}`;
    const answer = yield* call(update(pods, labelled));
    if (answer.isOk) {
      this.tell('UpdatedHeadPodServeLabel', `Updated ${of}`);
      return undefined;
    }
    this.tell('FailedToUpdateHeadPodServeLabel', `Failed to update ${of}: ${answer.message}`);
    return answer.message;
  }

  private *isProxyWell({
    spec,
    status,
  }: {
    readonly spec?: { readonly containers: readonly unknown[] };
    readonly status?: { readonly podIP?: string };
  }): Reconciliation<boolean> {
    if (this.service.spec.excludeHeadPodFromServeSvc === true) return false;
    const [ray] = (spec?.containers ?? []) as readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
    const port = ray?.ports?.find(({ name }) => name === 'serve')?.containerPort ?? ports.serve;
    const { podIP = '' } = status ?? {};
    const request = { method: 'GET', path: '/-/healthz' };
    const answer = yield* askAt(podIP === '' ? '' : `${podIP}:${port}`, request, this.means);
    return answer.isOk && answer.status === 200;
  }

  /** Whether the cluster is ready for requests, and what it serves; what it lacks is sent. */
  *reconcile(cluster: RayCluster): Reconciliation<Served> {
    const nothing = { isReady: false, applications: {} };
    if (!isConditionTrue(cluster.status?.conditions, 'HeadPodReady')) return nothing;
    const place = this.placeOf(cluster);
    if (typeof place !== 'string') return place;
    const request = { method: 'GET', path: `${path}?api_type=declarative` };
    const answer = yield* askAt(place, request, this.means);
    const problem = problemOf(answer, 'GetServeDetails');
    if (problem !== undefined) {
      const what =
        'failed to get Serve application statuses from the dashboard. If you observe this error consistently, please check https://docs.ray.io/en/latest/cluster/kubernetes/troubleshooting/rayservice-troubleshooting.html for more details.';
      return { failure: `${what} err: failed to get serve details: ${problem}` };
    }
    const applications = applicationsOf(answer);
    const all = Object.values(applications);
    const isReady = all.length > 0 && all.every(({ status }) => status === 'RUNNING');
    if (this.lacks(cluster, all.length)) {
      const failure = yield* this.send(cluster, place);
      if (failure !== undefined) return { failure };
    }
    return { isReady, applications };
  }

  private placeOf(cluster: RayCluster): string | { readonly failure: string } {
    const name = headServiceName(cluster);
    const service = this.view.get(services, this.namespace, name);
    if (service === undefined) return { failure: `Service "${name}" not found` };
    const port = service.spec?.ports?.find(each => each.name === 'dashboard')?.port;
    if (port === undefined) return { failure: 'dashboard port is not found' };
    return `${name}.${this.namespace}.svc.cluster.local:${port}`;
  }

  private lacks({ metadata }: RayCluster, applications: number): boolean {
    const sent = this.means.memory.configs.get(this.key)?.get(metadata.name ?? '') ?? '';
    return sent === '' || applications === 0 || sent !== (this.service.spec.serveConfigV2 ?? '');
  }

  private *send({ metadata }: RayCluster, place: string): Reconciliation<string | undefined> {
    const { serveConfigV2 = '' } = this.service.spec;
    const name = metadata.name ?? '';
    const of = `serve applications to the RayCluster ${this.namespace}/${name}`;
    const read = parseYamlBody(serveConfigV2);
    const body = read.isOk ? (read.value.value ?? {}) : undefined;
    const failure = read.isOk
      ? problemOf(
          yield* askAt(place, { method: 'PUT', path, body }, this.means),
          'UpdateDeployments',
        )
      : read.error;
    if (failure === undefined) {
      if (serveConfigV2 !== '') this.means.memory.remember(this.key, name, serveConfigV2);
      this.tell('UpdatedServeApplications', `Updated ${of}`);
      return undefined;
    }
    const what = read.isOk
      ? `fail to create / update Serve applications. If you observe this error consistently, please check "Issue 5: Fail to create / update Serve applications." in ${troubleshooting} for more details. err: ${failure}`
      : failure;
    this.tell('FailedToUpdateServeApplications', `Failed to update ${of}: ${what}`);
    return what;
  }
}

function problemOf(answer: DashboardAnswer, what: string): string | undefined {
  if (!answer.isOk) return answer.error;
  return answer.status >= 200 && answer.status < 300
    ? undefined
    : `${what} fail: ${answer.status} ${answer.text}`;
}

function applicationsOf(answer: DashboardAnswer): Applications {
  const all = answer.isOk ? fieldOf(answer.body, 'applications') : undefined;
  if (!isRecord(all)) return {};
  const texts = (value: unknown, name: string) => {
    const text = fieldOf(value, name);
    return typeof text === 'string' && text !== '' ? { [name]: text } : {};
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, told]): [string, ServeApplication] => {
      const deployments = fieldOf(told, 'deployments');
      const statuses = Object.entries(isRecord(deployments) ? deployments : {}).map(
        ([key, value]) => [key, { ...texts(value, 'status'), ...texts(value, 'message') }],
      );
      return [
        name === '' ? 'default' : name,
        {
          ...texts(told, 'status'),
          ...texts(told, 'message'),
          ...(statuses.length > 0 && { serveDeploymentStatuses: Object.fromEntries(statuses) }),
        },
      ];
    }),
  );
}
