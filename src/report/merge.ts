/** Puts the JSON reports of shards together into one. */
import type { VoyagesResult } from '../check/voyages.js';
import { didYouMean, InputError } from '../input/errors.js';
import type { Shard } from '../input/shard.js';
import type { LawTally } from '../voyages/explored.js';
import type { CheckReport } from './check/report.js';
import type { Report } from './reporter.js';

/** A report as JSON has it. */
export type ShardReport =
  | ({ readonly kind: 'CheckReport'; readonly shard?: Shard } & CheckReport)
  | ({ readonly kind: 'Report'; readonly shard?: Shard } & Report);

/** The whole, and what is missing of it. */
export interface Merged<T> {
  readonly report: T;
  /** Shards of which there is no report. */
  readonly missing: readonly number[];
}

/**
 * Reads a report; `file` is for messages.
 *
 * @throws InputError when it is none.
 */
export function readReport(text: string, file: string): ShardReport {
  let value: Partial<ShardReport>;
  try {
    value = JSON.parse(text) as Partial<ShardReport>;
  } catch (error) {
    throw new InputError(
      { file },
      `not JSON: ${(error as Error).message}`,
      'give what --reporter json wrote',
    );
  }
  const kinds = ['CheckReport', 'Report'];
  if (kinds.includes(value.kind ?? '')) return value as ShardReport;
  const near = didYouMean(String(value.kind), kinds);
  throw new InputError(
    { file, field: 'kind' },
    'not a report of seatrial',
    near === undefined ? 'give what --reporter json wrote' : `did you mean ${near}?`,
  );
}

/** Of scenarios: all runs, in the order of the shards. */
export function mergeRuns(
  reports: readonly Extract<ShardReport, { kind: 'Report' }>[],
): Merged<Report> {
  const sorted = inOrder(reports);
  const [{ kind: _kind, shard: _shard, ...first }] = sorted as [(typeof sorted)[0]];
  return {
    report: { ...first, runs: sorted.flatMap(({ runs }) => runs) },
    missing: missingOf(sorted),
  };
}

/** Of checks: voyages are added up; of the counterexamples to one law the smallest is told. */
export function mergeChecks(
  reports: readonly Extract<ShardReport, { kind: 'CheckReport' }>[],
): Merged<CheckReport> {
  const sorted = inOrder(reports);
  const [{ kind: _kind, shard: _shard, voyages: _voyages, ...first }] = sorted as [
    (typeof sorted)[0],
  ];
  const voyages = sorted.flatMap(report => report.voyages ?? []);
  return {
    report: {
      ...first,
      wallMs: Math.max(...sorted.map(({ wallMs }) => wallMs)),
      ...(voyages.length > 0 && { voyages: mergeVoyages(voyages) }),
    },
    missing: missingOf(sorted),
  };
}

function inOrder<T extends { readonly shard?: Shard }>(reports: readonly T[]): readonly T[] {
  const indexOf = ({ shard }: T): number => shard?.index ?? 0;
  return [...reports].sort((a, b) => indexOf(a) - indexOf(b));
}

function missingOf(reports: readonly { readonly shard?: Shard }[]): number[] {
  const total = Math.max(0, ...reports.map(({ shard }) => shard?.total ?? 0));
  const known = new Set(reports.map(({ shard }) => shard?.index));
  return Array.from({ length: total }, (_, position) => position + 1).filter(
    index => !known.has(index),
  );
}

function mergeVoyages(parts: readonly VoyagesResult[]): VoyagesResult {
  const [first] = parts as [VoyagesResult];
  const explored = parts.map(part => part.explored);
  const byLaw = new Map<string, VoyagesResult['failures'][number]>();
  for (const failure of parts.flatMap(({ failures }) => failures)) {
    const known = byLaw.get(failure.example.law);
    if (known === undefined || sizeOf(failure) < sizeOf(known)) {
      byLaw.set(failure.example.law, failure);
    }
  }
  const haveReasons = explored.some(({ traffic }) => traffic.reasons !== undefined);
  const areShut = explored.some(({ traffic }) => traffic.shut !== undefined);
  const areUnheard = explored.some(({ traffic }) => traffic.unheard !== undefined);
  const failures = first.laws.flatMap(({ name }) => byLaw.get(name) ?? []);
  return {
    ...first,
    failures,
    explored: {
      ...first.explored,
      runs: sum(explored.map(({ runs }) => runs)),
      end: explored.find(({ end }) => end !== 'all runs')?.end ?? 'all runs',
      tried: added(explored.map(({ tried }) => tried)),
      objectsTried: added(explored.map(({ objectsTried }) => objectsTried)),
      traffic: {
        offered: sum(explored.map(({ traffic }) => traffic.offered)),
        failed: sum(explored.map(({ traffic }) => traffic.failed)),
        ...(haveReasons && {
          reasons: added(explored.map(({ traffic }) => traffic.reasons ?? {})),
        }),
        ...(areShut && { shut: added(explored.map(({ traffic }) => traffic.shut ?? {})) }),
        ...(areUnheard && { unheard: added(explored.map(({ traffic }) => traffic.unheard ?? {})) }),
      },
      laws: tallies(explored.map(({ laws }) => laws)),
      counterexamples: failures.map(({ example }) => example),
    },
  };
}

function sizeOf({ example: { after } }: VoyagesResult['failures'][number]): number {
  return after.nodes + after.objects + after.events;
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, value) => total + value, 0);

function added(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

function tallies(parts: readonly (readonly LawTally[])[]): LawTally[] {
  return (parts[0] ?? []).map(({ law }) => {
    const own = parts.flatMap(part => part.filter(tally => tally.law === law));
    const of = (key: 'held' | 'vacuous' | 'inconclusive' | 'broken'): number =>
      sum(own.map(tally => tally[key]));
    const why = own.find(tally => tally.why !== undefined)?.why;
    return {
      law,
      held: of('held'),
      vacuous: of('vacuous'),
      inconclusive: of('inconclusive'),
      broken: of('broken'),
      ...(why !== undefined && { why }),
    };
  });
}
