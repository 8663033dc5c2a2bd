/** What a cluster gives and takes back: whole GPUs, shares, and slices of cut ones. */
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../sim/engine/invariant.js';
import type { PodShape, TraceNode } from '../trace/trace.js';
import { BenchCluster } from './bench-cluster.js';

const node: TraceNode = { name: 'n', cpuMilli: 8000, memoryMib: 8192, gpus: 2, model: 'A100' };
const pod = (gpuMilli: number, gpus = 1): PodShape => ({
  cpuMilli: 100,
  memoryMib: 1,
  gpus,
  gpuMilli,
  models: '',
});

function lefts(cluster: BenchCluster): number[] {
  return [...(cluster.nodes[0]?.gpuLeft ?? [])];
}

function place(cluster: BenchCluster, shape: PodShape) {
  const placement = { node: 0, gpus: cluster.devicesFor(0, shape) };
  cluster.place(shape, placement);
  return placement;
}

describe('whole GPUs and shares', () => {
  it('puts a share where least is left, and a whole one on the first that is free', () => {
    const cluster = new BenchCluster([node]);
    expect(place(cluster, pod(300)).gpus).toEqual([0]);
    expect(place(cluster, pod(500)).gpus).toEqual([0]);
    expect(place(cluster, pod(300)).gpus).toEqual([1]);
    expect(lefts(cluster)).toEqual([200, 700]);
    expect(cluster.nodes[0]?.fits(pod(1000))).toBe(false);
  });

  it('gives back what was taken', () => {
    const cluster = new BenchCluster([node]);
    const placed = place(cluster, pod(1000, 2));
    expect(cluster.allocatedMilli).toBe(2000);
    cluster.remove(pod(1000, 2), placed);
    expect(lefts(cluster)).toEqual([1000, 1000]);
    expect(cluster.allocatedMilli).toBe(0);
    expect(cluster.nodes[0]?.kinds.size).toBe(0);
  });

  it('never gives a GPU twice', () => {
    const cluster = new BenchCluster([node]);
    place(cluster, pod(700));
    expect(() => cluster.place(pod(700), { node: 0, gpus: [0] })).toThrow(InvariantError);
  });
});

describe('cut GPUs', () => {
  const cut = { ...node, gpus: 1, sliceMilli: [428, 285, 142, 142] };

  it('give a slice to one pod, the smallest that will do', () => {
    const cluster = new BenchCluster([cut]);
    expect(lefts(cluster)).toEqual([428, 285, 142, 142]);
    const placed = place(cluster, pod(200));
    expect(placed.gpus).toEqual([1]);
    expect(lefts(cluster)).toEqual([428, 0, 142, 142]);
    expect(cluster.allocatedMilli).toBe(200);
    expect(cluster.capacityMilli).toBe(1000);
    cluster.remove(pod(200), placed);
    expect(lefts(cluster)).toEqual([428, 285, 142, 142]);
  });

  it('have no room for a whole GPU', () => {
    const on = new BenchCluster([cut]).nodes[0];
    expect(on?.fits(pod(1000))).toBe(false);
    expect(on?.fits(pod(428))).toBe(true);
    expect(on?.fits(pod(500))).toBe(false);
  });
});
