/** A collection of the API as a program in a pod follows it: it lists, then watches, with its own account. */
import { isRecord } from '../api/equality.js';
import type { HasMetadata } from '../api/object.js';
import type { ApiAnswer, WatchEvent } from '../api/request.js';
import type { ContainerContext } from './workload.js';

const retryMinMs = 2_000;
const retryMaxMs = 30_000;
/** From the API server to the program. */
const deliverMs = 2;

/** What is followed. */
export interface Followed {
  /** `/apis/discovery.k8s.io/v1/namespaces/serving/endpointslices`. */
  readonly path: string;
  /** Selectors: `fieldSelector=metadata.name=fraud`. */
  readonly query?: string;
}

/** Keeps the last that it has heard, also when it may not, or cannot, hear more. */
export class ApiWatch<T extends HasMetadata> {
  private readonly objects = new Map<string, T>();
  private retryMs = retryMinMs;
  private lastProblem = '';
  private close: (() => void) | undefined;
  private isEnded = false;
  private arrived: WatchEvent[] = [];
  /** Whether a list was ever answered. */
  isFilled = false;

  constructor(
    private readonly context: ContainerContext,
    private readonly followed: Followed,
    private readonly changed: () => void,
  ) {
    this.list();
  }

  /** What it knows, in the order of names. */
  items(): readonly T[] {
    return [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** The program has ended. */
  end(): void {
    this.isEnded = true;
    this.close?.();
  }

  private list(): void {
    const { path, query } = this.followed;
    const url = query === undefined ? path : `${path}?${query}`;
    this.context.api({ method: 'GET', path: url }, answer => {
      const { body } = answer;
      if (answer.status !== 200 || !isRecord(body)) return this.again(answer);
      this.retryMs = retryMinMs;
      this.lastProblem = '';
      this.isFilled = true;
      this.objects.clear();
      // The server gives objects of the collection's kind.
      for (const item of (body['items'] ?? []) as readonly T[]) this.put(item);
      this.changed();
      const metadata = body['metadata'] as { readonly resourceVersion?: string };
      return this.watch(metadata.resourceVersion ?? '');
    });
  }

  private watch(resourceVersion: string): void {
    const { path, query = '' } = this.followed;
    const url = `${path}?${query}&watch=true&resourceVersion=${resourceVersion}`;
    this.context.api({ method: 'GET', path: url.replace('?&', '?') }, answer => {
      if (this.isEnded) return;
      if (answer.stream === undefined) return this.again(answer);
      this.close = answer.stream.start({
        item: event => this.arrive(event as WatchEvent),
        end: () => this.later(() => this.list()),
      });
    });
  }

  /** Events of one moment come together. */
  private arrive(event: WatchEvent): void {
    this.arrived.push(event);
    if (this.arrived.length > 1) return;
    this.context.clock.after(deliverMs, `${this.followed.path} is watched`, () => {
      const events = this.arrived;
      this.arrived = [];
      for (const { type, object } of events) {
        if (type === 'ERROR') this.later(() => this.list());
        else if (type === 'DELETED') this.objects.delete(keyOf(object as T));
        else if (type !== 'BOOKMARK') this.put(object as T);
      }
      this.changed();
    });
  }

  private put(object: T): void {
    this.objects.set(keyOf(object), object);
  }

  /** It was refused, or did not get through: what is known stays, and it tries again. */
  private again({ status, body }: ApiAnswer): void {
    const message = isRecord(body) ? body['message'] : undefined;
    const problem = `${this.followed.path}: ${status} ${typeof message === 'string' ? message : ''}`;
    if (problem !== this.lastProblem) this.context.log(problem.trimEnd());
    this.lastProblem = problem;
    this.later(() => this.list());
  }

  private later(action: () => void): void {
    if (this.isEnded) return;
    this.close?.();
    this.close = undefined;
    this.context.clock.after(this.retryMs, `${this.followed.path} is listed again`, action);
    this.retryMs = Math.min(retryMaxMs, this.retryMs * 2);
  }
}

function keyOf({ metadata }: HasMetadata): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
