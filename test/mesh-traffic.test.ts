/** A mesh's policies, on what travels in a whole cluster. */
import { expect, it } from 'vitest';
import { meshPlatform, post } from './mesh/platform.js';

const policies = `
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: {name: default, namespace: serving}
  spec: {mtls: {mode: STRICT}}
  ---
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: {name: nothing, namespace: serving}
  spec: {}
  ---
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: {name: predict, namespace: serving}
  spec:
    selector: {matchLabels: {app: model}}
    rules:
      - from: [{source: {principals: [cluster.local/ns/serving/sa/gateway]}}]
        to: [{operation: {methods: [POST], paths: ['/v1/*']}}]
`;

it('judges requests as the mesh does: by accounts, by what they ask for, and by mutual TLS', async () => {
  const { cluster, apply, pass, send, reach, pod } = await meshPlatform();
  await using _ = cluster;
  expect(await pod('model')).toMatchObject({
    metadata: { labels: { 'security.istio.io/tlsMode': 'istio' } },
    spec: { initContainers: [{ name: 'istio-init' }, { name: 'istio-proxy' }] },
    status: {
      phase: 'Running',
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'Ready', status: 'True' }),
      ]),
    },
  });
  expect(await pod('old', 'legacy')).not.toHaveProperty('spec.initContainers');
  expect([send('gateway'), send('batch'), send('old')]).toEqual(Array(3).fill('200 scored'));
  const applied = await apply(policies);
  expect(applied.map(({ status }) => status)).toEqual([201, 201, 201]);
  pass(10);
  const denied = '403 RBAC: access denied';
  const read = { ...post, method: 'GET' };
  const unseen = 'upstream connect error or disconnect/reset before headers. reset reason: ';
  const model = (await pod('model')) as { readonly status: { readonly podIP: string } };
  const direct = { host: model.status.podIP, port: 8080 };
  expect({
    allowed: send('gateway'),
    otherMethod: send('gateway', read),
    otherAccount: send('batch'),
    plaintext: send('old'),
    byAddress: send('gateway', post, direct),
  }).toEqual({
    allowed: '200 scored',
    otherMethod: denied,
    otherAccount: denied,
    plaintext: 'connection reset',
    byAddress: `503 ${unseen}connection termination`,
  });
  expect([reach('gateway'), reach('gateway', read), reach('batch'), reach('old')]).toEqual([
    ['allow'],
    ['mesh-denied'],
    ['mesh-denied'],
    ['mesh-denied'],
  ]);
  // Who scrapes by annotations asks the sidecar's agent, whom mutual TLS does not bar.
  expect(await pod('model')).toHaveProperty(
    ['metadata', 'annotations', 'prometheus.io/port'],
    '15020',
  );
  const agent = { host: direct.host, port: 15_020 };
  const scraped = { ...read, path: '/stats/prometheus' };
  expect(send('old', scraped, agent)).toBe('200 scored');
  // The kubelet's probes pass.
  expect(await pod('model')).toMatchObject({
    status: {
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'Ready', status: 'True' }),
      ]),
    },
  });
});

it("asks programs by the sidecar's agent, for the kubelet", async () => {
  const { cluster, apply, pass, pod } = await meshPlatform();
  await using _ = cluster;
  expect(await pod('model')).toMatchObject({
    spec: {
      initContainers: [
        { name: 'istio-init' },
        {
          env: expect.arrayContaining([
            {
              name: 'ISTIO_KUBE_APP_PROBERS',
              value:
                '{"/app-health/server/readyz":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"timeoutSeconds":1}}',
            },
          ]),
        },
      ],
      containers: [
        { readinessProbe: { httpGet: { path: '/app-health/server/readyz', port: 15_020 } } },
      ],
    },
  });
  const container = (name: string, probe: object) => ({
    ...{ name, image: 'sick' },
    readinessProbe: probe,
  });
  const spec = {
    containers: [
      container('http', { httpGet: { path: '/', port: 8080 } }),
      container('tcp', { tcpSocket: { port: 9090 } }),
      container('lost', { tcpSocket: { port: 'nowhere' } }),
    ],
  };
  const metadata = { name: 'sick', namespace: 'serving' };
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec }));
  pass(60);
  const { items } = (
    await cluster.request({ method: 'GET', path: '/api/v1/namespaces/serving/events' })
  ).body as { readonly items: readonly { readonly reason: string; readonly message: string }[] };
  const told = items.filter(({ reason }) => reason === 'Unhealthy').map(({ message }) => message);
  const failed = (status: number) =>
    `Readiness probe failed: HTTP probe failed with statuscode: ${status}`;
  expect([...new Set(told)].filter(text => text.startsWith('Readiness')).sort()).toEqual(
    [400, 500, 503].map(failed),
  );
});

it('refuses what istiod would, and lets go what is deleted', async () => {
  const { cluster, apply, pass, send } = await meshPlatform();
  await using _ = cluster;
  const [refused] = await apply(`
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: slip, namespace: serving}
    spec: {selector: {matchLabels: {app: 'mod*'}}}
  `);
  expect(refused?.status).toBe(400);
  expect(JSON.stringify(refused)).toContain(
    'admission webhook \\"validation.istio.io\\" denied the request: configuration is invalid: ',
  );
  await apply(policies);
  pass(10);
  expect(send('batch')).toBe('403 RBAC: access denied');
  for (const name of ['nothing', 'predict']) {
    const path = `/apis/security.istio.io/v1/namespaces/serving/authorizationpolicies/${name}`;
    await cluster.request({ method: 'DELETE', path });
  }
  pass(10);
  expect([send('batch'), send('old')]).toEqual(['200 scored', 'connection reset']);
});

const routes = `
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: {name: model, namespace: serving}
  spec:
    host: model
    subsets: [{name: v1, labels: {app: model}}, {name: v2, labels: {version: v2}}]
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: {name: model, namespace: serving}
  spec:
    hosts: [model]
    http:
      - match: [{headers: {x-version: {exact: v2}}}]
        route: [{destination: {host: model, subset: v2}}]
      - match: [{headers: {x-version: {exact: v3}}}]
        route: [{destination: {host: model, subset: v3}}]
      - match: [{uri: {exact: /old}}]
        redirect: {uri: /new}
      - match: [{uri: {exact: /broken}}]
        fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
        route: [{destination: {host: model}}]
      - match: [{uri: {exact: /slow}}]
        fault: {delay: {fixedDelay: 7s, percentage: {value: 100}}}
        route: [{destination: {host: model}}]
      - match: [{uri: {prefix: /v1/}}]
        route: [{destination: {host: model, subset: v1}}]
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: {name: nowhere, namespace: serving}
  spec: {hosts: [gone], http: [{route: [{destination: {host: model}}]}]}
  ---
  apiVersion: v1
  kind: Service
  metadata: {name: gone, namespace: serving}
  spec: {selector: {app: gone}, ports: [{name: http, port: 80}]}
`;

it('routes what pods with sidecars send by VirtualServices and subsets', async () => {
  const { cluster, apply, pass, send, reach } = await meshPlatform();
  await using _ = cluster;
  const applied = await apply(routes);
  expect(applied.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  pass(10);
  const version = (value: string) => ({ ...post, headers: { 'x-version': value } });
  expect({
    matched: send('gateway'),
    noPods: send('gateway', version('v2')),
    noSubset: send('gateway', version('v3')),
    moved: send('gateway', { ...post, path: '/old' }),
    noRoute: send('gateway', { ...post, path: '/v9' }),
    aborted: send('gateway', { ...post, path: '/broken' }),
    elsewhere: send('gateway', post, { host: 'gone', port: 80 }),
    withoutSidecar: send('old', { ...post, path: '/v9' }),
  }).toEqual({
    matched: '200 scored',
    noPods: '503 no healthy upstream',
    noSubset: '503 ',
    moved: '301 ',
    noRoute: '404 ',
    aborted: '418 fault filter abort',
    elsewhere: '200 scored',
    withoutSidecar: '200 scored',
  });
  const beganMs = cluster.now();
  let heardMs = 0;
  send('gateway', { ...post, path: '/slow' }, undefined, () => (heardMs = cluster.now()));
  expect(heardMs - beganMs).toBeGreaterThanOrEqual(7_000);
  expect(heardMs - beganMs).toBeLessThan(7_100);
  // Who reckons with many requests at once is told the same.
  expect(reach('gateway', { ...post, path: '/broken' })).toEqual([418]);
  expect([
    reach('gateway'),
    reach('gateway', version('v2')),
    reach('gateway', { ...post, path: '/old' }),
    reach('gateway', { ...post, path: '/v9' }),
    reach('old', { ...post, path: '/v9' }),
  ]).toEqual([['allow'], [503], [301], [404], ['allow']]);
  const [wrong] = await apply(`
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: wrong, namespace: serving}
    spec: {hosts: [model], http: [{route: [{weight: 1}]}]}
  `);
  expect(wrong?.status).toBe(422);
});
