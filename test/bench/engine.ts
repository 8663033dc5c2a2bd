/** Benchmarks of the engine. */
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import type { Benchmark } from './benchmark.js';

/** The engine alone. */
export const engineBenchmarks: readonly Benchmark[] = [
  {
    name: 'bare events of the loop',
    unit: 'events',
    run() {
      const loop = new Loop();
      const count = 1_000_000;
      let left = count;
      const tick = (): void => {
        if (left-- > 0) loop.after(left % 7, 'tick', tick);
      };
      for (let index = 0; index < 100; index++) loop.after(index, 'tick', tick);
      loop.runUntil(Infinity);
      return count;
    },
  },
  {
    name: 'random floats',
    unit: 'draws',
    run() {
      const random = new Random(1).fork('bench');
      const count = 2_000_000;
      let sum = 0;
      for (let index = 0; index < count; index++) sum += random.float();
      return sum > 0 ? count : 0;
    },
  },
];
