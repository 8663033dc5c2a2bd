/** The OpenAPI documents of the server, made from tables and from the schemas of custom resources. */
import { openapiDefinitions, openapiPaths } from '../../api/generated/openapi.js';
import type { Core } from '../core.js';
import { serverVersion } from '../discovery/root.js';
import type { ServedResource } from '../registry.js';
import { customDefinitions, customPaths } from './custom.js';
import { withDescriptions } from './described.js';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

interface OperationFact {
  readonly id: string;
  readonly action?: string;
  readonly consumes?: readonly string[];
  readonly query?: readonly string[];
}
type PathFacts = Readonly<Record<string, Readonly<Record<string, OperationFact>>>>;

let definitions: Json | undefined;
let paths: PathFacts | undefined;

function builtInDefinitions({ gated }: Core): Json {
  definitions ??= openapiDefinitions() as Json;
  if (gated.length === 0) return definitions;
  return Object.assign({}, definitions, ...gated.map(fact => fact.definitions)) as Json;
}

function builtInPaths({ gated }: Core): PathFacts {
  paths ??= openapiPaths() as PathFacts;
  if (gated.length === 0) return paths;
  return Object.assign({}, paths, ...gated.map(fact => fact.paths)) as PathFacts;
}

/** The documents of /openapi/v3, by their path: `api/v1`, `apis/apps/v1`, `version`. */
export function documentNames(core: Core): readonly string[] {
  const { registry } = core;
  const names = new Set<string>();
  for (const path of Object.keys(builtInPaths(core))) names.add(documentOf(path));
  for (const { group, versions } of registry.groups()) {
    for (const { version } of versions) {
      names.add(group === '' ? `api/${version}` : `apis/${group}/${version}`);
    }
  }
  return [...names].sort();
}

/** Which document tells of a path. */
function documentOf(path: string): string {
  const [first = '', second = '', third = ''] = path.split('/').slice(1);
  if (first === 'api') return second === '' ? 'api' : `api/${second}`;
  if (first === 'apis') {
    if (second === '') return 'apis';
    return third === '' ? `apis/${second}` : `apis/${second}/${third}`;
  }
  return path.replace(/^\/|\/$/g, '');
}

/** A document of /openapi/v3, or undefined. */
export function documentNamed(core: Core, name: string): Json | undefined {
  const resources = resourcesOf(core, name);
  const own = Object.entries(builtInPaths(core)).filter(([path]) => documentOf(path) === name);
  const custom = resources.filter(resource => resource.custom !== undefined);
  if (own.length === 0 && custom.length === 0) return undefined;
  const tag = name
    .replace(/^apis?\/?/, '')
    .replace(/\.[^/]*/, '')
    .replace('/', '_');
  const all = {
    ...Object.fromEntries(
      own.map(([path, operations]) => [path, pathItem(core, path, operations, tag)]),
    ),
    ...Object.assign({}, ...custom.map(resource => customPaths(resource))),
  };
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: `${serverVersion.major}.${serverVersion.minor}` },
    paths: all,
    components: {
      schemas: schemasOf(core, resources),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}

function resourcesOf({ registry }: Core, name: string): readonly ServedResource[] {
  const [prefix, ...rest] = name.split('/');
  const [group, version] = prefix === 'api' ? ['', rest[0]] : rest;
  const found = registry.groups().find(one => one.group === group);
  return found?.versions.find(one => one.version === version)?.resources ?? [];
}

/** The definitions that the resources need, with all that they name. */
function schemasOf(core: Core, resources: readonly ServedResource[]): Json {
  const all = builtInDefinitions(core);
  const wanted: Record<string, unknown> = {};
  const add = (name: string): void => {
    if (wanted[name] !== undefined || all[name] === undefined) return;
    const text = JSON.stringify(withDescriptions(core, name, all[name] as Json));
    wanted[name] = JSON.parse(text.replaceAll('#/definitions/', '#/components/schemas/'));
    for (const [, ref = ''] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) add(ref);
  };
  const kinds = new Set(resources.map(({ kind, custom }) => (custom ? '' : kindKey(kind))));
  for (const [name, definition] of Object.entries(all)) {
    const gvks = (definition as Json)['x-kubernetes-group-version-kind'];
    if (!Array.isArray(gvks)) continue;
    const isWanted = (gvks as readonly KindKey[]).some(
      gvk => kinds.has(kindKey(gvk)) || kinds.has(kindKey(gvk).replace(/List$/, '')),
    );
    if (isWanted) add(name);
  }
  for (const name of ['Status', 'DeleteOptions', 'Patch', 'ObjectMeta', 'ListMeta']) {
    add(`io.k8s.apimachinery.pkg.apis.meta.v1.${name}`);
  }
  const custom = resources.filter(resource => resource.custom !== undefined);
  return {
    ...wanted,
    ...Object.assign({}, ...custom.map(one => customDefinitions(core, one, 3))),
  } as Json;
}

interface KindKey {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function kindKey({ group, version, kind }: KindKey): string {
  return `${group}/${version}/${kind}`;
}

function pathItem(
  core: Core,
  path: string,
  operations: Readonly<Record<string, OperationFact>>,
  tag: string,
): Json {
  const kind = kindAt(core, path);
  return Object.fromEntries(
    Object.entries(operations).map(([method, { id, action, query = [], consumes }]) => [
      method,
      {
        tags: [tag],
        operationId: id,
        parameters: query.map(queryParameter),
        ...(method === 'patch' && { requestBody: { content: contents(consumes ?? []) } }),
        responses: { 200: { description: 'OK' }, 401: { description: 'Unauthorized' } },
        ...(action !== undefined && { 'x-kubernetes-action': action }),
        ...(kind !== undefined && { 'x-kubernetes-group-version-kind': kind }),
      },
    ]),
  );
}

function contents(types: readonly string[]): Json {
  const ref = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Patch';
  return Object.fromEntries(types.map(type => [type, { schema: { $ref: ref } }]));
}

/** A query parameter, as both versions tell it. */
export function queryParameter(name: string): Json {
  return { name, in: 'query', schema: { type: 'string', uniqueItems: true } };
}

/** The kind of the objects at a path: of a subresource its own. */
function kindAt({ registry }: Core, path: string): KindKey | undefined {
  const segments = path.split('/').filter(part => part !== '' && part !== 'watch');
  const [group = '', version = '', ...rest] =
    segments[0] === 'api' ? ['', ...segments.slice(1)] : segments.slice(1);
  const parts =
    rest[0] === 'namespaces' && rest.length > 2 && !isNamespacePart(rest[2]) ? rest.slice(2) : rest;
  const [resource = '', , subresource] = parts;
  const served = registry.find(group, version, resource);
  if (served === undefined) return undefined;
  const { kind } = served;
  const part = served.subresources.find(({ name }) => name === subresource);
  if (part === undefined || part.version === '') {
    return { group: kind.group, version: kind.version, kind: part?.kind ?? kind.kind };
  }
  return { group: part.group, version: part.version, kind: part.kind };
}

function isNamespacePart(part: string | undefined): boolean {
  return part === 'status' || part === 'finalize';
}

/** The document of /openapi/v2. */
export function swagger(core: Core): Json {
  const { registry } = core;
  const custom = registry
    .groups()
    .flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))
    .filter(resource => resource.custom !== undefined);
  const tagOf = (path: string) =>
    documentOf(path)
      .replace(/^apis?\/?/, '')
      .replace('/', '_');
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: serverVersion.gitVersion },
    paths: {
      ...Object.fromEntries(
        Object.entries(builtInPaths(core)).map(([path, operations]) => [
          path,
          pathItem(core, path, operations, tagOf(path)),
        ]),
      ),
      ...Object.assign({}, ...custom.map(customPaths)),
    },
    definitions: {
      ...Object.fromEntries(
        Object.entries(builtInDefinitions(core)).map(([name, definition]) => [
          name,
          withDescriptions(core, name, definition as Json),
        ]),
      ),
      ...Object.assign(
        {},
        ...custom.map(resource => withOldRefs(customDefinitions(core, resource, 2))),
      ),
    },
  };
}

function withOldRefs(definition: Json): Json {
  const text = JSON.stringify(definition);
  return JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as Json;
}
