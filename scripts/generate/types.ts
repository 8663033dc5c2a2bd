/**
 * Writes sim/api/generated/types.ts: for each type its fields as Go has them, with what patches, apply
 * and protobuf need to know. One compact line a type, read when the type is first asked for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withGatedDefinitions, withGatedGroups } from './gated.js';
import { goNames, goNamesByType } from './go-names.js';
import { definitionName } from './kinds.js';
import { tableFile, type TableFile } from './table-file.js';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly pointer?: boolean;
  readonly omitEmpty?: boolean;
  readonly omitZero?: boolean;
  readonly inline?: boolean;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly proto?: string;
}

interface TypeFact {
  readonly fields?: readonly Field[];
  readonly of?: string;
}

interface Types {
  readonly kinds: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, TypeFact>>;
}

interface Schema {
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
}

interface Definition extends Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

type Definitions = Readonly<Record<string, Definition>>;

interface Discovery {
  readonly core: readonly DiscoveryGroup[];
  readonly groups: readonly DiscoveryGroup[];
}
interface DiscoveryGroup {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly DiscoveryResource[];
  }[];
}
interface ResponseKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
interface DiscoveryResource {
  readonly responseKind: ResponseKind;
  readonly subresources?: readonly { readonly responseKind?: ResponseKind }[];
}

/** Kinds that are sent or answered though no resource has them. */
const extraKinds = [
  'v1 Binding',
  'v1 DeleteOptions',
  'v1 CreateOptions',
  'v1 UpdateOptions',
  'v1 PatchOptions',
  'v1 Status',
  'v1 PodLogOptions',
  'v1 PodExecOptions',
  'v1 SerializedReference',
  'autoscaling/v1 Scale',
  'policy/v1 Eviction',
  'policy/v1beta1 Eviction',
  'authentication.k8s.io/v1 TokenRequest',
  'audit.k8s.io/v1 Event',
  'audit.k8s.io/v1 Policy',
];

/** Defaults of key fields that are not the zero value: the only ones that apply needs. */
const defaults: Readonly<Record<string, string>> = {
  'core/v1.ContainerPort.protocol': 'TCP',
  'core/v1.ServicePort.protocol': 'TCP',
};

/** The table of the types and the table from `group/version Kind` to type. */
export function typeTables(factsFolder: string): TableFile {
  const read = <T>(name: string): T =>
    JSON.parse(readFileSync(join(factsFolder, name), 'utf8')) as T;
  const facts = read<Types>('types.json');
  const definitions = withGatedDefinitions(
    read<Readonly<Record<string, Definition>>>('openapi-definitions.json'),
  );
  const kinds = servedKinds(facts, read<Discovery>('discovery.json'));
  const types = closure(Object.values(kinds), facts.types);
  const lines = [...types].sort().map(type => [type, line(type, facts.types, definitions)]);
  return tableFile('types', 'types.json and openapi-definitions.json', [
    {
      name: 'types',
      comment: 'Types by name, one line each: see facts.ts.',
      value: Object.fromEntries(lines),
    },
    { name: 'kindTypes', comment: 'The type of each `group/version Kind`.', value: kinds },
  ]);
}

function servedKinds(facts: Types, discovery: Discovery): Record<string, string> {
  const names = new Set(extraKinds);
  for (const group of [...discovery.core, ...withGatedGroups(discovery.groups)]) {
    const name = group.metadata.name ?? '';
    for (const { version, resources } of group.versions) {
      const own = { group: name, version };
      for (const { responseKind, subresources = [] } of resources) {
        const kinds = [responseKind, ...subresources.flatMap(one => one.responseKind ?? [])];
        for (const { group: of, version: at, kind } of kinds) {
          names.add(kindName(of === '' && at === '' ? own : { group: of, version: at }, kind));
        }
      }
    }
  }
  const found = [...names].sort().flatMap(name => {
    const type = facts.kinds[name];
    if (type === undefined) console.error(`no type for ${name}`);
    return type === undefined ? [] : [[name, type] as const];
  });
  return Object.fromEntries(found);
}

function kindName({ group, version }: { group: string; version: string }, kind: string): string {
  return `${group === '' ? version : `${group}/${version}`} ${kind}`;
}

function closure(roots: readonly string[], types: Types['types']): Set<string> {
  const found = new Set<string>();
  const visit = (type: string): void => {
    for (const name of type.replace(/\[\]|map\[|\]/g, ' ').split(' ')) {
      const fact = types[name];
      if (fact === undefined || found.has(name)) continue;
      found.add(name);
      if (fact.of !== undefined) visit(fact.of);
      for (const field of fact.fields ?? []) visit(field.type);
    }
  };
  roots.forEach(visit);
  return found;
}

function line(type: string, types: Types['types'], definitions: Definitions): string {
  const fact = types[type];
  if (fact?.of !== undefined) return `=${fact.of}`;
  const definition = definitions[definitionName(type)];
  const head = definition?.['x-kubernetes-map-type'] === 'atomic' ? 'a' : '';
  const fields = (fact?.fields ?? []).map(field => fieldText(type, field, definition));
  return [head, ...fields].join(';');
}

function fieldText(type: string, field: Field, definition: Definition | undefined): string {
  const schema = definition?.properties?.[field.name] ?? {};
  const isRequired = definition?.required?.includes(field.name) ?? false;
  const flags = [
    field.pointer ? 'p' : '',
    field.omitEmpty ? 'e' : '',
    field.omitZero ? 'z' : '',
    field.inline ? 'i' : '',
    isRequired ? 'r' : '',
  ].join('');
  const listKeys = schema['x-kubernetes-list-map-keys'] ?? [];
  const list = [schema['x-kubernetes-list-type'] ?? '', ...listKeys].join('+');
  const parts = [
    field.name,
    goName(type, field),
    field.type,
    flags,
    field.proto?.split(' ')[1] ?? '',
    [field.patchStrategy ?? '', field.patchMergeKey ?? ''].join('+').replace(/^\+$/, ''),
    list,
    schema['x-kubernetes-map-type'] ?? '',
    defaults[`${type}.${field.name}`] ?? '',
  ];
  return parts.join('|').replace(/\|+$/, '');
}

/** The Go name, or nothing when it is the JSON name with a capital. */
function goName(type: string, field: Field): string {
  // ObjectMeta and ListMeta are embedded under a JSON name.
  if (field.inline || /^meta\/v1\.(Object|List)Meta$/.test(field.type))
    return field.type.slice(field.type.lastIndexOf('.') + 1);
  return goNamesByType[type]?.[field.name] ?? goNames[field.name] ?? '';
}
