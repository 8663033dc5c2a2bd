/**
 * queue-proxy, the side-car of a revision's pods: it hands requests to the container, so many at a time,
 * tells how many there are, and whether the container is ready.
 * Left out: timeouts of responses and of idle ones, HTTP/2 of its own, and metrics of users.
 * @upstream knative/serving v1.22.1 pkg/queue
 */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { Probe } from '../../api/kinds/core.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import type {
  ContainerContext,
  ProbeRequest,
  ProbeResult,
  Program,
  Workload,
} from '../workload.js';
import { badGateway, headers, jsonPage, replied } from './http-parts.js';
import { LoadMeter, type Counted } from './load-meter.js';

const adminPort = 8022;
const metricsPort = 9090;
/** Endpoints need so long to be forgotten everywhere. */
const drainMs = 30_000;
/** So many requests wait for each that is served. */
const waitingPerServed = 10;

type Respond = (response: HttpResponse) => void;

interface Waiting extends Counted {
  readonly request: HttpRequest;
  readonly respond: Respond;
}

/** Plays the image. */
export const queueProxy: Workload = {
  name: 'queue-proxy',
  start: context => new QueueProxy(context),
};

class QueueProxy implements Program {
  private readonly meter: LoadMeter;
  private readonly userPort: number;
  private readonly servedMax: number;
  private readonly readiness: ProbeRequest | undefined;
  private readonly waiting: Waiting[] = [];
  private served = 0;
  private isDraining = false;
  /** Endpoints are forgotten: what is left is what is under way. */
  private isForgotten = false;
  private readonly awaitDrain: Respond[] = [];

  constructor(private readonly context: ContainerContext) {
    const { env, clock, network } = context;
    this.meter = new LoadMeter(clock.now());
    this.userPort = Number(env['USER_PORT'] ?? 8080);
    this.servedMax = Number(env['CONTAINER_CONCURRENCY'] ?? 0);
    this.readiness = readinessIn(env['SERVING_READINESS_PROBE'] ?? '');
    const port = Number(env['QUEUE_SERVING_PORT'] ?? 8012);
    serveHttp(network, port, (request, respond) => this.take(request, respond));
    serveHttp(network, metricsPort, (_, respond) =>
      respond(jsonPage(this.meter.take(clock.now()))),
    );
    serveHttp(network, adminPort, (_, respond) => {
      this.awaitDrain.push(respond);
      this.endDrain();
    });
  }

  /** The kubelet's question whether the container can take requests. */
  probe(request: ProbeRequest): ProbeResult {
    if (request.kind === 'exec') return { isSuccess: true };
    const unready = { isSuccess: false, message: 'HTTP probe failed with statuscode: 503' };
    if (this.isDraining) return unready;
    const { readiness } = this;
    const answer = readiness === undefined ? undefined : this.context.beside?.(readiness);
    return answer?.isSuccess === false ? unready : { isSuccess: true };
  }

  terminate(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    this.context.clock.after(drainMs, 'queue-proxy is forgotten', () => {
      this.isForgotten = true;
      this.endDrain();
    });
  }

  private endDrain(): void {
    if (!this.isForgotten || this.meter.active > 0) return;
    for (const respond of this.awaitDrain.splice(0)) respond(textPage(''));
    this.context.exit(0);
  }

  private take(request: HttpRequest, respond: Respond): void {
    const probe = request.headers?.[headers.probe];
    if (probe !== undefined) {
      respond(this.isDraining ? textPage('', 503) : textPage('queue'));
      return;
    }
    const isProxied = request.headers?.[headers.proxied] !== undefined;
    const one = { request, respond, isProxied };
    const isFull = this.servedMax > 0 && this.waiting.length >= this.servedMax * waitingPerServed;
    if (isFull) return respond(textPage('pending request queue full\n', 503));
    this.meter.begin(this.context.clock.now(), one);
    this.waiting.push(one);
    this.serveNext();
  }

  private serveNext(): void {
    while (this.servedMax === 0 || this.served < this.servedMax) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.served++;
      this.serve(next);
    }
  }

  private serve({ request, respond, isProxied }: Waiting): void {
    const { clock, network } = this.context;
    const to = { host: '127.0.0.1', port: this.userPort };
    network.send(to, request, reply => {
      this.served--;
      this.meter.end(clock.now(), { isProxied });
      respond(replied(reply, badGateway));
      this.serveNext();
      this.endDrain();
    });
  }
}

/** How the container is asked, as the environment says it. */
function readinessIn(text: string): ProbeRequest | undefined {
  if (text === '') return undefined;
  const { httpGet, tcpSocket, grpc } = JSON.parse(text) as Probe;
  if (httpGet !== undefined) {
    const { path = '/', scheme = 'HTTP', port } = httpGet;
    return { kind: 'http', path, port: Number(port), scheme: scheme.toLowerCase() };
  }
  if (tcpSocket !== undefined) return { kind: 'tcp', port: Number(tcpSocket.port) };
  if (grpc === undefined) return undefined;
  return { kind: 'grpc', port: grpc.port, service: grpc.service ?? '' };
}
