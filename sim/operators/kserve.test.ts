import { describe, expect, it } from 'vitest';
import type { Reconciliation } from '../client/contract.js';
import { withAgent } from './kserve/agent.js';
import { configMap, shipped } from './kserve/configuration.js';
import { ServiceStatus } from './kserve/status.js';
import { kserve } from './kserve.js';
import type { WebhookVerdict } from './admission/webhook.js';

const group = 'serving.kserve.io';

function service(predictor: Readonly<Record<string, unknown>>, annotations = {}) {
  return {
    apiVersion: `${group}/v1beta1`,
    kind: 'InferenceService',
    metadata: { name: 'fraud', namespace: 'default', annotations },
    spec: { predictor },
  };
}

/** Asks a webhook, with the shipped configuration as all that there is. */
function ask(path: string, object: ReturnType<typeof service>): WebhookVerdict {
  const webhook = kserve.webhooks?.byPath[path];
  if (webhook === undefined) throw new Error(`nothing is served at ${path}`);
  const request = { operation: 'CREATE', name: 'fraud', namespace: 'default', object } as const;
  const steps: Reconciliation<WebhookVerdict> = webhook(request);
  let step = steps.next();
  while (step.done !== true) step = steps.next({ isOk: true, status: 200, object: configMap() });
  return step.value;
}

const defaulter = `/mutate-serving-kserve-io-v1beta1-inferenceservice`;
const validator = `/validate-serving-kserve-io-v1beta1-inferenceservice`;
const sklearn = { modelFormat: { name: 'sklearn' }, storageUri: 'gs://models/a' };

describe('kserve', () => {
  it('turns an old-style predictor into a model, in Standard mode', () => {
    const verdict = ask(defaulter, service({ triton: { storageUri: 'gs://models/a' } }));
    expect(verdict).toMatchObject({
      isAllowed: true,
      object: {
        metadata: {
          annotations: { [`${group}/deploymentMode`]: 'Standard', modelFormat: 'triton' },
        },
        spec: {
          predictor: { model: { modelFormat: { name: 'triton' }, protocolVersion: 'v2' } },
        },
      },
    });
  });

  it('refuses what cannot work, in the words of the real webhook', () => {
    const bounds = service({ model: sklearn, minReplicas: 3, maxReplicas: 2 });
    expect(ask(validator, bounds)).toEqual({
      isAllowed: false,
      message: "'MinReplicas' cannot be greater than MaxReplicas",
    });
    const named = service({ model: { ...sklearn, name: 'x' } });
    expect(ask(validator, named)).toMatchObject({
      message: "the 'name' field is not allowed in standard predictor",
    });
    expect(ask(validator, service({ model: sklearn }))).toEqual({ isAllowed: true });
  });

  it('judges what KEDA is to scale by', () => {
    const scaled = (spec: object) =>
      ask(
        validator,
        service(
          { model: sklearn, ...spec },
          { [`${group}/deploymentMode`]: 'Standard', [`${group}/autoscalerClass`]: 'keda' },
        ),
      );
    const by = (metric: object) => scaled({ autoScaling: { metrics: [metric] } });
    const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Value' } } };
    expect(scaled({ scaleMetric: 'cpu' })).toMatchObject({
      message: 'ScaleMetric is not supported for KEDA',
    });
    expect(by(cpu)).toMatchObject({ message: 'the cpu target value type should be Utilization' });
    const target = { type: 'AverageValue', averageValue: '100Ki' };
    expect(by({ type: 'Resource', resource: { name: 'memory', target } })).toMatchObject({
      message: 'the memory target value should be greater than 1 MiB',
    });
    const external = { metric: { backend: 'prometheus', query: 'up' }, target: { type: 'Value' } };
    expect(by({ type: 'External', external })).toMatchObject({
      message: 'the target threshold value should not be empty',
    });
    expect(by({ type: 'Pods' })).toMatchObject({
      message:
        'unknown KEDA metric type with value [Pods].Valid types are Resource,External,PodMetric',
    });
    expect(scaled({ minReplicas: 0 })).toEqual({ isAllowed: true });
  });

  it('judges the metric of a Service of Knative by the class of its autoscaler', () => {
    const scaled = (scaleMetric: string, annotations = {}) =>
      ask(validator, service({ model: sklearn, scaleMetric }, annotations));
    const byCpu = { 'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev' };
    const refusal = (metric: string) => ({ message: `[${metric}] is not a supported metric` });
    expect(scaled('cpu')).toMatchObject(refusal('cpu'));
    expect(scaled('cpu', byCpu)).toEqual({ isAllowed: true });
    expect(scaled('rps', byCpu)).toMatchObject(refusal('rps'));
  });

  it('puts the agent between the side-car of Knative and the server', () => {
    const env = [{ name: 'USER_PORT', value: '8080' }];
    const containers = [
      { name: 'kserve-container', readinessProbe: { tcpSocket: { port: 8080 } } },
      { name: 'queue-proxy', env },
    ];
    const annotations = { [`internal.${group}/logger`]: 'true' };
    const pod = { metadata: { annotations }, spec: { containers } };
    const made = withAgent(pod, shipped, undefined).spec?.containers ?? [];
    expect(made.map(({ name }) => name)).toEqual(['kserve-container', 'queue-proxy', 'agent']);
    expect(made[1]?.env).toEqual([{ name: 'USER_PORT', value: '9081' }]);
    expect(made[2]?.env).toEqual(env);
  });

  it('derives Ready from the predictor and the ingress', () => {
    const { conditions } = new ServiceStatus({}, 0);
    conditions.initialize();
    expect(conditions.get('Ready')).toMatchObject({ status: 'Unknown' });
    conditions.set('PredictorReady', { status: 'False', reason: 'A' });
    expect(conditions.get('Ready')).toMatchObject({ status: 'False', reason: 'A' });
    conditions.set('PredictorReady', { status: 'True' });
    expect(conditions.is('Ready', 'True')).toBe(false);
    conditions.set('IngressReady', { status: 'True' });
    expect(conditions.is('Ready', 'True')).toBe(true);
    expect(conditions.all.map(({ type }) => type)).toEqual([
      'IngressReady',
      'PredictorReady',
      'Ready',
    ]);
  });

  it('hints at what is not as one thinks', () => {
    const hints = kserve.hints?.(service({ model: { modelFormat: { name: 'nosuch' } } })) ?? [];
    expect(hints.join('\n')).toContain(
      'no runtime that KServe ships takes the model format nosuch',
    );
    expect(kserve.hints?.(service({ model: sklearn }))).toEqual([]);
    const mode = (name: string) => ({ [`${group}/deploymentMode`]: name });
    const predictor = { model: sklearn, minReplicas: 0, canaryTrafficPercent: 10 };
    expect(kserve.hints?.(service(predictor, mode('Serverless')))).toEqual([]);
    expect(kserve.hints?.(service(predictor, mode('RawDeployment')))).toHaveLength(2);
    expect(kserve.hints?.(service({ model: sklearn }, mode('ModelMesh')))).toHaveLength(1);
    const ingress = (text: string) => ({ ...configMap(), data: { ingress: text } });
    expect(kserve.hints?.(configMap())).toEqual([]);
    expect(kserve.hints?.(ingress('{"disableIstioVirtualHost": false}'))).toHaveLength(1);
    expect(kserve.hints?.(ingress('{'))?.[0]).toContain('unable to parse inferenceservice-config');
  });
});
