/** Devices: who gets them, when they are refused, and what their health does. */
import { expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import { DeviceManager } from './device-manager.js';

const gpu = 'nvidia.com/gpu';
const devices = ['GPU-a', 'GPU-b', 'GPU-c', 'GPU-d'].map(id => ({ id }));

function pod(uid: string, init: number, main: number): Pod {
  const container = (name: string, count: number) => ({
    name,
    resources: { limits: { [gpu]: String(count) } },
  });
  return {
    metadata: { uid },
    spec: {
      ...(init > 0 && { initContainers: [container('i', init)] }),
      containers: [container('c', main)],
    },
  };
}

it('grants each device once and lets main containers use those of init containers again', () => {
  const manager = new DeviceManager([{ resourceName: gpu, devices }]);
  expect(manager.allocate(pod('1', 2, 3))).toBeUndefined();
  expect(manager.of('1', 'i')[gpu]).toEqual(['GPU-a', 'GPU-b']);
  expect(manager.of('1', 'c')[gpu]).toEqual(['GPU-a', 'GPU-b', 'GPU-c']);
  expect(manager.allocate(pod('2', 0, 2))).toBe(
    `Allocate failed due to requested number of devices unavailable for ${gpu}. Requested: 2, Available: 1, which is unexpected`,
  );
  manager.release('1');
  expect(manager.allocate(pod('2', 0, 4))).toBeUndefined();
});

it('refuses several shares of a device, where its plug-in does', () => {
  const shares = devices.map(device => ({ ...device, isOneEach: true }));
  const manager = new DeviceManager([{ resourceName: gpu, devices: shares }]);
  expect(manager.allocate(pod('1', 0, 1))).toBeUndefined();
  expect(manager.allocate(pod('2', 0, 2))).toBe(
    `Allocate failed due to rpc error: code = Unknown desc = invalid allocation request for "${gpu}": invalid request: maximum request size for shared resources is 1; found 2, which is unexpected`,
  );
});

it('lowers allocatable when a device fails, and tells the pods that have it', () => {
  const manager = new DeviceManager([{ resourceName: gpu, devices }]);
  const told: (readonly string[])[] = [];
  manager.listen({ changed: uids => told.push(uids) });
  manager.allocate(pod('1', 0, 1));
  manager.setHealth('GPU-a', false);
  expect(manager.counts(gpu, 0)).toEqual({ capacity: 4, allocatable: 3 });
  expect(told).toEqual([['1']]);
  const [status] = manager.withAllocated('1', [
    { name: 'c', ready: true, restartCount: 0, image: '', imageID: '' },
  ]);
  expect(status?.allocatedResourcesStatus).toEqual([
    { name: gpu, resources: [{ resourceID: 'GPU-a', health: 'Unhealthy' }] },
  ]);
});

it('keeps the capacity of a plug-in that is gone for five minutes', () => {
  const manager = new DeviceManager([{ resourceName: gpu, devices }]);
  manager.setServed(gpu, false, 0);
  expect(manager.counts(gpu, 299_000)).toEqual({ capacity: 4, allocatable: 0 });
  expect(manager.counts(gpu, 300_000)).toEqual({ capacity: 0, allocatable: 0 });
  expect(manager.allocate(pod('1', 0, 1))).toContain('no healthy devices present');
});
