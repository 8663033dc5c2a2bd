/** Fills a server with what another one stored: the server of a past instant, or one that goes on from there. */
import { storageKey } from '../store/collection.js';
import type { KubeObject } from '../api/object.js';
import type { HistoryEntry } from './contract.js';
import type { Core } from './core.js';
import { FieldOwners } from './field-owners.js';
import { withResourceVersion } from './object-meta.js';

/** Stores the changes under their own revisions and times; nothing is checked, since another server did. */
export function restore({ store }: Core, entries: Iterable<HistoryEntry>): void {
  for (const { type, resource, object, revision, timeMs, user } of entries) {
    const { namespace = '', name = '' } = object.metadata;
    const key = storageKey(namespace, name);
    const stored = { key, object, revision, beside: FieldOwners.none };
    store.replay(store.collection(resource), { type, timeMs, user, stored });
  }
}

/** Stores objects as they stand; one that is there already is replaced. */
export function takeOver(
  { store, registry, options }: Core,
  objects: Iterable<{ readonly resource: string; readonly object: KubeObject }>,
): void {
  for (const { resource, object } of objects) {
    const { namespace = '', name = '' } = object.metadata;
    const [group = '', version] = (object.apiVersion ?? 'v1').split('/');
    const [plural = ''] = resource.split('.');
    const served =
      version === undefined
        ? registry.find('', group, plural)
        : registry.find(group, version, plural);
    const stored = served?.strategy.toStored?.(object) ?? object;
    store.put(store.collection(resource), {
      key: storageKey(namespace, name),
      object: withResourceVersion(stored, store.nextResourceVersion()),
      beside: FieldOwners.none,
      user: 'system:apiserver',
    });
    options.past?.stored(resource, namespace, name);
  }
}

/** Resources that decide what is served. */
const serving = [
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
];

/** Takes back what came after the revision. */
export function takeBack({ store }: Core, revision: number): boolean {
  if (serving.some(resource => store.collection(resource).lastChange > revision)) return false;
  return store.takeBack(revision);
}
