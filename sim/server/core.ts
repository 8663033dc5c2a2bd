/** The parts of one API server, as its filters and handlers need them. */
import type { KubeObject } from '../api/object.js';
import { gatedParts, type GatedFact } from '../api/feature-gates.js';
import { printedResource } from '../api/status.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import { storageKey, type Collection } from '../store/collection.js';
import type { Stored } from '../store/stored.js';
import { Store } from '../store/store.js';
import type { GroupResource, ServerAccess } from './access.js';
import { RemoteApis } from './aggregator/remote-apis.js';
import type { AuthenticationService } from './authentication/authenticator.js';
import { createAuthentication } from './authentication/index.js';
import type { Authorizer } from './authorization/authorizer.js';
import { createAuthorizer, forbiddenByAuthorization, reasonOf } from './authorization/index.js';
import type { Auditor, AuditReader } from './audit/auditor.js';
import { createAuditor } from './audit/index.js';
import { Compaction } from './compaction.js';
import type { ApiServerOptions } from './contract.js';
import { FieldOwners } from './field-owners.js';
import { trackFields } from './managed-fields.js';
import { withResourceVersion } from './object-meta.js';
import { Registry } from './registry.js';
import { ServerMetrics } from './metrics/index.js';
import { strategies } from './resources/index.js';
import type { RequestContext } from './request-context.js';
import type { PartAsked, ServerSettings, StrategyContext } from './resources/strategy.js';
import type { User } from './user.js';

/** What kube-apiserver's flags are when nothing is said. */
export const defaultSettings: ServerSettings = {
  allowPrivileged: false,
  serviceRange: '10.0.0.0/16',
  nodePorts: { from: 30000, to: 32767 },
  advertised: { address: '192.0.2.2', port: 17500 },
  featureGates: {},
  runtimeConfig: {},
};

/** One API server. */
export interface Core {
  readonly options: ApiServerOptions;
  readonly clock: Clock;
  /** When the server began. */
  readonly startedMs: number;
  readonly random: Random;
  /** For what the server makes beside what it is asked for: nobody else's draws move. */
  readonly companionUids: Random;
  /** How long watches last that do not say so. */
  readonly watchTimes: Random;
  readonly settings: ServerSettings;
  /** What feature gates add. */
  readonly gated: readonly GatedFact[];
  readonly store: Store<FieldOwners>;
  readonly compaction: Compaction;
  readonly registry: Registry;
  /** The groups that programs in the cluster serve. */
  readonly remotes: RemoteApis;
  readonly access: ServerAccess;
  readonly strategyContext: CoreStrategyContext;
  readonly authentication: AuthenticationService;
  readonly authorizer: Authorizer;
  readonly auditor: Auditor | undefined;
  /** What it tells of itself at `/metrics`. */
  readonly metrics: ServerMetrics;
  /** Removes an object at once, past the chain: the server's own doing. */
  remove(kind: GroupResource, object: KubeObject): void;
}

/** Puts the parts together; nothing is stored yet. */
export function createCore(options: ApiServerOptions): Core {
  const { clock } = options;
  const random = options.random.fork('apiserver');
  const settings: ServerSettings = { ...defaultSettings, ...options.settings };
  const store = new Store<FieldOwners>(() => clock.now());
  const gated = gatedParts(settings.featureGates, settings.runtimeConfig);
  const registry = new Registry(
    store,
    strategies,
    gated.flatMap(({ discovery }) => discovery ?? []),
  );
  const metrics = new ServerMetrics(clock, options.countsRequests === true);
  const access = createAccess({ options, random, settings, store, registry, metrics });
  const authorizer = createAuthorizer(access);
  const { auditPolicy: policy, auditReader: reader = nobody } = options;
  return {
    options,
    clock,
    startedMs: clock.now(),
    random,
    companionUids: random.fork('companions'),
    watchTimes: random.fork('watch-times'),
    settings,
    gated,
    store,
    compaction: new Compaction(store, clock),
    registry,
    remotes: new RemoteApis(),
    access,
    strategyContext: new CoreStrategyContext(access, authorizer),
    authentication: createAuthentication(access),
    authorizer,
    auditor: policy === undefined ? undefined : createAuditor({ access, policy, reader }),
    metrics,
    remove: (kind, object) => removeDirectly(store, kind, object),
  };
}

const nobody: AuditReader = { onRequest: () => undefined };

interface AccessParts {
  readonly options: ApiServerOptions;
  readonly random: Random;
  readonly settings: ServerSettings;
  readonly store: Store<FieldOwners>;
  readonly registry: Registry;
  readonly metrics: ServerMetrics;
}

function createAccess(parts: AccessParts): ServerAccess {
  const { options, random, settings, store, registry } = parts;
  const collections = new WeakMap<GroupResource, Collection<FieldOwners>>();
  const collectionOf = (kind: GroupResource) => {
    let collection = collections.get(kind);
    if (collection === undefined) {
      collections.set(kind, (collection = store.collection(printedResource(kind))));
    }
    return collection;
  };
  return {
    clock: options.clock,
    random,
    settings,
    get: (kind, namespace, name) => collectionOf(kind).get(storageKey(namespace, name))?.object,
    list: (kind, namespace = '') => collectionOf(kind).list({ namespace }).map(objectOf),
    lastChange: kind => collectionOf(kind).lastChange,
    lastChangeOf: kinds => {
      const lastChange = { revision: 0 };
      for (const kind of kinds) collectionOf(kind).noteChangesIn(lastChange);
      return lastChange;
    },
    store: (kind, object) => storeDirectly(parts, kind, object),
    convert: (object, from, to) => {
      const source = registry.find(from.group, from.version, from.resource)?.strategy;
      const target = registry.find(to.group, to.version, to.resource)?.strategy;
      if (source === undefined || target === undefined) return undefined;
      const stored = source.toStored?.(object) ?? object;
      return target.fromStored?.(stored) ?? stored;
    },
    callWebhook:
      options.callWebhook ??
      ((_call, done) => done({ isOk: false, error: 'connect: connection refused' })),
    kindOf: (group, version, resource) => registry.find(group, version, resource)?.kind,
    kinds: () => registry.kinds(),
    metrics: parts.metrics,
  };
}

function objectOf(stored: Stored): KubeObject {
  return stored.object;
}

/** A write of the server's own, past the chain. */
function storeDirectly(
  { store, registry, options }: AccessParts,
  kind: GroupResource,
  object: KubeObject,
): KubeObject | undefined {
  const now = options.clock.now();
  const collection = store.collection(printedResource(kind));
  const { namespace = '', name = '', resourceVersion } = object.metadata;
  const key = storageKey(namespace, name);
  const live = collection.get(key);
  if (live?.object.metadata.resourceVersion !== resourceVersion) return undefined;
  const served = registry.anyVersion(kind.group, kind.resource);
  const update = {
    manager: 'kube-apiserver',
    subresource: live === undefined ? '' : 'status',
    apiVersion: served?.apiVersion ?? 'v1',
    timeMs: now,
    before: live?.object,
    after: object,
  };
  const owners = live?.beside ?? FieldOwners.none;
  const beside = served === undefined ? owners : owners.after(update, trackFields(served));
  const written = {
    key,
    object: withResourceVersion(object, store.nextResourceVersion()),
    beside,
    user: 'system:apiserver',
  };
  return store.put(collection, written).object;
}

function removeDirectly(store: Store<FieldOwners>, kind: GroupResource, object: KubeObject): void {
  const collection = store.collection(printedResource(kind));
  const key = storageKey(object.metadata.namespace ?? '', object.metadata.name ?? '');
  const live = collection.get(key);
  if (live === undefined) return;
  const last = withResourceVersion(live.object, store.nextResourceVersion());
  store.remove(collection, { key, object: last, beside: live.beside, user: 'system:apiserver' });
}

/** The context of strategies; warnings go to the request that is validated at the moment. */
export class CoreStrategyContext implements StrategyContext {
  /** Whose answer warnings are added to. */
  target: Pick<RequestContext, 'warn' | 'user' | 'info'> | undefined;
  isDryRun = false;
  readonly random: Random;
  readonly settings: ServerSettings;
  readonly get: StrategyContext['get'];
  readonly list: StrategyContext['list'];

  constructor(
    private readonly access: ServerAccess,
    private readonly authorizer: Authorizer,
  ) {
    this.random = access.random;
    this.settings = access.settings;
    this.get = access.get;
    this.list = access.list;
  }

  get user(): User | undefined {
    return this.target?.user;
  }

  get verb(): string {
    return this.target?.info.verb ?? '';
  }

  readonly forbidden = ({ verbPrefix = '', ...part }: PartAsked): string | undefined => {
    if (this.target === undefined) return undefined;
    const { info, user } = this.target;
    const verb = verbPrefix + info.verb;
    const attributes = Object.assign({}, info, part, { user, verb });
    const decision = this.authorizer.authorize(attributes);
    if (decision.decision === 'allow') return undefined;
    return forbiddenByAuthorization(attributes, reasonOf(decision)).message;
  };

  get nowMs(): number {
    return this.access.clock.now();
  }

  readonly warn = (text: string): void => this.target?.warn(text);
}
