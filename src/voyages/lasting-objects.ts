/** The manifests of a search: each voyage takes the same ones, whichever thread it is sailed in. */
import type { KubeObject } from '../../sim/api/object.js';
import { lastingBody } from '../../sim/server/decoding/lasting-bodies.js';

/** More than the manifests of any search, with those that shrinking makes of them. */
const knownMax = 5_000;
const known = new Map<string, KubeObject>();
/** All that were ever made: they last, and are their own. */
const lasting = new WeakSet<KubeObject>();

/**
 * The same manifests, each as one object for all voyages of a process, so that what is found out of it is
 * found out once. It is a copy, which nobody can change.
 */
export function lastingObjects(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.map(lastingObject);
}

/** The same for one manifest. */
export function lastingObject(object: KubeObject): KubeObject {
  if (lasting.has(object)) return object;
  const text = JSON.stringify(object);
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= knownMax) known.clear();
  // What JSON makes of an object is an object like it.
  const copy = lastingBody(JSON.parse(text) as KubeObject);
  known.set(text, copy);
  lasting.add(copy);
  return copy;
}
