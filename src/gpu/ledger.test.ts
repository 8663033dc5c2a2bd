import { expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { GpuLedger } from './ledger.js';

const hourMs = 3_600_000;

function entry(
  timeMs: number,
  resource: string,
  object: Partial<KubeObject> & Readonly<Record<string, unknown>>,
  type: HistoryEntry['type'] = 'MODIFIED',
): HistoryEntry {
  return { revision: 1, timeMs, type, resource, user: '', object: object as KubeObject };
}

const node = (gpus: string): Readonly<Record<string, unknown>> => ({
  metadata: { name: 'n', labels: { 'nvidia.com/gpu.product': 'Tesla-T4' } },
  status: { capacity: { 'nvidia.com/gpu': gpus } },
});

const pod = (phase: string, nodeName?: string): Readonly<Record<string, unknown>> => ({
  metadata: { name: 'p', namespace: 'training', uid: 'u' },
  spec: { nodeName, containers: [{ resources: { limits: { 'nvidia.com/gpu': '2' } } }] },
  status: { phase },
});

it('counts from binding to the end of the pod', () => {
  const ledger = new GpuLedger({ 'Tesla-T4': 10 });
  ledger.observe(entry(0, 'nodes', node('4')));
  ledger.observe(entry(0, 'pods', pod('Pending')));
  ledger.observe(entry(hourMs, 'pods', pod('Pending', 'n')));
  ledger.observe(entry(2 * hourMs, 'pods', pod('Running', 'n')));
  expect(ledger.accounts(2 * hourMs)).toMatchObject({ heldNow: 2, offeredNow: 4, heldHours: 2 });
  ledger.observe(entry(3 * hourMs, 'pods', pod('Succeeded', 'n')));
  ledger.observe(entry(4 * hourMs, 'pods', pod('Succeeded', 'n'), 'DELETED'));
  expect(ledger.accounts(5 * hourMs)).toEqual({
    held: [{ product: 'Tesla-T4', namespace: 'training', hours: 4, price: 40 }],
    offered: [{ product: 'Tesla-T4', hours: 20 }],
    heldHours: 4,
    offeredHours: 20,
    price: 40,
    heldNow: 0,
    offeredNow: 4,
  });
});

it('goes on with another count when GPUs are added, and ends with the node', () => {
  const ledger = new GpuLedger();
  ledger.observe(entry(0, 'nodes', node('0')));
  ledger.observe(entry(hourMs, 'nodes', node('4')));
  ledger.observe(entry(2 * hourMs, 'nodes', node('8')));
  ledger.observe(entry(3 * hourMs, 'nodes', node('8'), 'DELETED'));
  expect(ledger.accounts(9 * hourMs)).toMatchObject({ offeredHours: 12, offeredNow: 0 });
});

it('has no price for what the table does not know', () => {
  const ledger = new GpuLedger();
  const unknown = { metadata: { name: 'n' }, status: { capacity: { 'nvidia.com/gpu': '2' } } };
  ledger.observe(entry(0, 'nodes', unknown));
  ledger.observe(entry(0, 'pods', pod('Running', 'n')));
  expect(ledger.accounts(hourMs)).toMatchObject({ heldHours: 2, price: undefined });
});
