import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

/** A little of MessagePack, to write a trace by hand. */
function packed(value: unknown): number[] {
  if (typeof value === 'bigint')
    return [
      0xcf,
      ...[7, 6, 5, 4, 3, 2, 1, 0].map(byte => Number((value >> BigInt(byte * 8)) & 255n)),
    ];
  if (typeof value === 'number')
    return [0xce, (value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  if (typeof value === 'string') return [0xd9, value.length, ...Buffer.from(value)];
  if (Array.isArray(value)) return [0x90 + value.length, ...value.flatMap(packed)];
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return [
    0x80 + entries.length,
    ...entries.flatMap(([key, each]) => [...packed(key), ...packed(each)]),
  ];
}

const trace = (version: number): Uint8Array => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
  };
  const lives = new Map([[18446744073709551615n, [{ Finished: [100, 160] }, { Running: 120 }]]]);
  const bytes = packed({
    events: [{ ts: 1787216100, applied_objs: [object], deleted_objs: [] }],
    pod_lifecycles: new Map([[['apps/v1.Deployment', 'shop/web'], lives]]),
  });
  // serde writes the version first, as a small number.
  return Uint8Array.from([0x83, 0xa7, ...Buffer.from('version'), version, ...bytes.slice(1)]);
};

it('tells steps and lives; map keys may be lists and 64-bit numbers', async () => {
  const { format, told } = await toldBy('incident.sktrace', trace(2));
  expect(format).toBe('SimKube trace');
  expect(told.steps).toMatchObject([{ atMs: 1787216100000, applied: [{ kind: 'Deployment' }] }]);
  expect(told.runs).toEqual([
    { owner: 'Deployment shop/web', startMs: 100_000, endMs: 160_000 },
    { owner: 'Deployment shop/web', startMs: 120_000 },
  ]);
});

it('tells a version that it does not know, and a torn file', async () => {
  expect((await toldBy('x.sktrace', trace(3))).told.problems[0]?.what).toContain('version 3');
  const torn = await toldBy('x.sktrace', trace(2).subarray(0, 60));
  expect(torn.told.problems[0]?.what).toContain('the data ends at byte 60');
});
