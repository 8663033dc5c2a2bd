import { expect, it } from 'vitest';
import { recoveryOutcomes, type RecoveryStory } from './outcomes.js';

const precision = (averagePrecision: number) => ({ averagePrecision, rows: 100, frauds: 10 });
const retraining = { job: 'r', isRetraining: true, createdMs: 30, gpus: 1, version: 'v2' };
const figures = (value: number) => ({ value, error: 0.01, frauds: 10, rows: 100 });

const story: RecoveryStory = {
  startMs: 1,
  isWatched: true,
  drifts: [
    {
      kind: 'stealth',
      description: '',
      injectedMs: 10,
      detectedMs: 20,
      detectedBy: 'errors',
      detectionDelayMs: 10,
      retrainings: [{ ...retraining, gpuWaitMs: undefined }],
      steps: [],
      promotedMs: 50,
      recoveryMs: 40,
      before: precision(0.6),
      during: precision(0.3),
      after: precision(0.6),
    },
  ],
  trainings: [
    { job: 'first', isRetraining: false, createdMs: 0, gpus: 1, version: 'v1' },
    retraining,
    { ...retraining, job: 'unasked', createdMs: 70, version: 'v3' },
  ],
  events: [
    {
      timeMs: 40,
      version: 'v2',
      what: 'offline',
      percent: 0,
      candidate: figures(0.5),
      champion: figures(0.3),
    },
    { timeMs: 45, version: 'v2', what: 'step', percent: 10 },
    { timeMs: 50, version: 'v2', what: 'promoted', percent: 100 },
    { timeMs: 80, version: 'v3', what: 'rolled back', percent: 0 },
  ],
};

it('tells each step of a recovery, in the order of time', () => {
  const told = recoveryOutcomes(story);
  expect(told.map(({ timeMs, kind: _kind, ...rest }) => [timeMs, rest])).toEqual([
    [1, { step: 'watching', model: 'v1' }],
    [10, { step: 'injected', drift: 1, isHarmful: true, averagePrecision: 0.6 }],
    [20, { step: 'detected', drift: 1 }],
    [30, { step: 'retraining', drift: 1, model: 'v2' }],
    [45, { step: 'canary', drift: 1, model: 'v2' }],
    [
      50,
      { step: 'promoted', drift: 1, model: 'v2', averagePrecision: 0.5, championPrecision: 0.3 },
    ],
    [70, { step: 'retraining' }],
    [80, { step: 'rolled back' }],
  ]);
});

it('tells of no monitor where none looked', () => {
  const [first] = recoveryOutcomes({ ...story, isWatched: false });
  expect(first).toMatchObject({ step: 'injected' });
});
