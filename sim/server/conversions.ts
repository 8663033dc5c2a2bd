/**
 * Custom resources whose versions a webhook converts: before a handler looks at stored objects it has
 * them converted here, and before it stores one too. For all other resources there is nothing to wait for.
 */
import type { KubeObject } from '../api/object.js';
import { plainError, tooManyRequests, type Failure } from '../api/status.js';
import type { Stored } from '../store/stored.js';
import { convertedView, rememberConverted } from './converted-views.js';
import { coerced, readBack } from './custom/coerced.js';
import { convertByWebhook } from './custom/conversion-webhook.js';
import type { FieldOwners } from './field-owners.js';
import { trackFields } from './managed-fields.js';
import { orderedMeta, withManagedFields, withMeta } from './object-meta.js';
import type { ServedResource } from './registry.js';
import type { Scope } from './scope.js';
import type { Steps } from './steps.js';
import { inStorage } from './views.js';

type Place = Pick<Scope, 'core' | 'resource'>;

/** Whether a webhook converts what is stored. */
export function isConverted({ custom }: ServedResource): boolean {
  return custom?.webhook !== undefined;
}

/**
 * Has the objects converted to the version of the request, so that their views can be looked at.
 * What was converted before is not asked for again unless `isFresh` says so.
 */
export function* readied(
  place: Place,
  storeds: readonly Stored<FieldOwners>[],
  { isFresh = false }: { readonly isFresh?: boolean } = {},
): Steps<Failure | undefined> {
  const { custom, apiVersion } = place.resource;
  if (custom?.webhook === undefined) return undefined;
  for (const stored of storeds) {
    if (stored.object.apiVersion === apiVersion) continue;
    if (!isFresh && convertedView(place.resource, stored.object) !== undefined) continue;
    const read = readBack(stored.object, custom);
    const shown = withManagedFields(read, stored.beside.entries(trackFields(place.resource)));
    const converted = yield* converting(place, shown, apiVersion);
    if ('error' in converted) return plainError(converted.error);
    rememberConverted(place.resource, stored.object, converted.object);
  }
  return undefined;
}

/** The same for all that a list or a watch is about: what cannot be converted keeps its cache from being filled. */
export function* readiedAll(
  place: Place,
  storeds: readonly Stored<FieldOwners>[],
): Steps<Failure | undefined> {
  const failure = yield* readied(place, storeds);
  if (failure === undefined) return undefined;
  const { apiVersion, kind } = place.resource;
  const told = `failed to list ${apiVersion}, Kind=${kind.kind}: ${failure.message ?? ''}`;
  return tooManyRequests(`storage is (re)initializing: ${told}`, 1);
}

/** The object as it is to be stored. */
export function* intoStorage(
  scope: Scope,
  object: KubeObject,
  owners: FieldOwners,
): Steps<KubeObject | Failure> {
  const { custom, kind } = scope.resource;
  if (custom?.webhook === undefined || custom.storageVersion === kind.version) {
    return inStorage(scope, object);
  }
  const shown = withManagedFields(object, owners.entries(trackFields(scope.resource)));
  const apiVersion = `${kind.group}/${custom.storageVersion}`;
  const converted = yield* converting(scope, shown, apiVersion);
  return 'error' in converted ? plainError(converted.error) : converted.object;
}

/**
 * Has the objects converted to the versions in which others own fields of them: whether those lose
 * fields is told from the object as their version has it. False: that cannot be told.
 */
export function* readiedForOwners(
  { core, resource }: Scope,
  owners: FieldOwners,
  objects: readonly KubeObject[],
): Steps<boolean> {
  const entries = owners.entries(trackFields(resource));
  for (const apiVersion of new Set(entries.map(entry => entry.apiVersion ?? ''))) {
    const served = resource.siblings.get(apiVersion);
    if (served === undefined || served === resource) continue;
    for (const object of objects) {
      const converted = yield* converting({ core, resource }, object, apiVersion);
      if ('error' in converted || !converted.isKnown) return false;
      rememberConverted(served, object, converted.object);
    }
  }
  return true;
}

/** What came of a conversion; not all of it is known to the version when the webhook said more. */
type Converted =
  { readonly object: KubeObject; readonly isKnown: boolean } | { readonly error: string };

/** The webhook sees no resourceVersion, as it sees what etcd holds; the result gets it back. */
function* converting(
  { core, resource }: Place,
  object: KubeObject,
  apiVersion: string,
): Steps<Converted> {
  const { custom } = resource;
  if (custom?.webhook === undefined || object.apiVersion === apiVersion) {
    return { object, isKnown: true };
  }
  const { resourceVersion, ...metadata } = object.metadata;
  const sent = { ...object, metadata } as KubeObject;
  const converted = yield* convertByWebhook(core.access, custom.webhook, sent, apiVersion);
  if ('error' in converted) return converted;
  const plain = coerced(converted.object, custom);
  const version = resourceVersion === undefined ? {} : { resourceVersion };
  const isKnown = custom.preservesUnknownFields || plain === converted.object;
  return { object: withMeta(plain, orderedMeta({ ...plain.metadata, ...version })), isKnown };
}
