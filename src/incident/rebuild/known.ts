/** The objects that sources show, brought together by uid, the newest first. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Sighting } from '../import/format.js';

/** One object as several sources show it. */
export interface KnownObject {
  /** The newest sight of it in a dump, else as it was written. */
  readonly newest: Sighting;
  /** All sights, as they came: of writes the first and the last alone. */
  readonly sightings: readonly [Sighting, ...Sighting[]];
}

/** What two sources tell differently of one object. */
export interface Contradiction {
  readonly what: string;
  readonly where: readonly string[];
}

/** A value that a redactor of a support bundle put in. */
export const hiddenMark = '***HIDDEN***';

/** All objects of an import. */
export class Known {
  private readonly byKey = new Map<string, [Sighting, ...Sighting[]]>();
  private readonly keyByName = new Map<string, string>();

  add(sighting: Sighting): void {
    const { object } = sighting;
    const name = nameKey(object);
    const uid = object.metadata.uid;
    const key = uid ?? this.keyByName.get(name) ?? name;
    if (uid !== undefined && this.keyByName.get(name) === name) this.move(name, uid);
    if (uid !== undefined || !this.keyByName.has(name)) this.keyByName.set(name, key);
    const sightings = this.byKey.get(key);
    if (sightings === undefined) return void this.byKey.set(key, [sighting]);
    const last = sightings.at(-1);
    // A log tells an object at every write of it: between the first and the last nothing is lost.
    const isMiddle = sightings.length > 1 && last?.dump === undefined;
    if (sighting.dump === undefined && isMiddle) sightings[sightings.length - 1] = sighting;
    else sightings.push(sighting);
  }

  /** What was known by its name alone has a uid now. */
  private move(from: string, to: string): void {
    const sightings = this.byKey.get(from);
    if (sightings === undefined) return;
    this.byKey.delete(from);
    this.byKey.set(to, [...sightings, ...(this.byKey.get(to) ?? [])]);
  }

  /** All objects, by kind, namespace and name. */
  all(): KnownObject[] {
    return [...this.byKey.values()]
      .map(sightings => ({ newest: newestOf(sightings), sightings }))
      .sort((a, b) => (nameKey(a.newest.object) < nameKey(b.newest.object) ? -1 : 1));
  }

  /** Sights of one state of an object that are not alike. */
  contradictions(): Contradiction[] {
    return this.all().flatMap(({ sightings }) => contradictionsOf(sightings));
  }
}

/** `Deployment fraud/scorer`. */
export function titleOf({ kind = '', metadata }: KubeObject): string {
  const { namespace, name = '' } = metadata;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What dumps show of an object: the best sight of each moment, in order. */
export function dumpedSights({ sightings }: KnownObject): readonly Sighting[] {
  const byTime = new Map<number | undefined, [Sighting, ...Sighting[]]>();
  for (const sighting of sightings) {
    if (sighting.dump === undefined) continue;
    const own = byTime.get(sighting.atMs);
    if (own === undefined) byTime.set(sighting.atMs, [sighting]);
    else own.push(sighting);
  }
  return [...byTime.values()].map(newestOf).toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
}

/** `file:line`. */
export function placeOf({ source }: Pick<Sighting, 'source'>): string {
  return source.line === undefined ? source.file : `${source.file}:${source.line}`;
}

function nameKey({ apiVersion = '', kind = '', metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${kind}.${group} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** The best of several sights: dumps go before writes; a larger resourceVersion is later; what a redactor spared is better. */
export function newestOf(sightings: readonly [Sighting, ...Sighting[]]): Sighting {
  const [first, ...others] = sightings;
  return others.reduce((best, each) => (isBetter(each, best) ? each : best), first);
}

function isBetter(a: Sighting, b: Sighting): boolean {
  if ((a.dump === undefined) !== (b.dump === undefined)) return a.dump !== undefined;
  const byRevision = revisionOf(a) - revisionOf(b);
  if (byRevision !== 0 && a.dump !== undefined) return byRevision > 0;
  if (a.dump === undefined) return (a.atMs ?? 0) >= (b.atMs ?? 0);
  return isHidden(b.object) && !isHidden(a.object);
}

function revisionOf({ object }: Sighting): number {
  return Number(object.metadata.resourceVersion ?? 0);
}

function isHidden(object: KubeObject): boolean {
  return JSON.stringify(object).includes(hiddenMark);
}

function contradictionsOf(sightings: readonly Sighting[]): Contradiction[] {
  const found: Contradiction[] = [];
  const byRevision = new Map<string, Sighting>();
  for (const sighting of sightings) {
    const { resourceVersion } = sighting.object.metadata;
    if (sighting.dump === undefined || resourceVersion === undefined) continue;
    const other = byRevision.get(resourceVersion);
    if (other === undefined) {
      byRevision.set(resourceVersion, sighting);
      continue;
    }
    const path = firstDifference(comparable(other.object), comparable(sighting.object));
    if (path === undefined) continue;
    const what = `${titleOf(sighting.object)} at resourceVersion ${resourceVersion}: ${path}`;
    found.push({ what, where: [placeOf(other), placeOf(sighting)] });
  }
  return found;
}

/** managedFields are left out by printers that are asked to; so are null and empty fields. */
function comparable(object: KubeObject): unknown {
  const { managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** `spec.replicas is 3 and 6`; undefined: alike. */
function firstDifference(a: unknown, b: unknown, path = ''): string | undefined {
  if (isEmpty(a) && isEmpty(b)) return undefined;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    for (const key of keys) {
      const [left, right] = [a, b].map(each => (each as Readonly<Record<string, unknown>>)[key]);
      const found = firstDifference(left, right, path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Object.is(a, b)) return undefined;
  return `${path} is ${JSON.stringify(a) ?? 'absent'} and ${JSON.stringify(b) ?? 'absent'}`;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}
