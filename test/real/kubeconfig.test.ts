/** The backend `kubeconfig` on a cluster that `seatrial up` serves: what it refuses, tries first, and leaves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../../src/backends/own/clean-up.js';
import { findControlPlane } from '../../src/backends/control-plane-programs.js';
import { HttpClient } from '../../src/backends/http-client.js';
import { startProgram, type LocalProcess } from '../../src/backends/local-process.js';
import { readConfig } from '../../src/backends/user-config.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { freshFolder, startSeatrial, type Running } from '../cli/seatrial.js';
import { hasRealPrograms, whyNone } from './real-programs.js';

const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: web }
spec:
  cluster: { operators: [] }
  steps:
    - apply: { files: [web.yaml] }
    - wait: { apiVersion: apps/v1, kind: Deployment, name: web, condition: Available, within: 60s }
    - delete: { apiVersion: apps/v1, kind: Deployment, name: web }
    - wait: { kind: Pod, selector: app=web, absent: true, within: 90s }
`;
const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: web, image: nginx, resources: { requests: { cpu: 10m } } }]
`;
const limits = `apiVersion: v1
kind: ConfigMap
metadata: { name: first }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: second }
spec: { replicas: -1, selector: {}, template: { spec: { containers: [] } } }
`;

const folder = freshFolder({
  'scenario.yaml': scenario,
  'web.yaml': web,
  'refused.yaml': scenario.replace('web.yaml', 'limits.yaml'),
  'limits.yaml': limits,
});
const real = hasRealPrograms();
const programs: LocalProcess[] = [];
let up: Running;

beforeAll(async () => {
  const without = real
    ? ['--without', 'kube-scheduler', '--without', 'kube-controller-manager']
    : [];
  up = startSeatrial(folder, 'up', '--separate', 'kubeconfig', '--seed', '1', ...without);
  await up.says('is up at');
  if (real) await startControllers();
}, 90_000);

/** The controller manager and the scheduler of Kubernetes itself, beside the simulated API server. */
async function startControllers(): Promise<void> {
  const { controllerManager = '', scheduler = '' } = findControlPlane();
  const flags = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'];
  const access = flags.map(flag => `--${flag}=${join(folder, 'kubeconfig')}`);
  for (const [name, file, more] of [
    ['kube-controller-manager', controllerManager, ['--use-service-account-credentials']],
    ['kube-scheduler', scheduler, []],
  ] as const) {
    const logFile = join(folder, `${name}.log`);
    const words = [...access, '--secure-port=0', ...more];
    programs.push(await startProgram({ name, file, arguments: words, logFile }));
  }
}

afterAll(async () => {
  for (const program of programs) await program.stop();
  up.process.kill('SIGINT');
  await up.ended();
});

const run = (file: string, ...words: readonly string[]) =>
  startSeatrial(
    folder,
    ...['run', file, '--backend', 'kubeconfig', '--kubeconfig', 'kubeconfig', '--no-keep'],
    ...words,
  ).ended();

/** Namespaces of the cluster that a run has made. */
async function runsNamespaces(): Promise<readonly string[]> {
  const client = new HttpClient(await readConfig(join(folder, 'kubeconfig'), undefined));
  const { body } = await client.send({ method: 'GET', path: '/api/v1/namespaces' });
  client.close();
  const { items } = body as { readonly items: readonly { readonly metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name).filter(name => name.startsWith('try-'));
}

describe('a cluster of a kubeconfig', () => {
  it('is not touched when it looks like production, unless it is meant', async () => {
    const text = readFileSync(join(folder, 'kubeconfig'), 'utf8');
    const context = /current-context: (\S+)/.exec(text)?.[1] ?? '';
    const risky = text.replaceAll(context, 'eu-prod');
    expect(risky).not.toBe(text);
    writeFileSync(join(folder, 'risky'), risky);
    const { code, stderr } = await run('scenario.yaml', '--kubeconfig', 'risky');
    expect(code).toBe(2);
    expect(stderr).toContain('the context eu-prod looks like production');
    expect(stderr).toContain('--allow-context eu-prod');
  }, 60_000);

  it('is given nothing when it would not take everything', async () => {
    const { code, stderr } = await run('refused.yaml', '--namespace-prefix', 'try-');
    expect(code).toBe(3);
    expect(stderr).toContain('the cluster would not take Deployment second');
    expect(stderr).toContain('nothing was changed');
    // Those that were made for the attempt are gone, or about to be.
    expect(stderr).not.toContain('left behind');
    expect(await runsNamespaces()).toEqual([]);
  }, 90_000);

  it('is told which of its objects could not be removed', async () => {
    await using simulated = await bootSimulatedCluster({ seed: 1, nodes: [] });
    const path = '/api/v1/namespaces/default/configmaps';
    const held = { name: 'held', finalizers: ['example.com/hold'] };
    for (const metadata of [{ name: 'free' }, held]) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
      expect((await simulated.request({ method: 'POST', path, body })).status).toBe(201);
    }
    const made = ['free', 'held'].map(name => ({
      path: `${path}/${name}`,
      title: `-n default configmap/${name}`,
    }));
    expect(await cleanUp(simulated as never, made, 300)).toEqual([
      { title: '-n default configmap/held', why: 'still there after 0.3 s' },
    ]);
  }, 30_000);
});

describe.skipIf(!real)(`with real programs beside it (skipped: ${whyNone})`, () => {
  it('a scenario passes that the real controllers and the real scheduler serve', async () => {
    const { code, stdout, stderr } = await run('scenario.yaml', '--seed', '1');
    expect(stdout).toContain('scenarios: 1 passed');
    expect([0, 4]).toContain(code);
    expect(stderr).not.toContain('left behind');
    expect(programs.map(({ end }) => end)).toEqual([undefined, undefined]);
  }, 240_000);
});
