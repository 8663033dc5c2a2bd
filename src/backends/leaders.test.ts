import { afterEach, expect, it } from 'vitest';
import { endProcesses, LeaderWatch } from './leaders.js';
import { bootSimulatedCluster, type SimulatedCluster } from './sim.js';
import { simulationOptions } from './sim-options.js';

let cluster: SimulatedCluster | undefined;
afterEach(() => cluster?.[Symbol.asyncDispose]());

const boot = () => bootSimulatedCluster(simulationOptions({ seed: 1, operators: [] }));
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const held = (holderIdentity: string) => ({
  metadata: { name: 'kube-scheduler' },
  spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
});

it('stands by while somebody else leads, and goes on when they give the lease up', async () => {
  cluster = await boot();
  const told: string[] = [];
  const watch = new LeaderWatch(cluster, line => told.push(line));
  const scheduler = cluster.simulation.processes.get('kube-scheduler');
  await watch.look('kube-scheduler');
  expect(scheduler?.isRunning).toBe(true);

  await cluster.request({ method: 'POST', path: leases, body: held('host_1') });
  await watch.look('kube-scheduler');
  expect(scheduler?.isRunning).toBe(false);

  await cluster.request({
    method: 'PATCH',
    path: `${leases}/kube-scheduler`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { holderIdentity: '' } },
  });
  await watch.look('kube-scheduler');
  expect(scheduler?.isRunning).toBe(true);
  expect(told).toEqual([
    'kube-scheduler: host_1 leads; the simulated one stands by',
    'kube-scheduler: nobody leads any more; the simulated one goes on',
  ]);
});

it('does without a program, and names those there are when it is another', async () => {
  const booted = await boot();
  cluster = booted;
  endProcesses(booted, ['kube-scheduler']);
  expect(booted.simulation.processes.get('kube-scheduler')?.isRunning).toBe(false);
  await new LeaderWatch(booted, () => undefined).look('kube-scheduler');
  expect(booted.simulation.processes.get('kube-scheduler')?.isRunning).toBe(false);
  expect(() => endProcesses(booted, ['kube-schedular'])).toThrow(
    'there is no program kube-schedular to do without',
  );
});
