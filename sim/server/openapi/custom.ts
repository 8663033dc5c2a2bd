/** What OpenAPI tells of custom resources. @upstream apiextensions-apiserver/pkg/controller/openapi/builder/builder.go */
import { deepEqual, isRecord } from '../../api/equality.js';
import type { ServedResource } from '../registry.js';
import type { Json } from './documents.js';
import { isUntold, swaggerSchema } from './swagger-schema.js';

/** `com.example.v1.Widget`. */
export function definitionName({ kind }: ServedResource, suffix = ''): string {
  const reversed = kind.group.split('.').reverse().join('.');
  return `${reversed}.${kind.version}.${kind.kind}${suffix}`;
}

const conventions =
  'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

const typeProperties = {
  apiVersion: {
    description: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${conventions}#resources`,
    type: 'string',
  },
  kind: {
    description: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${conventions}#types-kinds`,
    type: 'string',
  },
};

const embeddedProperties = {
  apiVersion: {
    description: `apiVersion defines the versioned schema of this representation of an object. More info: ${conventions}#resources`,
    type: 'string',
  },
  kind: {
    description: `kind is a string value representing the type of this object. In CamelCase. More info: ${conventions}#types-kinds`,
    type: 'string',
  },
};

/** The definitions of the kind and of its list, as version 2 or 3 of OpenAPI tells them. */
export function customDefinitions(resource: ServedResource, openapi: 2 | 3): Json {
  const { kind, listKind } = resource;
  const { group, version } = kind;
  const extensions = (kindName: string) => ({
    'x-kubernetes-group-version-kind': [{ group, version, kind: kindName }],
    ...selectableFields(resource),
  });
  return {
    [definitionName(resource)]: { ...objectSchema(resource, openapi), ...extensions(kind.kind) },
    [definitionName(resource, 'List')]: {
      description: `${listKind} is a list of ${kind.kind}`,
      type: 'object',
      required: ['items'],
      properties: {
        ...typeProperties,
        items: {
          description: `List of ${kind.resource}. More info: ${conventions}`,
          type: 'array',
          items: { $ref: `#/components/schemas/${definitionName(resource)}` },
        },
        metadata: {
          description: `Standard list metadata. More info: ${conventions}#types-kinds`,
          ...reference('ListMeta', openapi),
        },
      },
      ...extensions(listKind),
    },
  };
}

function selectableFields({ custom, kind }: ServedResource): Json {
  const { versions = [] } = custom?.definition.spec ?? {};
  const fields = versions.find(({ name }) => name === kind.version)?.selectableFields ?? [];
  if (fields.length === 0) return {};
  return {
    'x-kubernetes-selectable-fields': fields.map(({ jsonPath }) => ({
      fieldPath: jsonPath.replace(/^\./, ''),
    })),
  };
}

/** Version 3 ignores what stands beside a reference. @upstream kube-openapi/pkg/builder3/util.go */
function reference(type: 'ObjectMeta' | 'ListMeta', openapi: 2 | 3): Json {
  const $ref = `#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;
  return openapi === 2 ? { $ref } : { allOf: [{ $ref }] };
}

function metadata(openapi: 2 | 3): Json {
  const description = `Standard object's metadata. More info: ${conventions}#metadata`;
  return { description, ...reference('ObjectMeta', openapi) };
}

/** Without a schema nothing is told of the fields: kubectl would take them for all there are. */
function objectSchema({ custom }: ServedResource, openapi: 2 | 3): Json {
  const schema = custom?.schema as Json | undefined;
  if (schema === undefined || (openapi === 2 && isUntold(schema))) return { type: 'object' };
  const told = withEmbedded(openapi === 2 ? swaggerSchema(schema) : unfolded(schema), openapi);
  return {
    ...told,
    properties: {
      ...((told['properties'] ?? {}) as Json),
      ...typeProperties,
      metadata: metadata(openapi),
    },
  };
}

const intOrString = [{ type: 'integer' }, { type: 'string' }];

/** What may be an integer or a string says so. @upstream apiextensions-apiserver/pkg/apiserver/schema/unfold.go */
function unfolded(schema: Json): Json {
  const told = withChildren(schema, unfolded);
  if (schema['x-kubernetes-int-or-string'] !== true) return told;
  const allOf = (schema['allOf'] ?? []) as readonly Json[];
  const isSaid = [schema, ...allOf.slice(0, 1)].some(({ anyOf }) => deepEqual(anyOf, intOrString));
  if (isSaid) return told;
  if (schema['anyOf'] === undefined) return { anyOf: intOrString, ...told };
  return { ...told, allOf: [{ anyOf: intOrString }, ...allOf] };
}

function withChildren(schema: Json, change: (child: Json) => Json): Json {
  const { properties, items, additionalProperties } = schema;
  const below = (value: unknown) => (isRecord(value) ? change(value) : value);
  return {
    ...schema,
    ...(isRecord(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [name, below(child)]),
      ),
    }),
    ...(items !== undefined && { items: below(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: below(additionalProperties),
    }),
  };
}

/** Whole objects within the object are told to have a type and metadata. */
function withEmbedded(schema: Json, openapi: 2 | 3): Json {
  const told = withChildren(schema, child => withEmbedded(child, openapi));
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-embedded-resource'] !== true) return told;
  if (keepsUnknown && openapi === 2) return told;
  const required = (schema['required'] ?? []) as readonly string[];
  const missing = ['kind', 'apiVersion'].filter(name => !required.includes(name));
  return {
    ...told,
    required: [...required, ...missing],
    properties: {
      ...(told['properties'] as Json | undefined),
      ...embeddedProperties,
      metadata: metadata(openapi),
    },
  };
}
