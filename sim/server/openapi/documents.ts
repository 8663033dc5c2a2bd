/** The OpenAPI documents of the server: those of the built-in kinds, and what custom resources add. */
import type { Core } from '../core.js';
import type { ServedResource } from '../registry.js';
import { customDefinitions } from './custom.js';
import { customPaths } from './custom-paths.js';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The documents of /openapi/v3, by their path: `api/v1`, `apis/apps/v1`, `version`. */
export function documentNames(core: Core): readonly string[] {
  const names = new Set(builtInNames(core));
  for (const { kind } of customResources(core)) names.add(`apis/${kind.group}/${kind.version}`);
  return [...names].sort();
}

/** Those of versions that are not served, as a gate is off, are left out. */
function builtInNames({ options, registry }: Core): readonly string[] {
  return (options.openapi?.names() ?? []).filter(name => {
    const [prefix, group = '', version = ''] = name.split('/');
    return prefix !== 'apis' || version === '' || registry.hasVersion(group, version);
  });
}

/** A document of /openapi/v3, or undefined. */
export function documentNamed(core: Core, name: string): Json | undefined {
  const isServed = builtInNames(core).includes(name);
  const text = isServed ? core.options.openapi?.text(name) : undefined;
  const custom = customResources(core).filter(
    ({ kind }) => name === `apis/${kind.group}/${kind.version}`,
  );
  const builtIn = text === undefined ? undefined : (JSON.parse(text) as Json);
  if (custom.length === 0 || name === '') return name === '' ? undefined : builtIn;
  const paths = joined(custom.map(resource => customPaths(core, resource, 3)));
  const schemas = joined(custom.map(resource => customDefinitions(resource, 3)));
  const needed = schemasFor(core, JSON.stringify([paths, schemas]));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    ...builtIn,
    paths: { ...(builtIn?.['paths'] as Json | undefined), ...paths },
    components: { schemas: sortedByName({ ...needed, ...schemas }) },
  };
}

/** The document of version 3 that has the types which the paths of custom resources name. */
export const templateName = 'apis/apps/v1';

/** The built-in definitions that the text names, with all that those name. */
function schemasFor({ options }: Core, text: string): Json {
  const template = options.openapi?.text(templateName);
  if (template === undefined) return {};
  const { components } = JSON.parse(template) as {
    readonly components: { readonly schemas: Json };
  };
  const found: Record<string, unknown> = {};
  const add = (told: string): void => {
    for (const [, name = ''] of told.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (found[name] !== undefined || components.schemas[name] === undefined) continue;
      found[name] = components.schemas[name];
      add(JSON.stringify(found[name]));
    }
  };
  add(text);
  return found;
}

/** The document of /openapi/v2. */
export function swagger(core: Core): Json {
  const text = core.options.openapi?.text('');
  const builtIn = withoutUnserved(
    core,
    (text === undefined ? emptySwagger : JSON.parse(text)) as Json,
  );
  const custom = customResources(core);
  if (custom.length === 0) return builtIn;
  return {
    ...builtIn,
    paths: sortedByName({
      ...(builtIn['paths'] as Json),
      ...joined(custom.map(resource => customPaths(core, resource, 2))),
    }),
    definitions: sortedByName({
      ...(builtIn['definitions'] as Json),
      ...joined(custom.map(resource => withOldRefs(customDefinitions(resource, 2)))),
    }),
  };
}

function withoutUnserved(core: Core, document: Json): Json {
  const served = builtInNames(core);
  const gone = (core.options.openapi?.names() ?? []).filter(name => !served.includes(name));
  if (gone.length === 0) return document;
  const keep = (field: string, beginnings: readonly string[]) => {
    const entries = Object.entries(document[field] as Json);
    const isKept = (name: string) => !beginnings.some(beginning => name.startsWith(beginning));
    return Object.fromEntries(entries.filter(([name]) => isKept(name)));
  };
  return {
    ...document,
    paths: keep(
      'paths',
      gone.map(name => `/${name}/`),
    ),
    definitions: keep('definitions', gone.map(packageOf)),
  };
}

/** The definitions of `apis/scheduling.k8s.io/v1alpha2` begin with `io.k8s.api.scheduling.v1alpha2.`. */
function packageOf(name: string): string {
  const [, group = '', version = ''] = name.split('/');
  return `io.k8s.api.${group.split('.')[0] ?? ''}.${version}.`;
}

const emptySwagger: Json = {
  swagger: '2.0',
  info: { title: 'Kubernetes', version: '1.36' },
  paths: {},
  definitions: {},
};

function customResources({ registry }: Core): readonly ServedResource[] {
  return registry
    .groups()
    .flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))
    .filter(({ custom }) => custom !== undefined);
}

function joined(parts: readonly Json[]): Json {
  return Object.assign({}, ...parts) as Json;
}

function sortedByName(record: Json): Json {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withOldRefs(definition: Json): Json {
  const text = JSON.stringify(definition);
  return JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as Json;
}
