/** The simulated backend: a whole cluster in this process, in virtual time. */
import { boot } from '../../sim/index.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest, Connection, Serve } from '../../sim/api/request.js';
import type { Identity } from '../../sim/client/contract.js';
import { invariant } from '../../sim/engine/invariant.js';
import type { Operator } from '../../sim/operators/operator.js';
import type { WebhookClient } from '../../sim/http/webhook-client.js';
import type { Simulation, SimulationOptions } from '../../sim/simulation.js';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Applied, Cluster, Fault, History, Reader } from '../cluster.js';
import { yieldToHost } from '../host.js';
import { durationMs } from '../input/duration.js';
import { applyObjects } from './apply.js';
import { openapiDocuments } from './openapi-documents.js';
import { RestMapper } from './rest-mapper.js';
import { injectFault } from './sim-faults.js';
import { kubeconfigText, type Access } from './kubeconfig-file.js';
import type { Intercept } from './time-door.js';
import type { Governor } from './tempo.js';
import { writeMasterEndpoints } from './master-endpoints.js';
import { openSocket, type Socket, type SocketOptions } from './sim-socket.js';

/** Who a scenario is at the API: the cluster's admin. */
const admin: Identity = { user: 'kubernetes-admin', groups: ['system:masters'] };

/** As long as a request may wait in virtual time for its answer. */
const answerMaxMs = 60_000;
/** After so many events the host's own work gets a turn, so that sockets and Ctrl-C are heard. */
const eventsPerTurn = 5_000;

/** A simulated cluster: a Cluster, and what only a simulation can do. */
export interface SimulatedCluster extends Cluster {
  readonly simulation: Simulation;
  /** Equal for two runs of one seed. */
  digest(): string;
  /** Lets somebody look on after each event of the simulation. */
  afterEach(look: () => void): void;
  /** Lets somebody say how fast time goes by, for `advance` and `until`. Default: as fast as possible. */
  govern(governor: Governor): void;
  /** What a socket serves: the handlers of `intercept` come first. */
  readonly serve: Serve;
  /** Lets a handler take requests of the socket before the API server sees them. */
  intercept(handler: Intercept): void;
  /** Opens the socket if there is none yet, and tells how to reach it. */
  listen(options?: SocketOptions): Promise<Access>;
}

/** Boots a simulated cluster and waits until its nodes are ready; `webhooks` calls servers outside. */
export async function bootSimulatedCluster(
  options: SimulationOptions,
  webhooks?: WebhookClient,
): Promise<SimulatedCluster> {
  const extenders = options.scheduler?.configuration?.extenders ?? [];
  const client = webhooks ?? (extenders.length > 0 ? await newClient() : undefined);
  const outside = {
    ...(webhooks !== undefined && { callWebhook: webhooks.call }),
    ...(client !== undefined && {
      scheduler: { callExtender: client.callExtender, ...options.scheduler },
    }),
  };
  const simulation = boot({ openapi: openapiDocuments, ...options, ...outside });
  const cluster = new SimulationBackend(simulation, client);
  const present = options.nodes.filter(({ joinsAtMs }) => joinsAtMs === undefined);
  const grouped = options.autoscaler?.groups.map(({ size }) => size) ?? [];
  await cluster.untilNodesReady(grouped.reduce((sum, size) => sum + size, present.length));
  await cluster.untilOperatorsReady(options.operators ?? []);
  return cluster;
}

/** Loaded only where it is needed: other clusters need no HTTPS. */
async function newClient(): Promise<WebhookClient> {
  const { WebhookClient } = await import('../../sim/http/webhook-client.js');
  return new WebhookClient();
}

async function* oneByOne<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

class SimulationBackend implements SimulatedCluster {
  readonly backend = 'sim';
  private readonly mapper = new RestMapper(request => this.request(request));
  private socket: Promise<Socket> | undefined;
  private readonly intercepts: Intercept[] = [];
  private look: () => void = () => undefined;
  private governor: Governor | undefined;

  constructor(
    readonly simulation: Simulation,
    private readonly webhooks?: WebhookClient,
  ) {}

  now(): number {
    return this.simulation.loop.now();
  }

  digest(): string {
    return this.simulation.trace.digest();
  }

  request(
    request: ApiRequest,
    as: Identity = admin,
    { omitsManagedFields = false }: Reader = {},
  ): Promise<ApiAnswer> {
    return this.ask(request, { certificate: as, sourceIP: '127.0.0.1', omitsManagedFields });
  }

  /** Whether somebody outside is being asked: virtual time stands still then. */
  private get isCalling(): boolean {
    return (this.webhooks?.callsUnderWay ?? 0) > 0;
  }

  /** Serves a request; time goes by only if the answer has to wait. */
  private async ask(request: ApiRequest, connection: Connection): Promise<ApiAnswer> {
    const { loop, serve } = this.simulation;
    let answer: ApiAnswer | undefined;
    serve(request, connection, given => {
      answer = given;
    });
    const untilMs = loop.now() + answerMaxMs;
    for (;;) {
      // A webhook outside answers in real time: virtual time stands still for it.
      loop.runWhile(() => {
        this.look();
        return answer === undefined && !this.isCalling;
      }, untilMs);
      if (answer !== undefined) return answer;
      invariant(this.isCalling, `${request.method} ${request.path} is answered`);
      await this.webhooks?.nextAnswer();
    }
  }

  /** Runs the next event, if one is due. */
  private step(untilMs: number): boolean {
    const hasRun = this.simulation.loop.step(untilMs);
    if (hasRun) this.look();
    return hasRun;
  }

  afterEach(look: () => void): void {
    this.look = look;
  }

  apply(objects: readonly KubeObject[]): Promise<readonly Applied[]> {
    return applyObjects(objects, request => this.request(request), this.mapper);
  }

  async advance(duration: number | string): Promise<void> {
    const { loop } = this.simulation;
    const untilMs = loop.now() + durationMs(duration);
    for (;;) {
      let events = 0;
      const allowedMs = this.allowedMs(untilMs);
      while (events++ < eventsPerTurn && !this.isCalling && this.step(allowedMs));
      if (this.isCalling) await this.webhooks?.nextAnswer();
      else if (events > eventsPerTurn) await yieldToHost();
      else if (allowedMs < untilMs) await this.held(allowedMs);
      else break;
    }
    loop.runUntil(untilMs);
  }

  async until(
    condition: () => boolean | Promise<boolean>,
    options: { readonly within?: number | string } = {},
  ): Promise<boolean> {
    const { loop, server } = this.simulation;
    const untilMs = loop.now() + durationMs(options.within ?? '10m');
    let events = 0;
    if (await condition()) return true;
    for (;;) {
      const revision = server.revision();
      const startMs = loop.now();
      // The condition can only change when something was written, or when a log did, at least once a second.
      let isStepping = true;
      while (isStepping && server.revision() === revision && loop.now() - startMs < 1000) {
        if (this.isCalling) await this.webhooks?.nextAnswer();
        const allowedMs = this.allowedMs(untilMs);
        isStepping = this.step(allowedMs);
        if (!isStepping && allowedMs < untilMs) {
          await this.held(allowedMs);
          isStepping = true;
        }
        if (events++ % eventsPerTurn === 0) await yieldToHost();
      }
      if (!isStepping) loop.runUntil(untilMs);
      if (await condition()) return true;
      if (!isStepping) return false;
    }
  }

  /** Until when events may run now. */
  private allowedMs(untilMs: number): number {
    return this.governor === undefined ? untilMs : Math.min(untilMs, this.governor.allowedMs());
  }

  /** All that was allowed has happened: waits for more. */
  private async held(allowedMs: number): Promise<void> {
    this.simulation.loop.runUntil(allowedMs);
    await this.governor?.wait();
  }

  history(afterRevision = 0): History {
    const atOnce = this.simulation.server.history(afterRevision);
    return {
      atOnce,
      [Symbol.asyncIterator]: () => oneByOne(atOnce),
    };
  }

  inject(fault: Fault): Promise<void> {
    injectFault(this.simulation, fault);
    return Promise.resolve();
  }

  govern(governor: Governor): void {
    this.governor = governor;
  }

  readonly serve: Serve = (request, connection, done) => {
    if (this.intercepts.some(handler => handler(request, connection, done))) return;
    void this.ask(request, connection).then(done);
  };

  intercept(handler: Intercept): void {
    this.intercepts.push(handler);
  }

  async listen(options: SocketOptions = {}): Promise<Access> {
    this.socket ??= this.openSocket(options);
    return (await this.socket).access;
  }

  private async openSocket(options: SocketOptions): Promise<Socket> {
    await writeMasterEndpoints(this.serve);
    return openSocket(this.serve, options, this.simulation.server.shownAhead);
  }

  async kubeconfig(): Promise<string> {
    return kubeconfigText(await this.listen());
  }

  async client(): Promise<KubeConfig> {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromString(await this.kubeconfig());
    return config;
  }

  async untilNodesReady(count: number): Promise<void> {
    const { server } = this.simulation;
    const ready = new Set<string>();
    let seen = 0;
    // Only what was written since the last look is looked at.
    const isReady = await this.until(
      () => {
        for (const { resource, type, object } of server.history(seen)) {
          if (resource !== 'nodes') continue;
          const { name = '' } = object.metadata;
          if (type !== 'DELETED' && isNodeReady(object as ReadyNode)) ready.add(name);
          else ready.delete(name);
        }
        seen = server.revision();
        return ready.size >= count;
      },
      { within: '5m' },
    );
    invariant(isReady, `${count} nodes get ready within five minutes`);
  }

  /** Those that never get ready are used as they are, which a user would do, too. */
  async untilOperatorsReady(operators: readonly Operator[]): Promise<void> {
    const waiting = new Set(operators.filter(({ isReadyBy }) => isReadyBy !== undefined));
    if (waiting.size === 0) return;
    const { server } = this.simulation;
    let seen = 0;
    await this.until(
      () => {
        for (const change of server.history(seen)) {
          if (change.type === 'DELETED') continue;
          for (const one of waiting) if (one.isReadyBy?.(change) === true) waiting.delete(one);
        }
        seen = server.revision();
        return waiting.size === 0;
      },
      { within: '1m' },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A socket that could not be opened was told to whoever asked for it.
    const socket = await this.socket?.catch(() => undefined);
    await socket?.close();
    for (const each of this.simulation.processes.values()) each.stop();
  }
}

interface ReadyNode {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isNodeReady(node: ReadyNode): boolean {
  const conditions = node.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
