/** A gateway of a mesh, in a whole cluster. */
import { expect, it } from 'vitest';
import { meshPlatform, post } from './mesh/platform.js';

const ingress = `
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: istio-ingressgateway, namespace: istio-system}
  spec:
    selector: {matchLabels: {istio: ingressgateway}}
    template:
      metadata:
        annotations: {inject.istio.io/templates: gateway, prometheus.io/scrape: 'true'}
        labels: {istio: ingressgateway, sidecar.istio.io/inject: 'true'}
      spec:
        securityContext: {sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: '0'}]}
        containers:
          - name: istio-proxy
            image: auto
            securityContext: {capabilities: {drop: [ALL]}, runAsNonRoot: true}
            ports: [{name: http-envoy-prom, containerPort: 15090, protocol: TCP}]
            resources: {limits: {cpu: 2000m, memory: 1Gi}, requests: {cpu: 100m, memory: 128Mi}}
  ---
  apiVersion: v1
  kind: Service
  metadata: {name: istio-ingressgateway, namespace: istio-system}
  spec:
    selector: {istio: ingressgateway}
    ports:
      - {name: status-port, port: 15021, targetPort: 15021}
      - {name: http2, port: 80, targetPort: 8080}
      - {name: https, port: 443, targetPort: 8443}
  ---
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: {name: models, namespace: serving}
  spec:
    selector: {istio: ingressgateway}
    servers:
      - port: {number: 80, name: http, protocol: HTTP}
        hosts: ['*.example.com', 'elsewhere/other.org']
      - port: {number: 443, name: https, protocol: HTTPS}
        hosts: ['*.example.com']
        tls: {mode: SIMPLE, credentialName: models-cert}
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: {name: models, namespace: serving}
  spec:
    hosts: [models.example.com]
    gateways: [models]
    http:
      - match: [{uri: {prefix: /v1/}}]
        route: [{destination: {host: model}}]
      - match: [{uri: {prefix: /gone/}}]
        route: [{destination: {host: model, subset: none}}]
  ---
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: {name: default, namespace: serving}
  spec: {mtls: {mode: STRICT}}
  ---
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: {name: entrance, namespace: istio-system}
  spec:
    selector: {matchLabels: {istio: ingressgateway}}
    action: DENY
    rules: [{to: [{operation: {paths: [/v1/secret]}}]}]
`;

it('lets clients in by a gateway, whose pod the injector makes', async () => {
  const { cluster, apply, pass, send, reach } = await meshPlatform();
  await using _ = cluster;
  const applied = await apply(ingress);
  expect(applied.map(({ status }) => status)).toEqual(Array(6).fill(201));
  pass(40);
  const { body } = await cluster.request({
    method: 'GET',
    path: '/api/v1/namespaces/istio-system/pods?labelSelector=istio=ingressgateway',
  });
  expect(body).toMatchObject({
    items: [
      {
        metadata: { labels: { 'service.istio.io/canonical-name': 'istio-ingressgateway' } },
        spec: {
          containers: [{ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.30.3' }],
        },
        status: {
          conditions: expect.arrayContaining([
            expect.objectContaining({ type: 'Ready', status: 'True' }),
          ]),
        },
      },
    ],
  });
  const at = (port: number) => ({ host: 'istio-ingressgateway.istio-system', port });
  const ask = (path: string, host = 'models.example.com', port = 80) =>
    send('old', { ...post, path, headers: { host } }, at(port));
  const [web, tls] = [80, 443];
  expect({
    routed: ask('/v1/predict'),
    withPort: ask('/v1/predict', 'Models.example.com:80'),
    noRoute: ask('/v2/predict'),
    noSubset: ask('/gone/'),
    noHost: ask('/v1/predict', 'model.serving'),
    denied: ask('/v1/secret'),
    withSidecar: send('batch', { ...post, headers: { host: 'models.example.com' } }, at(web)),
    withoutCertificate: ask('/v1/predict', 'models.example.com', tls),
    direct: send('old'),
  }).toEqual({
    routed: '200 scored',
    withPort: '200 scored',
    noRoute: '404 ',
    noSubset: '503 ',
    noHost: '404 ',
    denied: '403 RBAC: access denied',
    withSidecar: '200 scored',
    withoutCertificate: 'connection refused',
    direct: 'connection reset',
  });
  const named = { ...post, headers: { host: 'models.example.com' } };
  expect([reach('old', named, at(web)), reach('old', post, at(web))]).toEqual([['allow'], [404]]);
  await apply(`
    apiVersion: v1
    kind: Secret
    metadata: {name: models-cert, namespace: istio-system}
    type: kubernetes.io/tls
    data: {tls.crt: Yw==, tls.key: aw==}
  `);
  pass(5);
  expect(ask('/v1/predict', 'models.example.com', tls)).toBe('200 scored');
  expect(ask('/v1/predict', 'other.org', tls)).toBe('connection reset');
  await cluster.request({
    method: 'DELETE',
    path: '/apis/networking.istio.io/v1/namespaces/serving/gateways/models',
  });
  pass(5);
  expect(ask('/v1/predict')).toBe('connection refused');
});
