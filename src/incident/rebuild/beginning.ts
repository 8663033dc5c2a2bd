/** The state at the beginning of a log that begins part-way, when all dumps were taken later. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { LogSight, Sighting } from '../import/format.js';
import { beforeWrite, sizeBefore, type Surroundings } from './before-write.js';
import type { DumpInstant } from './dump-instants.js';
import type { FirstSights } from './first-sights.js';
import { keyInLog } from './initial.js';
import { dumpedSights, type KnownObject } from './known.js';
import type { Survey } from './survey.js';
import type { Times } from './times.js';

/** What the state is made from. */
export interface BeginningSources {
  /** With the times of their dumps. */
  readonly known: readonly KnownObject[];
  readonly sights: FirstSights;
  readonly survey: Survey;
  readonly times: Times;
  /** The first time that the log covers. */
  readonly logFromMs: number | undefined;
}

/** The objects with their sight at the beginning, and the times with a start there. */
export interface Begun {
  readonly known: readonly KnownObject[];
  readonly times: Times;
}

/** The name of the moment, where dumps have theirs. */
const dump = "the log's beginning";

/** Puts the start at the log's beginning; nothing is changed where a dump shows it, or the log no objects. */
export function begun({ known, sights, survey, times, logFromMs }: BeginningSources): Begun {
  const { firstMs } = survey;
  const isWhole = survey.madeByOurs.has('namespaces. /kube-system');
  if (!times.isTakenBack || firstMs === undefined || sights.size === 0 || isWhole) {
    return { known, times };
  }
  // What is taken over comes before all that the log tells.
  const startMs = Math.floor(Math.min(firstMs, logFromMs ?? firstMs)) - 1;
  const wasThere = ({ metadata }: KubeObject): boolean =>
    (timeMs(metadata.creationTimestamp) ?? Infinity) <= startMs &&
    !sights.isMade(metadata.uid ?? '');
  const found: Found[] = known.flatMap(each => foundIn(each, sights) ?? []);
  const shown = new Set(found.map(({ object }) => object.metadata.uid));
  for (const uid of sights.uids()) {
    const sight = shown.has(uid) ? undefined : sights.get(uid);
    if (sight !== undefined) found.push({ ...sight, sight });
  }
  const there = found.filter(({ object }) => wasThere(object));
  const isLaterVolume = (name: string): boolean =>
    found.some(
      ({ object }) =>
        object.kind === 'PersistentVolume' && object.metadata.name === name && !wasThere(object),
    );
  const after = { ...around(there, { startMs, survey }), isLaterVolume };
  // The owned come first: their owners are told by them.
  const before = new Map<string, Sighting>();
  const owned = (uid: string): readonly KubeObject[] =>
    after.ownedBy(uid).map(each => before.get(each.metadata.uid ?? '')?.object ?? each);
  for (const each of there.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const { sight, source } = each;
    const object =
      sight === undefined ? each.object : beforeWrite(sight, { ...after, ownedBy: owned });
    before.set(object.metadata.uid ?? '', { object, source, dump, atMs: startMs });
  }
  const written = there.filter(({ sight }) => sight !== undefined).length;
  const left = shownAt(known, times.instants.at(-1));
  const isOrphan = ({ object }: Found): boolean =>
    !left.has(object.metadata.uid) &&
    object.metadata.ownerReferences?.some(
      ({ controller, uid }) => controller === true && !before.has(uid),
    ) === true;
  const orphans = new Set(there.filter(isOrphan).map(({ object }) => keyInLog(object)));
  const beginning = { written, dumped: there.length - written, orphans };
  const start = { atMs: startMs, dumps: new Set([dump]), by: 'log', tookMs: 0 } as const;
  return {
    known: withSights(known, before),
    times: { ...times, startMs, start, isTakenBack: false, beginning },
  };
}

interface Found {
  readonly object: KubeObject;
  readonly source: Sighting['source'];
  /** Set: the first that the log shows of it; absent: a dump shows it as it was before all writes. */
  readonly sight?: LogSight;
}

/** The first that is known of an object that a dump shows: by revisions, which are of one clock. */
function foundIn(each: KnownObject, sights: FirstSights): Found | undefined {
  const [first] = dumpedSights(each);
  const { uid } = first?.object.metadata ?? {};
  if (first === undefined || uid === undefined) return undefined;
  const sight = sights.get(uid);
  if (sight === undefined || versionOf(first.object) < versionOf(sight.object)) return first;
  return { object: sight.object, source: sight.source, sight };
}

/** The uids of what a dump shows. */
function shownAt(
  known: readonly KnownObject[],
  instant: DumpInstant | undefined,
): ReadonlySet<string | undefined> {
  const shown = known.filter(({ sightings }) =>
    sightings.some(each => instant?.dumps.has(each.dump ?? '')),
  );
  return new Set(shown.map(({ newest }) => newest.object.metadata.uid));
}

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

function around(
  there: readonly Found[],
  { startMs, survey }: { readonly startMs: number; readonly survey: Survey },
): Omit<Surroundings, 'isLaterVolume'> {
  const byOwner = new Map<string, KubeObject[]>();
  for (const { object } of there) {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const list = byOwner.get(uid) ?? [];
      byOwner.set(uid, list);
      list.push(object);
    }
  }
  const byUid = new Map(there.map(each => [each.object.metadata.uid, each]));
  const ownedBy = (uid: string): readonly KubeObject[] => byOwner.get(uid) ?? [];
  return {
    startMs,
    ownedBy,
    sizeOf: object => {
      if (object.kind !== 'ReplicaSet') return undefined;
      const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
      const of = byUid.get(owner?.uid);
      if (of === undefined || !isShort(object)) return undefined;
      const others = ownedBy(owner?.uid ?? '').filter(
        each => each.metadata.uid !== object.metadata.uid && podsOf(each) > 0,
      );
      if (others.length > 0) return undefined;
      return sizeBefore(of.sight ?? { ...of, atMs: startMs, verb: '' });
    },
    isBoundLater: ({ metadata }) => {
      const life = survey.pods.get(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
      if (life?.isBound !== true) return false;
      // One of this name that came later may be what was bound.
      return (life.createdMs ?? Infinity) > (life.scheduledMs ?? Infinity);
    },
  };
}

interface Sized {
  readonly replicas?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

function podsOf({ status }: KubeObject & { readonly status?: unknown }): number {
  return ((status ?? {}) as Sized).replicas ?? 0;
}

function isShort({ status }: KubeObject & { readonly status?: unknown }): boolean {
  const { conditions = [] } = (status ?? {}) as Sized;
  return conditions.some(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
}

function rankOf({ object }: Found): number {
  const ranks = ['Pod', 'ControllerRevision', 'ReplicaSet', 'Job'];
  const rank = ranks.indexOf(object.kind ?? '');
  return rank < 0 ? ranks.length : rank;
}

function withSights(
  known: readonly KnownObject[],
  before: ReadonlyMap<string, Sighting>,
): readonly KnownObject[] {
  const left = new Map(before);
  const all = known.map((each): KnownObject => {
    const { uid = '' } = each.newest.object.metadata;
    const sight = left.get(uid);
    if (sight === undefined) return each;
    left.delete(uid);
    const newest = each.newest.dump === undefined ? sight : each.newest;
    return { newest, sightings: [...each.sightings, sight] };
  });
  const others = [...left.values()].map((newest): KnownObject => ({ newest, sightings: [newest] }));
  return [...all, ...others];
}
