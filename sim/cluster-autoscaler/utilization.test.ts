import { describe, expect, it } from 'vitest';
import { madeNode, madePod, ownedBy, testNowMs } from './made-objects.js';
import { defaultOptions, type AutoscalerOptions } from './options.js';
import { utilizationOf } from './utilization.js';

const node = madeNode('n', { cpu: '2', memory: '2000000' });
const requests = { cpu: '100m', memory: '200000' };
const pod = madePod('p', requests);
const daemon = madePod('d', requests, {
  metadata: { ownerReferences: [ownedBy('DaemonSet')] },
});
const mirror = madePod('m', requests, {
  metadata: { annotations: { 'kubernetes.io/config.mirror': '' } },
});

function share(pods: Parameters<typeof utilizationOf>[1], flags: Partial<AutoscalerOptions> = {}) {
  return utilizationOf(node, pods, { options: { ...defaultOptions, ...flags }, nowMs: testNowMs });
}

describe('utilisation', () => {
  it('is the higher of CPU and memory', () => {
    expect(share([pod, pod])).toEqual({ resource: 'memory', value: 0.2 });
    expect(share([madePod('c', { cpu: '1' })])).toEqual({ resource: 'cpu', value: 0.5 });
  });

  it('leaves pods out of the node where flags say so', () => {
    expect(share([pod, daemon])?.value).toBe(0.2);
    expect(share([pod, daemon], { ignoreDaemonSetsUtilization: true })?.value).toBeCloseTo(1 / 9);
    const both = { ignoreDaemonSetsUtilization: true, ignoreMirrorPodsUtilization: true };
    expect(share([pod, daemon, mirror], both)?.value).toBeCloseTo(1 / 8);
  });

  it('takes a pod for gone that should have been long ago', () => {
    const gone = { deletionTimestamp: '2026-08-20T11:50:00Z' };
    expect(share([pod, madePod('g', requests, { metadata: gone })])?.value).toBe(0.1);
  });

  it('counts only GPUs where there are or should be some', () => {
    const labels = { [defaultOptions.gpuLabel]: 'l4' };
    const options = { options: defaultOptions, nowMs: testNowMs };
    const bare = madeNode('g', { cpu: '2', memory: '9' }, { labels });
    expect(utilizationOf(bare, [pod], options)).toEqual({ resource: 'nvidia.com/gpu', value: 0 });
    const amd = madeNode('g', { cpu: '2', 'amd.com/gpu': '4' });
    const asking = madePod('a', { cpu: '2', 'amd.com/gpu': '1' });
    expect(utilizationOf(amd, [asking], options)).toEqual({ resource: 'amd.com/gpu', value: 0.25 });
  });

  it('is not known of a node that does not tell its memory', () => {
    const odd = madeNode('o', { cpu: '2' });
    const options = { options: defaultOptions, nowMs: testNowMs };
    expect(utilizationOf(odd, [], options)).toBeUndefined();
  });
});
