/** Reads what transactions are generated from, and how long labels take. */
import type { Campaign } from '../generator/campaigns.js';
import { generatorDefaults, type GeneratorSettings } from '../generator/generator.js';
import type { LabelDelaySpec } from '../generator/label-delay.js';
import { dayMs } from '../calendar.js';
import type { Span } from '../rates/fit.js';
import type { SpecReader } from './reader.js';

const fields = [
  'customers',
  'terminals',
  'radius',
  'fraudRate',
  'amountMax',
  'amountFactor',
  'terminalStay',
  'customerStay',
  'campaigns',
];

/** Reads the settings of the generator; a field that is left out has the generator's default. */
export function readGenerator(spec: SpecReader, span: Span): GeneratorSettings {
  const { value } = spec;
  const d = generatorDefaults;
  if (value === undefined || !spec.isMapOf(fields)) return d;
  const settings = {
    customers: spec.whole('customers', { fallback: d.customers, min: 1, max: 10_000_000 }),
    terminals: spec.whole('terminals', { fallback: d.terminals, min: 1, max: 10_000_000 }),
    radius: spec.number('radius', { fallback: d.radius, above: 0 }),
    fraudRate: spec.number('fraudRate', { fallback: d.fraudRate, min: 0, max: 0.3 }),
    amountMax: spec.number('amountMax', { fallback: d.amountMax, above: 0 }),
    amountFactor: spec.number('amountFactor', { fallback: d.amountFactor, above: 0 }),
    terminalStayMs: spec.duration('terminalStay', { fallback: d.terminalStayMs, above: 0 }),
    customerStayMs: spec.duration('customerStay', { fallback: d.customerStayMs, above: 0 }),
  };
  holdReach(spec, settings);
  const campaigns = spec
    .list('campaigns')
    .flatMap(campaign => readCampaign(campaign, settings, span) ?? []);
  return { ...settings, campaigns };
}

/** Pairs that are near fill memory: 4 bytes each. */
const pairsMax = 50_000_000;

/** Customers need a terminal in reach, and memory a bound. */
function holdReach(
  spec: SpecReader,
  { customers, terminals, radius }: Pick<GeneratorSettings, 'customers' | 'terminals' | 'radius'>,
): void {
  const each = (terminals * Math.PI * radius * radius) / 10_000;
  if (each < 1) {
    spec.problem(
      `within a radius of ${radius} a customer finds ${each.toFixed(2)} of ${terminals} terminals`,
      `at least one is needed: a radius of ${Math.ceil(Math.sqrt(10_000 / Math.PI / terminals))}`,
      ['radius'],
    );
  }
  if (customers * each > pairsMax) {
    spec.problem(
      `${customers} customers with ${Math.round(each)} terminals each do not fit in memory`,
      `a radius of ${(radius * Math.sqrt(pairsMax / (customers * each))).toFixed(2)} would`,
      ['radius'],
    );
  }
}

const campaignFields: Readonly<Record<Campaign['kind'], readonly string[]>> = {
  'terminal-compromise': ['terminals', 'share'],
  'card-testing': ['share', 'cards', 'terminals', 'burst', 'every'],
  'account-takeover': ['share', 'customers', 'amountFactor'],
};

function readCampaign(
  spec: SpecReader,
  people: Pick<GeneratorSettings, 'customers' | 'terminals'>,
  span: Span,
): Campaign | undefined {
  const kinds = ['terminal-compromise', 'card-testing', 'account-takeover'] as const;
  const kind = spec.word('kind', kinds);
  if (kind === undefined) return undefined;
  if (!spec.isMapOf(['kind', 'name', 'from', 'until', ...campaignFields[kind]])) return undefined;
  const fromMs = spec.instant('from', span.fromMs) ?? span.fromMs;
  const untilMs = spec.instant('until', span.fromMs) ?? span.untilMs;
  if (fromMs >= span.untilMs) {
    spec.at('from').problem('the campaign begins after the end of the traffic');
  } else if (untilMs <= fromMs) spec.at('until').problem('the campaign ends before it begins');
  const name = spec.text('name');
  const common = { fromMs, untilMs, ...(name !== undefined && { name }) };
  const share = (fallback?: number): number =>
    spec.number('share', { ...(fallback !== undefined && { fallback }), above: 0, max: 1 });
  const some = (field: string, fallback: number | undefined, max: number): number =>
    spec.whole(field, { ...(fallback !== undefined && { fallback }), min: 1, max });
  switch (kind) {
    case 'terminal-compromise':
      return {
        kind,
        ...common,
        terminals: some('terminals', undefined, people.terminals),
        share: share(1),
      };
    case 'card-testing':
      return {
        kind,
        ...common,
        share: share(),
        cards: some('cards', Math.min(500, people.customers), people.customers),
        terminals: some('terminals', Math.min(3, people.terminals), people.terminals),
        burstMs: spec.duration('burst', { fallback: 300_000, above: 0 }),
        everyMs: spec.duration('every', { fallback: 900_000, above: 0 }),
      };
    case 'account-takeover':
      return {
        kind,
        ...common,
        share: share(),
        customers: some('customers', Math.min(200, people.customers), people.customers),
        amountFactor: spec.number('amountFactor', { fallback: 3, above: 0 }),
      };
  }
}

/** Reads after how long labels are known. Default: exactly 7 days, as in the handbook. */
export function readLabelDelay(spec: SpecReader): LabelDelaySpec {
  const standard = { kind: 'constant', delayMs: 7 * dayMs } as const;
  if (spec.value === undefined) return standard;
  const kind = spec.word('kind', ['constant', 'uniform', 'exponential', 'lognormal']);
  const time = (field: string): number => {
    if (!spec.has(field)) spec.missing(field);
    return spec.duration(field, { fallback: NaN, min: 0 });
  };
  switch (kind) {
    case undefined:
      return standard;
    case 'constant':
      spec.isMapOf(['kind', 'delay']);
      return { kind, delayMs: time('delay') };
    case 'exponential':
      spec.isMapOf(['kind', 'mean']);
      return { kind, meanMs: time('mean') };
    case 'lognormal':
      spec.isMapOf(['kind', 'median', 'sigma']);
      return { kind, medianMs: time('median'), sigma: spec.number('sigma', { min: 0, max: 10 }) };
    case 'uniform': {
      spec.isMapOf(['kind', 'min', 'max']);
      const delay = { kind, minMs: time('min'), maxMs: time('max') };
      if (delay.maxMs < delay.minMs) spec.at('max').problem('must not be below min');
      return delay;
    }
  }
}
