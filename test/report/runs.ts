/** Runs that reporters are tested on: one in which everything is wrong that can be, and one that is well. */
import type { Report, RunOfScenario } from '../../src/report/reporter.js';

const startMs = Date.UTC(2026, 0, 1);

const account = {
  held: [],
  offered: [],
  heldHours: 0,
  offeredHours: 0,
  price: 0,
  heldNow: 0,
  offeredNow: 0,
};

/** A run in which all is well. */
export const goodRun: RunOfScenario = {
  scenario: 'trial',
  file: 'scenarios/trial.yaml',
  steps: [{ title: 'all is applied', line: 9, result: 'passed', durationMs: 1_500 }],
  startMs,
  durationMs: 60_000,
  isInterrupted: false,
  gpus: account,
  verdicts: [
    { law: 'gpu-held-once', family: 'scheduling', says: 'one at a time', kind: 'held', looked: 3 },
  ],
  digest: 'abc',
  wallMs: 20,
  hints: ['again, to the byte:  npx seatrial run scenarios/trial.yaml --seed 7'],
};

/** A run with a failed step, a skipped one, and a verdict of each sort; texts that must be escaped. */
export const badRun: RunOfScenario = {
  ...goodRun,
  variant: 'bare',
  steps: [
    {
      title: 'a: <b> & "c", 100 % # d',
      line: 3,
      result: 'failed',
      message: 'no\nway ]]>',
      durationMs: 5,
    },
    {
      title: 'later',
      line: 4,
      result: 'skipped',
      message: 'an earlier step failed',
      durationMs: 0,
    },
  ],
  verdicts: [
    ...goodRun.verdicts,
    { law: 'no-orphans', family: 'general', says: 'none is left', kind: 'vacuous' },
    {
      law: 'hpa-settles',
      family: 'scaling',
      says: 'it comes to rest',
      kind: 'inconclusive',
      looked: 1,
      why: 'the history ends too early',
    },
    {
      law: 'quota-never-exceeded',
      family: 'scheduling',
      says: 'use is within the quota',
      kind: 'broken',
      looked: 2,
      breachCount: 1,
      breaches: [
        {
          timeMs: startMs + 2_000,
          what: 'Namespace a uses 3 of 2',
          objects: ['Pod a/b'],
          evidence: [{ timeMs: startMs + 1_000, revision: 5, text: 'somebody creates Pod a/b' }],
        },
      ],
    },
  ],
};

/** A report of runs. */
export const reportOf = (...runs: readonly RunOfScenario[]): Report => ({
  runs,
  seed: 7,
  backend: 'sim',
  version: '1.0.0',
});
