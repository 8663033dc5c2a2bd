/**
 * Watches of a collection, from now, from a revision, or beginning with what there is.
 * @upstream apiserver/pkg/endpoints/handlers/watch.go, storage/cacher/cacher.go
 */
import type { KubeObject } from '../../api/object.js';
import type { AnswerStream, ApiAnswer, StreamSink, WatchEvent } from '../../api/request.js';
import { isFailure, notAcceptable, plainError, resourceExpired } from '../../api/status.js';
import type { Timer } from '../../engine/clock.js';
import { storageKey } from '../../store/collection.js';
import type { Stored, StoreEvent } from '../../store/stored.js';
import type { Interest, OnEvent } from '../../store/watchers.js';
import { failureAnswer } from '../answers.js';
import { isConverted, readied, readiedAll } from '../conversions.js';
import type { FieldOwners } from '../field-owners.js';
import { contentTypeOf, mediaTypesOf, negotiate, type Offer } from '../filters/negotiation.js';
import { emptyObject } from '../managed-fields.js';
import { orderedMeta, withMeta } from '../object-meta.js';
import { partialObject } from '../printers/transform.js';
import { includeFailure, tableOf } from '../printers/table.js';
import type { Scope } from '../scope.js';
import { runSteps, type Steps } from '../steps.js';
import { selectedView, viewFor } from '../views.js';
import { listOptions, versionProblem, type ListOptions } from './list-options.js';
import { selectionIn, type Selection } from './selection.js';

const initialEventsEnd = 'k8s.io/initial-events-end';

/** @upstream cacher.go defaultBookmarkFrequency, and how long before its end a watch gets one more */
const bookmarkEveryMs = 60_000;
const bookmarkBeforeEndMs = 2000;

/** @upstream --min-request-timeout */
const minRequestTimeoutMs = 1_800_000;

/** YAML has no way to tell events one by one. */
const streamOffer: Offer = { formats: ['json', 'protobuf'], transforms: true, hasRoute: false };

/** Answers a stream of events. */
export function* watchObjects(scope: Scope): Steps<ApiAnswer> {
  const { context, media } = scope;
  const options = listOptions(context, true);
  if (isFailure(options)) return failureAnswer(context, options);
  const selection = selectionIn(scope);
  if (isFailure(selection)) return failureAnswer(context, selection);
  const { resourceVersion } = options;
  const problem = resourceVersion === '' ? undefined : versionProblem(resourceVersion);
  if (problem !== undefined) {
    const value = JSON.stringify(resourceVersion);
    const text = `resourceVersion: Invalid value: ${value}: ${problem}`;
    return failureAnswer(context, plainError(text));
  }
  const badTable = media.transform?.kind === 'Table' ? includeFailure(scope) : undefined;
  if (badTable !== undefined) return failureAnswer(context, badTable);
  if (isConverted(scope.resource)) {
    // What a watch is served from holds all objects in the version of the request.
    const unready = yield* readiedAll(scope, scope.resource.collection.list());
    if (unready !== undefined) return failureAnswer(context, unready);
  }
  if (media.format === 'yaml' && 'status' in negotiate(context, streamOffer)) {
    const types = mediaTypesOf(streamOffer.formats).map(type => `${type};stream=watch`);
    return failureAnswer(context, notAcceptable(types));
  }
  const { warnings } = context;
  return {
    status: 200,
    headers: { 'content-type': contentTypeOf('json') },
    stream: new Watch(scope, options, selection),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** Something that a watch tells, and the objects that must be in its version for that. */
interface Told {
  readonly about: Partial<Pick<StoreEvent<FieldOwners>, 'current' | 'previous'>>;
  readonly send: () => void;
}

/** One watch. */
class Watch implements AnswerStream {
  private hasShownColumns = false;
  private sink: StreamSink | undefined;
  private stopWatching: (() => void) | undefined;
  private forget: (() => void) | undefined;
  private timeout: Timer | undefined;
  private bookmark: Timer | undefined;
  /** What is to be told when a webhook has converted what it is about. */
  private readonly waiting: Told[] = [];
  private isConverting = false;

  constructor(
    private readonly scope: Scope,
    private readonly options: ListOptions,
    private readonly selection: Selection,
  ) {}

  start(sink: StreamSink): () => void {
    this.sink = sink;
    const { core, resource } = this.scope;
    const { collection } = resource;
    const { resourceVersion, sendInitialEvents } = this.options;
    if (this.timeoutMs() < 0) {
      this.end();
      return () => undefined;
    }
    const from = Number(resourceVersion);
    const isFromNow = resourceVersion === '' || from === 0 || sendInitialEvents === true;
    if (!isFromNow && !collection.isWatchableFrom(from)) {
      this.expire(from, collection.watchableFrom);
      return () => undefined;
    }
    const end = () => this.end();
    if (resource.custom !== undefined) {
      resource.streams.add(end);
      const forget = (): void => void resource.streams.delete(end);
      this.forget = forget;
    }
    const timeoutMs = this.timeoutMs();
    if (timeoutMs !== Infinity) {
      this.timeout = core.clock.after(timeoutMs, 'watch-timeout', end);
    }
    const afterRevision = isFromNow ? core.store.revision : from;
    if (sendInitialEvents === true) this.sendInitial();
    if (this.isOver()) return () => undefined;
    this.scheduleBookmark(timeoutMs);
    const watched = Object.assign({ afterRevision }, this.interest());
    // Built-in kinds are never converted by webhooks: what happens to them is told at once.
    const onEvent: OnEvent<FieldOwners> =
      resource.custom === undefined
        ? event => this.forward(event)
        : event => this.tell(event, () => this.forward(event));
    this.stopWatching = core.store.watch(collection, watched, onEvent);
    // What had happened since the revision was told at once, and may have ended it.
    if (this.isOver()) this.close();
    return () => this.close();
  }

  private isOver(): boolean {
    return this.sink === undefined;
  }

  /**
   * How long it lasts: as long as is asked for, else once to twice --min-request-timeout. Components of
   * the simulation itself watch as long as they live, as reflectors do that begin anew each time.
   * @upstream apiserver/pkg/endpoints/handlers/get.go handleWatch
   */
  private timeoutMs(): number {
    const { context, core } = this.scope;
    const { timeoutSeconds = 0 } = this.options;
    if (timeoutSeconds !== 0) return timeoutSeconds * 1000;
    if (context.connection.isRemote !== true) return Infinity;
    return Math.floor(minRequestTimeoutMs * (1 + core.watchTimes.float()));
  }

  private expire(from: number, oldest: number): void {
    const text = `too old resource version: ${from} (${oldest})`;
    this.sink?.item({ type: 'ERROR', object: resourceExpired(text) } satisfies WatchEvent);
    this.end();
  }

  private end(): void {
    const { sink } = this;
    this.close();
    sink?.end();
  }

  private close(): void {
    this.sink = undefined;
    this.bookmark?.cancel();
    this.timeout?.cancel();
    this.forget?.();
    this.forget = undefined;
    this.stopWatching?.();
    this.stopWatching = undefined;
  }

  /** Which events to be told: single objects and the pods of a node are found by an index. */
  private interest(): Interest {
    const { namespace, name, nodeName } = this.selection;
    const { isNamespaced } = this.scope.resource.kind;
    if (name !== undefined && (!isNamespaced || namespace !== '')) {
      return { key: storageKey(isNamespaced ? namespace : '', name) };
    }
    return nodeName === undefined ? {} : { index: { name: 'spec.nodeName', value: nodeName } };
  }

  private sendInitial(): void {
    const { scope, selection, options } = this;
    const { collection } = scope.resource;
    for (const stored of collection.list({ namespace: selection.namespace })) {
      if (this.sink === undefined) return;
      this.tell({ current: stored, previous: undefined }, () => {
        const isMeant = selection.matches(selectedView(scope.resource, stored));
        if (isMeant) this.send('ADDED', viewFor(scope, stored));
      });
    }
    if (options.allowsBookmarks) this.tellBookmark({ annotations: { [initialEventsEnd]: 'true' } });
  }

  /** Tells it now, or in its turn once what it is about has been converted. */
  private tell(about: Told['about'], send: () => void): void {
    if (!isConverted(this.scope.resource)) return send();
    this.waiting.push({ about, send });
    if (!this.isConverting) runSteps(this.tellWaiting(), () => undefined);
  }

  private *tellWaiting(): Steps<void> {
    this.isConverting = true;
    for (;;) {
      const next = this.waiting.shift();
      if (next === undefined || this.sink === undefined) break;
      const { current, previous } = next.about;
      const storeds = [current, previous].filter(one => one !== undefined);
      // The cache that watches are served from begins anew, and so must they.
      if ((yield* readied(this.scope, storeds)) !== undefined) this.end();
      else if (this.sink !== undefined) next.send();
    }
    this.isConverting = false;
  }

  private tellBookmark(metadata: KubeObject['metadata'] = {}): void {
    const { core, resource } = this.scope;
    const resourceVersion = String(core.store.revision);
    const isTable = this.scope.media.transform?.kind === 'Table';
    const bookmark = {
      // The cells of a row are those of an object of which nothing else is set.
      ...(isTable && emptyObject(resource)),
      kind: resource.kind.kind,
      apiVersion: resource.apiVersion,
      metadata: { resourceVersion, ...metadata },
    };
    this.tell({}, () => this.send('BOOKMARK', bookmark));
  }

  /**
   * The next bookmark: each minute, and once more shortly before the watch ends. Our own components
   * never lose a stream for long, so they are spared.
   */
  private scheduleBookmark(leftMs: number): void {
    const { context, core } = this.scope;
    if (!this.options.allowsBookmarks || context.connection.omitsManagedFields === true) return;
    const untilLastMs = leftMs - bookmarkBeforeEndMs;
    const delayMs = untilLastMs > 0 ? Math.min(bookmarkEveryMs, untilLastMs) : bookmarkEveryMs;
    this.bookmark = core.clock.after(delayMs, 'watch-bookmark', () => {
      this.tellBookmark();
      this.scheduleBookmark(leftMs - delayMs);
    });
  }

  private forward(event: StoreEvent<FieldOwners>): void {
    const { selection } = this;
    const { current, previous, type } = event;
    if (!isInNamespace(current.object, selection.namespace)) return;
    if (selection.isAll) {
      this.sendShared(event, type);
      return;
    }
    const isIn = type !== 'DELETED' && this.isSelected(current);
    const wasIn = previous !== undefined && this.isSelected(previous);
    if (isIn) this.sendShared(event, wasIn ? 'MODIFIED' : 'ADDED');
    else if (wasIn && type === 'DELETED') this.sendShared(event, 'DELETED');
    else if (wasIn) this.send('DELETED', leaving(viewFor(this.scope, previous), event.revision));
  }

  private isSelected(stored: Stored<FieldOwners>): boolean {
    return this.selection.matches(selectedView(this.scope.resource, stored));
  }

  /** The event is made once for all who get it as it is. */
  private sendShared(event: StoreEvent<FieldOwners>, type: WatchEvent['type']): void {
    const object = viewFor(this.scope, event.current);
    if (this.scope.media.transform === undefined) this.sink?.item(sharedEvent(object, type));
    else this.send(type, object);
  }

  private send(type: WatchEvent['type'], object: KubeObject): void {
    // No single object is a list: the encoder fails, and with it the watch.
    if (this.scope.media.transform?.kind === 'PartialObjectMetadataList') return this.end();
    this.sink?.item({ type, object: this.transformed(object) } satisfies WatchEvent);
  }

  private transformed(object: KubeObject): unknown {
    const { transform } = this.scope.media;
    switch (transform?.kind) {
      case undefined:
        return object;
      case 'PartialObjectMetadata':
      case 'PartialObjectMetadataList':
        return partialObject(object, this.scope.resource, transform.version);
      case 'Table': {
        const hasColumns = !this.hasShownColumns;
        this.hasShownColumns = true;
        const { resourceVersion } = object.metadata;
        return tableOf(this.scope, [object], { resourceVersion }, { hasColumns });
      }
    }
  }
}

function isInNamespace({ metadata }: KubeObject, namespace: string): boolean {
  return namespace === '' || metadata.namespace === namespace;
}

/** What left the selection is told as it was, at the revision at which it left. */
function leaving(object: KubeObject, revision: number): KubeObject {
  const { managedFields } = object.metadata;
  const metadata = orderedMeta({ ...object.metadata, resourceVersion: String(revision) });
  return withMeta(object, managedFields === undefined ? metadata : { ...metadata, managedFields });
}

/** The event that was told last: the watchers of a collection get it one after another. */
let lastShared: WatchEvent | undefined;

function sharedEvent(object: KubeObject, type: WatchEvent['type']): WatchEvent {
  if (lastShared?.object !== object || lastShared.type !== type) lastShared = { type, object };
  return lastShared;
}
