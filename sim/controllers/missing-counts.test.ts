import { expect, it } from 'vitest';
import { boot } from '../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const namespace = '/namespaces/default';

function cluster() {
  const { loop, serve } = boot({ seed: 1, nodes: [], hasMetricsServer: false });
  return (method: 'GET' | 'POST', path: string, sent?: object): unknown => {
    let body: unknown;
    const request = { method, path, ...(sent && { body: sent }) };
    serve(request, admin, answer => (body = answer.body));
    loop.runUntil(loop.now() + (sent === undefined ? 0 : 16_000));
    return body;
  };
}

it('counts no events, whatever a quota says of them', () => {
  // @upstream pkg/quota/v1/install/registry.go ignoredResources
  const ask = cluster();
  const hard = { 'count/events': '9', 'count/events.events.k8s.io': '9', configmaps: '9' };
  const quotas = `/api/v1${namespace}/resourcequotas`;
  ask('POST', quotas, { metadata: { name: 'all' }, spec: { hard } });
  expect(ask('GET', `${quotas}/all`)).toMatchObject({
    status: { hard, used: { configmaps: '1' } },
  });
  const { status } = ask('GET', `${quotas}/all`) as { readonly status: { readonly used: object } };
  expect(Object.keys(status.used)).toEqual(['configmaps']);
});

it('asks for the custom metrics API before it looks for the kind of a described object', () => {
  // @upstream staging/src/k8s.io/metrics/pkg/client/custom_metrics/multi_client.go
  const ask = cluster();
  const container = { name: 'c', image: 'web' };
  const labels = { app: 'web' };
  ask('POST', `/apis/apps/v1${namespace}/deployments`, {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  const describedObject = { apiVersion: 'v1', kind: 'Deployment', name: 'web' };
  const target = { type: 'Value', value: '5' };
  const scalers = `/apis/autoscaling/v2${namespace}/horizontalpodautoscalers`;
  ask('POST', scalers, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 2,
      metrics: [{ type: 'Object', object: { describedObject, metric: { name: 'rps' }, target } }],
    },
  });
  const { status } = ask('GET', `${scalers}/web`) as {
    readonly status: { readonly conditions: readonly { readonly message: string }[] };
  };
  expect(status.conditions.map(({ message }) => message).join('\n')).toContain(
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
  );
});
