import { describe, expect, it } from 'vitest';
import type { Container } from '../api/kinds/core.js';
import type { KubeObject } from '../api/object.js';
import type { Reconciliation } from '../client/contract.js';
import type { WebhookVerdict } from './admission/webhook.js';
import { Components } from './seldon/components.js';
import { configMap, readConfiguration } from './seldon/configuration.js';
import { defaultedSpec } from './seldon/defaulter.js';
import type { PredictorSpec, SeldonDeployment, SeldonDeploymentSpec } from './seldon/types.js';
import { seldonCore } from './seldon-core.js';

/** Runs to the end, with the shipped ConfigMap as all that there is. */
function ended<T>(steps: Reconciliation<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next({ isOk: true, status: 200, object: configMap() });
  return step.value;
}

function configuration() {
  const read = ended(readConfiguration());
  if (typeof read === 'string') throw new Error(read);
  return read;
}

function deploymentOf(spec: Partial<SeldonDeploymentSpec>): SeldonDeployment {
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'm', namespace: 'ns', uid: 'u' },
    spec: { name: 'm', predictors: [], ...spec },
  };
}

function componentsOf(spec: Partial<SeldonDeploymentSpec>): Components {
  const owner = deploymentOf(spec);
  const settings = configuration();
  return new Components({ ...owner, spec: defaultedSpec(owner, settings) }, settings);
}

function refusal(spec: Partial<SeldonDeploymentSpec>): string | undefined {
  const [webhook] = Object.values(seldonCore.webhooks?.byPath ?? {});
  if (webhook === undefined) throw new Error('nothing is served');
  const object = deploymentOf(spec) as unknown as KubeObject;
  const request = { operation: 'CREATE', name: 'm', namespace: 'ns', object } as const;
  const verdict: WebhookVerdict = ended(webhook(request));
  return verdict.isAllowed ? undefined : verdict.message;
}

const server = { implementation: 'SKLEARN_SERVER', modelUri: 'gs://m' };
const model = (name: string, more: Partial<PredictorSpec> = {}): PredictorSpec => ({
  name,
  graph: { name: 'c', ...server },
  ...more,
});

function container(components: Components, index: number, name: string): Container | undefined {
  const pods = components.deployments[index]?.spec.template.spec;
  return pods?.containers.find(one => one.name === name);
}

const valueOf = (of: Container | undefined, name: string): string | undefined =>
  of?.env?.find(one => one.name === name)?.value;

describe('a graph of a server that is shipped', () => {
  it('gets a container, a model and an executor', () => {
    const components = componentsOf({ predictors: [model('default')] });
    const [deployment] = components.deployments;
    expect(deployment?.metadata.name).toBe('m-default-0-c');
    expect(deployment?.spec.selector.matchLabels).toEqual({
      'seldon-deployment-id': 'm',
      'seldon-app-svc': 'm-default-c',
      'seldon-app': 'm-default',
    });
    const own = container(components, 0, 'c');
    expect(own?.image).toBe('seldonio/sklearnserver:1.17.1');
    expect(own?.ports?.map(({ name, containerPort }) => `${name ?? ''} ${containerPort}`)).toEqual([
      ...['metrics 6000', 'http 9000', 'grpc 9500'],
    ]);
    expect(valueOf(own, 'PREDICTIVE_UNIT_PARAMETERS')).toBe(
      '[{"name":"model_uri","value":"/mnt/models","type":"STRING"}]',
    );
    expect(valueOf(own, 'PREDICTOR_LABELS')).toBe('{"version":"default"}');
    const pods = deployment?.spec.template.spec;
    expect(pods?.initContainers?.[0]).toMatchObject({
      name: 'c-model-initializer',
      args: ['gs://m', '/mnt/models'],
    });
    const text = valueOf(container(components, 0, 'seldon-container-engine'), 'ENGINE_PREDICTOR');
    expect(JSON.parse(atob(text ?? ''))).toMatchObject({
      name: 'default',
      graph: { name: 'c', endpoint: { service_host: 'localhost', service_port: 9000 } },
    });
    expect(components.services.map(({ metadata }) => metadata.name)).toEqual([
      ...['m-default-c', 'm-default'],
    ]);
  });

  it('speaks the protocol that is asked for', () => {
    const v2 = componentsOf({ protocol: 'v2', predictors: [model('default')] });
    const own = container(v2, 0, 'c');
    expect(own?.image).toBe('seldonio/mlserver:1.3.5');
    expect(valueOf(own, 'MLSERVER_MODEL_IMPLEMENTATION')).toBe('mlserver_sklearn.SKLearnModel');
    expect(own?.readinessProbe?.httpGet?.path).toBe('/v2/health/ready');
    expect(v2.url).toBe('http://m-default.ns.svc.cluster.local:8000/v2/models/c/infer');
    const graph = { name: 'c', implementation: 'TENSORFLOW_SERVER', modelUri: 'gs://m' };
    const proxied = componentsOf({ predictors: [{ name: 'p', graph }] });
    expect(container(proxied, 0, 'c')?.image).toBe('seldonio/tfserving-proxy:1.17.1');
    expect(container(proxied, 0, 'tfserving')?.args?.[1]).toBe('--port=2000');
  });
});

describe('pods of several sorts', () => {
  const image = 'i';
  const apart: PredictorSpec = {
    name: 'p',
    replicas: 2,
    componentSpecs: [
      { spec: { containers: [{ name: 'a', image }] } },
      { spec: { containers: [{ name: 'b', image }] }, replicas: 3 },
    ],
    graph: { name: 'a', type: 'TRANSFORMER', children: [{ name: 'b', type: 'MODEL' }] },
  };

  it('are Deployments, the first with the executor, each with its own number of replicas', () => {
    const { deployments } = componentsOf({ replicas: 5, predictors: [apart] });
    expect(deployments.map(({ metadata, spec }) => [metadata.name, spec.replicas])).toEqual([
      ['m-p-0-a', 2],
      ['m-p-1-b', 3],
    ]);
    const engines = deployments.map(({ spec }) => spec.template.spec.containers.length);
    expect(engines).toEqual([2, 1]);
  });

  it('may have the executor apart, or none', () => {
    const annotations = { 'seldon.io/engine-separate-pod': 'true' };
    const separate = componentsOf({ annotations, predictors: [apart] });
    expect(separate.deployments.map(({ metadata }) => metadata.name)).toEqual([
      ...['m-p-svc-orch', 'm-p-0-a', 'm-p-1-b'],
    ]);
    const without = { annotations: { 'seldon.io/no-engine': 'true' } };
    const { services, deployments } = componentsOf({ predictors: [model('p', without)] });
    expect(deployments[0]?.spec.template.spec.containers).toHaveLength(1);
    expect(services[1]?.spec?.ports).toEqual([
      { name: 'http', protocol: 'TCP', port: 9000, targetPort: 9000 },
    ]);
  });

  it('have names that fit', () => {
    const { deployments } = componentsOf({ predictors: [model('x'.repeat(60))] });
    expect(deployments[0]?.metadata.name).toMatch(/^seldon-[0-9a-f]{32}$/);
  });
});

describe('the webhook', () => {
  const head = 'SeldonDeployment.machinelearing.seldon.io "m" is invalid: ';

  it('wants the shares of the traffic to be whole, but for shadows', () => {
    const text = `${head}spec: Invalid value: "m": Traffic must sum to 100 for multiple predictors`;
    expect(refusal({ predictors: [model('a'), model('b')] })).toBe(text);
    const halves = [model('a', { traffic: 50 }), model('b', { traffic: 50 })];
    expect(refusal({ predictors: halves })).toBeUndefined();
    expect(refusal({ predictors: [model('a'), model('b', { shadow: true })] })).toBeUndefined();
    expect(refusal({ predictors: [model('a', { traffic: 30 })] })).toContain('single predictor');
  });

  it('wants a container and a method for each unit, and a model for each server', () => {
    const graph = (unit: object): Partial<SeldonDeploymentSpec> => ({
      predictors: [{ name: 'a', graph: { name: 'u', ...unit } }],
    });
    const at = `${head}[spec.predictors[0].graph: Invalid value: "u": Can't find container`;
    expect(refusal(graph({}))).toContain(at);
    const uri = 'Predictive unit modelUri required when using standalone servers';
    expect(refusal(graph({ implementation: 'SKLEARN_SERVER' }))).toContain(uri);
    const other = refusal(graph({ ...server, implementation: 'LIGHTGBM_SERVER' }));
    expect(other).toContain('No entry in predictors map for LIGHTGBM_SERVER');
    const engineless = { annotations: { 'seldon.io/no-engine': 'true' } };
    const children = [{ name: 'd', ...server }];
    const long = model('a', { ...engineless, graph: { name: 'c', ...server, children } });
    expect(refusal({ predictors: [long, long] })).toContain('Duplicate predictor name');
    expect(refusal({ predictors: [long] })).toContain('Running without engine only valid');
  });
});

it('hints at what is not simulated', () => {
  const metrics = [{ type: 'Pods' }];
  const component = { spec: { containers: [] }, hpaSpec: { maxReplicas: 2, metrics } };
  const explainer = { type: 'AnchorTabular' };
  const logger = { mode: 'all' };
  const predictor = model('p', { shadow: true, explainer, componentSpecs: [component] });
  const graph = { ...predictor.graph, implementation: 'X_SERVER', logger };
  const object = deploymentOf({ serverType: 'kafka', predictors: [{ ...predictor, graph }] });
  const hints = seldonCore.hints?.(object as unknown as KubeObject) ?? [];
  const topics = ['kafka', 'explainer', 'shadow', 'hpaSpec.metrics', 'X_SERVER', 'the logger of c'];
  expect(topics.map((topic, index) => hints[index]?.includes(topic))).toEqual(
    topics.map(() => true),
  );
  const plain = deploymentOf({ predictors: [model('p')] });
  expect(seldonCore.hints?.(plain as unknown as KubeObject)).toEqual([]);
});
