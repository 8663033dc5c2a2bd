/**
 * Custom resources on their way to and from the store, as the schema of a version lets them pass.
 * @upstream apiextensions-apiserver/pkg/apiserver/customresource_handler.go crdConversionRESTOptionsGetter
 */
import type { KubeObject } from '../../api/object.js';
import type { CustomVersion } from './custom-version.js';
import { pruned, withDefaults, withoutBadNulls } from './schema.js';

/** How the versions of a definition look at an object. */
export type Coercion = Pick<CustomVersion, 'schemas' | 'preservesUnknownFields'>;

/** What was stored, with the defaults of the version in which it was stored. */
export function readBack(stored: KubeObject, coercion: Coercion): KubeObject {
  const schema = coercion.schemas.get(stored.apiVersion ?? '');
  return withDefaults(coerced(stored, coercion), schema) as KubeObject;
}

/** The object without what its version does not know. A conversion sets no defaults. */
export function coerced(
  object: KubeObject,
  { schemas, preservesUnknownFields }: Coercion,
): KubeObject {
  if (preservesUnknownFields) return object;
  const schema = schemas.get(object.apiVersion ?? '');
  return withoutBadNulls(pruned(object, schema), schema) as KubeObject;
}

/** What the strategy None makes of an object. */
export function renamed(object: KubeObject, apiVersion: string, coercion: Coercion): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  return coerced({ ...object, apiVersion }, coercion);
}
