import { expect, it } from 'vitest';
import { Board, type Node } from './board.js';
import { offered, readLoad, readTasks } from './messages.js';
import { healthProbe } from './probes.js';
import { decide, type Group } from './scaling.js';
import { Serve } from './serve.js';
import { flagsOf, placeOf, rayCommand } from './words.js';

const cpu = (count: number) => ({ cpu: count, gpu: 0 });

function boardOf(...totals: readonly Node['total'][]) {
  const board = new Board();
  for (const [index, total] of totals.entries()) {
    const address = `10.0.0.${index}:1`;
    const node = { address, name: `w${index}`, group: 'w', total, free: total };
    board.nodes.set(address, { ...node, idleSinceMs: 0 });
  }
  return board;
}

it("knows Ray's commands", () => {
  const script = 'ulimit -n 9; ray start --head  --num-cpus=2  --block ';
  expect(rayCommand(['/bin/bash', '-c', '--', script])).toEqual({
    role: 'head',
    flags: { head: '', 'num-cpus': '2', block: '' },
  });
  expect(rayCommand(['ray', 'start', '--address', 'x:1'])?.role).toBe('worker');
  expect(rayCommand(['bash', '-c', 'ray health-check --address x:1 > /dev/null'])).toEqual({
    role: 'wait',
    address: 'x:1',
  });
  expect(rayCommand(['ray', 'kuberay-autoscaler', '--cluster-name', 'a'])?.role).toBe('autoscaler');
  expect(rayCommand(['/submitter', '--metadata-json', '{"a":"b"}', '--', 'python'])).toEqual({
    role: 'submit',
    text: String.raw`ray job submit --metadata-json "{\"a\":\"b\"}" -- python`,
  });
  expect([rayCommand(['python', 'train.py']), rayCommand(['xray', 'start'])]).toEqual([
    undefined,
    undefined,
  ]);
  expect(flagsOf(`--resources='{"a": 1}' --x y`)).toEqual({ resources: '{"a": 1}', x: 'y' });
  expect(placeOf('http://a.b:1/c', 2)).toEqual({ host: 'a.b', port: 1 });
});

it('reads how many tasks come when, and what they need', () => {
  expect(readTasks('8x600s@gpu=1')).toEqual({ count: 8, seconds: 600, needs: { cpu: 0, gpu: 1 } });
  expect(readTasks('8x600s@cpu=2+gpu=0.5')?.needs).toEqual({ cpu: 2, gpu: 0.5 });
  expect(readLoad('0s=1x2s, 60s=3x4s')?.[1]).toEqual({
    afterMs: 60_000,
    tasks: { count: 3, seconds: 4, needs: cpu(1) },
  });
  expect([readTasks('5s'), readTasks('1x5s@tpu=1'), readLoad('1m=4x5s')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(offered({}, { resources: { limits: { cpu: '1500m', 'nvidia.com/gpu': '2' } } })).toEqual({
    cpu: 2,
    gpu: 2,
  });
});

it('gives nodes what they have room for, and takes it back from those that are lost', () => {
  const board = boardOf(cpu(2), cpu(1));
  let isDone = false;
  board.submit({ count: 4, seconds: 5, needs: cpu(1) }, () => (isDone = true));
  const started = board.start();
  expect(started.map(({ count }) => count)).toEqual([2, 1]);
  expect(board.waiting()).toEqual([{ needs: cpu(1), count: 1 }]);
  board.remove('10.0.0.0:1');
  expect(board.waiting()[0]?.count).toBe(3);
  for (let round = 0; round < 4; round++) {
    for (const batch of round === 0 ? started : board.start()) board.finish(batch, 7);
  }
  expect(isDone).toBe(true);
  expect(board.nodes.get('10.0.0.1:1')).toMatchObject({ free: cpu(1), idleSinceMs: 7 });
});

it('spreads replicas, one by one, to nodes that have the fewest', () => {
  const board = boardOf(cpu(4), cpu(1));
  const tasks = { count: 4, seconds: Number.POSITIVE_INFINITY, needs: cpu(1) };
  const spread = board.submit(tasks, () => undefined, 2);
  expect(board.start().map(({ node }) => node.name)).toEqual(['w0', 'w1', 'w0']);
  expect([spread.waiting, spread.running]).toEqual([1, 3]);
});

it('wants workers for what waits, and none that idle', () => {
  const group: Group = {
    ...{ name: 'w', offers: cpu(2), replicas: 1, min: 0, max: 4 },
    ...{ idleTimeoutMs: 60_000, priority: 0 },
  };
  const gpus: Group = { ...group, name: 'g', offers: { cpu: 8, gpu: 1 }, replicas: 0, max: 2 };
  const nodes = [{ name: 'p', group: 'w', free: cpu(1), idleMs: 0 }];
  const verdict = (waiting: Parameters<typeof decide>[1]['waiting'], isSlow = false) =>
    Object.fromEntries(decide([gpus, group], { waiting, nodes, headFree: cpu(0) }, isSlow));
  expect(verdict([{ needs: cpu(1), count: 4 }])).toEqual({ w: { replicas: 3, leaving: [] } });
  expect(verdict([{ needs: { cpu: 1, gpu: 1 }, count: 9 }])).toEqual({
    g: { replicas: 2, leaving: [] },
  });
  const idle = [{ name: 'p', group: 'w', free: cpu(2), idleMs: 60_000 }];
  const demand = { waiting: [], nodes: idle, headFree: cpu(0) };
  expect(decide([group], demand, false).get('w')).toEqual({ replicas: 0, leaving: ['p'] });
  expect(decide([{ ...group, min: 1 }], demand, false).size).toBe(0);
});

it('answers probes once it is up', () => {
  const command = ['bash', '-c', 'wget http://localhost:52365/api/local_raylet_healthz'];
  expect(healthProbe({ kind: 'exec', command }, false, []).isSuccess).toBe(false);
  expect(healthProbe({ kind: 'exec', command: ['true'] }, false, []).isSuccess).toBe(true);
  expect(healthProbe({ kind: 'tcp', port: 1 }, true, [2])).toEqual({
    isSuccess: false,
    isRefused: true,
  });
});

it('serves applications whose replicas have their place, and lets go of those that are taken out', () => {
  const board = boardOf(cpu(2));
  const released: number[] = [];
  let nowMs = 0;
  type GivenClock = ConstructorParameters<typeof Serve>[0];
  const clock = { now: () => nowMs } as unknown as GivenClock;
  const serve = new Serve(clock, board, {
    assign: () => void board.start(),
    release: batch => {
      released.push(batch.count);
      board.finish(batch, nowMs);
    },
  });
  const ask = (method: string, body: unknown = '') =>
    serve.page({
      ...{ protocol: 'http', method, path: '/api/serve/applications/' },
      body: body === '' ? '' : JSON.stringify(body),
    })?.body;
  const app = (replicas: number) => ({
    name: 'a',
    route_prefix: '/a',
    deployments: [{ name: 'D', num_replicas: replicas }],
  });
  expect(ask('GET')).toBe('{"applications":{}}');
  ask('PUT', { applications: [app(2)] });
  expect(ask('GET')).toContain('"status":"DEPLOYING"');
  nowMs = 10_000;
  expect(ask('GET')).toContain('"status":"RUNNING"');
  expect([serve.serve('/a/x').status, serve.serve('/b').status]).toEqual([200, 404]);
  ask('PUT', { applications: [app(3)] });
  nowMs = 30_000;
  // The third replica finds no room.
  expect([released, board.waiting()[0]?.count]).toEqual([[1, 1], 1]);
  expect(ask('GET')).toContain('"status":"UPDATING"');
  ask('PUT', { applications: [] });
  expect([serve.serve('/a').status, board.waiting()]).toEqual([404, []]);
});
