/** When dumps were taken, by a log of the same cluster: after what they show, before what they do not. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { TimedWrite } from '../import/format.js';
import { pluralOf } from '../plural.js';
import type { KnownObject } from './known.js';

/** What a log tells of the time of a dump; infinite: nothing. */
export interface DumpEvidence {
  /** It was taken after this. */
  readonly lowerMs: number;
  /** It was taken before this. */
  readonly upperMs: number;
}

interface Tracker {
  lowerMs: number;
  upperMs: number;
  /** What came and is not in the dump: when. */
  readonly absent: Map<string, number>;
}

/** Looks at the writes in their order, for all dumps at once. */
export class DumpTimes {
  private readonly trackers = new Map<string, Tracker>();
  /** The revisions that dumps show, by kind, namespace and name. */
  private readonly shown = new Map<string, Map<Tracker, number>>();
  /** Which dumps show a kind in a namespace: what is not in them was not there. */
  private readonly scopes = new Map<string, Set<Tracker>>();
  private readonly gone = new Set<string>();
  /** Where things came whose names the log does not tell: it has no answers. */
  private readonly unnamed = new Set<string>();
  /** The newest revision that the log told so far. */
  private newest = 0;

  constructor(known: readonly KnownObject[]) {
    for (const { sightings } of known) {
      for (const { dump, object } of sightings) {
        if (dump !== undefined) this.show(dump, object);
      }
    }
  }

  private show(dump: string, object: KubeObject): void {
    const tracker = this.trackers.get(dump) ?? {
      lowerMs: -Infinity,
      upperMs: Infinity,
      absent: new Map<string, number>(),
    };
    this.trackers.set(dump, tracker);
    const { namespace = '', name = '', resourceVersion } = object.metadata;
    const scope = `${resourceOf(object)} ${namespace}`;
    const key = `${scope}/${name}`;
    const revisions = this.shown.get(key) ?? new Map<Tracker, number>();
    this.shown.set(key, revisions.set(tracker, Number(resourceVersion ?? 0)));
    this.scopes.set(scope, (this.scopes.get(scope) ?? new Set()).add(tracker));
  }

  look({
    atMs,
    status,
    verb,
    resource,
    apiGroup = '',
    namespace = '',
    ...write
  }: TimedWrite): void {
    const { name, revision = 0, subresource } = write;
    if (status < 300 && verb === 'deletecollection')
      this.goneFrom(`${resource}.${apiGroup} ${namespace}`);
    if (status < 300 && name === undefined && verb === 'create' && subresource === undefined) {
      this.unnamed.add(`${resource}.${apiGroup} ${namespace}`);
    }
    if (status >= 300 || name === undefined) return;
    // A write that changes nothing is answered with the revision that was there, however old.
    const isNew = this.newest > 0 && revision > this.newest;
    this.newest = Math.max(this.newest, revision);
    const scope = `${resource}.${apiGroup} ${namespace}`;
    const trackers = this.scopes.get(scope);
    if (trackers === undefined) return;
    const key = `${scope}/${name}`;
    const shown = this.shown.get(key);
    // What is deleted may be written on until its finalizers are gone.
    if (verb === 'delete' && subresource === undefined) this.gone.add(key);
    else if (verb === 'create') this.gone.delete(key);
    for (const tracker of trackers) {
      const own = shown?.get(tracker) ?? 0;
      if (own > 0) {
        if (revision > own) tracker.upperMs = Math.min(tracker.upperMs, atMs);
        else if (revision > 0 && (revision < own || isNew))
          tracker.lowerMs = Math.max(tracker.lowerMs, atMs);
      } else if (subresource === undefined) {
        if (verb === 'create') tracker.absent.set(key, atMs);
        // An apply may have made it.
        else if (verb !== 'delete' && !tracker.absent.has(key) && !this.gone.has(key)) {
          tracker.absent.set(key, atMs);
        } else if (verb === 'delete') {
          // One that came after the dump may go again: that tells nothing.
          const cameMs = tracker.absent.get(key) ?? -Infinity;
          tracker.absent.delete(key);
          const isSure = cameMs > -Infinity || !this.unnamed.has(scope);
          const isBefore = isSure && cameMs <= tracker.lowerMs && atMs < tracker.upperMs;
          if (isBefore) tracker.lowerMs = Math.max(tracker.lowerMs, atMs);
        }
      }
    }
  }

  /** What of a scope came before and is gone tells nothing more. */
  private goneFrom(scope: string): void {
    for (const { absent } of this.scopes.get(scope) ?? []) {
      for (const key of absent.keys()) if (key.startsWith(`${scope}/`)) absent.delete(key);
    }
  }

  /** What the writes so far tell of a dump that was not taken before a time that it shows itself. */
  of(dump: string, newestMs = -Infinity): DumpEvidence {
    const tracker = this.trackers.get(dump);
    if (tracker === undefined) return { lowerMs: -Infinity, upperMs: Infinity };
    const { lowerMs, upperMs, absent } = tracker;
    const knownMs = Math.max(lowerMs, newestMs);
    // What came before and is not there went in a way that the log does not tell by name.
    const least = [...absent.values()].reduce(
      (first, ms) => (ms > knownMs ? Math.min(first, ms) : first),
      upperMs,
    );
    return { lowerMs, upperMs: least };
  }
}

function resourceOf({ apiVersion = '', kind = '' }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${pluralOf(kind)}.${group}`;
}
