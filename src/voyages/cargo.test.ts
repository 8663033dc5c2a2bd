import { expect, it } from 'vitest';
import { Packer, Unpacker } from './cargo.js';
import type { VoyagePlan } from './plan.js';

const config = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const [a, b, c] = [config('a'), config('b'), config('c')];
const plan = (...objects: VoyagePlan['objects']): VoyagePlan => ({
  cluster: { pools: [] },
  objects,
  events: [],
  seed: 1,
  settleMs: 0,
});

it('sends each manifest once, and every plan comes as it was', () => {
  const packer = new Packer();
  const unpacker = new Unpacker();
  const travel = (sent: VoyagePlan) => {
    const cargo = structuredClone(packer.pack(sent));
    return { sent: cargo.objects, come: unpacker.unpack(cargo) };
  };
  const first = travel(plan(a, b, a));
  expect(first.sent).toEqual([a, b, 0]);
  expect(first.come).toEqual(plan(a, b, a));
  const second = travel(plan(c, b));
  expect(second.sent).toEqual([c, 1]);
  expect(second.come).toEqual(plan(c, b));
  expect(second.come.objects[1]).toBe(first.come.objects[1]);
  // More than both sides remember: what came before travels again.
  const many = plan(...Array.from({ length: 5_000 }, (_, index) => config(`many-${index}`)));
  expect(travel(many).come).toEqual(many);
  const last = travel(plan(a, b));
  expect(last.sent).toEqual([a, b]);
  expect(last.come).toEqual(plan(a, b));
});
