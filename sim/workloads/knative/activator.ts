/**
 * The activator: it keeps the requests of a revision that has no pod, or none that is free, until one has,
 * and tells the autoscaler of them.
 * Upstream tells the autoscaler by itself; here it is asked at its metrics port. Pods are free when their
 * endpoints are ready: upstream asks them besides.
 * @upstream knative/serving v1.22.1 pkg/activator
 */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { Endpoints } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { ApiWatch } from '../api-watch.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { badGateway, headers, jsonPage, replied, withHeaders } from './http-parts.js';
import { LoadMeter } from './load-meter.js';

const ports = [8012, 8013] as const;
const metricsPort = 9090;
const privateServices = 'networking.internal.knative.dev/serviceType=Private';
const usualTimeoutSeconds = 300;
const waitingMax = 10_000;
const direct = { isProxied: false } as const;

type Respond = (response: HttpResponse) => void;

interface Revision extends HasMetadata {
  readonly spec?: { readonly containerConcurrency?: number; readonly timeoutSeconds?: number };
}

interface Waiting {
  readonly request: HttpRequest;
  readonly respond: Respond;
  isOver: boolean;
}

/** Where a pod takes requests, and how many it has from here. */
interface Backend {
  readonly host: string;
  readonly port: number;
  active: number;
}

/** Plays the image. */
export const activator: Workload = {
  name: 'activator',
  start: context => new Activator(context),
};

class Activator implements Program {
  private readonly revisions: ApiWatch<Revision>;
  private readonly endpoints: ApiWatch<Endpoints>;
  private readonly queues = new Map<string, RevisionQueue>();

  constructor(private readonly context: ContainerContext) {
    const { network } = context;
    this.revisions = new ApiWatch(
      context,
      { path: '/apis/serving.knative.dev/v1/revisions' },
      () => undefined,
    );
    const query = `labelSelector=${encodeURIComponent(privateServices)}`;
    this.endpoints = new ApiWatch(context, { path: '/api/v1/endpoints', query }, () =>
      this.backendsChanged(),
    );
    for (const port of ports) {
      serveHttp(network, port, (request, respond) => this.take(request, respond));
    }
    serveHttp(network, metricsPort, (_, respond) => respond(jsonPage(this.loads())));
  }

  terminate(): void {
    this.context.exit(0);
  }

  ended(): void {
    this.revisions.end();
    this.endpoints.end();
  }

  private take(request: HttpRequest, respond: Respond): void {
    if (request.headers?.[headers.probe] === 'activator') return respond(textPage('activator'));
    const key = revisionOf(request);
    const found = key === undefined ? undefined : this.revision(key);
    if (key === undefined || found === undefined) {
      const [, name = ''] = (key ?? '/').split('/');
      const text = `revision.serving.knative.dev "${name}" not found\n`;
      return respond(textPage(text, 404));
    }
    let queue = this.queues.get(key);
    if (queue === undefined) {
      queue = new RevisionQueue(this.context);
      this.queues.set(key, queue);
      queue.backends = this.backendsOf(key, queue.backends);
    }
    return queue.take(request, respond, found.spec ?? {});
  }

  private revision(key: string): Revision | undefined {
    return this.revisions
      .items()
      .find(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}` === key);
  }

  private backendsChanged(): void {
    for (const [key, queue] of this.queues) {
      queue.backends = this.backendsOf(key, queue.backends);
      queue.serveNext();
    }
  }

  private backendsOf(key: string, known: readonly Backend[]): readonly Backend[] {
    const own = this.endpoints.items().find(({ metadata }) => {
      const revision = metadata.labels?.['serving.knative.dev/revision'] ?? '';
      return `${metadata.namespace ?? ''}/${revision}` === key;
    });
    return (own?.subsets ?? []).flatMap(({ addresses = [], ports: offered = [] }) => {
      const port = offered.find(one => one.port === ports[0] || one.port === ports[1])?.port;
      if (port === undefined) return [];
      return addresses.map(
        ({ ip: host }) => known.find(one => one.host === host) ?? { host, port, active: 0 },
      );
    });
  }

  /** Of those revisions that had requests since it was asked last. */
  private loads(): Record<string, unknown> {
    const nowMs = this.context.clock.now();
    const loads: [string, unknown][] = [];
    for (const [key, queue] of this.queues) {
      const load = queue.meter.take(nowMs);
      if (load.requests > 0 || load.concurrency > 0) loads.push([key, load]);
      else if (queue.meter.active === 0) this.queues.delete(key);
    }
    return Object.fromEntries(loads);
  }
}

/** The revision that a request is for: by its headers, else by its host. */
function revisionOf({ headers: given = {} }: HttpRequest): string | undefined {
  const name = given[headers.revision];
  const namespace = given[headers.namespace];
  if (name !== undefined && namespace !== undefined) return `${namespace}/${name}`;
  const parts = /^([^.:]+)\.([^.:]+)\.svc\.cluster\.local/.exec(given['host'] ?? '');
  return parts === null ? undefined : `${parts[2] ?? ''}/${parts[1] ?? ''}`;
}

/** The requests of one revision. */
class RevisionQueue {
  readonly meter: LoadMeter;
  backends: readonly Backend[] = [];
  private waiting: Waiting[] = [];
  private concurrency = 0;

  constructor(private readonly context: ContainerContext) {
    this.meter = new LoadMeter(context.clock.now());
  }

  take(request: HttpRequest, respond: Respond, spec: NonNullable<Revision['spec']>): void {
    const { clock } = this.context;
    const { containerConcurrency = 0, timeoutSeconds = usualTimeoutSeconds } = spec;
    this.concurrency = containerConcurrency;
    if (this.waiting.length >= waitingMax) {
      return respond(textPage('pending request queue full\n', 503));
    }
    const one: Waiting = { request, respond, isOver: false };
    this.meter.begin(clock.now(), direct);
    this.waiting.push(one);
    clock.after(timeoutSeconds * 1000, 'activator gives up', () => {
      if (!one.isOver) this.end(one, textPage('activator request timeout', 504));
    });
    return this.serveNext();
  }

  serveNext(): void {
    this.waiting = this.waiting.filter(({ isOver }) => !isOver);
    for (;;) {
      const backend = this.free();
      const next = backend === undefined ? undefined : this.waiting.shift();
      if (backend === undefined || next === undefined) return;
      this.serve(next, backend);
    }
  }

  private end(one: Waiting, response: HttpResponse): void {
    if (one.isOver) return;
    one.isOver = true;
    this.meter.end(this.context.clock.now(), direct);
    one.respond(response);
  }

  /** Without a limit the one of two that has less; with one any that is below it. */
  private free(): Backend | undefined {
    const { backends, concurrency } = this;
    if (concurrency > 0) {
      return [...backends]
        .sort((a, b) => a.active - b.active)
        .find(one => one.active < concurrency);
    }
    const { random } = this.context;
    if (backends.length <= 1) return backends[0];
    const [first, second] = random.shuffle(backends);
    return (second?.active ?? 0) < (first?.active ?? 0) ? second : first;
  }

  private serve(one: Waiting, backend: Backend): void {
    backend.active++;
    const { host, port } = backend;
    const request = withHeaders(one.request, { [headers.proxied]: 'activator' });
    this.context.network.send({ host, port }, request, reply => {
      backend.active--;
      this.end(one, replied(reply, badGateway));
      this.serveNext();
    });
  }
}
