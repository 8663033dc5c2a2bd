import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastingOrNot } from './lasting.js';
import { replicated, trainingJob } from './manifests.js';

const place = { namespace: 'default', name: 'a' };
const of = { app: 'a', cpu: '1', gpus: 0 };
const label = '"seatrial.dev/workload":"run-forever"';
const drawn = (objects: Parameters<typeof lastingOrNot>[0]) =>
  fc.sample(lastingOrNot(objects), { seed: 1, numRuns: 40 }).map(one => JSON.stringify(one));

it('lets trainings go on at times, in each of their templates, and leaves the rest as it is', () => {
  const job = trainingJob('MXJob', place, 2, of);
  const all = new Set(drawn([job, replicated('Deployment', place, 1, of)]));
  expect(all.size).toBe(2);
  const counts = new Set([...all].map(text => text.split(label).length - 1));
  expect(counts).toEqual(new Set([0, 3]));
});

it('draws nothing where there is nothing to draw, and minds what somebody says', () => {
  expect(new Set(drawn([replicated('Deployment', place, 1, of)])).size).toBe(1);
  const own = { ...of, labels: { 'seatrial.dev/workload': 'busy' } };
  expect(drawn([trainingJob('PyTorchJob', place, 1, own)]).join()).not.toContain(label);
});
