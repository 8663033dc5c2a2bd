/** The versions of custom resources that are served, made from the established definitions. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../api/kinds/apiextensions.js';
import { compareText } from '../../api/go-text.js';
import { isConditionTrue } from '../../api/meta.js';
import { apiVersionOf, type Kind } from '../../api/object.js';
import { printedResource } from '../../api/status.js';
import { Attached } from '../../engine/attached.js';
import type { Core } from '../core.js';
import type { ServedGroup, ServedResource, Subresource } from '../registry.js';
import type { Schemas } from './custom-version.js';
import { customStrategy } from './strategy.js';

/** What discovery tells, and the order in which it does. */
const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const partVerbs = ['get', 'patch', 'update'];

interface Known {
  readonly definition: CustomResourceDefinition;
  readonly resources: readonly ServedResource[];
}

const knownByCore = new Attached<Core, Map<string, Known>>();

/** Tells the registry which custom groups there are; watches of versions that changed end. */
export function customGroups(core: Core, definitions: readonly CustomResourceDefinition[]): void {
  const known = knownByCore.of(core, () => new Map<string, Known>());
  const established = definitions.filter(({ status }) =>
    isConditionTrue(status?.conditions ?? undefined, 'Established'),
  );
  const names = new Set(established.map(({ metadata }) => metadata.name ?? ''));
  for (const [name, { resources }] of known) {
    if (names.has(name)) continue;
    for (const resource of resources) endStreams(resource);
    known.delete(name);
  }
  for (const definition of established) {
    const name = definition.metadata.name ?? '';
    const before = known.get(name);
    if (before !== undefined && isSame(before.definition, definition)) continue;
    for (const resource of before?.resources ?? []) endStreams(resource);
    known.set(name, { definition, resources: servedVersions(core, definition) });
    if (before === undefined) {
      const { spec } = definition;
      const resource = printedResource({ group: spec.group, resource: spec.names.plural });
      core.store.collection(resource).beginAt(core.store.revision);
    }
  }
  core.registry.setCustomGroups(groupsOf([...known.values()]));
}

/** Only spec and accepted names count; whether it is being deleted does too, for creations. */
function isSame(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return (
    a.spec === b.spec &&
    a.status?.acceptedNames === b.status?.acceptedNames &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp
  );
}

function endStreams({ streams }: ServedResource): void {
  for (const end of [...streams]) end();
}

function servedVersions(
  core: Core,
  definition: CustomResourceDefinition,
): readonly ServedResource[] {
  const { spec } = definition;
  const storage = spec.versions.find(version => version.storage)?.name ?? '';
  return spec.versions
    .filter(({ served }) => served)
    .map(version => servedVersion(core, definition, { version, storage }));
}

function servedVersion(
  core: Core,
  definition: CustomResourceDefinition,
  {
    version,
    storage,
  }: { readonly version: CustomResourceDefinitionVersion; readonly storage: string },
): ServedResource {
  const { spec, status } = definition;
  const names = status?.acceptedNames ?? spec.names;
  const kind: Kind = {
    group: spec.group,
    version: version.name,
    kind: names.kind,
    resource: names.plural,
    isNamespaced: spec.scope === 'Namespaced',
  };
  const preservesUnknownFields = spec.preserveUnknownFields === true;
  const schemas = schemasOf(definition);
  const strategy = customStrategy(kind, version, { preservesUnknownFields, schemas });
  const { conversion } = spec;
  const resource = printedResource(kind);
  const schema = version.schema?.openAPIV3Schema;
  const { deprecated, deprecationWarning } = version;
  return {
    kind,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs,
    subresources: subresourcesOf(kind, version),
    strategy,
    storedStrategy: strategy,
    collection: core.store.collection(resource),
    apiVersion: apiVersionOf(kind),
    siblings: core.registry.siblingsOf(resource),
    streams: new Set(),
    admission: new Map(),
    custom: {
      definition,
      schema,
      schemas,
      preservesUnknownFields,
      storageVersion: storage,
      ...(conversion?.strategy === 'Webhook' &&
        conversion.webhook !== undefined && { webhook: conversion.webhook }),
      ...(deprecated === true && {
        deprecationWarning:
          deprecationWarning ?? `${kind.group}/${kind.version} ${kind.kind} is deprecated`,
      }),
    },
  };
}

function schemasOf({ spec }: CustomResourceDefinition): Schemas {
  return new Map(
    spec.versions.map(({ name, schema }) => [`${spec.group}/${name}`, schema?.openAPIV3Schema]),
  );
}

function subresourcesOf(
  { group, version, kind }: Kind,
  { subresources }: CustomResourceDefinitionVersion,
): readonly Subresource[] {
  const parts: Subresource[] = [];
  if (subresources?.status !== undefined) {
    parts.push({ name: 'status', group, version, kind, verbs: partVerbs });
  }
  if (subresources?.scale !== undefined) {
    parts.push({
      name: 'scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: partVerbs,
    });
  }
  return parts;
}

function groupsOf(known: readonly Known[]): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, ServedResource[]>>();
  for (const resource of known.flatMap(({ resources }) => resources)) {
    const { group, version } = resource.kind;
    let versions = groups.get(group);
    if (versions === undefined) groups.set(group, (versions = new Map()));
    versions.set(version, [...(versions.get(version) ?? []), resource]);
  }
  return [...groups].map(([group, versions]) => ({
    group,
    versions: [...versions]
      .sort(([a], [b]) => compareVersions(a, b))
      .map(([version, resources]) => ({ version, resources })),
  }));
}

const versionPattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const ranks: Readonly<Record<string, number>> = { alpha: 0, beta: 1, '': 2 };

/** GA before beta before alpha, newer before older; others at the end. @upstream apimachinery/pkg/version CompareKubeAwareVersionStrings */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionPattern.exec(a), versionPattern.exec(b)];
  if (left === null || right === null) {
    if (left === right) return compareText(a, b);
    return left === null ? 1 : -1;
  }
  const rank = (match: RegExpExecArray) => ranks[match[2] ?? ''] ?? 0;
  return (
    rank(right) - rank(left) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
