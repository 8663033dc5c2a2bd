import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/engine/random.js';
import { gpuModels } from './catalogue.js';
import { gpusOf } from './gpu-pool.js';
import { countMax, place, type MigProfile } from './mig.js';

const a100 = 'NVIDIA-A100-SXM4-80GB';

function pool(product: string, count: number, more: Readonly<Record<string, string>> = {}) {
  const labels = {
    'nvidia.com/gpu.product': product,
    'nvidia.com/gpu.count': String(count),
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`nvidia.com/${key}`, value])),
  };
  return gpusOf(labels, 'kind.yaml', new Random(1));
}

const cut = (strategy: string, config: string) =>
  pool(a100, 2, { 'mig.strategy': strategy, 'mig.config': config });

function tally(devices: readonly { readonly resourceName: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resourceName } of devices) counts[resourceName] = (counts[resourceName] ?? 0) + 1;
  return counts;
}

function profilesOf(product: string): Record<string, MigProfile> {
  const { migProfiles = [] } = gpuModels.find(model => model.product === product) ?? {};
  return Object.fromEntries(migProfiles.map(profile => [profile.name, profile]));
}

describe('placement', () => {
  const profiles = profilesOf(a100);
  const fits = (...names: string[]): boolean =>
    place(names.flatMap(name => profiles[name] ?? [])) !== undefined;

  it('follows the slices, not only their number', () => {
    expect(fits('3g.40gb', '3g.40gb')).toBe(true);
    expect(fits('4g.40gb', '3g.40gb')).toBe(true);
    expect(fits('4g.40gb', '4g.40gb')).toBe(false);
    expect(fits('3g.40gb', '2g.20gb', '1g.10gb', '1g.10gb')).toBe(true);
    // Two of three take all memory, though a compute slice is left.
    expect(fits('3g.40gb', '3g.40gb', '1g.10gb')).toBe(false);
    expect(fits('7g.80gb', '1g.10gb')).toBe(false);
    expect(fits('1g.10gb+me', '1g.10gb+me')).toBe(false);
  });

  it('gives the counts of the MIG user guide', () => {
    const counts = Object.values(profiles).map(profile => [profile.name, countMax(profile)]);
    expect(Object.fromEntries(counts)).toEqual({
      '1g.10gb': 7,
      '1g.10gb+me': 1,
      '1g.20gb': 4,
      '2g.20gb': 3,
      '3g.40gb': 2,
      '4g.40gb': 1,
      '7g.80gb': 1,
    });
  });
});

describe('the GPUs of a node', () => {
  it('need only product and count: discovery tells the rest', () => {
    const { devices, labels } = pool('NVIDIA-H200', 8);
    expect(tally(devices)).toEqual({ 'nvidia.com/gpu': 8 });
    expect(labels).toMatchObject({
      'nvidia.com/gpu.present': 'true',
      'nvidia.com/gpu.memory': '143771',
      'nvidia.com/gpu.family': 'hopper',
      'nvidia.com/gpu.compute.major': '9',
      'nvidia.com/gpu.replicas': '1',
      'nvidia.com/gpu.sharing-strategy': 'none',
      'nvidia.com/mig.capable': 'true',
    });
  });

  it('are cut alike under the strategy single, and count as GPUs', () => {
    const { devices, labels } = cut('single', 'all-1g.10gb');
    expect(tally(devices)).toEqual({ 'nvidia.com/gpu': 14 });
    expect(labels).toMatchObject({
      'nvidia.com/gpu.product': `${a100}-MIG-1g.10gb`,
      'nvidia.com/gpu.count': '14',
      'nvidia.com/gpu.multiprocessors': '14',
      'nvidia.com/gpu.slices.gi': '1',
      'nvidia.com/gpu.family': 'ampere',
    });
    // The labels that a real node shows lead to the same GPUs.
    const again = gpusOf(labels, 'kind.yaml', new Random(1));
    expect(again.devices).toEqual(devices);
  });

  it('are cut in several ways under the strategy mixed', () => {
    const { devices, labels } = cut('mixed', 'all-balanced');
    expect(tally(devices)).toEqual({
      'nvidia.com/mig-1g.10gb': 4,
      'nvidia.com/mig-2g.20gb': 2,
      'nvidia.com/mig-3g.40gb': 2,
    });
    expect(labels).toMatchObject({
      'nvidia.com/gpu.product': a100,
      'nvidia.com/gpu.count': '2',
      'nvidia.com/gpu.replicas': '0',
      'nvidia.com/mig-3g.40gb.count': '2',
      'nvidia.com/mig-3g.40gb.product': `${a100}-MIG-3g.40gb`,
    });
  });

  it('are shared by time-slicing, or by MPS with its part of the memory', () => {
    const sliced = pool('Tesla-T4', 2, { 'gpu.replicas': '4' });
    expect(sliced.devices).toHaveLength(8);
    expect(sliced.devices[5]).toMatchObject({ gpu: 1, memoryMiB: 15_360 });
    expect(sliced.devices[5]?.id).toMatch(/^GPU-.*::1$/);
    expect(sliced.labels).toMatchObject({
      'nvidia.com/gpu.product': 'Tesla-T4-SHARED',
      'nvidia.com/gpu.count': '2',
      'nvidia.com/gpu.sharing-strategy': 'time-slicing',
    });
    const mps = pool('Tesla-T4', 1, { 'gpu.replicas': '4', 'gpu.sharing-strategy': 'mps' });
    expect(mps.devices[0]?.memoryMiB).toBe(3_840);
    expect(mps.labels['nvidia.com/mps.capable']).toBe('true');
  });

  it.each([
    ['all-1g.11gb', 'mixed', /A100-SXM4-80GB has no MIG configuration all-1g\.11gb/],
    ['all-balanced', 'single', /all-balanced has several profiles/],
    ['all-1g.10gb', 'mixd', /there is no strategy mixd/],
  ])('%s under %s is refused', (config, strategy, message) => {
    expect(() => cut(strategy, config)).toThrow(message);
  });

  it('without MIG cannot be cut', () => {
    const more = { 'mig.strategy': 'mixed', 'mig.config': 'all-1g.5gb' };
    expect(() => pool('NVIDIA-L4', 1, more)).toThrow(/NVIDIA-L4 cannot be cut up by MIG/);
  });
});
