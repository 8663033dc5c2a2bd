import { describe, expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { driftDetectedInTime } from './drift-detected-in-time.js';
import type { Step } from './kit/recoveries.js';
import { noWorseModelPromoted } from './no-worse-model-promoted.js';
import { noneOnStationaryData } from './none-on-stationary-data.js';
import { oneRetrainingPerDrift } from './one-retraining-per-drift.js';
import { precisionRecovered } from './precision-recovered.js';
import { rollbackToLastGood } from './rollback-to-last-good.js';

type Told = Omit<Step, 'kind' | 'timeMs' | 'step'>;

function step(past: Past, at: string, name: Step['step'], told: Told = {}): Past {
  return past.at(at).measure({ kind: 'recovery', step: name, ...told });
}

/** A monitor watches beside v1; a drift that does harm comes after an hour. */
function drifted(): Past {
  const past = step(new Past(), '1m', 'watching', { model: 'v1', averagePrecision: 0.6 });
  return step(past, '1h', 'injected', { drift: 1, isHarmful: true, averagePrecision: 0.6 });
}

/** It is detected, and a model is trained and gets some traffic. */
function retrained(): Past {
  const past = step(step(drifted(), '90m', 'detected', { drift: 1 }), '100m', 'retraining', {
    drift: 1,
  });
  return step(past, '2h', 'canary', { drift: 1, model: 'v2' });
}

describe('drift-detected-in-time', () => {
  it('is broken when a harmful drift is not detected', () => {
    expect(storyOf(drifted().at('4h').verdict(driftDetectedInTime))).toEqual({
      what: 'drift 1 is not detected within 2 h',
      objects: ['drift 1'],
      evidence: [
        '3600s drift 1, injected, average precision 0.600',
        '10800s it is not detected yet',
      ],
    });
  });

  it('lets harmless drift go by, and asks nobody who does not watch', () => {
    const harmless = step(drifted(), '90m', 'detected', { drift: 1 });
    step(harmless, '2h', 'injected', { drift: 2, isHarmful: false }).at('9h');
    expect(harmless.verdict(driftDetectedInTime)).toMatchObject({ kind: 'held', looked: 1 });
    const unwatched = step(new Past(), '1h', 'injected', { drift: 1, isHarmful: true }).at('9h');
    expect(unwatched.verdict(driftDetectedInTime).kind).toBe('vacuous');
    expect(drifted().at('2h').verdict(driftDetectedInTime).kind).toBe('inconclusive');
  });
});

describe('one-retraining-per-drift', () => {
  it('is broken by a second retraining, and by none', () => {
    const twice = step(retrained(), '3h', 'retraining', { drift: 1 });
    expect(storyOf(twice.verdict(oneRetrainingPerDrift))).toEqual({
      what: 'drift 1 led to 2 retrainings',
      objects: ['drift 1'],
      evidence: ['6000s drift 1, retraining', '10800s drift 1, retraining'],
    });
    const never = step(drifted(), '90m', 'detected', { drift: 1 }).at('9h');
    expect(storyOf(never.verdict(oneRetrainingPerDrift)).what).toBe(
      'no retraining within 2 h after drift 1 was detected',
    );
  });

  it('asks for another after one that failed, and lets it be', () => {
    const failed = step(retrained(), '3h', 'retraining failed', { drift: 1 });
    expect(storyOf(failed.at('9h').verdict(oneRetrainingPerDrift)).what).toBe(
      'no retraining within 2 h after drift 1 saw its retraining fail',
    );
    const again = step(retrained(), '3h', 'retraining failed', { drift: 1 });
    step(again, '4h', 'retraining', { drift: 1 });
    expect(again.at('9h').verdict(oneRetrainingPerDrift).kind).toBe('held');
    step(again, '10h', 'retraining', { drift: 1 });
    expect(again.verdict(oneRetrainingPerDrift).kind).toBe('broken');
  });

  it('lets two drifts have two', () => {
    const past = step(retrained(), '5h', 'injected', { drift: 2 });
    step(step(past, '6h', 'detected', { drift: 2 }), '7h', 'retraining', { drift: 2 });
    expect(past.at('20h').verdict(oneRetrainingPerDrift)).toMatchObject({
      kind: 'held',
      looked: 2,
    });
  });
});

describe('none-on-stationary-data', () => {
  it('is broken by a retraining without drift', () => {
    const past = step(step(new Past(), '1m', 'watching'), '5m', 'detected');
    expect(storyOf(step(past, '6m', 'retraining').verdict(noneOnStationaryData))).toEqual({
      what: 'a retraining began although the data did not drift',
      objects: [],
      evidence: ['300s detected', '360s retraining'],
    });
  });

  it('lets a false alarm be, as long as nobody acts on it', () => {
    const past = step(retrained(), '5h', 'detected');
    expect(past.verdict(noneOnStationaryData)).toMatchObject({ kind: 'held', looked: 1 });
  });
});

describe('no-worse-model-promoted', () => {
  const promoted = (averagePrecision: number): Past =>
    step(retrained(), '3h', 'promoted', {
      drift: 1,
      model: 'v2',
      averagePrecision,
      championPrecision: 0.5,
    });

  it('is broken when the candidate is worse', () => {
    expect(storyOf(promoted(0.4).verdict(noWorseModelPromoted))).toEqual({
      what: 'model v2 is promoted with an average precision of 0.400, its champion 0.500',
      objects: ['model v2'],
      evidence: ['10800s drift 1, promoted, model v2, average precision 0.400'],
    });
  });

  it('lets a candidate win that is worse than the champion once was', () => {
    expect(promoted(0.55).verdict(noWorseModelPromoted)).toMatchObject({ kind: 'held', looked: 1 });
  });
});

describe('precision-recovered', () => {
  it('is broken when nothing as precise comes within a day', () => {
    const past = step(retrained(), '3h', 'promoted', {
      drift: 1,
      model: 'v2',
      averagePrecision: 0.3,
    });
    expect(storyOf(past.at('30h').verdict(precisionRecovered))).toEqual({
      what: 'no model of average precision 0.480 is promoted within 24 h after drift 1 was detected',
      objects: ['drift 1'],
      evidence: [
        '3600s drift 1, injected, average precision 0.600',
        '5400s drift 1, detected',
        '10800s drift 1, promoted, model v2, average precision 0.300',
      ],
    });
  });

  it('lets a first candidate fail when a later one is good', () => {
    const past = step(retrained(), '3h', 'rolled back', { drift: 1, model: 'v1' });
    step(past, '9h', 'promoted', { drift: 1, model: 'v3', averagePrecision: 0.58 });
    expect(past.at('30h').verdict(precisionRecovered).kind).toBe('held');
    expect(retrained().verdict(precisionRecovered).kind).toBe('inconclusive');
  });
});

describe('rollback-to-last-good', () => {
  it('is broken when the rollback ends on another version', () => {
    const past = step(retrained(), '3h', 'promoted', { drift: 1, model: 'v2' });
    step(past, '4h', 'canary', { model: 'v3' });
    expect(
      storyOf(step(past, '5h', 'rolled back', { model: 'v1' }).verdict(rollbackToLastGood)),
    ).toEqual({
      what: 'the rollback ends on model v1, the last good one is v2',
      objects: ['model v1', 'model v2'],
      evidence: [
        '10800s drift 1, promoted, model v2',
        '14400s canary, model v3',
        '18000s rolled back, model v1',
      ],
    });
  });

  it('lets a promoted version be taken back to the one before', () => {
    const past = step(retrained(), '3h', 'promoted', { drift: 1, model: 'v2' });
    step(past, '4h', 'rolled back', { model: 'v1' });
    expect(past.verdict(rollbackToLastGood)).toMatchObject({ kind: 'held', looked: 1 });
  });
});

it.each([
  driftDetectedInTime,
  oneRetrainingPerDrift,
  noneOnStationaryData,
  noWorseModelPromoted,
  precisionRecovered,
  rollbackToLastGood,
])('$name has nothing to judge in an empty history', law =>
  expect(verdictOnNothing(law)).toBe('vacuous'),
);
