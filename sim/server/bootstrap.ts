/** The objects that a fresh server has before the first request: made once for a process, stored by each server. */
import { bootstrapObjects, bootstrapRbac } from '../api/generated/bootstrap.js';
import type { GatedFact } from '../api/feature-gates.js';
import type { KubeObject } from '../api/object.js';
import { rfc3339, rfc3339Micro } from '../api/time.js';
import { storageKey } from '../store/collection.js';
import { bootstrapOwners } from './bootstrap-owners.js';
import type { Core } from './core.js';
import type { FieldOwners } from './field-owners.js';
import { withFrontProxy } from './front-proxy.js';
import { orderedMeta, withMeta } from './object-meta.js';
import type { ServerSettings } from './resources/strategy.js';
import { splitPath } from './request-info.js';

interface Prepared {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly object: KubeObject;
}

type Plain = Readonly<Record<string, unknown>> & { readonly metadata: KubeObject['metadata'] };

let prepared: readonly Prepared[] | undefined;

/** An object as servers with these settings that begin at this time have it, but for its uid and version. */
interface Ready {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly key: string;
  readonly object: KubeObject;
  /** Who owns its fields: worked out once for all who ask. */
  beside: FieldOwners | undefined;
}

/** What was made ready for the servers before: those of one process mostly begin alike. */
const readySets = new Map<string, readonly Ready[]>();
const readySetsMax = 4;

/** Stores them; their revisions are the first ones. */
export function storeBootstrapObjects(core: Core): void {
  const { store, registry, random, clock } = core;
  const uids = random.fork('bootstrap');
  const timeMs = clock.now();
  for (const ready of [...readySet(core), ...readied(core, aggregatedServices(core))]) {
    const served = registry.find(ready.group, ready.version, ready.resource);
    if (served === undefined) continue;
    const { key, object } = ready;
    const uid = uids.uuid();
    const metadata = { ...object.metadata, uid, resourceVersion: store.nextResourceVersion() };
    const beside = (ready.beside ??= bootstrapOwners(served, object, timeMs));
    const placed = { ...object, metadata };
    store.put(served.collection, { key, object: placed, beside, user: 'system:apiserver' });
  }
  store.beginHistory();
}

/** The objects that are no settings of one server alone. */
function readySet(core: Core): readonly Ready[] {
  const { gated, settings, clock } = core;
  prepared ??= prepare(bootstrapObjects() as ByCollection, bootstrapRbac() as ByResource);
  if (gated.length > 0) return readied(core, withGated(prepared, gated));
  const { serviceRange, advertised } = settings;
  const key = `${serviceRange} ${advertised.address} ${advertised.port} ${clock.now()}`;
  let known = readySets.get(key);
  if (known === undefined) {
    if (readySets.size >= readySetsMax) readySets.clear();
    readySets.set(key, (known = readied(core, prepared)));
  }
  return known;
}

function readied({ clock, settings }: Core, objects: readonly Prepared[]): readonly Ready[] {
  const created = rfc3339(clock.now());
  const micro = rfc3339Micro(clock.now());
  return objects.map(({ object: recordedObject, ...where }) => {
    const object = adapted(recordedObject, settings);
    const { metadata } = object;
    const own = { uid: '?', creationTimestamp: created, resourceVersion: '?' };
    const placed = withMeta(
      timed(object, created, micro),
      orderedMeta(Object.assign({}, metadata, own)),
    );
    const key = storageKey(metadata.namespace ?? '', metadata.name ?? '');
    return Object.assign({}, where, { key, object: placed, beside: undefined });
  });
}

/** The APIServices of groups that others serve: always available, as nothing lies between. */
function aggregatedServices({ options }: Core): readonly Prepared[] {
  return Object.entries(options.aggregated ?? {}).map(([groupVersion, { service }]) => {
    const [group = '', version = ''] = groupVersion.split('/');
    const name = `${group.split('.')[0] ?? ''}-server`;
    const object = {
      kind: 'APIService',
      apiVersion: 'apiregistration.k8s.io/v1',
      metadata: { name: `${version}.${group}` },
      spec: {
        service: { namespace: 'kube-system', name, port: 443, ...service },
        group,
        version,
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
      status: { conditions: [availableCondition] },
    };
    const where = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
    return { ...where, object: object as unknown as KubeObject };
  });
}

const availableCondition = {
  type: 'Available',
  status: 'True',
  lastTransitionTime: '1970-01-01T00:00:00Z',
  reason: 'Passed',
  message: 'all checks passed',
};

const rbacGroup = 'rbac.authorization.k8s.io';

/** Objects of kube-controller-manager, not of the server. */
function isMadeByControllers(resource: string, { metadata }: Plain): boolean {
  return (
    resource === 'serviceaccounts' ||
    (resource === 'configmaps' && metadata.name === 'kube-root-ca.crt')
  );
}

/** By the path of their collection. */
type ByCollection = Readonly<Record<string, readonly Plain[]>>;
/** Roles and bindings by their resource. */
type ByResource = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** The objects with what feature gates add to them, and to some roles. */
function withGated(objects: readonly Prepared[], gated: readonly GatedFact[]): readonly Prepared[] {
  if (gated.length === 0) return objects;
  const added = gated.flatMap(fact =>
    prepare((fact.objects ?? {}) as ByCollection, fact.rbac ?? {}),
  );
  const extended = objects.map(each => {
    const { name = '' } = each.object.metadata;
    const more = gated.flatMap(fact => fact.rules?.[name] ?? []);
    if (each.resource !== 'clusterroles' || more.length === 0) return each;
    const { rules } = each.object as { readonly rules?: readonly unknown[] };
    const object = { ...each.object, rules: [...(rules ?? []), ...more] };
    return { ...each, object };
  });
  return [...extended, ...added];
}

function prepare(byCollection: ByCollection, roles: ByResource): readonly Prepared[] {
  const objects = Object.entries(byCollection).flatMap(([path, items]) => {
    const [prefix, ...rest] = splitPath(path);
    const [group = '', version = '', resource = ''] = prefix === 'api' ? ['', ...rest] : rest;
    return items
      .filter(item => !isMadeByControllers(resource, item))
      .map(item => ({ group, version, resource, item: withFrontProxy(item) }));
  });
  const rbac = Object.entries(roles).flatMap(([resource, items]) =>
    items.map(({ name, namespace, labels, annotations, ...rest }) => ({
      group: rbacGroup,
      version: 'v1',
      resource,
      item: { metadata: { name, namespace, labels, annotations }, ...rest } as Plain,
    })),
  );
  return [...objects, ...rbac].map(({ item, ...where }) =>
    Object.assign({}, where, { object: typed(where, item) }),
  );
}

const kinds: Readonly<Record<string, string>> = {
  namespaces: 'Namespace',
  services: 'Service',
  configmaps: 'ConfigMap',
  priorityclasses: 'PriorityClass',
  flowschemas: 'FlowSchema',
  prioritylevelconfigurations: 'PriorityLevelConfiguration',
  servicecidrs: 'ServiceCIDR',
  ipaddresses: 'IPAddress',
  apiservices: 'APIService',
  endpoints: 'Endpoints',
  endpointslices: 'EndpointSlice',
  leases: 'Lease',
  clusterroles: 'ClusterRole',
  clusterrolebindings: 'ClusterRoleBinding',
  roles: 'Role',
  rolebindings: 'RoleBinding',
};

function typed(
  { group, version, resource }: Omit<Prepared, 'object'>,
  { metadata, ...rest }: Plain,
): KubeObject {
  return {
    kind: kinds[resource] ?? '',
    apiVersion: group === '' ? version : `${group}/${version}`,
    metadata,
    ...rest,
  };
}

const recorded = {
  serviceRange: '10.0.0.0/16',
  advertised: { address: '192.0.2.2', port: 17500 },
} satisfies Partial<ServerSettings>;

/** The service range and the server's own address are settings; the recorded objects have others. */
function adapted(
  object: KubeObject,
  { serviceRange, advertised }: Pick<ServerSettings, 'serviceRange' | 'advertised'>,
): KubeObject {
  const { address, port } = advertised;
  const before = recorded.advertised;
  const isRecorded =
    serviceRange === recorded.serviceRange && address === before.address && port === before.port;
  if (isRecorded) return object;
  const text = JSON.stringify(object)
    .replaceAll(recorded.serviceRange, serviceRange)
    .replaceAll(`"${firstAddress(recorded.serviceRange)}"`, `"${firstAddress(serviceRange)}"`)
    .replaceAll(`"${before.address}:${before.port}"`, `"${address}:${port}"`)
    .replaceAll(`"${before.address}"`, `"${address}"`)
    .replaceAll(`"port":${before.port}`, `"port":${port}`)
    .replaceAll(`"targetPort":${before.port}`, `"targetPort":${port}`);
  return JSON.parse(text) as KubeObject;
}

/** The address of the service `kubernetes`: the first of the range. */
function firstAddress(range: string): string {
  const [address = ''] = range.split('/');
  const parts = address.split('.');
  return [...parts.slice(0, 3), Number(parts[3] ?? 0) + 1].join('.');
}

/** Times of the recording become the time at which this server began. */
function timed(object: KubeObject, created: string, micro: string): KubeObject {
  const { status, spec } = object as { status?: Timed; spec?: Timed };
  const conditions = status?.conditions?.map(condition =>
    condition.lastTransitionTime === undefined
      ? condition
      : { ...condition, lastTransitionTime: created },
  );
  return {
    ...object,
    ...(conditions !== undefined && { status: { ...status, conditions } }),
    ...(spec?.renewTime !== undefined && { spec: { ...spec, renewTime: micro } }),
  };
}

interface Timed {
  readonly conditions?: readonly { readonly lastTransitionTime?: string }[];
  readonly renewTime?: string;
}
