/** A model that is worse than the champion never becomes the champion. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { readManifests } from '../../src/input/manifest-files.js';
import { castOff, type Voyage } from './voyage.js';

/** The machine may be busy with other tests. */
const timeoutMs = 300_000;
const servicePath = '/apis/serving.kserve.io/v1beta1/namespaces/serving/inferenceservices/fraud';

/** Somebody trains a single stump on twenty minutes of payments. */
async function trainBadly({ cluster, sail, stack }: Voyage): Promise<void> {
  const [manifest] = readManifests('scenarios/fraud/initial-training.yaml');
  const text = JSON.stringify(manifest?.object)
    .replace('fraud-initial', 'fraud-careless')
    .replace('"value":"10h"', '"value":"40m"')
    .replace(/"value":"\{[^}]*\}"/, '"value":"{\\"trees\\":1,\\"depth\\":1}"');
  const [applied] = await cluster.apply([JSON.parse(text) as KubeObject]);
  expect(applied?.message).toBeUndefined();
  await sail(3, () => stack.recorder.events.some(({ version }) => version === 'v2'));
}

describe('a worse model', () => {
  it('is rejected offline', { timeout: timeoutMs }, async () => {
    await using voyage = await castOff();
    await voyage.sail(1);
    await trainBadly(voyage);
    const [event] = voyage.stack.recorder.events;
    expect(event).toMatchObject({ version: 'v2', what: 'rejected' });
    expect(event?.candidate?.value).toBeLessThan(event?.champion?.value ?? 0);
    await voyage.sail(0.5);
    expect(voyage.stack.recorder.events).toHaveLength(1);
    expect(await voyage.get(servicePath)).toMatchObject({
      spec: { predictor: { model: { storageUri: 'model-registry://fraud/v1' } } },
    });
  });

  it('that nobody judged offline is rolled back as a canary', { timeout: timeoutMs }, async () => {
    await using voyage = await castOff({
      change: object => {
        const text = JSON.stringify(object).replace('gainMin: 0.02', 'gainMin: -1');
        return JSON.parse(text) as KubeObject;
      },
    });
    const { stack } = voyage;
    await voyage.sail(1);
    await trainBadly(voyage);
    await voyage.sail(6, () => stack.recorder.events.some(({ what }) => what === 'rolled back'));
    expect(stack.recorder.events.map(({ what, percent }) => `${what} ${percent}`)).toEqual([
      'offline 0',
      'step 10',
      'rolled back 0',
    ]);
    await voyage.sail(0.2);
    expect(await voyage.get(servicePath)).toMatchObject({
      spec: { canary: [], predictor: { model: { storageUri: 'model-registry://fraud/v1' } } },
    });
    const route = '/apis/gateway.networking.k8s.io/v1/namespaces/serving/httproutes/fraud';
    expect(await voyage.get(route)).toMatchObject({
      spec: { rules: [{ backendRefs: [{ name: 'fraud-predictor', weight: 100 }] }] },
    });
  });
});
