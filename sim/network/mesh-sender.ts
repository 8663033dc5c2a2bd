/**
 * How a proxy of the mesh, a sidecar or a gateway, sends a request of HTTP on: it chooses a pod, tries others
 * where that fails, passes over those that fail again and again, and answers by itself when nothing helps.
 * Each attempt opens a connection of its own; which pods have the fewest requests is not looked at.
 * @upstream envoy source/common/router/router.cc
 */
import { isHttpResponse, type HttpResponse } from '../api/http-message.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { NetworkReply } from '../workloads/workload.js';
import type { Backend } from './backends.js';
import type { MeshWay } from './mesh-gate.js';
import type { MeshRoute } from './mesh-routing.js';
import { OutlierDetector } from './mesh/outlier-detection.js';
import { backOffMs, isRetriable, selectionsMax, type AttemptOutcome } from './mesh/retries.js';
import type { Destination } from './routes.js';
import type { Socket } from './sockets.js';

/** One attempt at one pod. */
export interface MeshAttempt {
  readonly way: MeshWay & { readonly target: Backend & { readonly protocol: 'TCP' } };
  readonly payload: unknown;
  readonly connectTimeoutMs: number;
}

/** What is sent with. */
export interface MeshSenderTools {
  readonly clock: Clock;
  readonly random: Random;
  /** Connects and sends; `done` hears what came of it. */
  readonly connect: (
    socket: Socket,
    attempt: MeshAttempt,
    done: (reply: NetworkReply) => void,
  ) => void;
}

type Sent = Exclude<MeshRoute, { readonly answer: HttpResponse }>;

/** All proxies, each by the address of its pod. */
export class MeshSender {
  private readonly detectors = new Map<string, OutlierDetector>();

  constructor(private readonly tools: MeshSenderTools) {}

  /** Sends what takes the route. The caller hears once, as HTTP has it, whatever came of it. */
  send(
    socket: Socket,
    { to, route }: { readonly to: Destination; readonly route: MeshRoute },
    done: (reply: NetworkReply) => void,
  ): void {
    const { delayMs = 0 } = route;
    const go = () => {
      if ('answer' in route) done({ isOk: true, payload: route.answer });
      else this.start(socket, { to, route, done });
    };
    if (delayMs === 0 && !('answer' in route)) return go();
    this.after(socket, delayMs, `${labelOf(socket, to)} delayed`, go);
  }

  private start(socket: Socket, { to, route, done }: Start): void {
    let isOver = false;
    const finish = (page: HttpResponse): void => {
      if (isOver) return;
      isOver = true;
      done({ isOk: true, payload: page });
    };
    const { timeoutMs } = route.sending;
    const exchange = { to, route, finish, isOver: () => isOver };
    if (timeoutMs > 0) {
      this.after(socket, timeoutMs, `${labelOf(socket, to)} takes too long`, () =>
        finish(page(504, 'upstream request timeout')),
      );
    }
    this.attempt(socket, exchange, []);
  }

  private attempt(socket: Socket, exchange: Exchange, tried: readonly string[]): void {
    const { to, route, finish } = exchange;
    const { service, port: servicePort, payload, sending } = route;
    const backend = this.chosen(socket, route, tried);
    if (backend === undefined) return finish(page(503, 'no healthy upstream'));
    const way = { to, target: { ...backend, protocol: 'TCP' as const }, service, servicePort };
    const { connectTimeoutMs, retries } = sending;
    let isHeard = false;
    const heard = (result: Attempted): void => {
      if (isHeard || exchange.isOver()) return;
      isHeard = true;
      this.judge(socket, exchange, { ...result, ip: backend.ip, tried });
    };
    const { perTryTimeoutMs = 0 } = retries ?? {};
    if (perTryTimeoutMs > 0) {
      this.after(socket, perTryTimeoutMs, `${labelOf(socket, to)} takes too long`, () =>
        heard({ outcome: { kind: 'reset' }, page: page(504, 'upstream request timeout') }),
      );
    }
    this.tools.connect(socket, { way, payload, connectTimeoutMs }, reply =>
      heard(attemptedOf(reply, tried.length > 0)),
    );
  }

  /** Tells what came of an attempt, or tries once more. */
  private judge(
    socket: Socket,
    exchange: Exchange,
    {
      outcome,
      page: shown,
      ip,
      tried,
    }: Attempted & { readonly ip: string; readonly tried: readonly string[] },
  ): void {
    const { to, route, finish } = exchange;
    const { clock, random } = this.tools;
    this.detectorOf(socket, route)?.put(ip, outcome, clock.now());
    const { retries } = route.sending;
    if (retries === undefined || tried.length >= retries.attempts) return finish(shown);
    if (!isRetriable(retries, outcome)) return finish(shown);
    const all = [...tried, ip];
    const waitMs = backOffMs(retries, all.length, random.float());
    this.after(socket, waitMs, `${labelOf(socket, to)} is tried again`, () => {
      if (!exchange.isOver()) this.attempt(socket, exchange, all);
    });
  }

  /** One that was tried before is drawn again, though not for ever. */
  private chosen(socket: Socket, route: Sent, tried: readonly string[]): Backend | undefined {
    const { clock, random } = this.tools;
    const { backends, sending } = route;
    const healthy = this.detectorOf(socket, route)?.healthy(backends, clock.now()) ?? backends;
    if (healthy.length === 0) return undefined;
    let backend = random.pick(healthy);
    if (sending.retries?.avoidsTried !== true) return backend;
    for (let draw = 0; draw < selectionsMax && tried.includes(backend.ip); draw++) {
      backend = random.pick(healthy);
    }
    return backend;
  }

  private detectorOf({ ip }: Socket, { sending }: Sent): OutlierDetector | undefined {
    const { cluster, outliers } = sending;
    const key = `${ip} ${cluster}`;
    if (outliers === undefined) {
      this.detectors.delete(key);
      return undefined;
    }
    const known = this.detectors.get(key);
    if (known !== undefined && JSON.stringify(known.settings) === JSON.stringify(outliers)) {
      return known;
    }
    const detector = new OutlierDetector(outliers, this.tools.clock.now());
    this.detectors.set(key, detector);
    return detector;
  }

  private after(socket: Socket, ms: number, label: string, go: () => void): void {
    this.tools.clock.after(ms, label, () => {
      if (!socket.isClosed) go();
    });
  }
}

interface Start {
  readonly to: Destination;
  readonly route: Sent;
  readonly done: (reply: NetworkReply) => void;
}

/** A request with all of its attempts. */
interface Exchange extends Omit<Start, 'done'> {
  readonly finish: (page: HttpResponse) => void;
  readonly isOver: () => boolean;
}

/** What came of an attempt, and what the caller gets if it is the last. */
interface Attempted {
  readonly outcome: AttemptOutcome;
  readonly page: HttpResponse;
}

function labelOf({ ip }: Socket, { host, port }: Destination): string {
  return `network ${ip} -> ${host}:${port}`;
}

function attemptedOf(reply: NetworkReply, isRetry: boolean): Attempted {
  if (reply.isOk) {
    const answer = isHttpResponse(reply.payload) ? reply.payload : page(502, 'protocol error');
    return {
      outcome: { kind: 'answer', status: answer.status, headers: answer.headers },
      page: answer,
    };
  }
  const kind = reply.error === 'connection reset' ? 'reset' : 'connect-failure';
  return { outcome: { kind }, page: disconnected(reply.error, isRetry) };
}

const reasons = {
  'connection refused':
    'remote connection failure, transport failure reason: delayed connect error: Connection refused',
  'connection reset': 'connection termination',
  timeout: 'connection timeout',
  'unknown host': 'connection failure',
} as const;

/** What a proxy answers that got no answer itself, as Envoy words it. */
export function disconnected(error: keyof typeof reasons, isRetry = false): HttpResponse {
  const latest = isRetry ? 'retried and the latest ' : '';
  return page(
    503,
    `upstream connect error or disconnect/reset before headers. ${latest}reset reason: ${reasons[error]}`,
  );
}

/** A page of a proxy's own. */
export function page(status: number, body = ''): HttpResponse {
  return { status, contentType: 'text/plain', body };
}
