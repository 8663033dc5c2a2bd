import { describe, expect, it } from 'vitest';
import { UsageMeter } from './usage-meter.js';

describe('The readings of a container', () => {
  it('are made every ten seconds from its start on', () => {
    const meter = new UsageMeter(3_000);
    meter.use({ cpuMillis: 100, memoryBytes: 5 }, 8_000);
    expect(meter.read(12_999)).toMatchObject({ timeMs: 3_000, memoryBytes: 0 });
    expect(meter.read(13_000)).toEqual({
      timeMs: 13_000,
      cpuNanoCores: 50e6,
      cpuNanoCoreSeconds: 500e6,
      memoryBytes: 5,
    });
    expect(meter.read(40_000)).toMatchObject({ timeMs: 33_000, cpuNanoCores: 100e6 });
  });

  it('do not depend on when somebody asks', () => {
    const asked = new UsageMeter(0);
    const silent = new UsageMeter(0);
    for (const meter of [asked, silent]) meter.use({ cpuMillis: 200, memoryBytes: 1 }, 1_000);
    for (let second = 2; second < 24; second++) asked.read(second * 1_000);
    for (const meter of [asked, silent]) meter.use({ cpuMillis: 400, memoryBytes: 2 }, 24_000);
    expect(asked.read(29_999)).toEqual(silent.read(29_999));
    expect(asked.read(30_000)).toEqual(silent.read(30_000));
    expect(silent.read(30_000)).toMatchObject({ cpuNanoCores: 320e6, memoryBytes: 2 });
  });
});
