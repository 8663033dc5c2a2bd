/** When it all was: the window of the record, the moment of the dumps, the start of the scenario. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { yearOfKlog } from '../import/scheduler-log.js';
import type { Collection } from './collection.js';

/** The times of an incident. */
export interface Times {
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  readonly dumpMs?: number;
  readonly startMs: number;
  /** The start lies before the dumps: they have to be taken back. */
  readonly isTakenBack: boolean;
  /** What was guessed, in a sentence each. */
  readonly guessed: readonly string[];
}

/** Sources that were asked for a range: it is what their maker took for the incident. */
const asked = ['query_range', 'OpenMetrics', 'TSDB dump'];

/** Works the times out. `year` is taken where nothing tells the year of a klog; `dumpMs` tells a log. */
export function timesOf(
  collection: Collection,
  { year, dumpMs: byLog }: { readonly year: number; readonly dumpMs?: number | undefined },
): Times {
  const guessed: string[] = [];
  setYear(collection, year, guessed);
  const dumpMs = dumpTime(collection, byLog, guessed);
  const window = windowOf(collection, dumpMs);
  const hasWrites = collection.writes.length > 0 || collection.steps.length > 0;
  const isTakenBack =
    hasWrites && window !== undefined && (dumpMs === undefined || window.fromMs < dumpMs);
  const startMs = isTakenBack ? window.fromMs : (dumpMs ?? window?.fromMs);
  if (startMs === undefined) guessed.push('when it was: no source tells a time');
  return {
    startMs: startMs ?? Date.UTC(year, 0, 1),
    isTakenBack: isTakenBack && dumpMs !== undefined,
    guessed,
    ...(window !== undefined && { window }),
    ...(dumpMs !== undefined && { dumpMs }),
  };
}

function windowOf({ extents, events }: Collection, dumpMs: number | undefined): Times['window'] {
  const all = [...extents].filter(([format]) => asked.includes(format));
  const used = (all.length > 0 ? all : [...extents]).map(([, extent]) => extent);
  if (used.length === 0 && events.length > 0) {
    used.push({
      fromMs: events.reduce((first, { atMs }) => Math.min(first, atMs), Infinity),
      toMs: events.reduce(
        (last, { atMs, untilMs }) => Math.max(last, untilMs ?? atMs),
        dumpMs ?? 0,
      ),
    });
  }
  if (used.length === 0) return undefined;
  return {
    fromMs: Math.min(...used.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...used.map(({ toMs }) => toMs)),
  };
}

/** What a dump says itself; else the newest time in any of them. */
function dumpTime(
  { dumpTimes, known, events }: Collection,
  byLog: number | undefined,
  guessed: string[],
): number | undefined {
  const exact = [...dumpTimes.values()].toSorted(
    (a, b) => a.toMs - a.fromMs - (b.toMs - b.fromMs) || a.fromMs - b.fromMs,
  );
  const [best] = exact;
  if (best !== undefined) {
    if (best.toMs > best.fromMs) {
      const seconds = Math.round((best.toMs - best.fromMs) / 1000);
      guessed.push(`the dump took ${seconds} s: it is taken as of its beginning`);
    }
    return best.fromMs;
  }
  if (byLog !== undefined) return byLog;
  let newestMs = -Infinity;
  for (const { sightings } of known.all()) {
    for (const { dump, object } of sightings) {
      if (dump !== undefined) newestMs = Math.max(newestMs, newestTimeIn(object));
    }
  }
  for (const { dump, atMs, untilMs = atMs } of events) {
    if (dump !== undefined) newestMs = Math.max(newestMs, untilMs);
  }
  if (newestMs === -Infinity) return undefined;
  const at = new Date(newestMs).toISOString();
  guessed.push(`when the dump was taken: at the newest time in it, ${at}`);
  return newestMs;
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

/** Gives the times of a klog their year: that of the other sources, or the one that is given. */
function setYear(collection: Collection, year: number, guessed: string[]): void {
  const isKlog = (ms: number): boolean => new Date(ms).getUTCFullYear() === yearOfKlog;
  const { decisions, extents } = collection;
  const log = extents.get("scheduler's log");
  const hasKlog = decisions.some(({ atMs }) => isKlog(atMs)) || (log && isKlog(log.fromMs));
  if (hasKlog !== true) return;
  const others = [...extents].flatMap(([format, { fromMs }]) =>
    format === "scheduler's log" || isKlog(fromMs) ? [] : [fromMs],
  );
  const json = decisions.find(({ atMs }) => !isKlog(atMs))?.atMs;
  const told = [...others, ...(json === undefined ? [] : [json])];
  const shown = collection.events.map(({ atMs }) => atMs);
  const known = told[0] ?? shown[0];
  const chosen = known === undefined ? year : new Date(known).getUTCFullYear();
  guessed.push(
    known === undefined
      ? `the year of the scheduler's log, which tells none: ${chosen}`
      : `the year of the scheduler's log, which tells none: ${chosen}, as the other sources`,
  );
  const leap = (ms: number): number => {
    const date = new Date(ms);
    date.setUTCFullYear(chosen);
    // A part of a millisecond is kept, which Date drops.
    return date.getTime() + (ms - Math.floor(ms));
  };
  decisions.forEach((decision, index) => {
    if (isKlog(decision.atMs)) decisions[index] = { ...decision, atMs: leap(decision.atMs) };
  });
  if (log !== undefined) {
    const fromMs = isKlog(log.fromMs) ? leap(log.fromMs) : log.fromMs;
    const toMs = isKlog(log.toMs) ? leap(log.toMs) : log.toMs;
    extents.set("scheduler's log", { fromMs, toMs: Math.max(fromMs, toMs) });
  }
}
