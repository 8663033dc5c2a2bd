import { expect, it } from 'vitest';
import type { ApiRequest, Connection } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

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

it('counts nothing unless it is told to', () => {
  const { ask, metrics } = server(false);
  ask({ method: 'GET', path: '/api/v1/nodes' });
  expect(metrics()).not.toContain('apiserver_request');
});
