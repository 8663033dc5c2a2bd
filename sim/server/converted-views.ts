/** What conversion webhooks made of custom resources, kept for as long as the objects are. */
import type { KubeObject } from '../api/object.js';
import { Attached } from '../engine/attached.js';
import type { ServedResource } from './registry.js';

const converted = new Attached<ServedResource, Attached<KubeObject, KubeObject>>();

/** What a conversion webhook made of the object for this version; undefined: it was not asked yet. */
export function convertedView(
  resource: ServedResource,
  object: KubeObject,
): KubeObject | undefined {
  return converted.get(resource)?.get(object);
}

/** Remembers what the webhook made of the object, for as long as the object is. */
export function rememberConverted(
  resource: ServedResource,
  object: KubeObject,
  view: KubeObject,
): void {
  converted.of(resource, () => new Attached<KubeObject, KubeObject>()).set(object, view);
}
