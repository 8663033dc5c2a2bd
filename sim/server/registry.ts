/** The resources that the server serves: the built-in ones, and those that CRDs add. */
import type { GatedFact } from '../api/feature-gates.js';
import type { Kind } from '../api/object.js';
import { printedResource } from '../api/status.js';
import type { Store } from '../store/store.js';
import type { Indexes } from '../store/watchers.js';
import type { Collection, CollectionOptions } from '../store/collection.js';
import type { FieldOwners } from './field-owners.js';
import { discovery } from '../api/generated/discovery.js';
import type { Strategy } from './resources/strategy.js';
import type { CustomVersion } from './custom/custom-version.js';

/** A subresource as discovery tells it. */
export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** One resource in one version. */
export interface ServedResource {
  readonly kind: Kind;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Of this version: defaults and columns. */
  readonly strategy: Strategy;
  /** Of the version that is stored; the same unless this one is another view of it. */
  readonly storedStrategy: Strategy;
  readonly collection: Collection<FieldOwners>;
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  /** What the CRD says of this version; absent for built-in kinds. */
  readonly custom?: CustomVersion;
  /** All served versions of the same stored objects, by apiVersion. */
  readonly siblings: ReadonlyMap<string, ServedResource>;
  /** Ends the watches of this version when its CRD changes: of custom kinds alone. */
  readonly streams: Set<() => void>;
  /** Plug-ins of admission that want a say, by operation and subresource: filled by admission. */
  readonly admission: Map<string, unknown>;
}

/** What discovery tells of a version. */
export interface ServedVersion {
  readonly version: string;
  readonly resources: readonly ServedResource[];
}

/** What discovery tells of a group. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly ServedVersion[];
}

interface ResourceFact {
  readonly resource: string;
  readonly responseKind: { readonly kind: string };
  readonly scope: string;
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly responseKind: Pick<Subresource, 'group' | 'version' | 'kind'>;
    readonly verbs: readonly string[];
  }[];
}

interface VersionFact {
  readonly version: string;
  readonly resources: readonly ResourceFact[];
}

interface GroupFact {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly VersionFact[];
}

/** A version that is served besides those of a fresh server, after the group's others. */
export type AddedVersion = NonNullable<GatedFact['discovery']>;

let parsedFacts: readonly GroupFact[] | undefined;

function facts(): readonly GroupFact[] {
  if (parsedFacts === undefined) {
    const { core, groups } = discovery() as Readonly<Record<string, readonly GroupFact[]>>;
    parsedFacts = [...(core ?? []), ...(groups ?? [])];
  }
  return parsedFacts;
}

/** Finds resources by their path. */
export class Registry {
  /** By `group/version`, then by resource. */
  private readonly versions = new Map<string, Map<string, ServedResource>>();
  private readonly families = new Map<string, Map<string, ServedResource>>();
  private builtIn: readonly ServedGroup[];
  private custom: readonly ServedGroup[] = [];
  /** Of all groups; undefined until somebody asks, and again when a definition comes or goes. */
  private allKinds: readonly Kind[] | undefined;
  /** Grows with each change, for what is built from the registry and kept. */
  generation = 0;

  constructor(
    private readonly store: Store<FieldOwners>,
    strategies: readonly Strategy[],
    added: readonly AddedVersion[] = [],
  ) {
    const known = builtInFacts(strategies);
    this.builtIn = facts().map(({ metadata: { name: group = '' }, versions }) => ({
      group,
      versions: [...versions, ...versionsOf(group, added)].map(({ version, resources }) => ({
        version,
        resources: resources.map(fact => this.builtInResource(known.of(group, version, fact))),
      })),
    }));
    this.index();
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    return this.versions.get(`${group}/${version}`)?.get(resource);
  }

  /** Whether the group has the version. */
  hasVersion(group: string, version: string): boolean {
    return this.versions.has(`${group}/${version}`);
  }

  /** Whether the group is one of Kubernetes' own. */
  isBuiltInGroup(group: string): boolean {
    return this.builtIn.some(one => one.group === group);
  }

  /** Whether the group is there because of a CRD. */
  isCustomGroup(group: string): boolean {
    return this.custom.some(one => one.group === group);
  }

  /** All groups, built-in ones first, in the order of discovery. */
  groups(): readonly ServedGroup[] {
    return [...this.builtIn, ...this.custom];
  }

  /** All served kinds, in the order of discovery: webhooks' rules are compared with them at each write. */
  kinds(): readonly Kind[] {
    return (this.allKinds ??= this.groups()
      .flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))
      .map(({ kind }) => kind));
  }

  /** Any served version of a resource: the one in which it is stored, where that is served. */
  anyVersion(group: string, resource: string): ServedResource | undefined {
    for (const { group: name, versions } of this.groups()) {
      if (name !== group) continue;
      for (const version of versions) {
        const served = version.resources.find(({ kind }) => kind.resource === resource);
        if (served !== undefined) return served;
      }
    }
    return undefined;
  }

  /** Replaces all custom groups. */
  setCustomGroups(groups: readonly ServedGroup[]): void {
    this.custom = groups;
    this.allKinds = undefined;
    this.generation++;
    this.index();
  }

  /** The versions of one stored resource: filled as they are registered. */
  siblingsOf(storedResource: string): Map<string, ServedResource> {
    let siblings = this.families.get(storedResource);
    if (siblings === undefined) this.families.set(storedResource, (siblings = new Map()));
    return siblings;
  }

  private index(): void {
    this.versions.clear();
    for (const siblings of this.families.values()) siblings.clear();
    for (const { group, versions } of this.groups()) {
      for (const { version, resources } of versions) {
        const key = `${group}/${version}`;
        const known = this.versions.get(key) ?? new Map<string, ServedResource>();
        for (const resource of resources) {
          known.set(resource.kind.resource, resource);
          this.siblingsOf(resource.collection.resource).set(resource.apiVersion, resource);
        }
        this.versions.set(key, known);
      }
    }
  }

  private builtInResource({ shown, stored }: BuiltInFacts): ServedResource {
    return Object.assign({}, shown, {
      collection: this.store.collection(stored.resource, stored.options),
      siblings: this.siblingsOf(stored.resource),
      streams: noStreams,
    });
  }
}

/** What is the same of a built-in resource in all servers of a process. */
interface BuiltInFacts {
  readonly shown: Omit<ServedResource, 'collection' | 'siblings' | 'streams'>;
  readonly stored: { readonly resource: string; readonly options: CollectionOptions };
}

/** Watches of built-in kinds are ended by nobody. */
const noStreams = new Set<() => void>();

/** The facts of built-in resources, worked out once for a list of strategies. */
class KnownFacts {
  private readonly byKind: ReadonlyMap<string, Strategy>;
  private readonly known = new WeakMap<ResourceFact, BuiltInFacts>();

  constructor(strategies: readonly Strategy[]) {
    this.byKind = new Map(strategies.map(strategy => [strategyKey(strategy.kind), strategy]));
  }

  of(group: string, version: string, fact: ResourceFact): BuiltInFacts {
    let facts = this.known.get(fact);
    if (facts === undefined) {
      facts = this.found({ group, version, fact });
      this.known.set(fact, facts);
    }
    return facts;
  }

  private found(of: {
    readonly group: string;
    readonly version: string;
    readonly fact: ResourceFact;
  }): BuiltInFacts {
    const { group, version, fact } = of;
    const kind: Kind = {
      group,
      version,
      kind: fact.responseKind.kind,
      resource: fact.resource,
      isNamespaced: fact.scope === 'Namespaced',
    };
    const strategy = this.byKind.get(strategyKey(kind)) ?? { kind };
    const stored = strategy.storedAs;
    const storedKind = stored ?? kind;
    const shown = {
      kind,
      singular: fact.singularResource,
      listKind: `${kind.kind}List`,
      shortNames: fact.shortNames ?? [],
      categories: fact.categories ?? [],
      verbs: fact.verbs,
      subresources: (fact.subresources ?? []).map(({ subresource, responseKind, verbs }) => ({
        name: subresource,
        ...responseKind,
        verbs,
      })),
      strategy,
      storedStrategy:
        stored === undefined ? strategy : (this.byKind.get(strategyKey(stored)) ?? strategy),
      apiVersion: group === '' ? version : `${group}/${version}`,
      admission: new Map(),
    };
    const options = {
      indexes: indexesOf(storedKind),
      isCached: storedKind.resource !== 'events',
      keepsHistory: storedKind.resource !== 'leases',
    };
    return { shown, stored: { resource: printedResource(storedKind), options } };
  }
}

const factsOfStrategies = new WeakMap<readonly Strategy[], KnownFacts>();

function builtInFacts(strategies: readonly Strategy[]): KnownFacts {
  let known = factsOfStrategies.get(strategies);
  if (known === undefined) factsOfStrategies.set(strategies, (known = new KnownFacts(strategies)));
  return known;
}

/** The table's form is what the generator writes, as that of the other facts. */
function versionsOf(group: string, added: readonly AddedVersion[]): readonly VersionFact[] {
  return added.filter(one => one.group === group).map(one => one.version as VersionFact);
}

function strategyKey({ group, version, resource }: Kind): string {
  return `${group}/${version}/${resource}`;
}

/** Pods are found by their node: each kubelet watches its own. */
function indexesOf({ group, resource }: Kind): Indexes {
  if (group !== '' || resource !== 'pods') return {};
  return { 'spec.nodeName': nodeNameOf };
}

function nodeNameOf(object: { readonly [field: string]: unknown }): string {
  const spec = object['spec'] as { readonly nodeName?: string } | undefined;
  return spec?.nodeName ?? '';
}
