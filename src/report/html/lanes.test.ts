import { expect, it } from 'vitest';
import { seriesLanes } from './lanes.js';
import { replicaLane } from './replica-lane.js';
import type { Scene, SceneObject } from './scene.js';
import { timeScale } from './time-scale.js';

const scale = timeScale({ startMs: 0, durationMs: 100_000 });
const lanesOf = (
  columns: readonly string[],
  rows: readonly (readonly (number | string | null)[])[],
) => seriesLanes({ log: [], series: { columns, rows } }, scale);

it('puts columns of one unit into one lane, and leaves out what is zero all along', () => {
  const lanes = lanesOf(
    ['time', 'queue_depth', 'p99_ms', 'offered_per_second', 'shed_per_second', 'p50_ms'],
    [
      [0, 1, 10, 5, 0, 3],
      [1_000, 2, null, 6, 0, 4],
    ],
  );
  expect(
    lanes.map(({ title, unit, lines }) => [title, unit, lines.map(({ name }) => name)]),
  ).toEqual([
    ['Traffic', 'requests/s', ['offered']],
    ['Latency', 'ms', ['p99', 'p50']],
    ['Queue depth', '', ['queue depth']],
  ]);
  expect(lanes[0]?.note).toBe('zero all along: shed');
  expect(lanes[1]?.lines[0]?.points).toEqual([
    [0, 10],
    [1_000, null],
  ]);
});

it('loses no peak when there are more rows than can be drawn', () => {
  const rows = Array.from({ length: 50_000 }, (_, index) => [index * 2, index === 31_415 ? 99 : 1]);
  const points = lanesOf(['time', 'x'], rows)[0]?.lines[0]?.points ?? [];
  expect(points.length).toBeLessThanOrEqual(1_600);
  expect(points).toContainEqual([62_830, 99]);
});

it('writes the time of day for long runs and the time since the start for short ones', () => {
  const day = timeScale({ startMs: Date.UTC(2026, 10, 26, 21, 40), durationMs: 26 * 3_600_000 });
  expect(day.ticks.slice(0, 3).map(({ label }) => label)).toEqual(['22:00', '11-27', '02:00']);
  expect(scale.ticks.map(({ label }) => label).slice(0, 3)).toEqual(['0 s', '10 s', '20 s']);
});

it('shows the replicas of what was scaled or lost some, and counts the rest', () => {
  const set = (name: string, ready: readonly number[]): SceneObject => ({
    ...{ kind: 'Deployment', namespace: 'ml', name },
    states: ready.map((count, index) => ({
      ...{ type: 'state', ms: index, state: '', desired: 1, ready: count },
    })) as unknown as SceneObject['states'],
  });
  const objects = [set('calm', [0, 1]), set('lost', [0, 1, 0, 1])];
  const lane = replicaLane({ objects } as unknown as Scene, 10);
  expect(lane?.lines.map(({ name }) => name)).toEqual(['ml/lost']);
  expect(lane?.note).toBe('1 that kept their replicas are left out');
});
