/** What OpenAPI tells of custom resources. @upstream apiextensions-apiserver/pkg/controller/openapi/builder/builder.go */
import { apiVersionOf } from '../../api/object.js';
import type { ServedResource } from '../registry.js';
import { queryParameter, type Json } from './documents.js';

/** `com.example.v1.Widget`. */
function definitionName({ kind }: ServedResource, suffix = ''): string {
  const reversed = kind.group.split('.').reverse().join('.');
  return `${reversed}.${kind.version}.${kind.kind}${suffix}`;
}

const typeProperties: Json = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
};

/** The definitions of the kind and of its list. */
export function customDefinitions(resource: ServedResource): Json {
  const { kind, custom, listKind } = resource;
  const { group, version } = kind;
  const schema = (custom?.schema ?? { type: 'object' }) as Json;
  const properties = (schema['properties'] ?? {}) as Json;
  return {
    [definitionName(resource)]: {
      ...schema,
      properties: {
        ...properties,
        ...typeProperties,
        metadata: {
          $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
        },
      },
      'x-kubernetes-group-version-kind': [{ group, version, kind: kind.kind }],
    },
    [definitionName(resource, 'List')]: {
      type: 'object',
      required: ['items'],
      properties: {
        ...typeProperties,
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
