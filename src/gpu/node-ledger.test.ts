import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { NodeLedger } from './node-ledger.js';

const hour = 3_600_000;

function node(name: string, type: HistoryEntry['type'], timeMs: number, gpus = '2'): HistoryEntry {
  const labels = { 'seatrial.dev/node-group': 'a100', 'nvidia.com/gpu.product': 'NVIDIA-L4' };
  const object = { metadata: { name, labels }, status: { capacity: { 'nvidia.com/gpu': gpus } } };
  return { type, resource: 'nodes', object, timeMs, revision: 1 } as unknown as HistoryEntry;
}

it('counts nodes, their hours and what their GPUs cost, also of those that are gone', () => {
  const ledger = new NodeLedger(['a100', 'never'], { 'NVIDIA-L4': 10 });
  ledger.observe(node('a', 'ADDED', 0));
  ledger.observe(node('a', 'MODIFIED', hour / 2));
  ledger.observe(node('b', 'ADDED', hour));
  ledger.observe(node('a', 'DELETED', 2 * hour));
  const [first, second] = ledger.accounts(3 * hour);
  expect(first).toEqual({
    group: 'a100',
    product: 'NVIDIA-L4',
    added: 2,
    removed: 1,
    most: 2,
    now: 1,
    nodeHours: 4,
    gpuHours: 8,
    price: 80,
    sizes: [
      { timeMs: 0, nodes: 1 },
      { timeMs: hour, nodes: 2 },
      { timeMs: 2 * hour, nodes: 1 },
    ],
  });
  expect(second).toMatchObject({ group: 'never', added: 0, most: 0, nodeHours: 0 });
});
