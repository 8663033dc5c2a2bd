import { expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { streamDetectorKinds } from '../streaming/index.js';
import { ErrorWatch } from './error-watch.js';
import { riseByChance } from './rise-by-chance.js';

const question = { level: 0.05, horizon: 1000, recent: 150, before: 50 };

it('is higher for a rarer excess, a longer stream, and a rate nearer to a half', () => {
  const usual = riseByChance({ ...question, rate: 0.3 });
  expect(usual).toBeGreaterThan(0.08);
  expect(usual).toBeLessThan(0.2);
  expect(riseByChance({ ...question, rate: 0.3, level: 0.01 })).toBeGreaterThan(usual);
  expect(riseByChance({ ...question, rate: 0.3, horizon: 4000 })).toBeGreaterThan(usual);
  expect(riseByChance({ ...question, rate: 0.05 })).toBeLessThan(usual);
});

it('is the same whenever it is asked', () => {
  const rate = 0.4;
  expect(riseByChance({ ...question, rate })).toBe(riseByChance({ ...question, rate: 0.38 }));
});

it('keeps false alarms of a stationary stream below what is stated', () => {
  const kind = streamDetectorKinds.find(({ name }) => name === 'ADWIN');
  if (kind === undefined) throw new Error('there is no ADWIN');
  const random = new Random(5);
  let alarms = 0;
  const streams = 200;
  for (let stream = 0; stream < streams; stream++) {
    // A detector that suspects readily: the rise alone must hold.
    const watch = new ErrorWatch({
      kind,
      settings: { delta: 0.2 },
      riseMin: 0,
      level: 0.05,
      horizon: 1000,
    });
    for (let label = 0; label < 1200; label++) watch.take(random.float() < 0.3);
    if (watch.report().level === 'drift') alarms++;
  }
  // Five of a hundred, and what chance adds to it: three standard errors.
  expect(alarms / streams).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / streams));
});
