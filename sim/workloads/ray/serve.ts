/**
 * Ray Serve on a head: applications whose replicas hold their place on nodes for ever, and proxies on
 * the head and on nodes with replicas. The applications' code is not run: a replica serves a while after
 * it has found room. @upstream ray-project/ray python/ray/serve
 */
import { isRecord } from '../../api/equality.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { Clock } from '../../engine/clock.js';
import type { Batch, Board, Submission } from './board.js';
import { failed, json } from './jobs.js';
import type { Amounts } from './messages.js';

/** So long a replica takes to serve, once it has its place. */
const replicaStartMs = 10_000;
/** So long the proxy of a head takes. */
const proxyStartMs = 3_000;
const place = '/api/serve/applications/';

interface Deployment {
  readonly name: string;
  readonly replicas: number;
  readonly submission: Submission;
}

interface Application {
  readonly name: string;
  readonly route: string;
  /** What it was made of: the same again changes nothing. */
  readonly made: string;
  readonly sinceMs: number;
  readonly deployments: readonly Deployment[];
}

/** What the head does for the applications. */
export interface ServeHands {
  assign(): void;
  /** Those that do not serve any more leave their nodes. */
  release(batch: Batch): void;
}

/** The applications of one head. */
export class Serve {
  private readonly applications = new Map<string, Application>();
  private startedAtMs: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly board: Board,
    private readonly hands: ServeHands,
  ) {}

  /** Whether the head's own proxy is well. */
  get isProxyUp(): boolean {
    return this.startedAtMs !== undefined && this.clock.now() >= this.startedAtMs + proxyStartMs;
  }

  /** The answer of `/api/serve/applications/`; undefined: it is not about them. */
  page({ method, path, body }: HttpRequest): HttpResponse | undefined {
    const [asked = ''] = path.split('?');
    if (asked !== place && asked !== place.slice(0, -1)) return undefined;
    if (method === 'GET') return json({ applications: this.told() });
    if (method !== 'PUT') return failed(405, '405: Method Not Allowed');
    const read: unknown = JSON.parse(body === '' ? '{}' : body);
    const wanted = isRecord(read) ? read['applications'] : undefined;
    if (!Array.isArray(wanted)) return failed(400, 'applications: field required');
    this.startedAtMs ??= this.clock.now();
    this.deploy(wanted.filter(isRecord));
    return json({});
  }

  /** What a proxy answers to a request of a user. */
  serve(path: string): HttpResponse {
    if (path === '/-/healthz') return failed(200, 'success');
    if (path === '/-/routes') return json(this.routes());
    for (const { name, route, deployments } of this.applications.values()) {
      if (!(path === route || path.startsWith(route === '/' ? '/' : `${route}/`))) continue;
      return deployments.some(({ submission }) => submission.running > 0)
        ? json({ application: name })
        : failed(503, `Application ${name} has no replicas`);
    }
    return failed(404, `Path '${path}' not found. Ping http://.../-/routes for available routes.`);
  }

  private routes(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.applications.values()].map(({ route, name }) => [route, name]),
    );
  }

  private deploy(wanted: readonly Readonly<Record<string, unknown>>[]): void {
    const names = new Set(wanted.map(nameOf));
    for (const [name, application] of this.applications) {
      if (!names.has(name)) this.remove(application);
    }
    for (const one of wanted) {
      const made = JSON.stringify(one);
      const old = this.applications.get(nameOf(one));
      if (old?.made === made) continue;
      if (old !== undefined) this.remove(old);
      const route = one['route_prefix'];
      this.applications.set(nameOf(one), {
        ...{ name: nameOf(one), made, sinceMs: this.clock.now() },
        route: typeof route === 'string' ? route : '/',
        deployments: deploymentsOf(one).map(({ name, replicas, needs, nodeMax }) => {
          const tasks = { count: replicas, seconds: Number.POSITIVE_INFINITY, needs };
          return { name, replicas, submission: this.board.submit(tasks, () => undefined, nodeMax) };
        }),
      });
    }
    this.hands.assign();
  }

  private remove({ name, deployments }: Application): void {
    for (const { submission } of deployments) {
      this.board.drop(submission);
      for (const batch of this.board.batchesOf(submission)) this.hands.release(batch);
    }
    this.applications.delete(name);
  }

  private told(): Readonly<Record<string, unknown>> {
    const nowMs = this.clock.now();
    return Object.fromEntries(
      [...this.applications.values()].map(({ name, route, sinceMs, deployments }) => {
        const statuses = deployments.map(({ name: part, replicas, submission }) => {
          const isUp = submission.running === replicas && nowMs >= sinceMs + replicaStartMs;
          const status = isUp ? 'HEALTHY' : 'UPDATING';
          return [part, { name: part, status, message: '' }] as const;
        });
        const isUp = statuses.every(([, { status }]) => status === 'HEALTHY');
        const status = isUp ? 'RUNNING' : 'DEPLOYING';
        const parts = Object.fromEntries(statuses);
        return [name, { name, route_prefix: route, status, message: '', deployments: parts }];
      }),
    );
  }
}

function nameOf(one: Readonly<Record<string, unknown>>): string {
  return typeof one['name'] === 'string' ? one['name'] : 'default';
}

/** Deployments that the configuration does not name are those of the code: one is played for them. */
function deploymentsOf(one: Readonly<Record<string, unknown>>) {
  const given = one['deployments'];
  const all = Array.isArray(given) && given.length > 0 ? given.filter(isRecord) : [{}];
  return all.map((deployment: Readonly<Record<string, unknown>>) => ({
    name: typeof deployment['name'] === 'string' ? deployment['name'] : nameOf(one),
    replicas: replicasOf(deployment),
    needs: needsOf(deployment['ray_actor_options']),
    nodeMax: Number(deployment['max_replicas_per_node'] ?? Number.POSITIVE_INFINITY),
  }));
}

function replicasOf(deployment: Readonly<Record<string, unknown>>): number {
  const { num_replicas: count, autoscaling_config: scaling } = deployment;
  if (typeof count === 'number') return count;
  if (!isRecord(scaling)) return 1;
  return Number(scaling['initial_replicas'] ?? scaling['min_replicas'] ?? 1);
}

function needsOf(options: unknown): Amounts {
  const given = isRecord(options) ? options : {};
  return { cpu: Number(given['num_cpus'] ?? 1), gpu: Number(given['num_gpus'] ?? 0) };
}
