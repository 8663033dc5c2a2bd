/** Reads the ledger of drift: a drift that cannot be is refused before anything runs. */
import { didYouMean } from '../../input/errors.js';
import {
  driftKinds,
  seasonMs,
  type DriftChange,
  type DriftEntry,
  type DriftLedger,
  type DriftRamp,
  type FeatureName,
  type PipelineFault,
} from '../drift/ledger.js';
import type { Span } from '../rates/fit.js';
import { featureNames } from '../transaction.js';
import { told, type SpecReader } from './reader.js';

const spanFields = ['kind', 'name', 'at', 'until', 'ramp', 'over', 'period'];

/** Fields by kind, besides those of when and how. */
const changeFields: Readonly<Record<DriftEntry['kind'], readonly string[]>> = {
  covariate: ['amountFactor', 'mix'],
  stealth: ['fromFactor', 'toFactor'],
  'card-testing': ['share', 'cards', 'terminals'],
  prior: ['fraudFactor'],
  'broken-pipeline': ['fault', 'features', 'value', 'factor', 'hours'],
  'label-delay': ['delayFactor'],
  none: [],
};

/** What the ledger happens to. */
export interface LedgerWorld extends Span {
  /** A recorded world has the frauds that it has. */
  readonly isRecorded: boolean;
}

/** Reads the list of entries; the reader notes what is wrong, and then the ledger is not to be used. */
export function readLedger(parent: SpecReader, name: string, world: LedgerWorld): DriftLedger {
  const items = parent.list(name);
  const ledger = items.flatMap(entry => readEntry(entry, world) ?? []);
  holdShares(ledger, items.at(-1));
  return ledger;
}

/** At no time may more payments be tries of stolen cards than there are. */
function holdShares(ledger: DriftLedger, last: SpecReader | undefined): void {
  const trying = ledger.flatMap(entry => (entry.kind === 'card-testing' ? [entry] : []));
  for (const { atMs } of trying) {
    const sum = trying
      .filter(entry => entry.atMs <= atMs && atMs < (entry.untilMs ?? Infinity))
      .reduce((total, { share }) => total + share, 0);
    if (sum <= 1) continue;
    const shares = trying.map(({ share }) => share).join(' and ');
    const what = `the shares of card-testing, ${shares}, add up to ${sum}: all payments are 1`;
    last?.problem(what, 'make them smaller, or let one end before the other begins');
    return;
  }
}

function readEntry(spec: SpecReader, world: LedgerWorld): DriftEntry | undefined {
  const kind = spec.word('kind', driftKinds);
  if (kind === undefined || !spec.isMapOf([...spanFields, ...changeFields[kind]])) return undefined;
  if (world.isRecorded && (kind === 'prior' || kind === 'stealth')) {
    spec
      .at('kind')
      .problem(
        `a recording has the frauds that it has: ${kind} needs generated transactions`,
        'leave out the recording, or choose covariate, card-testing or broken-pipeline',
      );
  }
  if (world.isRecorded && spec.has('mix')) {
    spec.at('mix').problem('a recording has the transactions that it has', 'use amountFactor');
  }
  const name = spec.text('name');
  const change = readChange(spec, kind);
  const atMs = kind === 'none' ? world.fromMs : spec.instant('at', world.fromMs);
  const untilMs = spec.instant('until', world.fromMs);
  if (atMs === undefined) {
    if (!spec.has('at')) spec.missing('at', 'say when it begins: 14h, or 2026-11-27T12:00:00Z');
    return undefined;
  }
  holdSpan(spec, { atMs, untilMs }, world);
  return {
    ...change,
    atMs,
    ramp: readRamp(spec, (untilMs ?? world.untilMs) - atMs),
    ...(untilMs !== undefined && { untilMs }),
    ...(name !== undefined && { name }),
  };
}

function holdSpan(
  spec: SpecReader,
  { atMs, untilMs }: { readonly atMs: number; readonly untilMs: number | undefined },
  world: Span,
): void {
  const iso = (timeMs: number): string => new Date(timeMs).toISOString();
  if (atMs >= world.untilMs) {
    spec
      .at('at')
      .problem(
        `the drift begins at ${iso(atMs)}, and the traffic has ended by ${iso(world.untilMs)}`,
        'let it begin earlier, or the traffic flow longer',
      );
  }
  if (atMs < world.fromMs) {
    const what = `the drift begins at ${iso(atMs)}, before the traffic does at ${iso(world.fromMs)}`;
    spec.at('at').problem(what, 'let it begin with the traffic: 0s');
  }
  if (untilMs !== undefined && untilMs <= atMs) {
    spec.at('until').problem(`the drift ends at ${iso(untilMs)}, before it begins at ${iso(atMs)}`);
  }
}

function readRamp(spec: SpecReader, restMs: number): DriftRamp {
  const kind = spec.has('ramp')
    ? (spec.word('ramp', ['sudden', 'gradual', 'seasonal']) ?? 'sudden')
    : 'sudden';
  const only = (field: string, of: DriftRamp['kind']): void => {
    if (spec.has(field) && kind !== of) {
      spec.at(field).problem(`only a ${of} drift has it`, `write ramp: ${of}, or leave it out`);
    }
  };
  only('over', 'gradual');
  only('period', 'seasonal');
  if (kind === 'gradual') {
    return { kind, overMs: spec.duration('over', { fallback: restMs, above: 0 }) };
  }
  if (kind === 'seasonal') {
    return { kind, periodMs: spec.duration('period', { fallback: seasonMs, above: 0 }) };
  }
  return { kind };
}

function readChange(spec: SpecReader, kind: DriftEntry['kind']): DriftChange {
  switch (kind) {
    case 'covariate':
      if (!spec.has('amountFactor') && !spec.has('mix'))
        spec.missing('amountFactor', 'or state mix');
      return {
        kind,
        amountFactor: spec.number('amountFactor', { fallback: 1, above: 0 }),
        mix: spec.number('mix', { fallback: 0, min: 0, max: 1 }),
      };
    case 'stealth':
      return {
        kind,
        fromFactor: spec.number('fromFactor', { fallback: 5, above: 0 }),
        toFactor: spec.number('toFactor', { fallback: 1.5, above: 0 }),
      };
    case 'card-testing':
      return {
        kind,
        share: spec.number('share', { above: 0, max: 1 }),
        ...(spec.has('cards') && { cards: spec.whole('cards', { min: 1 }) }),
        ...(spec.has('terminals') && { terminals: spec.whole('terminals', { min: 1 }) }),
      };
    case 'prior':
      return { kind, fraudFactor: spec.number('fraudFactor', { min: 0 }) };
    case 'broken-pipeline':
      return { kind, fault: readFault(spec) };
    case 'label-delay':
      return { kind, delayFactor: spec.number('delayFactor', { min: 0 }) };
    case 'none':
      return { kind };
  }
}

function readFault(spec: SpecReader): PipelineFault {
  const kind = spec.word('fault', ['null', 'unit', 'time-zone']) ?? 'null';
  if (kind === 'time-zone') {
    return { kind, hours: spec.number('hours', { above: -24, below: 24 }) };
  }
  const features = readFeatures(spec);
  return kind === 'null'
    ? { kind, features, value: spec.number('value', { fallback: 0 }) }
    : { kind, features, factor: spec.number('factor', { fallback: 100 }) };
}

function readFeatures(spec: SpecReader): FeatureName[] {
  const items = spec.list('features');
  if (items.length === 0)
    spec.problem('names no feature that is broken', 'write features: [amount]');
  return items.flatMap(item => {
    const found = featureNames.find(name => name === item.value);
    if (found !== undefined) return [found];
    const near = didYouMean(String(item.value), featureNames);
    item.problem(
      `there is no feature ${told(item.value)}`,
      near === undefined ? `there are ${featureNames.join(', ')}` : `did you mean ${near}?`,
    );
    return [];
  });
}
