/** What cannot be is refused with its line and the next step, before anything runs. */
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
      'scenario.yaml:5: spec.stack.sampleEvery: must be at least 1, is 0; ',
    ],
    [
      'at: 8h',
      'at: 27h',
      'scenario.yaml:11: spec.stack.traffic.drift[0].at: the drift begins at 2026-11-28T01:00:00.000Z, and the traffic has ended by 2026-11-28T00:00:00.000Z; let it begin earlier, or the traffic flow longer',
    ],
    [
      'constant: 20',
      'constant: -1',
      'scenario.yaml:9: spec.stack.traffic.rate.constant: must be at least 0, is -1; ',
    ],
  ])('refuses %s as %s', (was, is, told) => {
    expect(refusal(good.replace(was, is))).toBe(told);
  });
});
