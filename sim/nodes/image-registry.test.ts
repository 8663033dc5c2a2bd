/** Names of images, as the reference parser completes and refuses them. */
import { expect, it } from 'vitest';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { fullImageName, registryOfEverything, registryWithout } from './image-registry.js';
import { ImageStore } from './image-store.js';
import { measuredTimings } from './timings.js';

it('completes domain, library and tag', () => {
  const full = (image: string) => fullImageName(image);
  expect(full('nginx')).toEqual({ name: 'docker.io/library/nginx:latest' });
  expect(full('team/app:1')).toEqual({ name: 'docker.io/team/app:1' });
  expect(full('localhost/app')).toEqual({ name: 'localhost/app:latest' });
  expect(full('registry.local:5000/team/app:1')).toEqual({
    name: 'registry.local:5000/team/app:1',
  });
});

it('refuses what is none, in the words of the parser', () => {
  expect(fullImageName('Bad/UPPER:::1')).toEqual({
    error: `couldn't parse image name "Bad/UPPER:::1": invalid reference format: repository name (UPPER) must be lowercase`,
  });
  expect(fullImageName('a b')).toEqual({
    error: `couldn't parse image name "a b": invalid reference format`,
  });
});

it('has on every node what was loaded there, by the name that pods write or in full', () => {
  const { loaded } = registryWithout([], ['web', 'ml/*:local']);
  const isLoaded = (image: string) => loaded?.(image) !== undefined;
  expect(isLoaded('docker.io/library/web:latest')).toBe(true);
  expect(isLoaded('docker.io/ml/serving:local')).toBe(true);
  expect(isLoaded('docker.io/library/web:2')).toBe(false);
});

it('says of an image that nobody has what containerd says', () => {
  const { pull } = registryWithout(['webserver:404', 'registry.local/*']);
  const ask = (image: string) => pull({ image, attempt: 1, nowMs: 0 });
  const answer = ask('docker.io/library/webserver:404');
  expect(answer).toEqual({
    isOk: false,
    message:
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/webserver:404": failed to resolve image: docker.io/library/webserver:404: not found',
  });
  expect(ask('registry.local/team/app:1').isOk).toBe(false);
  expect(ask('docker.io/library/webserver:405').isOk).toBe(true);
});

it('pulls one after another, but nothing waits for a pull that ended with its kubelet', () => {
  const store = new ImageStore({
    ...{ clock: new Loop(), random: new Random(1), timings: measuredTimings, present: {} },
    ...{ registry: registryOfEverything(), serializesPulls: true },
  });
  const begins = () => typeof store.pull('a').next().value === 'number';
  expect(begins()).toBe(true);
  expect(begins()).toBe(false);
  store.forgetPulls();
  expect(begins()).toBe(true);
});
