/**
 * Hooks by exec in images of which nothing is known: what they wait for takes its time, as a `sleep` before the
 * end does on every platform. @upstream test/e2e/node/pre_stop.go, pkg/kubelet/kuberuntime/kuberuntime_container.go
 */
import { expect, it } from 'vitest';
import type { Pod } from '../sim/api/kinds/core.js';
import type { ApiRequest } from '../sim/api/request.js';
import { boot } from '../sim/index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const pods = '/api/v1/namespaces/default/pods';

function bootOne() {
  const sim = boot({
    seed: 1,
    nodes: [
      {
        name: 'one',
        labels: {},
        taints: [],
        capacity: { cpu: '8', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
        devices: [],
        isControlPlane: false,
      },
    ],
  });
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  const ask = <T>(request: ApiRequest): T => {
    let answer: unknown;
    sim.serve(request, admin, got => {
      answer = got.body;
    });
    return answer as T;
  };
  run(5);
  const start = (lifecycle: object, graceSeconds = 30): void => {
    const containers = [{ name: 'c', image: 'nginx:1.29', lifecycle }];
    const spec = { containers, terminationGracePeriodSeconds: graceSeconds };
    ask({ method: 'POST', path: pods, body: { metadata: { name: 'p' }, spec } });
    run(10);
  };
  const get = () => ask<Pod>({ method: 'GET', path: `${pods}/p` });
  const isThere = () => get().kind === 'Pod';
  const end = (): void => void ask({ method: 'DELETE', path: `${pods}/p` });
  return { run, start, get, isThere, end };
}

/** How many seconds the pod was there after it was deleted. */
function secondsToEnd(command: readonly string[], graceSeconds?: number): number {
  const { start, end, isThere, run } = bootOne();
  start({ preStop: { exec: { command } } }, graceSeconds);
  expect(isThere()).toBe(true);
  end();
  let seconds = 0;
  for (; isThere() && seconds < 120; seconds++) run(1);
  return seconds;
}

it.each([
  [['sleep', '15'], 15],
  [['/bin/sh', '-c', 'sleep 15'], 15],
  [['bash', '-c', 'echo bye; sleep 15 && nginx -s quit'], 15],
  [['/bin/bash', '-c', 'for second in {1..15}; do sleep 1; done'], 15],
] as const)('waits as long as %j sleeps', (command, seconds) => {
  const took = secondsToEnd(command);
  expect(took).toBeGreaterThanOrEqual(seconds);
  expect(took).toBeLessThanOrEqual(seconds + 4);
});

it('waits no longer than the grace period, and the two seconds that are left then', () => {
  const took = secondsToEnd(['sh', '-c', 'while true; do echo preStop; sleep 1; done'], 20);
  expect(took).toBeGreaterThanOrEqual(20);
  expect(took).toBeLessThanOrEqual(25);
});

it('passes over what it knows nothing of', () => {
  expect(secondsToEnd(['/usr/sbin/nginx', '-s', 'quit'])).toBeLessThanOrEqual(4);
  expect(
    secondsToEnd(['sh', '-c', 'while killall -0 nginx; do sleep 1; done']),
  ).toBeLessThanOrEqual(4);
});

it('keeps a container from being told as running while its postStart hook sleeps', () => {
  const { start, get, run } = bootOne();
  start({ postStart: { exec: { command: ['sh', '-c', 'sleep 20'] } } });
  const isReady = () => get().status?.containerStatuses?.[0]?.ready;
  expect(isReady()).toBe(false);
  run(20);
  expect(isReady()).toBe(true);
});
