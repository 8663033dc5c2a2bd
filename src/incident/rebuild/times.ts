/** When it all was: the window of the record, the moment of the dumps, the start of the scenario. */
import { yearOfKlog } from '../import/scheduler-log.js';
import type { Collection } from './collection.js';
import { dumpInstants, type DumpInstant } from './dump-instants.js';
import type { DumpTimes } from './dump-time.js';
import type { Survey } from './survey.js';

/** The times of an incident. */
export interface Times {
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  /** The moments of which there are dumps, in order. */
  readonly instants: readonly DumpInstant[];
  /** The dumps from which the scenario starts; absent: it starts from nothing, or they are taken back. */
  readonly start?: DumpInstant;
  /** When the last dump was taken. */
  readonly dumpMs?: number;
  readonly startMs: number;
  /** The start lies before the dumps: they have to be taken back. */
  readonly isTakenBack: boolean;
  /** Set: no dump shows the start. Of so many objects the log tells it, of the others the first dump. */
  readonly beginning?: Beginning;
  /** What was guessed, in a sentence each. */
  readonly guessed: readonly string[];
}

/** How the state at the beginning of a log was found. */
export interface Beginning {
  readonly written: number;
  readonly dumped: number;
  /** Those that go within the log and whose owners nothing shows, by `resource.group namespace/name`: nobody would delete them again. */
  readonly orphans: ReadonlySet<string>;
}

/** Sources that were asked for a range: it is what their maker took for the incident. */
const asked = ['query_range', 'OpenMetrics', 'TSDB dump'];
/** Dumps that were taken so soon after a log begins are of its beginning; of long logs a tenth is. */
const beginningMs = 30_000;
/** What was before the log by more is taken as of the log's beginning. */
const earlierMs = 60 * 60_000;

/** Works the times out. `year` is taken where nothing tells the year of a klog. */
export function timesOf(
  collection: Collection,
  { year, evidence, survey }: { year: number; evidence: DumpTimes; survey: Survey },
): Times {
  const guessed: string[] = [];
  setYear(collection, year, guessed);
  const { events, dumpTimes, writtenTimes, steps } = collection;
  const instants = dumpInstants({
    known: collection.known.all(),
    events,
    told: dumpTimes,
    written: writtenTimes,
    evidence,
    lastMs: survey.lastMs ?? -Infinity,
  });
  guessed.push(...instants.flatMap(guessOf));
  const dumpMs = instants.at(-1)?.atMs;
  const window = windowOf(collection, dumpMs);
  const logFromMs = survey.firstMs ?? steps[0]?.atMs;
  const start = startOf(instants, logFromMs, survey);
  const isEarlier = start !== undefined && (logFromMs ?? 0) - start.atMs > earlierMs;
  if (isEarlier) {
    const hours = Math.round(((logFromMs ?? 0) - start.atMs) / 3_600_000);
    guessed.push(`the dump is ${hours} h older than the log: taken as of the log's beginning`);
  }
  const startMs = isEarlier ? logFromMs : (start?.atMs ?? window?.fromMs);
  if (startMs === undefined) guessed.push('when it was: no source tells a time');
  return {
    instants,
    startMs: startMs ?? Date.UTC(year, 0, 1),
    isTakenBack: start === undefined && dumpMs !== undefined,
    guessed,
    ...(start !== undefined && { start }),
    ...(window !== undefined && { window }),
    ...(dumpMs !== undefined && { dumpMs }),
  };
}

/** The latest dumps of the log's beginning or before it; without a log, the first of all. */
function startOf(
  instants: readonly DumpInstant[],
  logFromMs: number | undefined,
  { lastMs, madeByOurs }: Survey,
): DumpInstant | undefined {
  if (logFromMs === undefined) return instants[0];
  const slackMs = Math.max(beginningMs, ((lastMs ?? logFromMs) - logFromMs) / 10);
  const isWhole = madeByOurs.has('namespaces. /kube-system');
  // A log that tells how the cluster came to be needs no state.
  const untilMs = isWhole ? logFromMs : logFromMs + slackMs;
  return instants.findLast(({ atMs }) => atMs <= untilMs);
}

function guessOf({ atMs, by, tookMs, dumps }: DumpInstant): string[] {
  if (tookMs > 0) {
    return [`the dump took ${Math.round(tookMs / 1000)} s: it is taken as of its beginning`];
  }
  const at = new Date(atMs).toISOString();
  const [first = '', ...others] = dumps;
  const which = others.length === 0 ? first : `${first} and ${others.length} more`;
  if (by === 'file') return [`when ${which} was taken: as its file says, ${at}`];
  if (by === 'newest time') return [`when ${which} was taken: at the newest time in it, ${at}`];
  return [];
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
