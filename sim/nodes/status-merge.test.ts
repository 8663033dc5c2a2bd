import { expect, it } from 'vitest';
import { deepEqual } from '../api/equality.js';
import type { Pod, PodCondition, PodStatus } from '../api/kinds/core.js';
import { mergedStatus, withTransitionTimes } from './status-merge.js';

const then = '2026-01-01T00:00:00Z';
/** As the API tells it: Go writes the time of a probe that there never was as null. */
const stored = JSON.parse(
  `{"type":"Ready","status":"True","lastTransitionTime":"${then}","lastProbeTime":null}`,
) as PodCondition;
const told: PodCondition = { type: 'Ready', status: 'True', lastTransitionTime: then };
const how = { mayRun: true, nowMs: 0 };

function pod(conditions: readonly PodCondition[]): Pod {
  return { metadata: { name: 'a' }, status: { phase: 'Running', conditions } };
}

function merged(next: PodCondition): PodStatus {
  return mergedStatus(pod([stored]), { phase: 'Running', conditions: [next] }, how);
}

it('takes a condition that says nothing new as the API has it, so that there is nothing to write', () => {
  expect(merged(told).conditions?.[0]).toBe(stored);
  expect(deepEqual(merged(told), pod([stored]).status)).toBe(true);
});

it('takes a condition that says something new, or was of another time, as the kubelet has it', () => {
  const later = { ...told, lastTransitionTime: '2026-01-01T00:00:01Z' };
  const other = { ...told, reason: 'Because' };
  for (const next of [later, other]) expect(merged(next).conditions?.[0]).toBe(next);
});

it('keeps a condition that says the same, and the time of its last change otherwise', () => {
  const [same] = withTransitionTimes([{ type: 'Ready', status: 'True' }], [told], 1000);
  expect(same).toBe(told);
  const [reason] = withTransitionTimes([{ ...told, reason: 'Because' }], [told], 1000);
  expect(reason).toEqual({ ...told, reason: 'Because', lastProbeTime: null });
  const [turned] = withTransitionTimes([{ type: 'Ready', status: 'False' }], [told], 1000);
  expect(turned?.lastTransitionTime).toBe('1970-01-01T00:00:01Z');
});
