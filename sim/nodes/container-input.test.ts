import { expect, it } from 'vitest';
import { idleContainer } from '../../test/workloads/idle-container.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { MemoryFiles } from '../workloads/files/memory-files.js';
import type { Program } from '../workloads/workload.js';
import { RuntimeContainer, type ContainerConfig } from './container.js';

/** A container whose program notes what is typed, and when. */
function typed(asks: { readonly stdinOnce?: boolean; readonly tty?: boolean } = {}) {
  const loop = new Loop({ startMs: 0 });
  const heard: unknown[] = [];
  const program: Program = { input: piece => heard.push([loop.now(), piece]) };
  const idle = idleContainer({ clock: loop });
  const config: ContainerConfig = {
    ...idle,
    container: { name: 'c', image: 'i', stdin: true, ...asks },
    workload: { name: 'notes', start: () => program },
    volumes: () => undefined,
    objects: () => new MemoryFiles(),
    stopSignal: 'SIGTERM',
    record: {
      ...{ id: 'x', name: 'c', sandboxId: 's', state: 'created', restartCount: 0 },
      ...{ createdMs: 0, startedMs: 0, finishedMs: 0, exitCode: 0, reason: '', startError: '' },
      ...{ terminationMessage: '', image: 'i', imageRef: 'i', specHash: '' },
      user: { uid: 0, gid: 0, supplementalGroups: [] },
      resources: undefined,
    },
  };
  const silent = () => undefined;
  const container = new RuntimeContainer(config, loop, () => new Random(1), {
    ...{ changed: silent, logged: silent, used: silent, gpuUsed: silent },
  });
  container.start(50);
  return { loop, heard, container };
}

it('keeps what is typed until its program runs', () => {
  const { loop, heard, container } = typed();
  container.input('early ');
  loop.runUntil(20);
  container.input('too ');
  expect(heard).toEqual([]);
  loop.runUntil(100);
  container.input('late');
  expect(heard).toEqual([
    [50, 'early '],
    [50, 'too '],
    [100, 'late'],
  ]);
});

it.each([
  [{}, 'detached', 0],
  [{ stdinOnce: true }, 'attached', 1],
  [{ stdinOnce: true, tty: true }, 'detached', 0],
] as const)('with %j ends its input, or lets who typed leave: %s', (asks, stays, ends) => {
  const { loop, heard, container } = typed(asks);
  expect(container.input(undefined)).toBe(stays);
  loop.runUntil(100);
  expect(heard).toHaveLength(ends);
});
