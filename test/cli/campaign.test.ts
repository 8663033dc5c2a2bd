/**
 * A campaign as a user types it, on a cluster that is reached over its socket: the pods of its Indexed Job
 * really run `seatrial check`, one is killed at first, and what is merged is what shards find here.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerContext, Workload } from '../../sim/workloads/workload.js';
import { Pacer } from '../../src/backends/pacer.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';
import { freshFolder, seatrial, startSeatrial } from './seatrial.js';

const node = {
  name: 'n1',
  labels: {},
  taints: [],
  capacity: { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  devices: [],
  isControlPlane: false,
};

/** That a pod is given no time at all to end, any voyage with an end of a pod breaks. */
const words = ['--laws', 'nothing-terminates-for-ever', '--faults', 'none', '--workers', '1'];
const strict = ['--law-setting', 'nothing-terminates-for-ever.goneWithinMs=1'];
const manifests = `apiVersion: batch/v1
kind: Job
metadata: { name: j }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: i }] } } }
`;

const folder = freshFolder({ 'job.yaml': manifests });
const attempts: string[] = [];

/** Runs the command of the container with the manifests of its volume. */
async function play(context: ContainerContext): Promise<void> {
  const index = context.env['JOB_COMPLETION_INDEX'] ?? '';
  const isFirstOfAll = !attempts.includes(index);
  attempts.push(index);
  const end = (code: number, text = ''): void =>
    void context.clock.after(0, 'the check ends', () => {
      for (const line of text.split('\n')) context.log(line);
      context.exit(code);
    });
  // The kernel ran out of memory.
  if (index === '1' && isFirstOfAll) return end(137, 'seatrial 0.1.0, seed 1');
  const path = '/api/v1/namespaces/default/configmaps/night';
  const { body } = await simulated.request({ method: 'GET', path });
  const { data } = body as { data: Record<string, string> };
  const own = freshFolder({ 'manifests.yaml': data['manifests.yaml'] ?? '' });
  const file = join(own, 'manifests.yaml');
  const given = context.command.slice(1).map(word => word.replace(/^\/campaign\/.*/, file));
  const child = spawn(process.execPath, [resolve('dist/bin/seatrial.js'), ...given], {
    cwd: own,
    env: { ...process.env, HOME: own, JOB_COMPLETION_INDEX: index },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  child.on('close', code => end(code ?? 137, text));
}

const reallyChecks: Workload = {
  name: 'really-checks',
  start(context) {
    void play(context);
    return {};
  },
};

let simulated: SimulatedCluster;
let pacer: Pacer;

beforeAll(async () => {
  simulated = await bootSimulatedCluster({
    seed: 1,
    nodes: [node],
    hasMetricsServer: false,
    workloads: [{ image: 'example.com/seatrial', workload: reallyChecks }],
  });
  writeFileSync(join(folder, 'kubeconfig'), await simulated.kubeconfig());
  pacer = new Pacer(simulated.simulation.loop, 5);
  pacer.start();
});

afterAll(async () => {
  await pacer.stop();
  await simulated[Symbol.asyncDispose]();
});

interface Told {
  readonly kind: string;
  readonly voyages: {
    readonly explored: { readonly runs: number };
    readonly failures: readonly {
      readonly example: { readonly law: string; readonly token: string };
    }[];
  };
}

const read = (file: string): Told => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Told;

it('finds on a cluster what it finds here, though a pod of it was killed', async () => {
  const how = ['--seed', '1', '--runs', '12', '--reporter', 'json', '--quiet', ...words, ...strict];
  for (const shard of ['1', '2']) {
    // What one shard has found would be tried first by the next in the same folder.
    const { code } = seatrial(
      freshFolder({ 'job.yaml': manifests }),
      ...['check', '-f', 'job.yaml', '--shard', `${shard}/2`, ...how],
      ...['--outputFile', `json=${join(folder, `${shard}.json`)}`],
    );
    expect(code).toBe(1);
  }
  const there = startSeatrial(
    folder,
    ...['campaign', '-f', 'job.yaml', '--image', 'example.com/seatrial:1', '--name', 'night'],
    ...['--shards', '2', '--runs', '12', '--seed', '1', '--submit', '--kubeconfig', 'kubeconfig'],
    ...['--reporter', 'json', '--outputFile', 'json=there.json', '--', ...words, ...strict],
  );
  const { code, stderr } = await there.ended();
  expect([code, stderr]).toEqual([1, expect.stringContaining('night: 0 active')]);
  // Both have found something, which is no failure to be tried again; the one that was killed was.
  expect(attempts.toSorted()).toEqual(['0', '1', '1']);
  const merged = seatrial(
    folder,
    ...['merge', '1.json', '2.json', '--reporter', 'json', '--outputFile', 'json=here.json'],
  );
  expect(merged.code).toBe(1);
  const [here, onCluster] = [read('here.json'), read('there.json')];
  expect(onCluster.kind).toBe('CheckReport');
  expect(onCluster.voyages.failures).toHaveLength(1);
  const tokens = (told: Told) => told.voyages.failures.map(({ example }) => example.token);
  expect(tokens(onCluster)).toEqual(tokens(here));
  expect(onCluster.voyages.explored.runs).toBe(here.voyages.explored.runs);
  // The Job, its pods and its ConfigMap are gone.
  const path = '/api/v1/namespaces/default/configmaps/night';
  expect((await simulated.request({ method: 'GET', path })).status).toBe(404);
}, 180_000);

it('tells that a shard is missing, and lets nothing pass then', () => {
  const { code, stdout, stderr } = seatrial(folder, 'merge', '2.json');
  expect([code, stderr]).toEqual([1, 'there is no report of shard 1\n']);
  expect(stdout).toContain('nothing-terminates-for-ever');
  const run = { kind: 'Report', shard: { index: 1, total: 2 }, runs: [], seed: 1, backend: 'sim' };
  writeFileSync(join(folder, 'passed.json'), JSON.stringify({ ...run, version: '0.1.0' }));
  expect(seatrial(folder, 'merge', 'passed.json').code).toBe(4);
});

it('refuses what is no report', () => {
  writeFileSync(join(folder, 'other.json'), '{ "kind": "CheckRepord" }');
  const { code, stderr } = seatrial(folder, 'merge', '1.json', 'other.json');
  expect(code).toBe(2);
  expect(stderr).toMatch(/other\.json.*[\s\S]*did you mean CheckReport/);
});
