/** Recorded and staged traffic through the whole platform, as the examples in scenarios/fraud-traffic have it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/scenario.js';
import { sail } from '../../src/scenario/voyage.js';

/** The machine may be busy with other tests. */
const timeout = 300_000;
const folder = 'scenarios/fraud-traffic';

/** Runs an example; gives what came of its traffic. */
async function run(name: string) {
  const { steps, report } = await sail(loadScenario(`${folder}/${name}.yaml`), {
    seed: 1,
    tell: () => undefined,
  });
  expect(steps.filter(({ result }) => result !== 'passed')).toEqual([]);
  return report?.data as {
    readonly traffic: Readonly<Record<'offered' | 'finished', number>>;
    readonly scoredByVersion: Readonly<Record<string, number>>;
  };
}

it.each([
  ['recorded', 'payments.csv', 1],
  ['recorded-lines', 'payments.jsonl', 0],
])('%s: each row is a request, and all are scored', { timeout }, async (name, file, heads) => {
  const rows = readFileSync(`${folder}/${file}`, 'utf8').trim().split('\n').length - heads;
  const { traffic, scoredByVersion } = await run(name);
  expect(traffic).toMatchObject({ offered: rows, finished: rows });
  expect(scoredByVersion).toEqual({ v1: rows });
});

it('stages: as many requests as lie under their line', { timeout }, async () => {
  const { traffic } = await run('stages');
  // 3,900 while it rises, 18,000 on top, 3,900 up and 11,700 down the spike, 5,400 to nothing.
  const mean = 3900 + 18_000 + 3900 + 11_700 + 5400;
  expect(Math.abs(traffic.offered - mean)).toBeLessThan(5 * Math.sqrt(mean));
});
