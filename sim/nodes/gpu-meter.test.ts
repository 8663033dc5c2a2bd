import { expect, it } from 'vitest';
import { GpuMeter } from './gpu-meter.js';

it('adds up the time of full use', () => {
  const meter = new GpuMeter(4_000);
  expect(meter.read('GPU-1', 5_000)).toEqual({ utilization: 0, busySeconds: 0, upSeconds: 1 });
  meter.set('GPU-1', 0.5, 10_000);
  expect(meter.read('GPU-1', 14_000)).toEqual({
    utilization: 0.5,
    busySeconds: 2,
    upSeconds: 10,
  });
  meter.set('GPU-1', 1, 20_000);
  meter.set('GPU-1', 0, 21_000);
  expect(meter.read('GPU-1', 99_000)).toEqual({
    utilization: 0,
    busySeconds: 6,
    upSeconds: 95,
  });
});
