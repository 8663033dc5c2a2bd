/**
 * Turns objects and lists into tables or into their metadata alone.
 * @upstream apiserver/pkg/endpoints/handlers/response.go
 */
import type { KubeObject } from '../../api/object.js';
import { failure, type Failure } from '../../api/status.js';
import { listMeta, type ObjectList } from '../respond.js';
import type { ServedResource } from '../registry.js';
import type { Scope } from '../scope.js';
import { tableOf, includeFailure } from './table.js';

/** The object as the client asked for it. */
export function transformedObject(scope: Scope, object: KubeObject): unknown {
  const { transform } = scope.media;
  switch (transform?.kind) {
    case undefined:
      return object;
    case 'PartialObjectMetadata':
      return partialObject(object, scope.resource, transform.version);
    case 'PartialObjectMetadataList':
      return notThisForm(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${goType(scope)})`,
      );
    case 'Table':
      return includeFailure(scope) ?? tableOf(scope, [object], objectListMeta(object));
  }
}

/** The list as the client asked for it. */
export function transformedList(scope: Scope, list: ObjectList): unknown {
  const { transform } = scope.media;
  switch (transform?.kind) {
    case undefined:
      return list;
    case 'PartialObjectMetadata':
      return notThisForm(
        `you requested PartialObjectMetadata, but the requested object is a list (${goType(scope)}List)`,
      );
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${transform.version}`,
        metadata: listMeta(list),
        items: list.items.map(item => partialObject(item, scope.resource, transform.version)),
      };
    case 'Table':
      return includeFailure(scope) ?? tableOf(scope, list.items, listMeta(list));
  }
}

function objectListMeta({ metadata }: KubeObject): Readonly<Record<string, unknown>> {
  return { resourceVersion: metadata.resourceVersion };
}

/** The metadata of an object, as an object of its own. */
export function partialObject(
  object: KubeObject,
  { strategy }: ServedResource,
  version: string,
): unknown {
  const { metadata } = strategy.rowObject?.(object) ?? object;
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
  };
}

function notThisForm(message: string): Failure {
  return failure(406, 'NotAcceptable', message);
}

/** The internal Go type, which messages name. */
function goType({ resource }: Scope): string {
  const { group, kind } = resource.kind;
  if (resource.custom !== undefined) return '*unstructured.Unstructured';
  const [first = ''] = group.split('.');
  return `*${first === '' ? 'core' : first}.${kind}`;
}
