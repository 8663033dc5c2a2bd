/** No law is broken by a correct cluster: in the scenarios that ship, and in voyages that nobody wrote. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voyagePlans } from '../src/arbitraries/plans.js';
import { laws } from '../src/laws/index.js';
import type { Verdict } from '../src/laws/judge.js';
import { storyLines } from '../src/report/verdicts.js';
import { loadScenario } from '../src/scenario/scenario.js';
import { sail } from '../src/scenario/voyage.js';
import { runPlan } from '../src/voyages/run-plan.js';
import { parts } from './fidelity/parts.js';

/** The stories of what was broken; none for a correct cluster. */
function stories(verdicts: readonly Verdict[], startMs: number): string {
  return verdicts.flatMap(verdict => storyLines(verdict, startMs)).join('\n');
}

function held(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.filter(({ kind }) => kind === 'held').map(({ law }) => law);
}

describe('the scenarios that ship', () => {
  it.each([
    ['distributed-training', ['gpu-held-once', 'constraints-held-at-binding', 'gang-no-deadlock']],
    ['inference-service', ['no-orphans', 'nothing-terminates-for-ever', 'event-claims-are-true']],
  ])('%s', async (name, judged) => {
    const scenario = loadScenario(`scenarios/${name}/scenario.yaml`);
    const { verdicts, startMs } = await sail(scenario, { seed: 1, tell: () => undefined });
    expect(stories(verdicts, startMs)).toBe('');
    expect(held(verdicts)).toEqual(expect.arrayContaining(judged));
  });
});

describe('voyages with faults that nobody planted', () => {
  const plans = fc.sample(voyagePlans(), { seed: 7, numRuns: 20 });

  it('break no law, and give most laws of the cluster something to judge', async () => {
    const judged = new Set<string>();
    for (const plan of plans) {
      const { verdicts, startMs } = await runPlan(plan, { laws });
      expect(stories(verdicts, startMs), JSON.stringify(plan)).toBe('');
      for (const law of held(verdicts)) judged.add(law);
    }
    expect([...judged]).toEqual(
      expect.arrayContaining([
        'gpu-held-once',
        'device-healthy-when-given',
        'requests-within-allocatable',
        'constraints-held-at-binding',
        'eventually-stable',
        'nothing-terminates-for-ever',
        'event-claims-are-true',
      ]),
    );
  });
});

it('laws have names of their own, thresholds with units, and a sentence', () => {
  const names = laws.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, says, settings } of laws) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(says).toMatch(/^[a-z].*[^.]$/);
    for (const key of Object.keys(settings)) expect(key).toMatch(/(Ms|Max|Min|Tolerance)$/);
  }
});

it('what laws touch are parts of the fidelity table', () => {
  const known = parts.map(({ name }) => name);
  for (const { touches = [] } of laws) expect(known).toEqual(expect.arrayContaining([...touches]));
});

describe('every law has a test', () => {
  const folder = 'src/laws';
  const tests = readdirSync(folder)
    .filter(name => name.endsWith('.test.ts'))
    .map(name => readFileSync(`${folder}/${name}`, 'utf8'));

  it.each(laws.map(({ name }) => name))(
    '%s: a breach that tells its story, a history that only looks like one, and an empty one',
    name => {
      const text = tests.find(one => one.includes(`from './${name}.js'`)) ?? '';
      const variable = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      const own = new RegExp(`\\b${variable}\\b`);
      const cases = text.split(/^ *it(?=[.(])/m).filter(one => own.test(one));
      const isBreach = (one: string): boolean =>
        one.startsWith("('is broken") && one.includes('storyOf');
      const isSpared = (one: string): boolean =>
        /^\('(lets|does not|asks|judges|knows|has)/.test(one) && /'(held|vacuous)'/.test(one);
      expect(cases.some(isBreach), 'a breach').toBe(true);
      expect(cases.some(isSpared), 'a history that only looks like one').toBe(true);
      expect(
        cases.some(one => one.includes('verdictOnNothing')),
        'an empty one',
      ).toBe(true);
    },
  );
});
