/** Which dumps show one moment, and when that was: by what they say, by a log of the cluster, by their newest time. */
import type { KubeObject } from '../../../sim/api/object.js';
import { timeMs } from '../../../sim/api/time.js';
import type { Sighting, ToldEvent } from '../import/format.js';
import type { DumpEvidence, DumpTimes } from './dump-time.js';
import type { KnownObject } from './known.js';

/** A moment of which dumps were taken. */
export interface DumpInstant {
  readonly atMs: number;
  /** The names of the dumps. */
  readonly dumps: ReadonlySet<string>;
  /** What tells the moment: the dump itself, a log of the cluster, the file's own time, the newest time in it. */
  readonly by: 'dump' | 'log' | 'file' | 'newest time';
  /** How long it took, where it says so. */
  readonly tookMs: number;
}

/** What tells of dumps. */
export interface DumpSources {
  readonly known: readonly KnownObject[];
  readonly events: readonly ToldEvent[];
  /** What a dump says of itself, by its name. */
  readonly told: ReadonlyMap<string, { readonly fromMs: number; readonly toMs: number }>;
  /** When the files of a dump were written, by its name. */
  readonly written: ReadonlyMap<string, number>;
  readonly evidence: DumpTimes;
  /** The last time that the logs cover. */
  readonly lastMs: number;
}

/** Dumps that a log holds apart by no more were taken one after the other by one hand. */
const oneHandMs = 20_000;
/** The same of dumps of which only their newest times are known. */
const unsureMs = 60_000;
/** A file's own time is believed when it is of the time of the record: copies lose theirs. */
const writtenMs = 120_000;
/** So long after its newest write a dump may be of, when nothing was written in between. */
const settledMs = 15_000;

/** Between what it was taken: by what it and its file show, and by what is sure. */
interface Bounds {
  lowMs: number;
  highMs: number;
  sureLowMs: number;
  sureHighMs: number;
}

interface Group extends Bounds {
  readonly dumps: Set<string>;
  readonly revisions: Map<string, string>;
}

/** The moments, in order. */
export function dumpInstants(sources: DumpSources): readonly DumpInstant[] {
  const contents = contentsOf(sources);
  // Events and views of metrics are of a time, and show no state.
  const isState = ([, { revisions }]: readonly [string, Content]): boolean => revisions.size > 0;
  const states = [...contents].filter(isState);
  const dumps = states.length > 0 ? new Map(states) : contents;
  const lastMs = Math.max(sources.lastMs, ...[...dumps.values()].map(({ newestMs }) => newestMs));
  const fileTime = (name: string, bounds: Pick<Bounds, 'lowMs' | 'highMs'>): number | undefined => {
    const ms = sources.written.get(name);
    const isOfTheTime = ms !== undefined && ms >= bounds.lowMs - 1000;
    return isOfTheTime && ms <= Math.min(bounds.highMs, lastMs + writtenMs) ? ms : undefined;
  };
  const groups: Group[] = [];
  const bySize = [...dumps].toSorted(
    ([a, { revisions: x }], [b, { revisions: y }]) => y.size - x.size || (a < b ? -1 : 1),
  );
  for (const [name, content] of bySize) {
    const bounds = boundsOf(name, content, { ...sources, fileTime });
    const [group] = groups
      .filter(each => isOneMoment(each, content, bounds))
      .toSorted((a, b) => {
        // One that a log does not hold apart at all goes before one that it holds apart a little.
        const bySure = Math.max(sureApart(a, bounds), 0) - Math.max(sureApart(b, bounds), 0);
        return bySure || Math.abs(a.lowMs - bounds.lowMs) - Math.abs(b.lowMs - bounds.lowMs);
      });
    if (group === undefined) {
      groups.push({ dumps: new Set([name]), revisions: new Map(content.revisions), ...bounds });
      continue;
    }
    group.dumps.add(name);
    for (const [uid, revision] of content.revisions) group.revisions.set(uid, revision);
    group.lowMs = Math.max(group.lowMs, bounds.lowMs);
    group.highMs = Math.min(group.highMs, bounds.highMs);
    group.sureLowMs = Math.max(group.sureLowMs, bounds.sureLowMs);
    group.sureHighMs = Math.min(group.sureHighMs, bounds.sureHighMs);
  }
  return groups
    .flatMap(({ dumps: names }) => instantOf(names, dumps, { ...sources, fileTime }) ?? [])
    .toSorted((a, b) => a.atMs - b.atMs);
}

interface Content {
  /** By uid. */
  readonly revisions: Map<string, string>;
  newestMs: number;
}

function contentsOf({ known, events, told }: DumpSources): ReadonlyMap<string, Content> {
  const all = new Map<string, Content>();
  const of = (dump: string): Content => {
    const content = all.get(dump) ?? { revisions: new Map<string, string>(), newestMs: -Infinity };
    all.set(dump, content);
    return content;
  };
  for (const { sightings } of known) {
    for (const { dump, object } of sightings) {
      if (dump === undefined) continue;
      const content = of(dump);
      const { uid = '', resourceVersion = '' } = object.metadata;
      if (uid !== '' && resourceVersion !== '') content.revisions.set(uid, resourceVersion);
      content.newestMs = Math.max(content.newestMs, newestTimeIn(object));
    }
  }
  for (const { dump, atMs, untilMs = atMs } of events) {
    if (dump === undefined) continue;
    const content = of(dump);
    content.newestMs = Math.max(content.newestMs, untilMs);
  }
  // One that shows nothing that is used may still tell the time of those beside it.
  for (const dump of told.keys()) if (![...all.keys()].some(name => isOf(dump, name))) of(dump);
  return all;
}

/** What tells of dumps, and when a file of one was written, where that can be believed. */
interface TimedSources extends DumpSources {
  fileTime(name: string, bounds: Pick<Bounds, 'lowMs' | 'highMs'>): number | undefined;
}

function boundsOf(
  name: string,
  { newestMs }: Content,
  { evidence, told, fileTime }: TimedSources,
): Bounds {
  const said = toldOf(name, told);
  if (said !== undefined) {
    const { fromMs, toMs } = said;
    return { lowMs: fromMs, highMs: toMs, sureLowMs: fromMs, sureHighMs: toMs };
  }
  const { lowerMs, upperMs } = evidence.of(name, newestMs);
  const sure = { sureLowMs: lowerMs, sureHighMs: upperMs };
  const lowMs = Math.max(lowerMs, newestMs);
  const fileMs = fileTime(name, { lowMs, highMs: upperMs });
  if (fileMs !== undefined) return { lowMs: fileMs, highMs: fileMs, ...sure };
  return { lowMs, highMs: Math.max(upperMs, lowMs), ...sure };
}

/** By how much a log holds two apart; not above 0: it does not. */
function sureApart(group: Bounds, { sureLowMs, sureHighMs }: Bounds): number {
  return Math.max(group.sureLowMs, sureLowMs) - Math.min(group.sureHighMs, sureHighMs);
}

function isOneMoment(group: Group, { revisions }: Content, bounds: Bounds): boolean {
  const { lowMs, highMs } = bounds;
  if (sureApart(group, bounds) > oneHandMs) return false;
  const shared = [...revisions].filter(([uid]) => group.revisions.has(uid));
  const isOther = shared.some(([uid, revision]) => group.revisions.get(uid) !== revision);
  // What several show alike, and nothing otherwise, is one state, however late its newest time.
  if (shared.length > 0 && !isOther) return true;
  const apartMs = Math.max(group.lowMs, lowMs) - Math.min(group.highMs, highMs);
  return apartMs <= oneHandMs && (!isOther || Math.abs(group.lowMs - lowMs) <= unsureMs);
}

function instantOf(
  names: ReadonlySet<string>,
  contents: ReadonlyMap<string, Content>,
  { told, evidence, fileTime }: TimedSources,
): DumpInstant | undefined {
  const said = [...names].flatMap(name => toldOf(name, told) ?? []);
  const [best] = said.toSorted(
    (a, b) => a.toMs - a.fromMs - (b.toMs - b.fromMs) || a.fromMs - b.fromMs,
  );
  if (best !== undefined) {
    return { atMs: best.fromMs, dumps: names, by: 'dump', tookMs: best.toMs - best.fromMs };
  }
  const newestMs = Math.max(...[...names].map(name => contents.get(name)?.newestMs ?? -Infinity));
  const all = [...names].map(name => evidence.of(name, newestMs));
  const lowerMs = Math.max(...all.map(each => each.lowerMs));
  const upperMs = Math.min(...all.map(each => each.upperMs));
  const bounds = { lowMs: Math.max(lowerMs, newestMs), highMs: upperMs };
  const fileMs = [...names].flatMap(name => fileTime(name, bounds) ?? [])[0];
  const rest = { dumps: names, tookMs: 0 };
  if (lowerMs > -Infinity) {
    return { ...rest, atMs: fileMs ?? byLog({ lowerMs, upperMs }), by: 'log' };
  }
  if (fileMs !== undefined) return { ...rest, atMs: fileMs, by: 'file' };
  return newestMs === -Infinity
    ? undefined
    : { ...rest, atMs: Math.min(newestMs, upperMs - 1), by: 'newest time' };
}

function byLog({ lowerMs, upperMs }: DumpEvidence): number {
  return Math.max(lowerMs, Math.min(lowerMs + settledMs, upperMs - 1));
}

/** A dump may be a part of the folder that tells the time, or the other way round. */
function toldOf(
  name: string,
  told: DumpSources['told'],
): { readonly fromMs: number; readonly toMs: number } | undefined {
  return told.get(name) ?? [...told].find(([dump]) => isOf(dump, name))?.[1];
}

function isOf(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** The newest time anywhere in an object. */
function newestTimeIn(value: unknown): number {
  if (typeof value === 'string') {
    return /^\d{4}-\d\d-\d\dT/.test(value) ? (timeMs(value) ?? -Infinity) : -Infinity;
  }
  if (typeof value !== 'object' || value === null) return -Infinity;
  const { metadata, ...rest } = value as Partial<KubeObject>;
  const own = timeMs(metadata?.creationTimestamp) ?? -Infinity;
  return Object.values(rest).reduce<number>(
    (newest, each) => Math.max(newest, newestTimeIn(each)),
    own,
  );
}

/** The objects with the times of their dumps. */
export function timed(
  known: readonly KnownObject[],
  instants: readonly DumpInstant[],
): readonly KnownObject[] {
  const times = new Map(
    instants.flatMap(({ atMs, dumps }) => [...dumps].map(dump => [dump, atMs] as const)),
  );
  const stamped = (sighting: Sighting): Sighting => {
    const atMs = sighting.atMs ?? times.get(sighting.dump ?? '');
    return atMs === undefined || sighting.dump === undefined ? sighting : { ...sighting, atMs };
  };
  return known.map(({ newest, sightings }) => {
    const [first, ...others] = sightings;
    const all = [stamped(first), ...others.map(stamped)] as const;
    return { newest: all[sightings.indexOf(newest)] ?? newest, sightings: [...all] };
  });
}
