/** What cannot be is refused with its line and the next step, before anything runs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { InputError } from '../../input/errors.js';
import { parseLocated } from '../../input/located.js';
import { fraudPlan } from './settings.js';

const good = `spec:
  stack:
    kind: fraud
    gateway: { host: fraud-gateway.serving.svc.cluster.local }
    sampleEvery: 10
    traffic:
      start: 2026-11-26T22:00:00Z
      duration: 26h
      rate: { constant: 20 }
      drift:
        - { kind: card-testing, at: 8h, share: 0.02, cards: 900 }
        - { kind: none }
`;

function planOf(text: string) {
  const [document] = parseLocated(text, 'scenario.yaml');
  if (document === undefined) throw new Error('no document');
  return fraudPlan({ document, path: ['spec', 'stack'], random: new Random(1), folder: '.' });
}

function refusal(text: string): string {
  try {
    planOf(text);
  } catch (error) {
    if (error instanceof InputError) return `${error.message}; ${error.details.next ?? ''}`;
    throw error;
  }
  return 'taken';
}

describe('fraudPlan', () => {
  it('reads what a scenario says, and tells what is injected', () => {
    const plan = planOf(good);
    expect(plan).toMatchObject({
      sampleEvery: 10,
      flow: { gateway: { host: 'fraud-gateway.serving.svc.cluster.local', port: 80 } },
      historyMs: 172_800_000,
      drifts: [{ kind: 'card-testing', injectedMs: Date.parse('2026-11-27T06:00:00Z') }],
    });
    expect(plan.historyRate(new Random(1)).at(0)).toBe(2);
  });

  it.each([
    [
      'gateway: {',
      'gate: {',
      'scenario.yaml:2: spec.stack: the field "gateway" is missing; say where requests go: {host: fraud-gateway.serving.svc.cluster.local}',
    ],
    [
      'sampleEvery: 10',
      'sampelEvery: 10',
      'scenario.yaml:5: spec.stack.sampelEvery: unknown field "sampelEvery"; did you mean sampleEvery?',
    ],
    [
      'sampleEvery: 10',
      'sampleEvery: 0',
      'scenario.yaml:5: spec.stack.sampleEvery: must be at least 1, is 0; write 1 or more',
    ],
    [
      'at: 8h',
      'at: 27h',
      'scenario.yaml:11: spec.stack.traffic.drift[0].at: the drift begins at 2026-11-28T01:00:00.000Z, and the traffic has ended by 2026-11-28T00:00:00.000Z; let it begin earlier, or the traffic flow longer',
    ],
    [
      'share: 0.02, cards: 900',
      'share: 0.6 }\n        - { kind: card-testing, at: 9h, share: 0.5',
      'scenario.yaml:13: spec.stack.traffic.drift[2]: the shares of card-testing, 0.6 and 0.5, add up to 1.1: all payments are 1; make them smaller, or let one end before the other begins',
    ],
    [
      'kind: none',
      'kind: broken-pipeline, at: 1h, fault: unit, features: [amuont]',
      'scenario.yaml:12: spec.stack.traffic.drift[1].features[0]: there is no feature "amuont"; did you mean amount?',
    ],
    [
      'constant: 20',
      'stages: [{ duration: 1h, target: -5 }]',
      'scenario.yaml:9: spec.stack.traffic.rate.stages[0].target: must be at least 0, is -5; write 0 or more',
    ],
    [
      'constant: 20',
      'constant: -1',
      'scenario.yaml:9: spec.stack.traffic.rate.constant: must be at least 0, is -1; write 0 or more',
    ],
  ])('refuses %s as %s', (was, is, told) => {
    expect(refusal(good.replace(was, is))).toBe(told);
    // A next step is told.
    expect(told).not.toMatch(/; $/);
  });

  const head = 'time,customer,terminal,amount,fraud\n';
  const rows = [
    '2026-11-26T10:00:00Z,1,7,12.50,0',
    '2026-11-26T10:00:20Z,2,7,3.00,0',
    '2026-11-26T10:00:40Z,0,3,8.25,1',
  ];
  const recorded = (lines: readonly string[]): string => {
    const file = join(mkdtempSync(join(tmpdir(), 'seatrial-recording-')), 'day.csv');
    writeFileSync(file, head + lines.join('\n') + '\n');
    return good
      .replace('rate: { constant: 20 }', `recording: ${file}`)
      .replace('at: 8h, share: 0.02, cards: 900', 'at: 10s, share: 0.02, cards: 2')
      .replace('duration: 26h', 'duration: 1m');
  };

  it.each([
    ['out of order', [rows[1], rows[0]], /day\.csv:3: time: time goes back from .*; sort/],
    ['torn', [rows[0], '2026-11-26T10:00:20Z,2'], /day\.csv:3: /],
    ['of no number', [rows[0], '2026-11-26T10:00:20Z,2,7,much,0'], /day\.csv:3: .*much/],
  ])('refuses a recording whose rows are %s', (_, lines, told) => {
    const text = refusal(recorded(lines.map(String)));
    expect(text).toMatch(told);
    expect(text).toMatch(/^scenario\.yaml:9: spec\.stack\.traffic\.recording: /);
    // A next step is told.
    expect(text).not.toMatch(/; $/);
  });

  it('replays a recording after a history that is generated', () => {
    const plan = planOf(recorded(rows));
    const startMs = Date.parse('2026-11-26T22:00:00Z');
    const { count, offsetsMs } = plan.arrivals(new Random(1)).between(startMs, startMs + 60_000);
    expect([...offsetsMs.subarray(0, count)]).toEqual([0, 20_000, 40_000]);
    // Three rows in 40 s, of which every tenth is sampled.
    expect(plan.historyRate(new Random(1)).at(0)).toBeCloseTo(3 / 40 / 10);
    const { source } = plan.payments(new Random(1));
    const before = source.next(startMs - 1000);
    expect(before.customer).toBeLessThan(3);
    expect(source.next(startMs)).toMatchObject({ customer: 1, terminal: 7, amount: 12.5 });
    expect(source.next(startMs + 40_000)).toMatchObject({ customer: 0, scenario: 7 });
  });

  it('takes stages as k6 has them, after a history at their mean', () => {
    const stages = 'stages: [{ duration: 1h, target: 100 }, { duration: 1h, target: 0 }]';
    const plan = planOf(
      good
        .replace('constant: 20', stages)
        .replace('duration: 26h', 'duration: 2h')
        .replace('at: 8h', 'at: 1h'),
    );
    const { fromMs } = plan.span;
    const { count } = plan.arrivals(new Random(1)).between(fromMs + 1_800_000, fromMs + 1_810_000);
    expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
    // A mean of 50, of which every tenth is sampled.
    expect(plan.historyRate(new Random(1)).at(fromMs - 1000)).toBeCloseTo(5);
  });
});
