import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { laws } from '../laws/index.js';
import type { Verdict } from '../laws/judge.js';
import { believed, inRealTime, laterBy, neededMs, startingNow } from './real-time.js';
import { loadScenario, type Scenario } from './scenario.js';

function scenarioOf(spec: string): Scenario {
  const folder = mkdtempSync(join(tmpdir(), 'real-time-'));
  const file = join(folder, 'scenario.yaml');
  const head = 'apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: { name: s }\nspec:\n';
  writeFileSync(file, head + spec);
  writeFileSync(join(folder, 'replay.jsonl'), '');
  const scenario = loadScenario(file);
  rmSync(folder, { recursive: true });
  return scenario;
}

const lawOf = (name: string) => {
  const found = laws.find(law => law.name === name);
  if (found === undefined) throw new Error(`there is no law ${name}`);
  return found;
};

const held = (name: string): Verdict => {
  const { family, says } = lawOf(name);
  return { law: name, family, says, kind: 'held', looked: 3 };
};

const kinds = (verdicts: readonly Verdict[]): string[] =>
  verdicts.map(verdict =>
    verdict.kind === 'inconclusive' ? `${verdict.kind}: ${verdict.why}` : verdict.kind,
  );

it('scales what lets time go by, and leaves the limits of waits', () => {
  const given = scenarioOf(`
  steps:
    - advance: 10m
    - wait: { kind: Pod, name: a, within: 5m }
`);
  const { scenario, cuts } = inRealTime(given, 60);
  expect(scenario.steps.map(({ name, advance, wait }) => [name, advance, wait?.within])).toEqual([
    ['advance 10m', '10000ms', undefined],
    [undefined, undefined, '5m'],
  ]);
  expect(cuts).toEqual(['advance 10m takes 10 s here']);
  expect(inRealTime(given, 1)).toEqual({ scenario: given, cuts: [] });
});

it('believes no law that speaks of more time than there was', () => {
  expect(neededMs(lawOf('nothing-terminates-for-ever'))).toBe(600_000);
  const verdicts = [held('gpu-held-once'), held('nothing-terminates-for-ever')];
  const seen = { observedMs: 60_000, missed: [] };
  expect(kinds(believed(verdicts, laws, seen))).toEqual([
    'held',
    'inconclusive: it speaks of 10 min, and the run took 60 s',
  ]);
  expect(kinds(believed(verdicts, laws, { ...seen, observedMs: 600_000 }))).toEqual([
    'held',
    'held',
  ]);
});

it('believes no law where the history misses what it looks at', () => {
  const missed = [{ resource: 'jobs.batch', why: 'the history holds no jobs.batch' }];
  const seen = { observedMs: 3_600_000, missed };
  expect(kinds(believed([held('gpu-held-once'), held('no-orphans')], laws, seen))).toEqual([
    'held',
    'inconclusive: the history holds no jobs.batch',
  ]);
});

it('takes back nothing that was broken', () => {
  const { law, family, says } = held('no-orphans');
  const broken: Verdict = {
    law,
    family,
    says,
    kind: 'broken',
    looked: 1,
    breachCount: 1,
    breaches: [],
  };
  expect(believed([broken], laws, { observedMs: 1, missed: [] })).toEqual([broken]);
});

it('moves the instants of a scenario with its start', () => {
  const given = scenarioOf(`
  cluster: { start: '2026-11-26T21:40:00Z' }
  stack: { kind: fraud, traffic: { start: 2026-11-26T22:00:00Z, duration: 26h } }
  steps: [{ advance: 1s }]
`);
  const nowMs = Date.UTC(2030, 0, 1);
  const moved = startingNow(given, nowMs);
  expect(moved.cluster.start).toBe('2030-01-01T00:00:00.000Z');
  expect(JSON.stringify(moved.document.value)).toContain('"start":"2030-01-01T00:20:00.000Z"');
  expect(JSON.stringify(moved.document.value)).toContain('"duration":"26h"');
  expect(moved.lineOfStep(0)).toBe(given.lineOfStep(0));
});

it('moves what was recorded, and what containers do by the clock, with the start', () => {
  const given = scenarioOf(`
  cluster: { start: '2026-03-11T08:55:00Z' }
  workloads:
    - image: scorer
      workload: share-of-load
      parameters: { load: { '2026-03-11T08:55:00Z': 1700, '2026-03-11T09:15:00Z': 3400 } }
  steps: [{ replay: { file: replay.jsonl, until: '2026-03-11T09:30:00Z' } }]
`);
  const nowMs = Date.parse('2030-01-01T00:00:00Z');
  const { workloads, steps } = startingNow(given, nowMs);
  expect(workloads[0]?.parameters).toEqual({
    load: { '2030-01-01T00:00:00.000Z': 1700, '2030-01-01T00:20:00.000Z': 3400 },
  });
  expect(steps[0]?.replay?.until).toBe('2030-01-01T00:35:00.000Z');
  expect(new Date(Date.parse('2026-03-11T09:00:00Z') + laterBy(given, nowMs)).toISOString()).toBe(
    '2030-01-01T00:05:00.000Z',
  );
});
