/** A scenario on a foreign cluster (the simulated one, over its socket) with the rights that `seatrial rbac` prints. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { KubeObject } from '../../sim/api/object.js';
import { kubeconfigBackend } from '../backends/kubeconfig-backend.js';
import { Pacer } from '../backends/pacer.js';
import { RestMapper } from '../backends/rest-mapper.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import type { BackendFlags } from '../backends/real-backend.js';
import { rolesFor } from './rbac.js';
import { sailForReal } from './real-voyage.js';
import { loadScenario, type Scenario } from './scenario.js';
import { launch } from './voyage.js';

const prefix = 'ci-';
const scenarioText = `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  show: { namespaces: [default, shop] }
  steps:
    - apply: { files: [web.yaml] }
    - wait:
        { apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web,
          condition: Available, within: 30s }
    - wait:
        { kind: Pod, namespace: shop, selector: app=web, match: { status: { phase: Running } },
          count: 2, within: 30s }
    - delete: { apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web }
    - wait: { kind: Pod, namespace: shop, selector: app=web, absent: true, within: 60s }
`;
const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - { name: main, image: nginx, env: [{ name: PEER, value: 'http://db.shop.svc:80' }] }
`;

let folder = '';
let scenario: Scenario;
let simulated: SimulatedCluster;
let pacer: Pacer;
let ciFile = '';
let adminFile = '';

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await simulated.request({ method: 'POST', path, body });
  expect([path, answer.status]).toEqual([path, 201]);
  return answer.body as Record<string, unknown>;
}

/** The service account with exactly the printed roles. */
async function grant(roles: readonly KubeObject[]): Promise<void> {
  const subjects = [{ kind: 'ServiceAccount', name: 'ci', namespace: 'ci-default' }];
  const bindings = roles.flatMap(({ kind = '', metadata: { name, namespace } }) =>
    kind === 'Namespace'
      ? []
      : [
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: `${kind}Binding`,
            metadata: { name, namespace },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
            subjects,
          } as unknown as KubeObject,
        ],
  );
  for (const { message } of await simulated.apply([...roles, ...bindings])) {
    expect(message).toBeUndefined();
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'real-voyage-'));
  writeFileSync(join(folder, 'scenario.yaml'), scenarioText);
  writeFileSync(join(folder, 'web.yaml'), manifests);
  scenario = loadScenario(join(folder, 'scenario.yaml'));
  simulated = await bootSimulatedCluster(launch(scenario, { seed: 1 }));
  await simulated.advance('10s');
  const mapper = new RestMapper(request => simulated.request(request));
  await grant(await rolesFor(scenario, mapper, prefix));
  await post('/api/v1/namespaces/ci-default/serviceaccounts', { metadata: { name: 'ci' } });
  await simulated.advance('10s');
  const token = await post('/api/v1/namespaces/ci-default/serviceaccounts/ci/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: 36_000 },
  });
  const admin = await simulated.client();
  adminFile = join(folder, 'admin.yaml');
  writeFileSync(adminFile, await simulated.kubeconfig());
  const context = admin.getCurrentContext();
  admin.users[0] = {
    ...admin.users[0],
    name: context,
    certData: undefined,
    keyData: undefined,
    token: (token['status'] as { token: string }).token,
  } as never;
  ciFile = join(folder, 'ci.yaml');
  writeFileSync(ciFile, stringify(JSON.parse(admin.exportConfig())));
  pacer = new Pacer(simulated.simulation.loop, 15);
  pacer.start();
});

afterAll(async () => {
  await pacer.stop();
  await simulated[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const told: string[] = [];

const sailOn = (flags: BackendFlags) =>
  sailForReal(scenario, {
    seed: 1,
    tell: line => told.push(line),
    chosen: { backend: kubeconfigBackend },
    flags,
    timeScale: 1,
    realMaxMs: 60_000,
  });

const names = async (path: string): Promise<string[]> => {
  const { body } = await simulated.request({ method: 'GET', path });
  const { items } = body as { items: readonly { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
};

describe('a scenario on a cluster of a kubeconfig', () => {
  it('runs with exactly the printed rights, in namespaces that were made for it', async () => {
    const run = await sailOn({ kubeconfig: ciFile, namespacePrefix: prefix });
    expect(run.steps.map(({ result, message }) => [result, message])).toEqual(
      run.steps.map(() => ['passed', undefined]),
    );
    expect(await names('/apis/apps/v1/namespaces/ci-shop/deployments')).toEqual([]);
    expect(told.filter(line => line.startsWith('left behind'))).toEqual([]);
    // The scenario never learns of the prefix.
    expect(told.filter(line => line.includes('ci-shop'))).toEqual([]);
    const short = run.verdicts.find(({ law }) => law === 'nothing-terminates-for-ever');
    expect(short?.kind).toBe('inconclusive');
  });

  it('makes namespaces with a name of the run, and takes them away', async () => {
    const before = await names('/api/v1/namespaces');
    const run = await sailOn({ kubeconfig: adminFile });
    expect(run.steps.every(({ result }) => result === 'passed')).toBe(true);
    expect(await names('/api/v1/namespaces')).toEqual(before);
    expect(run.notes[0]).toContain("nodes and operators are the cluster's own");
  });

  it('changes nothing when something would be refused', async () => {
    const before = await names('/api/v1/namespaces');
    const poor = { ...scenario, steps: [...scenario.steps] };
    writeFileSync(join(folder, 'web.yaml'), manifests.replace('replicas: 2', 'replicas: -2'));
    await expect(
      sailForReal(poor, {
        seed: 1,
        tell: () => undefined,
        chosen: { backend: kubeconfigBackend },
        flags: { kubeconfig: adminFile },
        timeScale: 1,
        realMaxMs: 60_000,
      }),
    ).rejects.toThrow('the cluster would not take Deployment web');
    writeFileSync(join(folder, 'web.yaml'), manifests);
    expect(await names('/api/v1/namespaces')).toEqual(before);
  });

  it('refuses a context that looks like production, unless it is meant', async () => {
    const file = join(folder, 'prod.yaml');
    const text = readFileSync(adminFile, 'utf8');
    writeFileSync(file, text.replaceAll(/: seatrial$/gm, ': shop-prod-eu'));
    await expect(sailOn({ kubeconfig: file })).rejects.toThrow(
      'the context shop-prod-eu looks like production (shop-prod-eu)',
    );
  });
});
