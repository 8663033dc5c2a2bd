/** The device plug-in against a client that plays kubelet over the unix sockets of one folder. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlayedKubelet } from '../../../test/stand-ins/played-kubelet.js';
import { sleep } from '../../host.js';
import { callGrpc } from '../grpc/unix.js';
import { devicePluginService } from './device-plugin-api.js';
import { DevicePlugin } from './device-plugin.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'st-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function eventually(what: string, condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error(`never: ${what}`);
}

const devices = ['GPU-a', 'GPU-b', 'GPU-c::0', 'GPU-c::1'];
const offer = (): DevicePlugin =>
  new DevicePlugin({ folder, resourceName: 'nvidia.com/gpu', devices, pollMs: 20 });

it('registers, lists its devices, tells of their health, and is gone when it is closed', async () => {
  const plugin = offer();
  // The kubelet may come later than the plug-in.
  await sleep(50);
  const kubelet = await new PlayedKubelet(folder).start();
  await eventually('the first list', () => kubelet.lists.length === 1);
  expect(kubelet.registered).toMatchObject([
    {
      version: 'v1beta1',
      endpoint: 'seatrial-nvidia.com-gpu.sock',
      resourceName: 'nvidia.com/gpu',
    },
  ]);
  expect(kubelet.lists[0]).toEqual(devices.map(id => `${id} Healthy`));
  plugin.setHealth('GPU-c', false);
  plugin.setHealth('GPU-a', false);
  plugin.setHealth('GPU-a', true);
  await eventually('the ill device', () => kubelet.lists.length >= 2);
  await eventually('the well device', () => kubelet.lists.at(-1)?.[0] === 'GPU-a Healthy');
  const ill = ['GPU-a Healthy', 'GPU-b Healthy', 'GPU-c::0 Unhealthy', 'GPU-c::1 Unhealthy'];
  expect(kubelet.lists.at(-1)).toEqual(ill);
  await plugin.close();
  await eventually('the end of the list', () => /ended|lost/.test(kubelet.lists.at(-1)?.[0] ?? ''));
  expect(readdirSync(folder)).toEqual(['kubelet.sock']);
  await kubelet.end();
});

it('gives the containers the ids of their devices, shares of one as the one', async () => {
  const plugin = offer();
  const kubelet = await new PlayedKubelet(folder).start();
  await eventually('the registration', () => kubelet.registered.length === 1);
  const path = join(folder, 'seatrial-nvidia.com-gpu.sock');
  const options = await callGrpc(path, devicePluginService, 'getDevicePluginOptions', {});
  expect(options).toMatchObject({
    preStartRequired: false,
    getPreferredAllocationAvailable: false,
  });
  const answer = await callGrpc(path, devicePluginService, 'allocate', {
    containerRequests: [
      { devicesIds: ['GPU-b', 'GPU-a'] },
      { devicesIds: ['GPU-c::1', 'GPU-c::0'] },
    ],
  });
  expect(answer).toMatchObject({
    containerResponses: [
      { envs: { NVIDIA_VISIBLE_DEVICES: 'GPU-b,GPU-a' } },
      { envs: { NVIDIA_VISIBLE_DEVICES: 'GPU-c' } },
    ],
  });
  await expect(callGrpc(path, devicePluginService, 'preStartContainer', {})).rejects.toThrow(
    /unimplemented/,
  );
  await plugin.close();
  await kubelet.end();
});

it('registers again with a kubelet that has started anew, its ill device still ill', async () => {
  const plugin = offer();
  const first = await new PlayedKubelet(folder).start();
  await eventually('the first registration', () => first.lists.length === 1);
  plugin.setHealth('GPU-b', false);
  await first.end();
  await eventually('it knows', () => !plugin.isRegistered);
  const second = await new PlayedKubelet(folder).start();
  expect(existsSync(join(folder, 'seatrial-nvidia.com-gpu.sock'))).toBe(false);
  await eventually('the second registration', () => second.lists.length === 1);
  expect(second.lists[0]).toContain('GPU-b Unhealthy');
  expect(second.registered).toHaveLength(1);
  await eventually('it knows', () => plugin.isRegistered);
  await plugin.close();
  await second.end();
});
