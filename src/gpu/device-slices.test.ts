import { describe, expect, it } from 'vitest';
import { gpuModels } from './catalogue.js';
import { gpuSlices } from './device-slices.js';
import { place } from './mig.js';

interface Slice {
  readonly spec: {
    readonly sharedCounters?: readonly {
      readonly name: string;
      readonly counters: Readonly<Record<string, { readonly value: string }>>;
    }[];
    readonly devices?: readonly {
      readonly name: string;
      readonly attributes: { readonly profile?: { readonly string: string } };
      readonly consumesCounters?: Slice['spec']['sharedCounters'] &
        readonly { readonly counterSet: string }[];
    }[];
  };
}

const slicesOf = (product: string, memoryMiB: number) =>
  gpuSlices('n', [
    { gpu: 0, resourceName: 'nvidia.com/gpu', id: 'GPU-0', model: product, memoryMiB },
  ]) as unknown as readonly Slice[];

describe('slices of GPUs that can be cut up', () => {
  it.each(gpuModels.filter(({ migProfiles }) => migProfiles.length > 0))(
    'let pairs of instances stand together exactly where MIG does: $product',
    ({ product, memoryMiB, migProfiles }) => {
      const slices = slicesOf(product, memoryMiB);
      const devices = slices.flatMap(({ spec }) => spec.devices ?? []);
      const [all] = slices.flatMap(({ spec }) => spec.sharedCounters ?? []);
      const amount = (value = '0') => Number.parseInt(value, 10);
      const fit = (...some: readonly (typeof devices)[number][]) =>
        Object.entries(all?.counters ?? {}).every(([name, { value }]) => {
          const used = some.map(each => amount(each.consumesCounters?.[0]?.counters[name]?.value));
          return used.reduce((sum, one) => sum + one, 0) <= amount(value);
        });
      const [whole = [], ...parts] = devices.map(device => [device]);
      expect(parts.some(one => fit(...whole, ...one))).toBe(false);
      for (const first of migProfiles) {
        for (const second of migProfiles) {
          const of = (name: string) =>
            parts.flat().filter(({ attributes }) => attributes.profile?.string === name);
          const canBoth = of(first.name).some(one =>
            of(second.name).some(other => one.name !== other.name && fit(one, other)),
          );
          expect([first.name, second.name, canBoth]).toEqual([
            first.name,
            second.name,
            place([first, second]) !== undefined,
          ]);
        }
      }
    },
  );
});
