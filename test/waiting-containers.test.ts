/** Init containers and Jobs that wait for others: on a whole cluster, by their own commands, in virtual time. */
import { describe, expect, it } from 'vitest';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { manifests } from '../src/index.js';
import { oneNode } from './workloads/one-node.js';

const database = `
  apiVersion: v1
  kind: Service
  metadata: {name: db, namespace: default}
  spec: {selector: {app: db}, ports: [{port: 5432}]}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: db, namespace: default, labels: {app: db}}
  spec: {containers: [{name: db, image: 'postgres:16'}]}
`;

const waitingFor = (script: string, more = ''): string => `
  apiVersion: v1
  kind: Pod
  metadata: {name: web, namespace: default, labels: {app: web}}
  spec:
    initContainers:
      - name: wait
        image: example.com/tools
        command: [bash, -c, ${JSON.stringify(script)}]
        env: [{name: DB_HOST, value: db}]
    containers: [{name: web, image: example.com/web}]
    ${more}
`;

async function boot(servedServices?: readonly string[]) {
  return bootSimulatedCluster({
    seed: 1,
    nodes: [oneNode],
    operators: [],
    ...(servedServices !== undefined && { servedServices }),
  });
}

type Cluster = Awaited<ReturnType<typeof boot>>;

/** `Running` once the waiting is over. */
async function phaseOf(cluster: Cluster, name = 'web'): Promise<string> {
  const path = `/api/v1/namespaces/default/pods/${name}`;
  const { body } = await cluster.request({ method: 'GET', path });
  return (body as { readonly status: { readonly phase: string } }).status.phase;
}

/** The phases of `web` two minutes after each step; what is applied in one step comes together. */
async function phasesAround(
  script: string,
  steps: readonly (readonly string[])[] = [[waitingFor(script)], [database]],
) {
  await using cluster = await boot();
  const phases: string[] = [];
  for (const texts of steps) {
    for (const text of texts) await cluster.apply(manifests(text));
    await cluster.advance('2m');
    phases.push(await phaseOf(cluster));
  }
  return phases.join(' ');
}

describe('an init container waits until others answer', () => {
  it.each([
    'until nc -z db 5432; do echo waiting; sleep 2; done',
    'until nc -z -w2 "$DB_HOST" 5432 >/dev/null 2>&1; do sleep 2; done; ./migrate --all',
    'until pg_isready -h $DB_HOST -U app -t 2; do sleep 1; done; psql -h db -c "CREATE TABLE t()"',
    'while ! curl -sf http://db:5432/healthz > /dev/null; do sleep 5; done',
    'while [ "$(redis-cli -h db -p 5432 ping)" != PONG ]; do sleep 1; done',
    'until (echo > /dev/tcp/db/5432) >/dev/null 2>&1; do sleep 1; done',
    'for i in {1..100}; do nc -z db 5432 && exit 0; sleep 3; done; exit 1',
    'set -euo pipefail; timeout 300 sh -c "until nc -z db 5432; do sleep 1; done"',
    'wait-for-it.sh db:5432 -t 0 -- echo there',
    'dockerize -wait tcp://db:5432 -timeout 10m',
  ])('%s', async script => {
    expect(await phasesAround(script)).toBe('Pending Running');
  });

  it('is not held up by what unknown programs find or say', async () => {
    for (const script of [
      'until ./is-ready.sh; do sleep 1; done',
      'until [ "$(./version)" = 3 ]; do sleep 1; done',
      './fetch /data; until [ -f /data/done ]; do sleep 1; done',
      'while ./is-busy; do sleep 1; done',
    ]) {
      expect(await phasesAround(script, [[waitingFor(script)]]), script).toBe('Running');
    }
  });
});

it('hosts outside of the cluster, and those that no variable names, are taken to be there', async () => {
  for (const host of ['db.eu.rds.example.com', '$UNSET']) {
    const script = `until nc -z ${host} 5432; do sleep 1; done`;
    expect(await phasesAround(script, [[waitingFor(script)]]), host).toBe('Running');
  }
});

it('where it is known who is served, names of others are taken to be there, and nobody else', async () => {
  const script = 'until nslookup cache && nc -z db 5432; do sleep 1; done';
  await using cluster = await boot(['default/db']);
  await cluster.apply(manifests(waitingFor(script)));
  await cluster.advance('2m');
  expect(await phaseOf(cluster)).toBe('Pending');
  await cluster.apply(manifests(database));
  await cluster.advance('1m');
  expect(await phaseOf(cluster)).toBe('Running');
});

it('a policy that lets nobody in keeps it waiting', async () => {
  const policy = `
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: shut, namespace: default}
    spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}
  `;
  const script = 'until nc -z db 5432; do sleep 2; done';
  expect(await phasesAround(script, [[policy, database, waitingFor(script)]])).toBe('Pending');
});

it('two that wait for each other wait for ever', async () => {
  const service = (name: string): string => `
    apiVersion: v1
    kind: Service
    metadata: {name: ${name}, namespace: default}
    spec: {selector: {app: ${name}}, ports: [{port: 80}]}
  `;
  const web = waitingFor('until nc -z api 80; do sleep 1; done');
  const api = waitingFor('true').replaceAll('web', 'api');
  const held = waitingFor('until nc -z web 80; do sleep 1; done')
    .replace('name: web, namespace', 'name: api, namespace')
    .replace('app: web', 'app: api');
  const services = [service('web'), service('api')];
  expect(await phasesAround('', [[...services, web, held]])).toBe('Pending');
  expect(await phasesAround('', [[...services, web, api]])).toBe('Running');
});

it('kubectl waits as the account that the pod has, and fails where that may not look', async () => {
  const role = `
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: look}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, name: default, namespace: default}]
  `;
  const script = 'kubectl wait --for=condition=ready pod -l app=db --timeout=60s';
  expect(await phasesAround(script, [[database, waitingFor(script)]])).toBe('Pending');
  expect(await phasesAround(script, [[role, database, waitingFor(script)]])).toBe('Running');
});

it('a Job sleeps as long as it says, whatever program comes after', async () => {
  await using cluster = await boot();
  await cluster.apply(
    manifests(`
      apiVersion: v1
      kind: Pod
      metadata: {name: job, namespace: default}
      spec:
        restartPolicy: Never
        containers: [{name: job, image: x, command: [sh, -c, 'sleep 90; python train.py']}]
    `),
  );
  await cluster.advance('80s');
  expect(await phaseOf(cluster, 'job')).toBe('Running');
  await cluster.advance('1m');
  expect(await phaseOf(cluster, 'job')).toBe('Succeeded');
});

it('an image that is known listens where it is known to, and nowhere else', async () => {
  const script = 'until nc -z db 5433; do sleep 1; done';
  const wrong = database.replace('port: 5432', 'port: 5433');
  expect(await phasesAround(script, [[wrong, waitingFor(script)]])).toBe('Pending');
  const unknown = wrong.replace('postgres:16', 'example.com/db');
  expect(await phasesAround(script, [[unknown, waitingFor(script)]])).toBe('Running');
});
