/**
 * Objects that the server itself keeps for others: they are there before those are, and go after them. An
 * object that is refused once it has them had them for a moment upstream; here it never has.
 * @upstream apiserver/pkg/registry/generic/registry/store.go BeginCreate, BeginUpdate, AfterDelete
 */
import type { KubeObject } from '../api/object.js';
import { rfc3339 } from '../api/time.js';
import type { Companion } from './resources/strategy.js';
import type { Scope } from './scope.js';

/** Makes those of an object that is about to be stored, but for those that the old one has. */
export function makeCompanions(scope: Scope, object: KubeObject, old?: KubeObject): void {
  const { companions } = scope.resource.storedStrategy;
  if (companions === undefined) return;
  const { access, clock, companionUids } = scope.core;
  const known = old === undefined ? [] : companions(old);
  for (const { kind, object: companion } of missingIn(companions(object), known)) {
    const metadata = Object.assign({}, companion.metadata, {
      uid: companionUids.uuid(),
      creationTimestamp: rfc3339(clock.now()),
    });
    access.store(kind, Object.assign({}, companion, { metadata }));
  }
}

/** Removes those of an object that is gone, or was until the new one was stored. */
export function dropCompanions(scope: Scope, old: KubeObject, object?: KubeObject): void {
  const { companions } = scope.resource.storedStrategy;
  if (companions === undefined) return;
  const kept = object === undefined ? [] : companions(object);
  for (const { kind, object: companion } of missingIn(companions(old), kept)) {
    scope.core.remove(kind, companion);
  }
}

function missingIn(all: readonly Companion[], known: readonly Companion[]): readonly Companion[] {
  const names = new Set(known.map(({ object }) => object.metadata.name));
  return all.filter(({ object }) => !names.has(object.metadata.name));
}
