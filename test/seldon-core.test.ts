/** Seldon Core on a whole cluster: a graph in two pods comes up, is cleaned up after a change, fails, and goes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../sim/api/object.js';
import { manifests, simulate } from '../src/index.js';

const graphOf = (second: string) => `
apiVersion: machinelearning.seldon.io/v1alpha2
kind: SeldonDeployment
metadata: {name: fixed, namespace: default}
spec:
  name: fixed
  predictors:
  - name: default
    replicas: 1
    componentSpecs:
    - spec: {containers: [{name: classifier1, image: 'seldonio/fixed-model:0.1'}]}
      pdbSpec: {maxUnavailable: 1}
    - spec: {containers: [{name: ${second}, image: 'seldonio/fixed-model:0.2'}]}
      hpaSpec:
        minReplicas: 1
        maxReplicas: 3
        metrics: [{type: Resource, resource: {name: cpu, targetAverageUtilization: 50}}]
    graph: {name: classifier1, type: MODEL, children: [{name: ${second}, type: MODEL}]}
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;
const seldonPath = '/apis/machinelearning.seldon.io/v1/namespaces/default/seldondeployments';
const path = `${seldonPath}/fixed`;
const deploymentsPath = '/apis/apps/v1/namespaces/default/deployments';
const servicesPath = '/api/v1/namespaces/default/services';

async function get<T>(cluster: Cluster, of: string): Promise<T | undefined> {
  const { status, body } = await cluster.request({ method: 'GET', path: of });
  return status === 200 ? (body as T) : undefined;
}

async function itemsOf(cluster: Cluster, of: string): Promise<readonly KubeObject[]> {
  return (await get<{ readonly items: readonly KubeObject[] }>(cluster, of))?.items ?? [];
}

async function namesOf(cluster: Cluster, of: string): Promise<readonly string[]> {
  const names = (await itemsOf(cluster, of)).map(({ metadata }) => metadata.name ?? '');
  return names.filter(name => name !== 'kubernetes');
}

interface Status {
  readonly state?: string;
  readonly description?: string;
  readonly replicas?: number;
  readonly address?: { readonly url?: string };
  readonly serviceStatus?: object;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
  }[];
}

async function statusOf(cluster: Cluster): Promise<Status> {
  return (await get<{ readonly status?: Status }>(cluster, path))?.status ?? {};
}

/** What a pod beside the graph is answered, and what the executor tells of it. */
async function answersOf(cluster: Cluster): Promise<readonly string[]> {
  const url = 'http://fixed-default:8000';
  const script = `curl -s -d '{"data":{"ndarray":[[1,2]]}}' ${url}/api/v1.0/predictions; echo; curl -s ${url}/prometheus`;
  await cluster.apply(
    manifests(`
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: default}
spec:
  restartPolicy: Never
  containers:
  - name: c
    image: registry.k8s.io/e2e-test-images/agnhost:2.55
    command: [sh, -c, ${JSON.stringify(script)}]
`),
  );
  await cluster.advance('30s');
  const log = '/api/v1/namespaces/default/pods/client/log';
  const { body } = await cluster.request({ method: 'GET', path: log });
  const lines = String(body).split('\n');
  const counted = 'seldon_api_executor_client_requests_seconds_count';
  return lines.filter(
    (line, index) => index === 0 || (line.startsWith(counted) && line.includes('classifier2')),
  );
}

describe('Seldon Core on a whole cluster', () => {
  it('runs a graph in pods of two sorts, follows its changes, and takes all with it', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['seldon-core'] });
    await cluster.apply(manifests(graphOf('classifier2')));
    await cluster.advance('10s');
    const early = await statusOf(cluster);
    expect(early.state).toBe('Creating');
    const ready = (status: Status) => status.conditions?.find(({ type }) => type === 'Ready');
    expect(ready(early)).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
    await cluster.advance('60s');
    const status = await statusOf(cluster);
    expect(status).toMatchObject({
      state: 'Available',
      replicas: 1,
      address: { url: 'http://fixed-default.default.svc.cluster.local:8000/api/v1.0/predictions' },
      serviceStatus: {
        'fixed-default': {
          svcName: 'fixed-default',
          httpEndpoint: 'fixed-default.default:8000',
          grpcEndpoint: 'fixed-default.default:5001',
        },
      },
    });
    expect(ready(status)?.status).toBe('True');
    const events = await itemsOf(cluster, '/api/v1/namespaces/default/events');
    const told = events.map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
    expect(told).toContain('CreateService: Created Service "fixed-default-classifier1"');
    expect(told).toContain('CreateDeployment: Created Deployment "fixed-default-1-classifier2"');
    expect(await answersOf(cluster)).toEqual([
      '{"data":{"ndarray":[[1,2]]},"meta":{"requestPath":{"classifier1":"seldonio/fixed-model:0.1","classifier2":"seldonio/fixed-model:0.2"}}}',
      expect.stringMatching(
        /^seldon_api_executor_client_requests_seconds_count\{.*service="\/predict".*model_name="classifier2".*\} 1$/,
      ),
    ]);
    await cluster.apply(manifests(graphOf('classifier3')));
    await cluster.advance('60s');
    const [first, second] = ['fixed-default-0-classifier1', 'fixed-default-1-classifier3'];
    expect(await namesOf(cluster, deploymentsPath)).toEqual([first, second]);
    expect(await namesOf(cluster, servicesPath)).toEqual([
      ...['fixed-default', 'fixed-default-classifier1', 'fixed-default-classifier3'],
    ]);
    const scalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    expect(await namesOf(cluster, scalers)).toEqual([second]);
    await cluster.request({ method: 'DELETE', path });
    await cluster.advance('60s');
    expect(await namesOf(cluster, deploymentsPath)).toEqual([]);
    expect(await namesOf(cluster, servicesPath)).toEqual([]);
  });

  it('has KEDA scale a component, where KEDA is installed', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['seldon-core', 'keda'] });
    const schedule = '{timezone: UTC, start: 0 0 * * *, end: 59 23 * * *, desiredReplicas: "2"}';
    const spec = `kedaSpec: {maxReplicaCount: 5, triggers: [{type: cron, metadata: ${schedule}}]}`;
    const text = graphOf('classifier2').replace('pdbSpec: {maxUnavailable: 1}', spec);
    await cluster.apply(manifests(text));
    await cluster.advance('90s');
    const [scaled] = await itemsOf(cluster, deploymentsPath);
    expect(scaled?.['spec']).toMatchObject({ replicas: 2 });
    expect(await statusOf(cluster)).toMatchObject({ state: 'Available', replicas: 2 });
  });

  it('says that it failed when a Deployment cannot be made', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['seldon-core'] });
    const mounts = ', volumeMounts: [{name: nope, mountPath: /x}]}]';
    const wrong = graphOf('classifier2').replace("0.2'}]", `0.2'${mounts}`);
    await cluster.apply(manifests(wrong));
    await cluster.advance('10s');
    const status = await statusOf(cluster);
    expect(status.state).toBe('Failed');
    expect(status.description).toContain('volumeMounts[0].name: Not found: "nope"');
  });
});

const samples = join('..', 'shared', 'samples', 'seldon-core-v1');

function sampleObjects(): readonly KubeObject[] {
  const files = readdirSync(samples, { recursive: true, encoding: 'utf8' }).sort();
  const texts = files
    .filter(file => /\.(yaml|json)$/.test(file))
    .map(file => readFileSync(join(samples, file), 'utf8'));
  return texts
    .flatMap(text => parseAllDocuments(text).map(document => document.toJS() as KubeObject))
    .filter(one => (one as KubeObject | null)?.kind === 'SeldonDeployment');
}

describe.skipIf(!existsSync(samples))('samples of Seldon Core (without ../shared)', () => {
  it('are taken, but for those that are meant to be refused', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['seldon-core'] });
    await cluster.advance('1s');
    const answers: string[] = [];
    for (const { apiVersion = '', ...sample } of sampleObjects()) {
      const { status, body } = await cluster.request({
        method: 'POST',
        path: seldonPath.replace('/v1/', `/${apiVersion.split('/')[1] ?? ''}/`) + '?dryRun=All',
        body: { apiVersion, ...sample, metadata: { ...sample.metadata, namespace: 'default' } },
      });
      if (status === 201) continue;
      const { message = '' } = body as { readonly message?: string };
      answers.push(`${sample.metadata.name ?? ''}: ${status} ${message}`);
    }
    expect(answers).toEqual([
      // A template of Argo's, whose name is not filled in.
      expect.stringContaining(
        'metadata.name: Invalid value: "seldon-deployment-{{workflow.name}}"',
      ),
      expect.stringContaining('No entry in predictors map for LIGHTGBM_SERVER'),
      expect.stringContaining('imagePullPolicy in body must be of type string: "integer"'),
      expect.stringContaining('Traffic must sum to 100 for multiple predictors'),
    ]);
  });
});
