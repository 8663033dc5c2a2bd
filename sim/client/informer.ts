/** Keeps a cache equal to what the API server has, by list and watch. @upstream client-go/tools/cache/reflector.go */
import { apiVersionOf, type HasMetadata, type Kind } from '../api/object.js';
import type { ApiAnswer, WatchEvent } from '../api/request.js';
import type { Clock, Timer } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import { Cache, cacheKey } from './cache.js';
import type { Change, Transport, Watch } from './contract.js';
import type { ProcessMetrics } from './process-metrics.js';
import { pathOf } from './requests.js';

/** What an informer watches. */
export interface InformerScope<T extends HasMetadata> {
  readonly kind: Kind<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What an informer works with. */
export interface InformerTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  /** Begins the labels of its timers. */
  readonly label: string;
  /** What its process counts. Default: nothing. */
  readonly metrics?: ProcessMetrics | undefined;
}

/** client-go's reflector backs off from 0.8 s to 30 s, doubling, with jitter. */
const backoffBaseMs = 800;
const backoffMaxMs = 30_000;

/** Who is told of changes. */
interface Handler<T extends HasMetadata> {
  readonly on: (change: Change<T>) => void;
  readonly isNoNews: Watch<T>['isNoNews'];
}

/** An informer: `start` begins to watch, handlers are told of every change once it is in the cache. */
export class Informer<T extends HasMetadata> {
  private readonly known = new Cache<T>();
  private handlers: readonly Handler<T>[] = [];
  /** Hands over what has arrived and waits, because nobody acts on it. */
  private arrived: (() => number | undefined) | undefined;
  private readonly syncWaiters: (() => void)[] = [];
  private close: (() => void) | undefined;
  private retry: Timer | undefined;
  private resourceVersion = '';
  /** The keys seen while the initial events come; undefined when they have all come. */
  private initial: Set<string> | undefined;
  private isSynced = false;
  private isStopped = false;
  private usesWatchList = true;
  /** Whether the watch that was opened last is known to be open. */
  private isAnswered = false;
  private failures = 0;

  constructor(
    private readonly scope: InformerScope<T>,
    private readonly tools: InformerTools,
  ) {}

  get hasSynced(): boolean {
    return this.isSynced;
  }

  /** What has arrived by now. */
  get cache(): Cache<T> {
    this.arrived?.();
    return this.known;
  }

  /** The resourceVersion that the cache has reached; '' until it is filled. */
  get version(): string {
    this.arrived?.();
    return this.resourceVersion;
  }

  /** `isNoNews` tells of updates about which the handler does nothing. Default: there are none. */
  onChange(handler: (change: Change<T>) => void, isNoNews?: Watch<T>['isNoNews']): void {
    const restMs = this.arrived?.();
    this.handlers = this.handlers.concat({ on: handler, isNoNews });
    if (restMs === undefined) return;
    const { clock, label } = this.tools;
    clock.after(restMs, `${label} ${this.scope.kind.resource} catches up`, () => this.arrived?.());
  }

  /** Calls back once the cache has been filled; at once when it has. */
  whenSynced(action: () => void): void {
    if (this.isSynced) action();
    else this.syncWaiters.push(action);
  }

  start(): void {
    if (this.resourceVersion !== '') this.watch();
    else if (this.usesWatchList) this.watchList();
    else this.list();
  }

  stop(): void {
    this.isStopped = true;
    this.close?.();
    this.retry?.cancel();
  }

  private query(query: Readonly<Record<string, string>>): string {
    const { kind, namespace = '', labelSelector, fieldSelector } = this.scope;
    // What is asked itself needs no escapes: only selectors do.
    const parameters = Object.entries(query).map(([name, value]) => `${name}=${value}`);
    if (labelSelector !== undefined)
      parameters.push(new URLSearchParams({ labelSelector }).toString());
    if (fieldSelector !== undefined)
      parameters.push(new URLSearchParams({ fieldSelector }).toString());
    return `${pathOf(kind, namespace)}?${parameters.join('&')}`;
  }

  private watchList(): void {
    this.initial = new Set();
    this.open({
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    });
  }

  private watch(): void {
    this.open({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: this.resourceVersion,
    });
  }

  private open(query: Readonly<Record<string, string>>): void {
    this.isAnswered = false;
    this.close = this.tools.transport.watch(
      { method: 'GET', path: this.query(query) },
      {
        event: event => this.receive(event),
        end: refusal => this.ended(refusal),
        lateIfWaiting: (event, arrived) => (this.canWait(event, arrived) ? 0 : undefined),
      },
    );
  }

  /** Whether nobody does anything when this comes, so that it is time enough when the cache is read. */
  private canWait(event: WatchEvent, arrived: () => number | undefined): boolean {
    if (!this.isSynced || this.initial !== undefined || this.isStopped) return false;
    if (event.type !== 'MODIFIED') return false;
    const { handlers } = this;
    if (handlers.length > 0) {
      const object = event.object as T;
      const { namespace = '', name = '' } = object.metadata;
      const old = this.known.get(namespace, name);
      if (old === undefined) return false;
      for (const { isNoNews } of handlers) if (isNoNews?.(object, old) !== true) return false;
    }
    this.arrived = arrived;
    return true;
  }

  private list(): void {
    const path = this.query({ resourceVersion: '0' });
    this.tools.transport.send({ method: 'GET', path }, answer => {
      if (this.isStopped) return;
      if (answer.status !== 200) return this.again();
      const body = answer.body as {
        readonly items?: readonly T[] | null;
        readonly metadata: { readonly resourceVersion: string };
      };
      this.initial = new Set();
      const type = { apiVersion: apiVersionOf(this.scope.kind), kind: this.scope.kind.kind };
      for (const item of body.items ?? []) this.store({ ...type, ...item });
      this.resourceVersion = body.metadata.resourceVersion;
      this.initialDone();
      this.watch();
    });
  }

  private receive(event: WatchEvent): void {
    if (this.isStopped) return;
    if (!this.isAnswered) this.answered(200);
    this.failures = 0;
    if (event.type === 'ERROR') {
      this.resourceVersion = '';
      return;
    }
    const object = event.object as T;
    const version = object.metadata.resourceVersion;
    if (event.type === 'BOOKMARK') {
      if (version !== undefined) this.resourceVersion = version;
      const isEnd = object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
      if (isEnd && this.initial !== undefined) this.initialDone();
      return;
    }
    if (version !== undefined && this.initial === undefined) this.resourceVersion = version;
    if (event.type === 'DELETED') this.remove(cacheKey(object), object);
    else this.store(object);
  }

  private store(stored: T): void {
    const { emptySpec } = this.scope.kind;
    const object =
      emptySpec === undefined || 'spec' in stored ? stored : { ...stored, spec: emptySpec };
    this.initial?.add(cacheKey(object));
    const old = this.known.set(object);
    if (old === undefined) this.tell({ type: 'added', object });
    else if (old !== object) this.tell({ type: 'updated', old, object });
  }

  private remove(key: string, last: T | undefined): void {
    this.initial?.delete(key);
    const old = this.known.delete(key);
    if (old !== undefined) this.tell({ type: 'deleted', object: last ?? old });
  }

  /** What was in the cache but not among the initial events has gone while nobody watched. */
  private initialDone(): void {
    const seen = this.initial;
    this.initial = undefined;
    // All that was seen is in the cache: with as many there is nothing else in it.
    if (seen !== undefined && seen.size !== this.known.size) {
      const gone = [...this.known.keys()].filter(key => !seen.has(key)).sort();
      for (const key of gone) this.remove(key, undefined);
    }
    if (this.isSynced) return;
    this.isSynced = true;
    for (const waiter of this.syncWaiters.splice(0)) waiter();
  }

  private tell(change: Change<T>): void {
    // One that comes meanwhile hears of it too.
    for (let place = 0; place < this.handlers.length; place++) this.handlers[place]?.on(change);
  }

  private answered(status: number): void {
    this.isAnswered = true;
    this.tools.metrics?.watched(status);
  }

  private ended(refusal?: ApiAnswer): void {
    if (this.isStopped) return;
    if (!this.isAnswered) this.answered(refusal?.status ?? 200);
    this.close = undefined;
    if (refusal === undefined) {
      if (this.initial !== undefined) return this.again();
      return this.start();
    }
    if (this.usesWatchList && this.resourceVersion === '' && isRefusedFeature(refusal.status)) {
      this.usesWatchList = false;
      return this.list();
    }
    if (refusal.status === 410) this.resourceVersion = '';
    this.again();
  }

  private again(): void {
    const { clock, random, label } = this.tools;
    const backoffMs = Math.min(backoffBaseMs * 2 ** this.failures++, backoffMaxMs);
    const delayMs = Math.round(backoffMs * (1 + random.float()));
    const name = `${label} ${this.scope.kind.resource} relist`;
    this.retry = clock.after(delayMs, name, () => this.start());
  }
}

/** A server that does not know watch lists says so with one of these. */
function isRefusedFeature(status: number): boolean {
  return status === 400 || status === 422;
}
