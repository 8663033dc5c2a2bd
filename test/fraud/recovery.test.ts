/** Drift is found, a model is trained and comes into service, and the platform does well again. */
import { expect, it } from 'vitest';
import { castOff } from './voyage.js';

/** The machine may be busy with other tests. */
const timeoutMs = 300_000;

it(
  'recovers from a new pattern of fraud, with one retraining',
  { timeout: timeoutMs },
  async () => {
    const drift = '[{ kind: card-testing, at: 3h, share: 0.03, cards: 2000, terminals: 4000 }]';
    await using voyage = await castOff({ drift });
    const { stack } = voyage;
    await voyage.sail(9, () => stack.recovery().promotions > 0);
    await voyage.sail(1.5);
    const { drifts, falseAlarms, retrainings, rollbacks } = stack.recovery();
    expect({ falseAlarms, retrainings, rollbacks }).toEqual({
      falseAlarms: [],
      retrainings: 1,
      rollbacks: 0,
    });
    const [recovery] = drifts;
    expect(recovery?.detectedBy).toBe('missed frauds');
    expect(recovery?.steps.map(({ what, percent }) => `${what} ${percent}`)).toEqual([
      'offline 0',
      'step 10',
      'step 50',
      'step 100',
      'promoted 100',
    ]);
    const { before, during, after } = recovery ?? {};
    const lost = (before?.averagePrecision ?? 0) - (during?.averagePrecision ?? 1);
    const won = (after?.averagePrecision ?? 0) - (during?.averagePrecision ?? 1);
    expect(lost).toBeGreaterThan(0.1);
    expect(won).toBeGreaterThan(0.1);
    // The champion of the InferenceService is the new version, and nothing is left of the canary.
    const path = '/apis/serving.kserve.io/v1beta1/namespaces/serving/inferenceservices/fraud';
    expect(await voyage.get(path)).toMatchObject({
      spec: { canary: [], predictor: { model: { storageUri: 'model-registry://fraud/v2' } } },
    });
    const scalers = '/apis/autoscaling/v2/namespaces/serving/horizontalpodautoscalers';
    expect(await voyage.get(scalers)).toMatchObject({
      items: [{ metadata: { name: 'fraud-predictor' } }],
    });
  },
);

it('trains nothing anew while nothing drifts', { timeout: timeoutMs }, async () => {
  await using voyage = await castOff();
  await voyage.sail(6);
  const { falseAlarms, retrainings, promotions } = voyage.stack.recovery();
  expect({ falseAlarms, retrainings, promotions }).toEqual({
    falseAlarms: [],
    retrainings: 0,
    promotions: 0,
  });
  expect(voyage.stack.report().data).toMatchObject({ scoredByVersion: { v1: expect.any(Number) } });
});

it('sees a broken pipeline in the inputs, before labels come', { timeout: timeoutMs }, async () => {
  const drift = '[{ kind: broken-pipeline, at: 2h, fault: unit, features: [amount] }]';
  await using voyage = await castOff({ drift });
  await voyage.sail(3, () => voyage.stack.recorder.findings.length > 0);
  const [recovery] = voyage.stack.recovery().drifts;
  expect(recovery).toMatchObject({ kind: 'broken-pipeline', detectedBy: 'amount' });
  // Half of the labels come after 15 minutes.
  expect(recovery?.detectionDelayMs).toBeLessThan(15 * 60_000);
  expect(voyage.stack.recorder.findings[0]).toMatchObject({ by: 'inputs' });
});
