/** The traffic of a scenario as YAML: what is read, and what is refused with line and next step. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { UserError } from '../../input/errors.js';
import { parseLocated, type Located } from '../../input/located.js';
import { hourMs } from '../calendar.js';
import { meanRate, peakRate } from '../rates/fit.js';
import { readTraffic, type TrafficPlan } from './plan.js';
import { rateOf } from './rate.js';
import { refuse } from './reader.js';

const startMs = Date.parse('2026-11-26T22:00:00Z');

function read(text: string): { document: Located; result: ReturnType<typeof readTraffic> } {
  const [document] = parseLocated(text, 'traffic.yaml');
  if (document === undefined) throw new Error('no document');
  const { spec } = document.value as { readonly spec: unknown };
  return { document, result: readTraffic(spec, { path: ['spec'], folder: '.', startMs: 0 }) };
}

function planOf(text: string): TrafficPlan {
  const { plan, problems } = read(text).result;
  if (plan === undefined) throw new Error(problems.map(one => one.what).join('; '));
  return plan;
}

/** The first problem as the user reads it. */
function refusal(lines: string): string {
  const { document, result } = read(`spec:\n${lines}`);
  try {
    refuse(document, result.problems);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message} -> ${error.details.next ?? ''}`;
  }
  return 'nothing is wrong';
}

const blackFriday = `
spec:
  start: 2026-11-26T22:00:00Z
  duration: 26h
  rate:
    mean: 1000
    peak: 5000
    hours: handbook
    weekdays: sparkov
    seasons: sparkov
    paydays: { days: [1, 2, 3] }
    events:
      - { name: Black Friday, from: 2026-11-27T12:00:00Z, until: 15h, factor: 4 }
    bursts: { kind: two-state, levels: [0.9, 1.9], stays: [9m, 1m] }
  transactions:
    customers: 20000
    terminals: 4000
    fraudRate: 0.004
    campaigns:
      - { kind: card-testing, from: 6h, until: 8h, share: 0.02 }
      - { kind: terminal-compromise, from: 10h, terminals: 12 }
      - { kind: account-takeover, until: 3h, share: 0.001 }
  labelDelay: { kind: lognormal, median: 2h, sigma: 0.8 }
  features: { windows: [1h, 6h, 1d], labelDelay: 2h }
  drift:
    - { kind: stealth, at: 16h, toFactor: 1.5, ramp: gradual, over: 2h }
    - { kind: broken-pipeline, at: 20h, until: 21h, fault: unit, features: [amount] }
    - { kind: covariate, at: 18h, amountFactor: 1.3, ramp: seasonal }
    - { kind: none }
`;

describe('readTraffic', () => {
  it('reads a whole day at sea', () => {
    const plan = planOf(blackFriday);
    expect([plan.fromMs, plan.untilMs]).toEqual([startMs, startMs + 26 * hourMs]);
    expect(plan.generator.campaigns.map(({ fromMs }) => (fromMs - startMs) / hourMs)).toEqual([
      6, 10, 0,
    ]);
    expect(plan.labelDelay).toEqual({ kind: 'lognormal', medianMs: 2 * hourMs, sigma: 0.8 });
    expect(plan.features).toEqual({
      windowsMs: [hourMs, 6 * hourMs, 24 * hourMs],
      labelDelayMs: 2 * hourMs,
    });
    expect(plan.drift[0]).toEqual({
      kind: 'stealth',
      fromFactor: 5,
      toFactor: 1.5,
      atMs: startMs + 16 * hourMs,
      ramp: { kind: 'gradual', overMs: 2 * hourMs },
    });
    expect(plan.drift.map(({ kind }) => kind)).toEqual([
      'stealth',
      'broken-pipeline',
      'covariate',
      'none',
    ]);
  });

  it('makes a rate of mean and peak of it, on which bursts have mean 1', () => {
    const plan = planOf(blackFriday);
    if (plan.rate === undefined) throw new Error('no rate');
    const { bursts: _, ...withoutBursts } = plan.rate;
    const steady = rateOf(withoutBursts, plan, new Random(1));
    expect(meanRate(steady, plan)).toBeCloseTo(1000, 6);
    expect(peakRate(steady, plan).perSecond).toBeCloseTo(5000, 6);
    const bursty = rateOf(plan.rate, plan, new Random(1));
    expect(meanRate(bursty, plan) / 1000).toBeCloseTo(1, 1);
    expect(peakRate(bursty, plan).perSecond).toBeGreaterThan(5000);
  });

  it('reads stages and constants', () => {
    const plan = planOf('spec:\n  duration: 3m\n  rate: { stages: [{ duration: 1m, target: 6 }] }');
    if (plan.rate === undefined) throw new Error('no rate');
    expect(rateOf(plan.rate, plan, new Random(1)).at(30_000)).toBe(3);
    const constant = planOf('spec:\n  duration: 3m\n  rate: { constant: 7 }');
    if (constant.rate === undefined) throw new Error('no rate');
    expect(rateOf(constant.rate, constant, new Random(1)).at(1)).toBe(7);
  });

  const head = '  duration: 2h\n  rate: { constant: 5 }\n';
  it.each([
    ['  rate: { constant: 5 }', 'traffic.yaml:1: spec: the field "duration" is missing'],
    ['  duration: 2h', 'traffic.yaml:1: spec: the field "rate" is missing'],
    [
      '  duration: 0s\n  rate: { constant: 5 }',
      'traffic.yaml:2: spec.duration: must be above 0 ms',
    ],
    [
      '  duration: 2 h\n  rate: { constant: 5 }',
      'traffic.yaml:2: spec.duration: "2 h" is not a du',
    ],
    [`${head}  rat: 5`, 'traffic.yaml:4: spec.rat: unknown field "rat" -> did you mean rate?'],
    [
      '  duration: 2h\n  rate: { constant: -5 }',
      'traffic.yaml:3: spec.rate.constant: must be at le',
    ],
    [
      '  duration: 2h\n  rate: {}',
      'traffic.yaml:3: spec.rate: takes one of constant, stages and m',
    ],
    ['  duration: 2h\n  rate: { constant: 1, mean: 2 }', 'traffic.yaml:3: spec.rate: takes one of'],
    [
      '  duration: 2h\n  rate: { constant: 1, peak: 2 }',
      'traffic.yaml:3: spec.rate.peak: has no me',
    ],
    [
      '  duration: 2h\n  rate: { mean: 9, peak: 3 }',
      'traffic.yaml:3: spec.rate.peak: the peak of 3',
    ],
    [
      '  duration: 2h\n  rate: { mean: 9, peak: 90 }',
      'traffic.yaml:3: spec.rate.peak: the rate can',
    ],
    [
      '  duration: 2h\n  rate: { mean: 9, hours: [1, 2] }',
      'traffic.yaml:3: spec.rate.hours: must be',
    ],
    [
      '  duration: 2h\n  rate:\n    stages:\n      - { duration: 1m, target: -1 }',
      'traffic.yaml:5: spec.rate.stages[0].target: must be at least 0, is -1',
    ],
    [
      `${head}  drift: [{ kind: prior, at: 3h, fraudFactor: 3 }]`,
      'traffic.yaml:4: spec.drift[0].at: the drift begins at 1970-01-01T03:00:00.000Z, and the traffic has ended',
    ],
    [
      `${head}  drift: [{ kind: prior, fraudFactor: 3 }]`,
      'traffic.yaml:4: spec.drift[0]: the field "at" is missing',
    ],
    [
      `${head}  drift: [{ kind: prior, at: 1h, fraudFactor: -3 }]`,
      'traffic.yaml:4: spec.drift[0].fraudFactor: must be at least 0, is -3',
    ],
    [
      `${head}  drift: [{ kind: prior, at: 1h, until: 1h, fraudFactor: 3 }]`,
      'traffic.yaml:4: spec.drift[0].until: the drift ends at',
    ],
    [
      `${head}  drift: [{ kind: priors, at: 1h }]`,
      'traffic.yaml:4: spec.drift[0].kind: "priors" is not one of',
    ],
    [
      `${head}  drift: [{ kind: broken-pipeline, at: 1h, fault: unit, features: [amont] }]`,
      'traffic.yaml:4: spec.drift[0].features[0]: there is no feature "amont" -> did you mean amount?',
    ],
    [
      `${head}  drift: [{ kind: broken-pipeline, at: 1h, fault: unit }]`,
      'traffic.yaml:4: spec.drift[0]: names no feature that is broken',
    ],
    [
      `${head}  drift: [{ kind: covariate, at: 1h }]`,
      'traffic.yaml:4: spec.drift[0]: the field "amountFactor" is missing -> or state mix',
    ],
    [
      `${head}  drift: [{ kind: none, over: 1h }]`,
      'traffic.yaml:4: spec.drift[0].over: only a gradual drift has it',
    ],
    [
      `${head}  transactions: { customers: 0 }`,
      'traffic.yaml:4: spec.transactions.customers: must be at least 1',
    ],
    [
      `${head}  transactions: { terminals: 10, radius: 1 }`,
      'traffic.yaml:4: spec.transactions.radius: within a radius of 1 a customer finds 0.00 of 10',
    ],
    [
      `${head}  transactions: { customers: 9999999, terminals: 99999 }`,
      'traffic.yaml:4: spec.transactions.radius: 9999999 customers with 785 terminals each do not',
    ],
    [
      `${head}  transactions:\n    campaigns: [{ kind: card-testing, from: 2h, share: 0.1 }]`,
      'traffic.yaml:5: spec.transactions.campaigns[0].from: the campaign begins after the end',
    ],
    [
      `${head}  transactions:\n    campaigns: [{ kind: card-testing, share: 1.1 }]`,
      'traffic.yaml:5: spec.transactions.campaigns[0].share: must be at most 1, is 1.1',
    ],
    [
      `${head}  labelDelay: { kind: uniform, min: 2h, max: 1h }`,
      'traffic.yaml:4: spec.labelDelay.max: must not be below min',
    ],
    [
      `${head}  labelDelay: { kind: constant }`,
      'traffic.yaml:4: spec.labelDelay: the field "delay" is missing',
    ],
    [
      `${head}  features: { windows: [2h, 1h, 3h] }`,
      'traffic.yaml:4: spec.features.windows: must be ascending',
    ],
    ['  recording: none.csv', 'traffic.yaml:2: spec.recording: no such file'],
    [
      '  recording: none.csv\n  rate: { constant: 1 }\n  duration: 1h',
      'traffic.yaml:2: spec.recording: no such',
    ],
  ])('refuses %j', (lines, what) => {
    expect(refusal(lines).slice(0, what.length)).toBe(what);
  });

  it.each([
    ['  duration: 2h\n  rate: {}', 'state one of them: {mean: 100}'],
    ['  duration: 2h\n  rate: { constant: 1, mean: 2 }', 'keep constant, and leave out the others'],
    [`${head}  features: { windows: [1h, 2h] }`, 'write three in ascending order: [24h, 7d, 30d]'],
  ])('says of %j what to do', (lines, next) => {
    const { problems } = read(`spec:\n${lines}`).result;
    expect(problems.map(problem => problem.next)).toContain(next);
  });

  it('collects all that is wrong, and refuses what stands first', () => {
    const { result } = read(`spec:\n${head}  labelDelay: 3\n  drift: 4\n  features: 5`);
    expect(result.problems.map(({ path }) => path.join('.'))).toEqual([
      'spec.labelDelay',
      'spec.features',
      'spec.drift',
    ]);
  });
});
