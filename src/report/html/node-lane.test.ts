import { expect, it } from 'vitest';
import type { LogEntry } from '../../scenario/logbook.js';
import { gpuDrawing } from './gpu-lane.js';
import { nodeLane } from './node-lane.js';
import { sceneOf } from './scene.js';
import { timeScale } from './time-scale.js';

const node = (name: string, ms: number, state?: string): LogEntry => ({
  of: 'node',
  ms,
  node: name,
  gpus: state === undefined ? 0 : 1,
  product: 'T4',
  ...(state !== undefined && { state }),
});

const scene = sceneOf(
  [
    node('old', -1, 'Ready'),
    node('new', 20, 'NotReady'),
    node('new', 30, 'Ready'),
    node('new', 60),
  ],
  100,
);

it('counts nodes while they come and go, and is not drawn where they stay', () => {
  const points = [
    [0, 1],
    [20, 2],
    [60, 1],
  ];
  const lines = nodeLane(scene, 100)?.lines.map(line => [line.name, line.points]);
  expect(lines).toEqual([
    ['nodes', points],
    ['with T4', points],
  ]);
  expect(nodeLane(sceneOf([node('old', -1, 'Ready')], 100), 100)).toBeUndefined();
});

it('draws the GPUs of a node only while the node is there', () => {
  const scale = timeScale({ startMs: 0, durationMs: 100 });
  const drawn = gpuDrawing(scene, scale, new Map())?.safe ?? '';
  const widths = [...drawn.matchAll(/class="empty" x="([\d.]+)"[^>]*?width="([\d.]+)"/gs)];
  const spans = widths.map(([, x, width]) => [Number(x), Number(x) + Number(width)]);
  expect(spans.map(span => span.map(x => Math.round(x)))).toEqual([
    [scale.x(20), scale.x(60)].map(x => Math.round(x)),
    [scale.x(0), scale.x(100)].map(x => Math.round(x)),
  ]);
});
