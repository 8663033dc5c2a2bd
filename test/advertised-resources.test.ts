/**
 * Resources that somebody else writes into a Node's capacity, as Kubernetes' task "Advertise Extended Resources
 * for a Node" has it.
 * @upstream pkg/kubelet/nodestatus/setters.go MachineInfo; test/e2e/scheduling/predicates.go (pod overhead)
 */
import { expect, it } from 'vitest';
import type { Node } from '../sim/api/kinds/core.js';
import type { ApiRequest } from '../sim/api/request.js';
import { boot } from '../sim/index.js';
import type { Simulation } from '../sim/simulation.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const nodePath = '/api/v1/nodes/one';
const dongle = 'example.com/dongle';
const periodMs = 10_000;

function bootOne(): Simulation {
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
  sim.loop.runUntil(sim.loop.now() + 5_000);
  return sim;
}

function ask<T>(sim: Simulation, request: ApiRequest): T {
  let answer: unknown;
  sim.serve(request, admin, got => {
    answer = got.body;
  });
  return answer as T;
}

function patched(sim: Simulation, operation: object): Node {
  const headers = { 'content-type': 'application/json-patch+json' };
  const path = `${nodePath}/status`;
  ask(sim, { method: 'PATCH', path, headers, body: [operation] });
  sim.loop.runUntil(sim.loop.now() + periodMs + 1_000);
  return ask<Node>(sim, { method: 'GET', path: nodePath });
}

it('makes what is in the capacity allocatable at the next look, and takes it back when it is gone', () => {
  const sim = bootOne();
  const path = '/status/capacity/example.com~1dongle';
  const more = patched(sim, { op: 'add', path, value: '4' });
  expect(more.status?.capacity?.[dongle]).toBe('4');
  expect(more.status?.allocatable?.[dongle]).toBe('4');

  const less = patched(sim, { op: 'remove', path });
  expect(less.status?.capacity?.[dongle]).toBeUndefined();
  expect(less.status?.allocatable?.[dongle]).toBeUndefined();
});

it('puts back what is its own, and what is allocatable of nothing', () => {
  const sim = bootOne();
  const cpu = patched(sim, { op: 'replace', path: '/status/capacity/cpu', value: '99' });
  expect(cpu.status?.capacity?.['cpu']).toBe('8');

  const path = '/status/allocatable/example.com~1dongle';
  const only = patched(sim, { op: 'add', path, value: '4' });
  expect(only.status?.allocatable?.[dongle]).toBeUndefined();
});
