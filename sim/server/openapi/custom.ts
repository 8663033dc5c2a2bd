/** What OpenAPI tells of custom resources. @upstream apiextensions-apiserver/pkg/controller/openapi/builder/builder.go */
import { apiVersionOf } from '../../api/object.js';
import type { ServedResource } from '../registry.js';
import type { Core } from '../core.js';
import { queryParameter, type Json } from './documents.js';
import { isUntold, swaggerSchema } from './swagger-schema.js';

/** `com.example.v1.Widget`. */
function definitionName({ kind }: ServedResource, suffix = ''): string {
  const reversed = kind.group.split('.').reverse().join('.');
  return `${reversed}.${kind.version}.${kind.kind}${suffix}`;
}

/** Described as those of built-in kinds are. */
function typeProperties({ options }: Core): Json {
  const fields = options.describeType?.('io.k8s.api.core.v1.ConfigMap')?.fields ?? {};
  const property = (name: string): Json => {
    const description = fields[name];
    return { ...(description !== undefined && { description }), type: 'string' };
  };
  return { apiVersion: property('apiVersion'), kind: property('kind') };
}

const metadataDescription =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

/** The definitions of the kind and of its list, as version 2 or 3 of OpenAPI tells them. */
export function customDefinitions(core: Core, resource: ServedResource, openapi: 2 | 3): Json {
  const { kind, listKind } = resource;
  const { group, version } = kind;
  return {
    [definitionName(resource)]: {
      ...objectSchema(core, resource, openapi),
      'x-kubernetes-group-version-kind': [{ group, version, kind: kind.kind }],
    },
    [definitionName(resource, 'List')]: {
      type: 'object',
      required: ['items'],
      properties: {
        ...typeProperties(core),
        items: {
          type: 'array',
          items: { $ref: `#/components/schemas/${definitionName(resource)}` },
        },
        metadata: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta' },
      },
      'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
    },
  };
}

/** Without a schema nothing is told of the fields: kubectl would take them for all there are. */
function objectSchema(core: Core, { custom }: ServedResource, openapi: 2 | 3): Json {
  const schema = custom?.schema as Json | undefined;
  if (schema === undefined || (openapi === 2 && isUntold(schema))) return { type: 'object' };
  const told = openapi === 2 ? swaggerSchema(schema) : schema;
  const $ref = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
  // Version 3 ignores what stands beside a reference. @upstream kube-openapi/pkg/builder3/util.go
  const reference = openapi === 2 ? { $ref } : { allOf: [{ $ref }] };
  return {
    ...told,
    properties: {
      ...((told['properties'] ?? {}) as Json),
      ...typeProperties(core),
      metadata: { description: metadataDescription, ...reference },
    },
  };
}

const writeQuery = ['dryRun', 'fieldManager', 'fieldValidation'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
];

/** The paths of the kind. */
export function customPaths({ kind, subresources }: ServedResource): Json {
  const root = `/apis/${apiVersionOf(kind)}`;
  const place = kind.isNamespaced ? `${root}/namespaces/{namespace}` : root;
  const gvk = { group: kind.group, version: kind.version, kind: kind.kind };
  const operation = (action: string, query: readonly string[] = []) => ({
    operationId: `${action}${kind.kind}`,
    parameters: query.map(queryParameter),
    responses: { 200: { description: 'OK' }, 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const patch = {
    ...operation('patch', [...writeQuery, 'force']),
    requestBody: { content: Object.fromEntries(patchTypes.map(type => [type, {}])) },
  };
  const object = {
    get: operation('get'),
    put: operation('put', writeQuery),
    patch,
  };
  const one = `${place}/${kind.resource}/{name}`;
  return {
    ...(kind.isNamespaced && { [`${root}/${kind.resource}`]: { get: operation('list') } }),
    [`${place}/${kind.resource}`]: {
      get: operation('list'),
      post: operation('post', writeQuery),
      delete: operation('deletecollection'),
    },
    [one]: { ...object, delete: operation('delete') },
    ...Object.fromEntries(subresources.map(({ name }) => [`${one}/${name}`, object])),
  };
}
