/** A worker of a Ray cluster: registers with its head, and works when it is told to. @upstream ray-project/ray src/ray/raylet */
import { isHttpRequest, isHttpResponse } from '../../api/http-message.js';
import type {
  ContainerContext,
  NetworkMessage,
  ProbeRequest,
  ProbeResult,
  Program,
} from '../workload.js';
import { failed } from './jobs.js';
import {
  isRayMessage,
  logLine,
  offered,
  servePort,
  useFor,
  workerStartMs,
  type Amounts,
} from './messages.js';
import { healthProbe } from './probes.js';
import { placeOf, type Flags } from './words.js';

/** So long a proxy of Ray Serve takes to serve. */
const proxyStartMs = 2_000;
/** How soon it tries again where no head answers. */
const retryMs = 1_000;
/** So long it tries to come back to a head that it has lost. @upstream gcs_rpc_server_reconnect_timeout_s */
const reconnectSeconds = 60;
/** Where the system takes ports from that programs do not name. */
const ports = { from: 32_768, count: 28_232 } as const;

/** Starts one. */
export function startWorker(context: ContainerContext, flags: Flags): Program {
  return new Worker(context, flags);
}

class Worker implements Program {
  private readonly port: number;
  private readonly agentPort: number;
  private readonly offers: Amounts;
  private isUp = false;
  private isKnown = false;
  /** Since when it has no head; undefined: it has one. */
  private lostAtMs: number | undefined;
  private busy: Amounts = { cpu: 0, gpu: 0 };
  /** How many batches of replicas of Ray Serve it has: while there are any, its proxy serves. */
  private replicas = 0;
  private isProxyUp = false;

  constructor(
    private readonly context: ContainerContext,
    private readonly flags: Flags,
  ) {
    const { random, clock, container } = context;
    this.port = Number(flags['node-manager-port'] ?? ports.from + random.integer(ports.count));
    this.agentPort = Number(flags['dashboard-agent-listen-port'] ?? 52_365);
    this.offers = offered(flags, container);
    this.lostAtMs = clock.now();
    clock.after(workerStartMs, 'ray worker is up', () => this.open());
  }

  terminate(): void {
    this.context.exit(143);
  }

  probe(request: ProbeRequest): ProbeResult {
    return healthProbe(request, this.isUp, [this.agentPort], this.isProxyUp);
  }

  private tell(message: string): void {
    this.context.log(logLine(this.context.clock.now(), 'scripts.py:1162', message));
  }

  private open(): void {
    this.isUp = true;
    const { network, container } = this.context;
    network.listen(this.port, message => this.hear(message));
    network.listen(servePort(container), message => this.serve(message));
    this.register();
  }

  private register(): void {
    const { network, clock, env, pod } = this.context;
    const place = placeOf(this.flags['address'] ?? env['RAY_ADDRESS'] ?? '', 6379);
    const message = {
      ...{ protocol: 'ray', op: 'register', port: this.port, isKnown: this.isKnown },
      name: pod.metadata.name ?? '',
      group: env['RAY_NODE_TYPE_NAME'] ?? '',
      offers: this.offers,
    };
    // The head does not answer: it lets the connection stand.
    network.send(place, message, reply => {
      if (reply.isOk) return this.die('The node is unknown to the GCS: the raylet exits.');
      const limit = Number(env['RAY_gcs_rpc_server_reconnect_timeout_s'] ?? reconnectSeconds);
      this.lostAtMs ??= clock.now();
      if (clock.now() - this.lostAtMs >= limit * 1_000) {
        return this.die(`Failed to connect to GCS within ${limit} seconds.`);
      }
      clock.after(retryMs, 'ray worker registers again', () => this.register());
    });
  }

  private die(message: string): void {
    this.tell(message);
    this.tell('Some Ray subprocesses exited unexpectedly: raylet [exit code=1]');
    this.context.exit(1);
  }

  private hear({ payload, reply }: NetworkMessage): void {
    if (!isRayMessage(payload)) return reply({ error: 'malformed message' });
    if (payload.op === 'stream') return this.registered();
    if (payload.op === 'rest') return this.rest(payload['needs'] as Amounts, reply);
    if (payload.op !== 'work') return reply({ error: `unknown message ${payload.op}` });
    const needs = payload['needs'] as Amounts;
    this.use(needs, 1);
    // Replicas stay: the message is answered when the worker ends.
    if (!Number.isFinite(payload['seconds'])) return this.startProxy();
    this.context.clock.after(Number(payload['seconds']) * 1_000, 'ray tasks are done', () => {
      this.use(needs, -1);
      reply({ status: 'OK' });
    });
  }

  private startProxy(): void {
    this.replicas++;
    this.context.clock.after(proxyStartMs, 'ray proxy is up', () => {
      this.isProxyUp = this.replicas > 0;
    });
  }

  private rest(needs: Amounts, reply: NetworkMessage['reply']): void {
    this.replicas--;
    if (this.replicas === 0) this.isProxyUp = false;
    this.use(needs, -1);
    reply({ status: 'OK' });
  }

  /** A request of a user: the head's own code knows the applications. */
  private serve({ payload, reply }: NetworkMessage): void {
    const { network, env } = this.context;
    if (!this.isProxyUp || !isHttpRequest(payload)) return reply(failed(503, 'unavailable'));
    const place = placeOf(this.flags['address'] ?? env['RAY_ADDRESS'] ?? '', 6379);
    const asked = { protocol: 'ray', op: 'served', path: payload.path };
    network.send(place, asked, answer => {
      const isServed = answer.isOk && isHttpResponse(answer.payload);
      reply(isServed ? answer.payload : failed(503, 'unavailable'));
    });
  }

  /** The head's own connection is not answered: it stands as long as both do. */
  private registered(): void {
    this.isKnown = true;
    this.lostAtMs = undefined;
    this.tell('Ray runtime started.');
  }

  private use({ cpu, gpu }: Amounts, sign: 1 | -1): void {
    this.busy = { cpu: this.busy.cpu + sign * cpu, gpu: this.busy.gpu + sign * gpu };
    useFor(this.context, this.busy);
  }
}
