/** Knative Serving on a whole cluster: what becomes of a Service, and of its revisions. */
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const root = '/apis/serving.knative.dev/v1/namespaces/default';
const mergePatch = { 'content-type': 'application/merge-patch+json' };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Known extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: Condition[] };
}

let cluster: SimulatedCluster | undefined;
afterEach(() => cluster?.[Symbol.asyncDispose]());

async function boot(): Promise<SimulatedCluster> {
  const options = simulationOptions({ seed: 1, operators: ['knative-serving'] });
  cluster = await bootSimulatedCluster(options);
  await cluster.advance('20s');
  return cluster;
}

async function get(on: SimulatedCluster, path: string): Promise<Known> {
  return (await on.request({ method: 'GET', path })).body as Known;
}

async function list(on: SimulatedCluster, path: string): Promise<readonly Known[]> {
  return ((await get(on, path)) as unknown as { readonly items: readonly Known[] }).items;
}

async function serve(
  on: SimulatedCluster,
  { image = 'example.com/app', annotations = {}, ...spec }: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const template = { metadata: { annotations }, spec: { containers: [{ image }] } };
  const metadata = { name: 'hello' };
  const apiVersion = 'serving.knative.dev/v1';
  const body = { apiVersion, kind: 'Service', metadata, spec: { template, ...spec } };
  const answer = await on.request({ method: 'POST', path: `${root}/services`, body });
  expect(answer.status).toBe(201);
}

const conditionOf = ({ status }: Known, type: string): Condition | undefined =>
  status?.conditions?.find(condition => condition.type === type);
const names = (items: readonly KubeObject[]) => items.map(({ metadata }) => metadata.name);

describe('a Service', () => {
  it('becomes ready by a chain of objects, with pods of the initial scale', async () => {
    const on = await boot();
    await serve(on, { annotations: { 'autoscaling.knative.dev/initial-scale': '2' } });
    await on.advance('20s');
    const service = await get(on, `${root}/services/hello`);
    expect(conditionOf(service, 'Ready')?.status).toBe('True');
    expect(service.status).toMatchObject({
      url: 'http://hello.default.svc.cluster.local',
      latestReadyRevisionName: 'hello-00001',
      traffic: [{ latestRevision: true, percent: 100, revisionName: 'hello-00001' }],
    });
    const services = await list(on, '/api/v1/namespaces/default/services');
    expect(names(services)).toEqual(['hello', 'hello-00001', 'hello-00001-private', 'kubernetes']);
    expect(services[0]?.spec).toMatchObject({
      externalName: 'kourier-internal.kourier-system.svc.cluster.local',
    });
    const events = await list(on, '/api/v1/namespaces/default/events');
    const told = events.map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
    // Nobody asks for both: one is enough soon after.
    expect(told.join('\n')).toMatch(/Scaled up replica set \S+ from 0 to 2\n[^]* from 2 to 1$/m);
    expect(told).toContain('Created: Created Configuration "hello"');
    expect(told).toContain('LatestReadyUpdate: LatestReadyRevisionName updated to "hello-00001"');
  });

  it('moves its traffic to a new revision once that is ready, and leaves the old one in reserve', async () => {
    const on = await boot();
    await serve(on);
    await on.advance('20s');
    const spec = { template: { spec: { containers: [{ image: 'example.com/app:2' }] } } };
    const path = `${root}/services/hello`;
    await on.request({ method: 'PATCH', path, headers: mergePatch, body: { spec } });
    await on.advance('20s');
    expect((await get(on, path)).status).toMatchObject({
      latestReadyRevisionName: 'hello-00002',
      traffic: [{ revisionName: 'hello-00002', percent: 100 }],
    });
    const [first, second] = await list(on, `${root}/revisions`);
    expect(first?.metadata.labels).toMatchObject({ 'serving.knative.dev/routingState': 'reserve' });
    expect(second?.metadata.labels).toMatchObject({ 'serving.knative.dev/routingState': 'active' });
  });

  it('splits its traffic by percents and tags', async () => {
    const on = await boot();
    await serve(on);
    await on.advance('20s');
    const traffic = [
      { revisionName: 'hello-00001', percent: 80, tag: 'old' },
      { latestRevision: true, percent: 20 },
    ];
    const spec = { template: { spec: { containers: [{ image: 'example.com/app:2' }] } }, traffic };
    const path = `${root}/services/hello`;
    await on.request({ method: 'PATCH', path, headers: mergePatch, body: { spec } });
    await on.advance('20s');
    const service = await get(on, path);
    expect(service.status?.['traffic']).toEqual([
      {
        latestRevision: false,
        percent: 80,
        revisionName: 'hello-00001',
        tag: 'old',
        url: 'http://old-hello.default.svc.cluster.local',
      },
      { latestRevision: true, percent: 20, revisionName: 'hello-00002' },
    ]);
    const ingresses = '/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses';
    const ingress = await get(on, `${ingresses}/hello`);
    expect(JSON.stringify(ingress.spec)).toContain('"percent":80,"serviceName":"hello-00001"');
    expect(names(await list(on, '/api/v1/namespaces/default/services'))).toContain('old-hello');
  });

  it('tells which node its pod lacks', async () => {
    const on = await boot();
    const containers = [{ image: 'example.com/app', resources: { requests: { cpu: '1000' } } }];
    await serve(on, { template: { spec: { containers } } });
    await on.advance('20s');
    const service = await get(on, `${root}/services/hello`);
    expect(conditionOf(service, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'RevisionMissing',
      message: 'Configuration "hello" does not have any ready Revision.',
    });
    const revision = await get(on, `${root}/revisions/hello-00001`);
    expect(conditionOf(revision, 'ResourcesAvailable')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
    });
  });

  it('takes all with it when it is deleted', async () => {
    const on = await boot();
    await serve(on);
    await on.advance('20s');
    await on.request({ method: 'DELETE', path: `${root}/services/hello` });
    await on.advance('10m');
    for (const kind of ['configurations', 'revisions', 'routes']) {
      expect(await list(on, `${root}/${kind}`)).toEqual([]);
    }
    expect(names(await list(on, '/api/v1/namespaces/default/services'))).toEqual(['kubernetes']);
    expect(await list(on, '/api/v1/namespaces/default/pods')).toEqual([]);
  });
});
