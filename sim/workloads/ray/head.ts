/**
 * The head of a Ray cluster: its state (GCS), its dashboard, and a node of its own. Tasks also come
 * from the pod's annotation `seatrial.dev/ray-load` (`0s=400x5s, 600s=8x60s@gpu=1`).
 * @upstream ray-project/ray python/ray/scripts/scripts.py
 */
import { isHttpRequest, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import type {
  ContainerContext,
  NetworkMessage,
  ProbeRequest,
  ProbeResult,
  Program,
} from '../workload.js';
import { Board, less, type Batch, type Node } from './board.js';
import { failed, Jobs, json } from './jobs.js';
import {
  headStartMs,
  isRayMessage,
  logLine,
  offered,
  readLoad,
  servePort,
  useFor,
  type Amounts,
  type RayMessage,
} from './messages.js';
import { healthProbe } from './probes.js';
import { Serve } from './serve.js';
import type { Flags } from './words.js';

const loadAnnotation = 'seatrial.dev/ray-load';
const own = 'head';

/** Starts one. */
export function startHead(context: ContainerContext, flags: Flags): Program {
  return new Head(context, flags);
}

class Head implements Program {
  private readonly board = new Board();
  private readonly jobs: Jobs;
  private readonly serve: Serve;
  private readonly ports: {
    readonly gcs: number;
    readonly dashboard: number;
    readonly agent: number;
  };
  private isUp = false;

  constructor(
    private readonly context: ContainerContext,
    private readonly flags: Flags,
  ) {
    this.jobs = new Jobs(context, this.board, () => this.assign());
    this.serve = new Serve(context.clock, this.board, {
      assign: () => this.assign(),
      release: batch => this.release(batch),
    });
    this.ports = {
      gcs: Number(flags['port'] ?? 6379),
      dashboard: Number(flags['dashboard-port'] ?? 8265),
      agent: Number(flags['dashboard-agent-listen-port'] ?? 52_365),
    };
    context.clock.after(headStartMs, 'ray head is up', () => this.open());
  }

  terminate(): void {
    this.context.exit(143);
  }

  probe(request: ProbeRequest): ProbeResult {
    const { agent, dashboard } = this.ports;
    return healthProbe(request, this.isUp, [agent, dashboard]);
  }

  private tell(message: string): void {
    this.context.log(logLine(this.context.clock.now(), 'scripts.py:1001', message));
  }

  private open(): void {
    const { network, clock, pod, container } = this.context;
    this.isUp = true;
    const total = offered(this.flags, container);
    const name = pod.metadata.name ?? '';
    const node = { ...{ address: own, name, group: 'headgroup', total }, free: total };
    this.board.nodes.set(own, { ...node, idleSinceMs: clock.now() });
    network.listen(this.ports.gcs, message => this.hear(message));
    network.listen(this.ports.dashboard, ({ payload, reply }) => {
      if (!isHttpRequest(payload)) return reply(failed(400, 'Bad Request'));
      if (!this.jobs.follow(payload.path, reply)) reply(this.page(payload));
    });
    network.listen(servePort(container), ({ payload, reply }) => {
      if (!this.serve.isProxyUp || !isHttpRequest(payload))
        return reply(failed(503, 'unavailable'));
      reply(this.serve.serve(payload.path));
    });
    this.tell('Ray runtime started.');
    this.expectLoad(pod.metadata.annotations?.[loadAnnotation]);
  }

  private expectLoad(text: string | undefined): void {
    const load = text === undefined ? [] : readLoad(text);
    if (load === undefined) {
      this.tell(
        `${loadAnnotation} is not understood: ${text ?? ''}; write 0s=400x5s, 600s=8x60s@gpu=1`,
      );
    }
    for (const { afterMs, tasks } of load ?? []) {
      this.context.clock.after(afterMs, 'ray tasks arrive', () => {
        this.board.submit(tasks, () => undefined);
        this.assign();
      });
    }
  }

  private page(request: HttpRequest): HttpResponse {
    const [place = ''] = request.path.split('?');
    const ofParts = this.jobs.page(request) ?? this.serve.page(request);
    if (ofParts !== undefined) return ofParts;
    if (place === '/api/gcs_healthz') return { ...failed(200, 'success') };
    if (place === '/api/version') return json({ version: '4', ray_version: '' });
    return failed(404, '404: Not Found');
  }

  private hear({ from, payload, reply }: NetworkMessage): void {
    if (!isRayMessage(payload)) return reply({ error: 'malformed message' });
    switch (payload.op) {
      case 'health':
        return reply({ status: 'OK' });
      case 'register':
        return this.register(from, payload, reply);
      case 'demand':
        return reply(this.demand());
      case 'served':
        return reply(this.serve.serve(String(payload['path'])));
      default:
        return reply({ error: `unknown message ${payload.op}` });
    }
  }

  /** The message is never answered: that the connection ends tells the node that the head has. */
  private register(from: string, message: RayMessage, reply: NetworkMessage['reply']): void {
    const port = Number(message['port']);
    const address = `${from}:${port}`;
    // A node of another head's time is unknown, unless the state outlived that head.
    const keepsState = (this.context.env['RAY_REDIS_ADDRESS'] ?? '') !== '';
    if (message['isKnown'] === true && !keepsState) return reply({ error: 'unknown node' });
    const total = message['offers'] as Amounts;
    this.board.nodes.set(address, {
      ...{ address, name: String(message['name']), group: String(message['group']) },
      ...{ total, free: total, idleSinceMs: this.context.clock.now() },
    });
    const stream = { protocol: 'ray', op: 'stream' } as const;
    this.context.network.send({ host: from, port }, stream, () => {
      if (this.board.remove(address)) this.assign();
    });
    this.assign();
  }

  private demand() {
    const nowMs = this.context.clock.now();
    const nodes = [...this.board.nodes.values()].filter(({ address }) => address !== own);
    return {
      waiting: this.board.waiting(),
      nodes: nodes.map(({ name, group, free, idleSinceMs }) => ({
        ...{ name, group, free },
        idleMs: idleSinceMs === undefined ? 0 : nowMs - idleSinceMs,
      })),
      headFree: this.board.nodes.get(own)?.free ?? { cpu: 0, gpu: 0 },
    };
  }

  private assign(): void {
    for (const batch of this.board.start()) this.begin(batch);
  }

  private begin(batch: Batch): void {
    const { of, node, count } = batch;
    const { clock, network } = this.context;
    if (node.address === own) {
      this.useOwn(node);
      if (!Number.isFinite(of.seconds)) return;
      clock.after(of.seconds * 1_000, 'ray tasks are done', () => this.end(batch));
      return;
    }
    const [host = '', port] = node.address.split(':');
    const work = {
      protocol: 'ray',
      op: 'work',
      seconds: of.seconds,
      needs: less(none, of.needs, -count),
    };
    network.send({ host, port: Number(port) }, work, reply => {
      if (reply.isOk) this.end(batch);
      // Whoever cannot be reached is gone.
      else if (this.board.remove(node.address)) this.assign();
    });
  }

  /** Who would stay for ever is sent away. */
  private release(batch: Batch): void {
    const { of, node, count } = batch;
    this.board.finish(batch, this.context.clock.now());
    if (node.address === own) return this.useOwn(node);
    const [host = '', port] = node.address.split(':');
    const rest = { protocol: 'ray', op: 'rest', needs: less(none, of.needs, -count) };
    this.context.network.send({ host, port: Number(port) }, rest, () => undefined);
  }

  private end(batch: Batch): void {
    this.board.finish(batch, this.context.clock.now());
    if (batch.node.address === own) this.useOwn(batch.node);
    this.assign();
  }

  private useOwn({ total, free }: Node): void {
    useFor(this.context, { cpu: total.cpu - free.cpu, gpu: total.gpu - free.gpu });
  }
}

const none: Amounts = { cpu: 0, gpu: 0 };
