/** InferenceGraphs on a whole cluster: the router, its URL, stopping, and what is missing. */
import { describe, expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';

const model = (name: string) => `
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: ${name}, namespace: default}
spec:
  predictor:
    model:
      modelFormat: {name: sklearn}
      storageUri: gs://models/${name}
`;

const graph = `
apiVersion: serving.kserve.io/v1alpha1
kind: InferenceGraph
metadata: {name: chain, namespace: default}
spec:
  maxReplicas: 3
  nodes:
    root:
      routerType: Sequence
      steps:
      - serviceName: first
        name: first_step
      - serviceName: second
        data: $request
        condition: '[@this].#(predictions.0=="1" && x<2)'
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;

async function get<T>(cluster: Cluster, path: string): Promise<T | undefined> {
  const { status, body } = await cluster.request({ method: 'GET', path });
  return status === 200 ? (body as T) : undefined;
}

const graphPath = '/apis/serving.kserve.io/v1alpha1/namespaces/default/inferencegraphs/chain';
const routerPath = '/apis/apps/v1/namespaces/default/deployments/chain';

async function statusOf(cluster: Cluster) {
  const found = await get<{ readonly status?: Status }>(cluster, graphPath);
  const { url, conditions = [] } = found?.status ?? {};
  return { url, is: conditions.map(({ type, status }) => `${type}=${status}`) };
}

interface Status {
  readonly url?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

interface Router {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
    };
  };
  readonly status?: { readonly readyReplicas?: number };
}

async function stopped(cluster: Cluster, value: string): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const body = { metadata: { annotations: { 'serving.kserve.io/stop': value } } };
  await cluster.request({ method: 'PATCH', path: graphPath, headers, body });
  await cluster.advance('60s');
}

describe('InferenceGraph on a whole cluster', () => {
  it('has a router that knows the URLs of the services, and can be stopped', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kserve'] });
    await cluster.apply(manifests([model('first'), model('second'), graph].join('\n---\n')));
    await cluster.advance('3m');
    expect(await statusOf(cluster)).toEqual({
      url: 'http://chain-default.example.com',
      is: ['Ready=True', 'Stopped=False'],
    });
    const router = await get<Router>(cluster, routerPath);
    expect(router?.status?.readyReplicas).toBe(1);
    expect(router?.metadata.labels).toEqual({
      app: 'isvc.chain',
      'serving.kserve.io/inferencegraph': 'chain',
    });
    const [flag, json] = router?.spec.template.spec.containers[0]?.args ?? [];
    expect(flag).toBe('--graph-json');
    expect(json).toBe(
      '{"nodes":{"root":{"routerType":"Sequence","steps":[{"name":"first_step","serviceName":"first","serviceUrl":"http://first-predictor.default.svc.cluster.local/v1/models/first:predict"},{"serviceName":"second","serviceUrl":"http://second-predictor.default.svc.cluster.local/v1/models/second:predict","data":"$request","condition":"[@this].#(predictions.0==\\"1\\" \\u0026\\u0026 x\\u003c2)"}]}},"resources":{},"maxReplicas":3}',
    );
    const scaler = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/chain';
    expect(await get(cluster, scaler)).toMatchObject({ spec: { maxReplicas: 3, minReplicas: 1 } });
    const service = await get<object>(cluster, '/api/v1/namespaces/default/services/chain');
    expect(service).toMatchObject({ spec: { ports: [{ port: 80, targetPort: 8080 }] } });
    await stopped(cluster, 'true');
    expect(await statusOf(cluster)).toEqual({ is: ['Stopped=True', 'Ready=False'] });
    expect(await get(cluster, routerPath)).toBeUndefined();
    await stopped(cluster, 'false');
    expect((await statusOf(cluster)).is).toEqual(['Ready=True', 'Stopped=False']);
    await cluster.request({ method: 'DELETE', path: graphPath });
    await cluster.advance('60s');
    expect(await get(cluster, routerPath)).toBeUndefined();
  });

  it('waits for a service that is not there', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kserve'] });
    await cluster.apply(manifests([model('first'), graph].join('\n---\n')));
    await cluster.advance('1m');
    expect(await statusOf(cluster)).toEqual({ is: [] });
    await cluster.apply(manifests(model('second')));
    await cluster.advance('4m');
    expect((await statusOf(cluster)).is).toEqual(['Ready=True', 'Stopped=False']);
  });

  it('is a Service of Knative in Knative mode, and says why it is none without Knative', async () => {
    const annotated = graph.replace(
      'namespace: default}',
      'namespace: default, annotations: {serving.kserve.io/deploymentMode: Knative}}',
    );
    const text = [model('first'), model('second'), annotated].join('\n---\n');
    const path = '/apis/serving.knative.dev/v1/namespaces/default/services/chain';
    await using cluster = await simulate({ seed: 1, operators: ['kserve', 'knative-serving'] });
    await cluster.apply(manifests(text));
    await cluster.advance('2m');
    expect(await statusOf(cluster)).toEqual({
      url: 'http://chain.default.svc.cluster.local',
      is: ['ConfigurationsReady=True', 'Ready=True', 'RoutesReady=True', 'Stopped=False'],
    });
    expect(await get(cluster, path)).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'InferenceGraph', name: 'chain' }] },
      spec: {
        template: {
          metadata: {
            labels: { 'serving.kserve.io/inferencegraph': 'chain' },
            annotations: { 'autoscaling.knative.dev/max-scale': '3' },
          },
        },
      },
    });
    expect(await get(cluster, routerPath)).toBeUndefined();
    await stopped(cluster, 'true');
    expect(await statusOf(cluster)).toEqual({ is: ['Stopped=True', 'Ready=False'] });
    expect(await get(cluster, path)).toBeUndefined();
    await using bare = await simulate({ seed: 1, operators: ['kserve'] });
    await bare.apply(manifests(text));
    await bare.advance('1m');
    expect(await statusOf(bare)).toEqual({ is: [] });
    const events = await get<object>(bare, '/api/v1/namespaces/default/events');
    expect(JSON.stringify(events)).toContain('"reason":"ServerlessModeRejected"');
  });
});
