/** The objects of the sample API server, and who watches them. */
import { isRecord } from '../../api/equality.js';
import { compareText } from '../../api/go-text.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { AnswerStream, StreamSink, WatchEvent } from '../../api/request.js';
import {
  alreadyExists,
  conflict,
  forbidden,
  modifiedText,
  notFound,
  plainError,
  resourceExpired,
  type Failure,
} from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import type { Clock } from '../../engine/clock.js';
import type { Random } from '../../engine/random.js';
import { fischers, flunders, groupVersion, type WardleResource } from './resources.js';

type Json = Readonly<Record<string, unknown>>;

interface Change {
  readonly revision: number;
  readonly resource: WardleResource;
  readonly event: WatchEvent & { readonly object: KubeObject };
}

interface Watcher {
  readonly resource: WardleResource;
  readonly sink: StreamSink;
  isWanted(object: KubeObject): boolean;
}

/** So many changes are known at least. */
const changesKept = 1000;

/** All objects of one server. Those that were handed out never change. */
export class WardleStore {
  private readonly objects = new Map<string, KubeObject>();
  /** The last ones, as a watch cache keeps them. */
  private changes: Change[] = [];
  private readonly watchers = new Set<Watcher>();
  private revision = 1;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** The revision of the latest write. */
  get resourceVersion(): string {
    return String(this.revision);
  }

  /** In the order of their keys. */
  list({ kind }: WardleResource): readonly KubeObject[] {
    return [...this.objects]
      .filter(([key]) => key.startsWith(`${kind.resource}/`))
      .sort(([a], [b]) => compareText(a, b))
      .map(([, object]) => object);
  }

  /** The object, or that there is none. */
  get(resource: WardleResource, namespace: string, name: string): KubeObject | Failure {
    return this.objects.get(keyOf(resource, namespace, name)) ?? notFound(resource.kind, name);
  }

  /** Stores a new object. */
  create(resource: WardleResource, namespace: string, sent: Json): KubeObject | Failure {
    const meta: ObjectMeta = isRecord(sent['metadata']) ? (sent['metadata'] as ObjectMeta) : {};
    const { generateName = '' } = meta;
    const name = meta.name || (generateName === '' ? '' : generateName + this.random.suffix());
    if (name === '') return plainError('name or generateName is required', 422);
    const isBanned = resource === flunders && this.isDisallowed(name);
    if (isBanned) {
      return forbidden(
        resource.kind,
        name,
        'this name may not be used, please change the resource name',
      );
    }
    const key = keyOf(resource, namespace, name);
    if (this.objects.has(key)) return alreadyExists(resource.kind, name);
    const metadata = {
      ...meta,
      name,
      ...(resource.isNamespaced && { namespace }),
      uid: this.random.uuid(),
      creationTimestamp: rfc3339(this.clock.now()),
    };
    return this.put(resource, { type: 'ADDED', sent, metadata });
  }

  /** Stores a new version; what the server sets stays. */
  replace(
    resource: WardleResource,
    namespace: string,
    name: string,
    sent: Json,
  ): KubeObject | Failure {
    const live = this.objects.get(keyOf(resource, namespace, name));
    if (live === undefined) return notFound(resource.kind, name);
    const meta: ObjectMeta = isRecord(sent['metadata']) ? (sent['metadata'] as ObjectMeta) : {};
    const { uid, creationTimestamp, resourceVersion } = live.metadata;
    if ((meta.resourceVersion ?? resourceVersion) !== resourceVersion) {
      return conflict(resource.kind, name, modifiedText);
    }
    const kept = { name, uid, creationTimestamp, ...(resource.isNamespaced && { namespace }) };
    return this.put(resource, { type: 'MODIFIED', sent, metadata: { ...meta, ...kept } });
  }

  /** Removes the object, and tells its last state. */
  remove(resource: WardleResource, namespace: string, name: string): KubeObject | Failure {
    const key = keyOf(resource, namespace, name);
    const live = this.objects.get(key);
    if (live === undefined) return notFound(resource.kind, name);
    this.objects.delete(key);
    const resourceVersion = String(++this.revision);
    const object = { ...live, metadata: { ...live.metadata, resourceVersion } };
    this.tell({ revision: this.revision, resource, event: { type: 'DELETED', object } });
    return object;
  }

  /** What happens after the revision; from 0: what there is, then what comes. */
  watch(
    resource: WardleResource,
    afterRevision: number,
    isWanted: (object: KubeObject) => boolean,
  ): AnswerStream {
    return {
      start: sink => {
        const forgotten = (this.changes[0]?.revision ?? this.revision + 1) - 1;
        if (afterRevision !== 0 && afterRevision < forgotten) {
          const text = `too old resource version: ${afterRevision} (${forgotten})`;
          sink.item({ type: 'ERROR', object: resourceExpired(text) } satisfies WatchEvent);
          sink.end();
          return () => undefined;
        }
        const watcher = { resource, sink, isWanted };
        const past: readonly WatchEvent[] =
          afterRevision === 0
            ? this.list(resource).map(object => ({ type: 'ADDED' as const, object }))
            : this.changes
                .filter(change => change.revision > afterRevision && change.resource === resource)
                .map(({ event }) => event);
        for (const event of past) if (isWanted(event.object as KubeObject)) sink.item(event);
        this.watchers.add(watcher);
        return () => void this.watchers.delete(watcher);
      },
    };
  }

  /** Ends all watches: the server is gone. */
  close(): void {
    for (const { sink } of this.watchers) sink.end();
    this.watchers.clear();
  }

  private isDisallowed(name: string): boolean {
    return this.list(fischers).some(fischer => {
      const { disallowedFlunders = [] } = fischer as { disallowedFlunders?: readonly string[] };
      return disallowedFlunders.includes(name);
    });
  }

  private put(
    resource: WardleResource,
    {
      type,
      sent,
      metadata,
    }: { readonly type: 'ADDED' | 'MODIFIED'; readonly sent: Json; readonly metadata: ObjectMeta },
  ): KubeObject {
    const resourceVersion = String(++this.revision);
    const object = {
      kind: resource.kind.kind,
      apiVersion: groupVersion,
      metadata: { ...metadata, resourceVersion },
      ...resource.fieldsOf(sent),
    };
    this.objects.set(keyOf(resource, metadata.namespace ?? '', metadata.name ?? ''), object);
    this.tell({ revision: this.revision, resource, event: { type, object } });
    return object;
  }

  private tell(change: Change): void {
    this.changes.push(change);
    if (this.changes.length > 2 * changesKept) this.changes = this.changes.slice(-changesKept);
    const { resource, event } = change;
    for (const watcher of this.watchers) {
      if (watcher.resource === resource && watcher.isWanted(event.object)) {
        watcher.sink.item(event);
      }
    }
  }
}

function keyOf({ kind, isNamespaced }: WardleResource, namespace: string, name: string): string {
  return isNamespaced ? `${kind.resource}/${namespace}/${name}` : `${kind.resource}/${name}`;
}
