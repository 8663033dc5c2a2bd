import { expect, it } from 'vitest';
import type { ApiRequest, Connection } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const admin: Connection = { certificate: { user: 'a', groups: ['system:masters'] } };

function server(countsRequests: boolean) {
  const clock = new Loop();
  const { serve } = createApiServer({ clock, random: new Random(1), countsRequests });
  const ask = (request: ApiRequest, connection = admin): unknown => {
    let body: unknown;
    serve(request, connection, answer => {
      ({ body } = answer);
      answer.stream?.start({ item: () => undefined, end: () => undefined });
    });
    return body;
  };
  return { ask, metrics: () => String(ask({ method: 'GET', path: '/metrics' })) };
}

it('counts requests by kind and answer for whoever looks at /metrics, watches while they last', () => {
  const { ask, metrics } = server(true);
  ask({ method: 'GET', path: '/api/v1/namespaces/default/pods' });
  ask({ method: 'GET', path: '/api/v1/namespaces/default/pods/none' });
  ask({ method: 'GET', path: '/api/v1/pods?watch=true' });
  const scheduler = { certificate: { user: 'system:kube-scheduler', groups: [] } };
  ask({ method: 'GET', path: '/api/v1/nodes' }, scheduler);
  const text = metrics();
  const total = (labels: string) => `apiserver_request_total{${labels}} 1`;
  const pods = 'group="",resource="pods",scope="namespace",subresource=""';
  const one = 'group="",resource="pods",scope="resource",subresource=""';
  const nodes = 'group="",resource="nodes",scope="cluster",subresource=""';
  const said = 'component="apiserver",dry_run=""';
  const lines = text.split('\n');
  expect(lines).toContain(
    total(`code="200",${said},${pods},system_client="",verb="LIST",version="v1"`),
  );
  expect(lines).toContain(
    total(`code="404",${said},${one},system_client="",verb="GET",version="v1"`),
  );
  const asScheduler = 'system_client="kube-scheduler",verb="LIST",version="v1"';
  expect(lines).toContain(total(`code="200",${said},${nodes},${asScheduler}`));
  expect(text).toContain('verb="WATCH",version="v1"} 1\n');
  expect(text).toContain(`apiserver_request_duration_seconds_bucket{${said},${pods},verb="LIST"`);
});

it('counts what a handler answered, and of what is no resource the checks of health alone', () => {
  const { ask, metrics } = server(true);
  ask({ method: 'GET', path: '/api/v1/nodes' }, {});
  ask({ method: 'GET', path: '/livez' });
  ask({ method: 'GET', path: '/apis' });
  const text = metrics();
  expect(text).not.toContain('code="403"');
  expect(text.match(/^apiserver_request_total\{.*/gm)).toEqual([
    'apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="",scope="",subresource="/livez",system_client="",verb="GET",version=""} 1',
  ]);
});

it('counts the steps of admission and what webhooks say', () => {
  const { ask, metrics } = server(true);
  const webhook = (name: string, failurePolicy: string) => ({
    name,
    failurePolicy,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    clientConfig: { url: 'https://nowhere.example' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] }],
  });
  const kind = 'validatingwebhookconfigurations';
  ask({
    method: 'POST',
    path: `/apis/admissionregistration.k8s.io/v1/${kind}`,
    body: {
      metadata: { name: 'w' },
      webhooks: [webhook('a.b.c', 'Fail'), webhook('d.e.f', 'Ignore')],
    },
  });
  ask({
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    body: { metadata: { name: 'c' } },
  });
  const lines = metrics().split('\n');
  const prefix = 'apiserver_admission';
  const ofCreation = 'operation="CREATE",rejected="true",type="validate"';
  expect(lines).toContain(`${prefix}_step_admission_duration_seconds_count{${ofCreation}} 1`);
  const call = 'name="a.b.c",operation="CREATE",rejected="true",type="validating"';
  expect(lines).toContain(`${prefix}_webhook_request_total{code="503",${call}} 1`);
  expect(lines).toContain(
    `${prefix}_webhook_rejection_count{error_type="calling_webhook_error",name="a.b.c",operation="CREATE",rejection_code="503",type="validating"} 1`,
  );
  expect(lines).toContain(`${prefix}_webhook_fail_open_count{name="d.e.f",type="validating"} 1`);
});

it('counts from the first look on where nobody was sure to look', () => {
  const { ask, metrics } = server(false);
  ask({ method: 'GET', path: '/api/v1/nodes' });
  expect(metrics()).not.toContain('apiserver_request_total');
  ask({ method: 'GET', path: '/api/v1/nodes' });
  expect(metrics()).toMatch(/^apiserver_request_total\{.*resource="nodes".*\} 1$/m);
});

it('writes families and values in the order of Go', () => {
  const { ask, metrics } = server(true);
  ask({ method: 'GET', path: '/api/v1/nodes' });
  const text = metrics();
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(names).toEqual([...names].sort((a = '', b = '') => (a < b ? -1 : 1)));
  expect(names).toContain('kubernetes_build_info');
  expect(text).toMatch(/^apiserver_current_inflight_requests\{request_kind="readOnly"\} 1$/m);
  expect(text).toMatch(/^apiserver_storage_objects\{resource="deployments.apps"\} 0$/m);
  expect(text).toContain('# HELP apiserver_storage_objects [STABLE] (Deprecated since 1.34.0) ');
});

it('tells which APIServices cannot be reached', () => {
  const { ask, metrics } = server(true);
  ask({
    method: 'POST',
    path: '/apis/apiregistration.k8s.io/v1/apiservices',
    body: {
      metadata: { name: 'v1.far.example.com' },
      spec: {
        group: 'far.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: 'default', name: 'nobody' },
      },
    },
  });
  const lines = metrics().split('\n');
  expect(lines).toContain('aggregator_unavailable_apiservice{name="v1.apps"} 0');
  expect(lines).toContain('aggregator_unavailable_apiservice{name="v1.far.example.com"} 1');
});
