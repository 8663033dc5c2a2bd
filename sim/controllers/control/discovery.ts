/**
 * What kinds the API server serves, as a controller learns it: by aggregated discovery where that is
 * served, else group by group.
 * @upstream staging/src/k8s.io/client-go/discovery/discovery_client.go
 */
import type { Kind } from '../../api/object.js';
import type { Answer, Reconciliation, Request } from '../../client/contract.js';
import { call } from '../../client/requests.js';
import { Attached } from '../../engine/attached.js';

/** A resource that is served, with what can be done to it. */
export interface ServedResource extends Kind {
  /** Its name in the singular; that of its kind in lower case where none is served. */
  readonly singular: string;
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
  /** Whether its version is the first of the group's that has the resource. */
  readonly isPreferred: boolean;
}

/** What discovery found, and the groups of which nothing could be learnt. */
export interface Discovered {
  readonly resources: readonly ServedResource[];
  /** The groups by their preferred order of versions. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** `group/version: why`, in the order asked. */
  readonly failures: readonly string[];
}

/** Asks the API server for all that it serves. */
export function* discover(): Reconciliation<Discovered> {
  const core = yield* call<unknown>(requests.core);
  const found = new Finding();
  if (!isAggregated(core)) yield* read(found, '/api', core);
  const named = yield* call<unknown>(requests.named);
  if (isAggregated(core) && isAggregated(named)) return discoveredIn(core.object, named.object);
  if (isAggregated(core)) yield* read(found, '/api', core);
  yield* read(found, '/apis', named);
  return found.discovered();
}

type Aggregated = Answer<unknown> & { readonly isOk: true; readonly object: GroupDiscoveryList };

function isAggregated(answer: Answer<unknown>): answer is Aggregated {
  const isList = (list: GroupDiscoveryList) => list.kind === 'APIGroupDiscoveryList';
  return answer.isOk && isList(answer.object as GroupDiscoveryList);
}

/** What was read last in the two lists: in process they are the same objects as long as nothing changes. */
const lastRead = new Attached<
  GroupDiscoveryList,
  { readonly named: GroupDiscoveryList; readonly discovered: Discovered }
>();

function discoveredIn(core: GroupDiscoveryList, named: GroupDiscoveryList): Discovered {
  const last = lastRead.get(core);
  if (last?.named === named) return last.discovered;
  const found = new Finding();
  for (const group of [...(core.items ?? []), ...(named.items ?? [])]) readGroup(found, group);
  const discovered = found.discovered();
  lastRead.set(core, { named, discovered });
  return discovered;
}

/** The resources of a group and kind, the preferred version first. */
export function resourcesOfKind(
  { resources }: Discovered,
  group: string,
  kind: string,
): readonly ServedResource[] {
  const all = resources.filter(resource => resource.group === group && resource.kind === kind);
  return [...all.filter(one => one.isPreferred), ...all.filter(one => !one.isPreferred)];
}

const accepted =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

const headers = { accept: accepted };
const requests = {
  core: { method: 'GET', path: '/api', headers },
  named: { method: 'GET', path: '/apis', headers },
} as const;

class Finding {
  readonly groups = new Map<string, readonly string[]>();
  readonly failures: string[] = [];
  private readonly resources: ServedResource[] = [];
  private readonly preferred = new Set<string>();

  add(resource: Omit<ServedResource, 'isPreferred'>): void {
    const key = `${resource.group}/${resource.resource}`;
    const isPreferred = !this.preferred.has(key);
    this.preferred.add(key);
    this.resources.push(Object.assign({ isPreferred }, resource));
  }

  discovered(): Discovered {
    const { resources, groups, failures } = this;
    return { resources, groups, failures };
  }
}

function* read(found: Finding, path: string, answer: Answer<unknown>): Reconciliation<void> {
  if (!answer.isOk) {
    found.failures.push(`${path}: ${answer.message}`);
    return;
  }
  const list = answer.object as GroupDiscoveryList & GroupList & VersionList;
  if (list.kind === 'APIGroupDiscoveryList') {
    for (const group of list.items ?? []) readGroup(found, group);
    return;
  }
  for (const version of list.versions ?? []) {
    found.groups.set('', list.versions ?? []);
    yield* readVersion(found, '', version);
  }
  for (const group of list.groups ?? []) {
    const versions = preferredFirst(group);
    found.groups.set(group.name, versions);
    for (const version of versions) yield* readVersion(found, group.name, version);
  }
}

function readGroup(found: Finding, group: GroupDiscovery): void {
  const name = group.metadata.name ?? '';
  const versions = group.versions ?? [];
  found.groups.set(
    name,
    versions.map(({ version }) => version),
  );
  for (const { version, freshness, resources = [] } of versions) {
    if (freshness === 'Stale') {
      found.failures.push(`${groupVersion(name, version)}: stale GroupVersion discovery`);
      continue;
    }
    for (const resource of resources) {
      const kind = resource.responseKind?.kind ?? '';
      found.add({
        group: name,
        version,
        kind,
        resource: resource.resource,
        singular: singularOf(resource.singularResource, kind),
        isNamespaced: resource.scope === 'Namespaced',
        verbs: resource.verbs ?? [],
        subresources: (resource.subresources ?? []).map(({ subresource }) => subresource),
      });
    }
  }
}

function* readVersion(found: Finding, group: string, version: string): Reconciliation<void> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const request: Request<ResourceList> = { method: 'GET', path };
  const answer = yield* call(request);
  if (!answer.isOk) {
    found.failures.push(`${groupVersion(group, version)}: ${answer.message}`);
    return;
  }
  const resources = answer.object.resources ?? [];
  for (const { name, singularName, kind, namespaced, verbs } of resources) {
    if (name.includes('/')) continue;
    const subresources = resources
      .filter(sub => sub.name.startsWith(`${name}/`))
      .map(sub => sub.name.slice(name.length + 1));
    const resource = { group, version, kind, resource: name, isNamespaced: namespaced };
    const singular = singularOf(singularName, kind);
    found.add({ ...resource, singular, verbs, subresources });
  }
}

function singularOf(served: string | undefined, kind: string): string {
  return served === undefined || served === '' ? kind.toLowerCase() : served;
}

function preferredFirst(group: Group): readonly string[] {
  const versions = group.versions.map(({ version }) => version);
  const preferred = group.preferredVersion?.version;
  if (preferred === undefined) return versions;
  return [preferred, ...versions.filter(version => version !== preferred)];
}

/** A group and a version as they are written in one: of the core group, the version alone. */
export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

interface GroupDiscoveryList {
  readonly kind?: string;
  readonly items?: readonly GroupDiscovery[];
}

interface GroupDiscovery {
  readonly metadata: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly singularResource?: string;
      readonly responseKind?: { readonly kind: string };
      readonly scope: string;
      readonly verbs?: readonly string[];
      readonly subresources?: readonly { readonly subresource: string }[];
    }[];
  }[];
}

interface VersionList {
  readonly versions?: readonly string[];
}

interface GroupList {
  readonly groups?: readonly Group[];
}

interface Group {
  readonly name: string;
  readonly versions: readonly { readonly version: string }[];
  readonly preferredVersion?: { readonly version: string };
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}
