/** Follows one collection of a real API server by list and watch, through lost connections and expired watches. */
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, WatchEvent } from '../../sim/api/request.js';
import { sleep } from '../host.js';
import type { HttpClient } from './http-client.js';
import { collectionPath, type WatchableResource } from './served-resources.js';

/** A span of revisions in which changes may have been missed. */
export interface Gap {
  /** `pods`. */
  readonly resource: string;
  readonly namespace?: string;
  /** The last revision that was heard of before, and the one that was listed after. */
  readonly fromRevision: number;
  readonly toRevision: number;
  readonly timeMs: number;
  readonly why: string;
}

/** A change as it was heard. */
export interface Heard {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubeObject;
  /** The object as it was known before; undefined when it was not. */
  readonly before?: KubeObject;
}

/** Who hears what the follower hears. */
export interface Listener {
  heard(resource: WatchableResource, change: Heard): void;
  gap(gap: Omit<Gap, 'timeMs'>): void;
  /** The server refuses to let it be read: nothing of it is in the history. */
  refused(resource: WatchableResource, answer: ApiAnswer): void;
}

const pageMax = 500;
const backoffBaseMs = 50;
const backoffMaxMs = 5_000;

interface List {
  readonly items?: readonly KubeObject[] | null;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}

/** Follows one collection until it is ended. */
export class WatchFollower {
  private readonly known = new Map<string, { revision: number; object: KubeObject }>();
  private revision = '';
  private failures = 0;
  private isEnded = false;
  private close: (() => void) | undefined;

  constructor(
    private readonly client: HttpClient,
    private readonly listener: Listener,
    readonly resource: WatchableResource,
    readonly namespace?: string,
  ) {}

  /** Lists once, and follows from there; resolves when the list is in, or was refused. */
  async begin(): Promise<void> {
    if (await this.list('')) this.watch();
  }

  /** Stops listening. */
  end(): void {
    this.isEnded = true;
    this.close?.();
  }

  private get path(): string {
    return collectionPath(this.resource, this.namespace);
  }

  /** Tells what differs from what is known; `why` is what was missed, '' the first time. */
  private async list(why: string): Promise<boolean> {
    const listed = new Map<string, KubeObject>();
    let revision = '';
    let token = '';
    do {
      const query = `limit=${pageMax}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
      const path = `${this.path}?${query}`;
      const answer = await this.persist(() => this.client.send({ method: 'GET', path }));
      if (answer === undefined) return false;
      if (answer.status === 410 && token !== '') {
        // The list itself has expired half way: again from its beginning.
        listed.clear();
        token = '';
        continue;
      }
      if (answer.status !== 200) {
        this.listener.refused(this.resource, answer);
        return false;
      }
      const { items, metadata } = answer.body as List;
      for (const item of items ?? []) listed.set(item.metadata.uid ?? '', this.typed(item));
      revision = metadata.resourceVersion ?? '';
      token = metadata.continue ?? '';
    } while (token !== '');
    if (why !== '') this.tellGap(revision, why);
    this.compare(listed, Number(revision));
    this.revision = revision;
    return true;
  }

  private tellGap(revision: string, why: string): void {
    this.listener.gap({
      resource: this.resource.name,
      ...(this.namespace !== undefined && { namespace: this.namespace }),
      fromRevision: Number(this.revision),
      toRevision: Number(revision),
      why,
    });
  }

  private compare(listed: ReadonlyMap<string, KubeObject>, revision: number): void {
    for (const [uid, { object }] of [...this.known]) {
      if (!listed.has(uid)) this.take('DELETED', object, revision);
    }
    for (const [uid, object] of listed) {
      const before = this.known.get(uid);
      const own = revisionOf(object);
      if (before === undefined) this.take('ADDED', object, own);
      else if (before.revision !== own) this.take('MODIFIED', object, own);
    }
  }

  private watch(): void {
    if (this.isEnded) return;
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.revision}`;
    let isExpired = false;
    this.close = this.client.watch(
      { method: 'GET', path: `${this.path}?${query}` },
      {
        event: event => {
          if (event.type === 'ERROR') isExpired = true;
          else this.receive(event);
        },
        end: ({ refusal }) => void this.again(isExpired || refusal?.status === 410),
      },
    );
  }

  private async again(isExpired: boolean): Promise<void> {
    if (this.isEnded) return;
    await sleep(Math.min(backoffBaseMs * 2 ** this.failures++, backoffMaxMs));
    if (!isExpired) return this.watch();
    if (await this.list('the watch expired')) this.watch();
  }

  private receive({ type, object: sent }: WatchEvent): void {
    if (this.isEnded) return;
    this.failures = 0;
    const object = sent as KubeObject;
    this.revision = object.metadata.resourceVersion ?? this.revision;
    if (type !== 'BOOKMARK' && type !== 'ERROR') this.take(type, object, revisionOf(object));
  }

  private take(type: Heard['type'], object: KubeObject, revision: number): void {
    const uid = object.metadata.uid ?? '';
    const before = this.known.get(uid);
    if (type === 'DELETED') this.known.delete(uid);
    else {
      if (before !== undefined && before.revision >= revision) return;
      this.known.set(uid, { revision, object });
    }
    // A watch that begins again may tell of an object that is known as if it were new.
    const told = type === 'ADDED' && before !== undefined ? 'MODIFIED' : type;
    this.listener.heard(this.resource, {
      type: told,
      revision,
      object,
      ...(before !== undefined && { before: before.object }),
    });
  }

  /** Lists leave the type of their items out. */
  private typed(item: KubeObject): KubeObject {
    const { apiVersion, kind } = this.resource;
    return { apiVersion, kind, ...item };
  }

  /** Tries again while there is no connection, or the server is not well; undefined once ended. */
  private async persist(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer | undefined> {
    for (;;) {
      const answer = await ask().catch(() => undefined);
      if (this.isEnded) return undefined;
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
      await sleep(Math.min(backoffBaseMs * 2 ** this.failures++, backoffMaxMs));
      if (this.isEnded) return undefined;
    }
  }
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}
