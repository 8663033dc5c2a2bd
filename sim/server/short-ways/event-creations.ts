/**
 * The short way of new Events, which are most of what a cluster at work writes. Recorders write them in
 * two forms, of core/v1 and of events.k8s.io/v1, in which only texts, numbers and times differ: such an
 * Event is tidy, and needs no defaults but those that stand here.
 */
import { events, type Event as CoreEvent } from '../../api/kinds/core.js';
import { events as eventsV1, type Event as EventV1 } from '../../api/kinds/events.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { rfc3339 } from '../../api/time.js';
import { storageKey, type Collection } from '../../store/collection.js';
import type { Stored } from '../../store/stored.js';
import { jsonHeaders } from '../answers.js';
import type { Core } from '../core.js';
import { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import type { ServedResource } from '../registry.js';
import type { RequestState } from '../request-state.js';
import { validateEvent, validateStrictEvent } from '../resources/validation/event.js';
import { plainView } from '../views.js';
import { isPlainCoreEvent, isPlainEventV1 } from './plain-events.js';
import { Permits, type Permit } from './permits.js';
import { servedBy } from './served-by.js';
import type { ShortWay } from './short-way.js';

/** An Event that is about to be stored. */
interface Creation {
  readonly key: string;
  readonly object: KubeObject;
  /** The object of which the fields are owned by who sent it. */
  readonly sent: KubeObject;
  readonly served: ServedResource;
}

/** The creations of one server. */
export class EventCreations implements ShortWay {
  /** By the path of the collection, which says version and namespace; they tell the namespace. */
  private readonly permits: Permits;
  private readonly collection: Collection<FieldOwners>;
  private readonly core1: ServedResource;
  private readonly v1: ServedResource;

  constructor(private readonly core: Core) {
    this.core1 = servedBy(core, events);
    this.v1 = servedBy(core, eventsV1);
    this.collection = this.core1.collection;
    this.permits = new Permits(core, { kinds: [events, eventsV1], options: 'CreateOptions' });
  }

  serve({ path, body }: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const permit = this.permits.of(path, connection);
    if (permit === undefined) return undefined;
    const namespace = permit.about;
    if (isPlainCoreEvent(body, namespace)) return this.coreCreated(permit, body);
    return isPlainEventV1(body, namespace) ? this.v1Created(permit, body) : undefined;
  }

  learn(context: RequestState): void {
    const { info, request } = context;
    if (request.method !== 'POST' || info.resource !== events.resource) return;
    if (info.group !== events.group && info.group !== eventsV1.group) return;
    this.permits.learn(request.path, context, { about: info.namespace });
  }

  private coreCreated(permit: Permit, event: CoreEvent): ApiAnswer | undefined {
    const key = this.freeKey(event.metadata);
    if (key === undefined || validateEvent(event).length > 0) return undefined;
    const object = storedCoreEvent(event, this.newMeta(event.metadata));
    // What the server adds to it is nobody's, so that who sent it owns of it what was sent.
    const stored = this.put(permit, { key, object, sent: object, served: this.core1 });
    return { status: 201, headers: jsonHeaders, body: stored.object };
  }

  private v1Created(permit: Permit, event: EventV1): ApiAnswer | undefined {
    const key = this.freeKey(event.metadata);
    const unnamed = storedEventV1(event, event.metadata);
    if (key === undefined || validateStrictEvent(unnamed as never).length > 0) return undefined;
    const object = storedEventV1(event, this.newMeta(event.metadata));
    const stored = this.put(permit, { key, object, sent: sentEventV1(event), served: this.v1 });
    return new EventAnswer(this.v1, stored);
  }

  /** The key of the name, unless it is taken. */
  private freeKey({ namespace = '', name = '' }: ObjectMeta): string | undefined {
    const key = storageKey(namespace, name);
    return this.collection.get(key) === undefined ? key : undefined;
  }

  private newMeta({ name, namespace }: ObjectMeta): ObjectMeta {
    const { random, store, clock } = this.core;
    return {
      name: name ?? '',
      namespace: namespace ?? '',
      uid: random.uuid(),
      resourceVersion: store.nextResourceVersion(),
      creationTimestamp: rfc3339(clock.now()),
    };
  }

  private put({ manager, user }: Permit, creation: Creation): Stored<FieldOwners> {
    const { key, object, sent, served } = creation;
    const update = {
      manager,
      subresource: '',
      apiVersion: served.apiVersion,
      timeMs: this.core.clock.now(),
      before: undefined,
      after: sent,
    };
    const beside = FieldOwners.none.after(update, trackFields(served));
    return this.core.store.put(this.collection, { key, object, beside, user: user.name });
  }
}

/** Recorders do not look at what they have written: it is turned into its version for those who do. */
class EventAnswer implements ApiAnswer {
  readonly status = 201;
  readonly headers = jsonHeaders;

  constructor(
    private readonly served: ServedResource,
    private readonly stored: Stored<FieldOwners>,
  ) {}

  get body(): unknown {
    return plainView(this.served, this.stored);
  }
}

/** As the long way stores it, in the order of its fields. */
function storedCoreEvent(event: CoreEvent, metadata: ObjectMeta): KubeObject {
  const { kind, apiVersion, involvedObject, reason, message, source, count, type } = event;
  const { firstTimestamp, lastTimestamp, reportingComponent, reportingInstance } = event;
  const told = {
    kind,
    apiVersion,
    metadata,
    involvedObject,
    reason,
    message,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    type,
    reportingComponent,
  };
  const rest =
    reportingInstance === undefined
      ? { eventTime: null, reportingInstance: '' }
      : { reportingInstance, eventTime: null };
  return Object.assign(told, rest) as unknown as KubeObject;
}

/** The same for an Event of events.k8s.io/v1: it is stored as one of core/v1. */
function storedEventV1(event: EventV1, metadata: ObjectMeta): KubeObject {
  const { eventTime, reportingInstance, action, reason, related, type } = event;
  const shared = { kind: 'Event', apiVersion: 'v1', metadata, eventTime };
  const told = { reportingInstance, action, reason };
  const rest = {
    type,
    message: event.note,
    involvedObject: event.regarding,
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    reportingComponent: event.reportingController,
  };
  const between = related === undefined ? told : { ...told, related };
  return Object.assign(shared, between, rest) as unknown as KubeObject;
}

/** What was sent, with the defaults of its version. */
function sentEventV1(event: EventV1): KubeObject {
  return Object.assign({}, event, {
    deprecatedSource: {},
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
  }) as unknown as KubeObject;
}
