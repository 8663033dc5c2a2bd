import { expect, it } from 'vitest';
import { readLoad, readTasks } from './messages.js';
import { TaskBoard, type Worker } from './task-board.js';
import { cpusOf, daskCommand, flagOf, portOf } from './words.js';

function board(...threads: readonly number[]): { readonly all: TaskBoard; workers: Worker[] } {
  const all = new TaskBoard();
  const workers = threads.map((count, index): Worker => {
    const address = `tcp://10.0.0.${index}:1`;
    return { address, name: `w${index}`, threads: count, processing: undefined };
  });
  for (const worker of workers) all.workers.set(worker.address, worker);
  return { all, workers };
}

it('gives a worker as many tasks as it has threads, and takes them back when it is lost', () => {
  const { all, workers } = board(2, 1);
  const [first, second] = workers as [Worker, Worker];
  let isDone = false;
  all.submit({ count: 3, seconds: 5 }, () => (isDone = true));
  expect([all.take(first)?.count, all.take(first), all.take(second)?.count]).toEqual([
    2,
    undefined,
    1,
  ]);
  expect(all.remove(first.address)).toBe(true);
  all.finish(second);
  expect(all.take(second)?.count).toBe(1);
  all.finish(second);
  all.take(second);
  expect(isDone).toBe(false);
  all.finish(second);
  expect(isDone).toBe(true);
});

it('wants as many workers as would be done in five seconds, and lets go of those that idle', () => {
  const { all, workers } = board(1);
  expect(all.adaptiveTarget()).toBe(0);
  all.submit({ count: 100, seconds: 5 }, () => undefined);
  // Until one was done, a task is taken to last half a second.
  expect(all.adaptiveTarget()).toBe(10);
  const [worker] = workers as [Worker];
  all.take(worker);
  all.finish(worker);
  expect(all.adaptiveTarget()).toBe(99);
});

it('closes idle workers first, the last that came before others', () => {
  const { all, workers } = board(1, 1, 1);
  all.submit({ count: 1, seconds: 1 }, () => undefined);
  all.take(workers[2] as Worker);
  expect(all.toClose(3).map(({ name }) => name)).toEqual(['w1', 'w0', 'w2']);
  expect(all.toClose().map(({ name }) => name)).toEqual(['w1', 'w0']);
});

it('is idle from the second question on after the last task', () => {
  const { all, workers } = board(1);
  expect(all.checkIdle(1_000)).toBe(1);
  all.submit({ count: 1, seconds: 1 }, () => undefined);
  all.take(workers[0] as Worker);
  expect(all.checkIdle(2_000)).toBeNull();
  all.finish(workers[0] as Worker);
  expect([all.checkIdle(3_000), all.checkIdle(4_000), all.checkIdle(5_000)]).toEqual([null, 4, 4]);
});

it("knows Dask's commands, however they are started", () => {
  expect(daskCommand(['dask-scheduler', '--port', '1'])).toEqual({
    role: 'scheduler',
    words: ['--port', '1'],
  });
  expect(daskCommand(['tini', '-g', '--', '/opt/bin/dask', 'worker'])?.role).toBe('worker');
  expect(daskCommand(['sh', '-c', 'exec dask worker tcp://a:1'])?.words).toEqual(['tcp://a:1']);
  expect(daskCommand(['sh', '-c', 'sleep 1; dask worker'])).toBeUndefined();
  expect(daskCommand(['python', 'dask'])).toBeUndefined();
  expect(flagOf(['--name=a', '--name', 'b'], '--name')).toBe('b');
  expect([portOf(':8788', 1), portOf('x', 1)]).toEqual([8788, 1]);
  expect(cpusOf({ resources: { limits: { cpu: '1500m' } } })).toBe(2);
});

it('reads how many tasks come when', () => {
  expect(readTasks('400x5s')).toEqual({ count: 400, seconds: 5 });
  expect(readLoad('0s=1x2s, 60s=3x4s')).toEqual([
    { afterMs: 0, tasks: { count: 1, seconds: 2 } },
    { afterMs: 60_000, tasks: { count: 3, seconds: 4 } },
  ]);
  expect([readTasks('5s'), readLoad('1m=4x5s')]).toEqual([undefined, undefined]);
});
