import { expect, it } from 'vitest';
import type { DeviceTaint, DeviceToleration, ResourceSlice } from '../../api/kinds/resource.js';
import { DevicePools } from './device-pools.js';
import { claimEviction, isSameEviction, joined } from './eviction.js';

const addedMs = Date.UTC(2026, 0, 1);
const timeAdded = '2026-01-01T00:00:00Z';
const taint = { key: 'hot', value: 'x', effect: 'NoExecute', timeAdded };

function slice(name: string, taints: readonly DeviceTaint[], generation = 1): ResourceSlice {
  const devices = [{ name: 'a', taints }, { name: 'b' }];
  const pool = { name: 'p', generation, resourceSliceCount: 1 };
  return { metadata: { name }, spec: { driver: 'd', pool, devices } };
}

function claim(device: string, tolerations: readonly DeviceToleration[] = []) {
  const results = [{ request: 'r', driver: 'd', pool: 'p', device, tolerations }];
  return { metadata: {}, spec: {}, status: { allocation: { devices: { results } } } };
}

const exists = { operator: 'Exists', effect: 'NoExecute' };

it('is due when the taint was added, or as much later as it is tolerated', () => {
  const pools = new DevicePools();
  pools.replace(undefined, slice('s', [taint]));
  const dueMs = (...tolerations: DeviceToleration[]) =>
    claimEviction(claim('a', tolerations), pools)?.atMs;
  expect(dueMs()).toBe(addedMs);
  expect(claimEviction(claim('b'), pools)).toBeUndefined();
  expect(dueMs(exists)).toBeUndefined();
  // Only tolerations of this very effect count here.
  expect(dueMs({ operator: 'Exists' })).toBe(addedMs);
  const short = { ...exists, tolerationSeconds: 5 };
  expect(dueMs({ ...exists, tolerationSeconds: 9 }, short)).toBe(addedMs + 5000);
  expect(dueMs({ ...short, tolerationSeconds: -1 })).toBe(addedMs);
  expect(dueMs(short, { ...exists, key: 'hot' })).toBeUndefined();
  expect(dueMs({ ...exists, operator: 'Equal', key: 'hot', value: 'y' })).toBe(addedMs);
});

it('goes by the newest generation of a pool, and tells which devices have other taints', () => {
  const pools = new DevicePools();
  const old = slice('s', [taint]);
  expect([...(pools.replace(undefined, old)?.changed ?? [])]).toEqual(['a']);
  expect(pools.replace(old, slice('s', [taint]))?.changed.size).toBe(0);
  const noSchedule = { ...taint, effect: 'NoSchedule' };
  const newer = slice('t', [noSchedule], 2);
  expect([...(pools.replace(undefined, newer)?.changed ?? [])]).toEqual(['a']);
  expect(claimEviction(claim('a'), pools)).toBeUndefined();
  pools.replace(newer, undefined);
  expect(claimEviction(claim('a'), pools)).toEqual({ atMs: addedMs, reasons: ['d/p/a 0'] });
});

it('of several claims is the earliest, for all their reasons', () => {
  const [early, late] = [
    { atMs: 1, reasons: ['b'] },
    { atMs: 2, reasons: ['a', 'b'] },
  ];
  expect(joined(undefined, late)).toBe(late);
  expect(joined(late, early)).toEqual({ atMs: 1, reasons: ['a', 'b'] });
  expect(isSameEviction(early, { ...early })).toBe(true);
  expect(isSameEviction(early, late)).toBe(false);
});
