/** What is told of a request that comes in by a gateway of a mesh. */
import { expect, it } from 'vitest';
import { surveyOf } from '../check/survey.js';
import { parseManifests } from '../input/manifests.js';
import { askedUrl } from './gateway-route.js';
import { knownOfManifests } from './known.js';
import { readReference } from './reference.js';
import { trafficText } from './traffic-text.js';
import { trafficAnswer } from './traffic.js';

const platform = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  selector: { matchLabels: { istio: ingressgateway } }
  template:
    metadata:
      annotations: { inject.istio.io/templates: gateway }
      labels: { istio: ingressgateway, sidecar.istio.io/inject: 'true' }
    spec: { containers: [{ name: istio-proxy, image: auto }] }
---
apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  ports:
    - { name: http2, port: 80, targetPort: 8080 }
    - { name: tls, port: 443, targetPort: 8443 }
    - { name: plain, port: 81 }
---
apiVersion: v1
kind: Namespace
metadata: { name: serving, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: scorer, namespace: serving, labels: { app: scorer } }
spec: { containers: [{ name: main, image: i, ports: [{ containerPort: 9000 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: scorer, namespace: serving }
spec: { selector: { app: scorer }, ports: [{ name: http, port: 80, targetPort: 9000 }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict, namespace: serving }
spec: { mtls: { mode: STRICT } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: entrance, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }
    - { port: { number: 81, name: plain, protocol: HTTP }, hosts: ['*'] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: scorer, namespace: serving }
spec:
  hosts: [scorer.example.com]
  gateways: [istio-system/entrance]
  http:
    - match: [{ uri: { prefix: /v1 } }]
      route: [{ destination: { host: scorer } }]
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: legacy }
spec: { containers: [{ name: client, image: i }] }
`;

const survey = surveyOf({
  ...{ manifests: parseManifests(platform, 'all.yaml'), unread: [], notes: [] },
});
const known = knownOfManifests(survey, 'default');

function ask(url?: string, port = 80) {
  const to = readReference(`istio-ingressgateway.istio-system:${port}`);
  const from = readReference('legacy/pod/client');
  return trafficAnswer(known, from, to, url === undefined ? undefined : askedUrl(url));
}

it('goes on to the pods of the route, with the identity of the gateway', () => {
  const answer = ask('http://scorer.example.com/v1/predict');
  expect(answer.isAllowed).toBe(true);
  expect(answer.answers).toMatchObject([
    { from: 'legacy/pod/client', to: 'istio-system/deployment/istio-ingressgateway', port: 8080 },
    {
      from: 'istio-system/deployment/istio-ingressgateway',
      to: 'serving/pod/scorer',
      port: 9000,
      route: {
        text: 'GET /v1/predict takes the route of VirtualService serving/scorer by its match {"uri":{"prefix":"/v1"}}: to Service serving/scorer',
      },
      mesh: { isAllowed: true },
    },
  ]);
});

it('is listened for at the port of the Service itself where that has no target port', () => {
  expect(ask('scorer.example.com/v1', 81).answers).toMatchObject([{ port: 81 }, { port: 9000 }]);
});

it('ends at the gateway where nothing is routed, or nobody listens', () => {
  const texts = (...asked: Parameters<typeof ask>) =>
    (ask(...asked).unreached ?? []).map(({ isAllowed, text }) => [isAllowed, text]);
  expect(texts('other.example.com/v1')).toEqual([
    [
      false,
      'no VirtualService of its Gateways has a route for other.example.com and GET /v1: it answers 404',
    ],
  ]);
  expect(texts('scorer.example.com/v1', 443)).toEqual([
    [false, 'no Gateway has it listen at port 8443'],
  ]);
  expect(texts()).toEqual([
    [true, 'where it sends a request depends on the host and the path: say them by --url'],
  ]);
  expect(trafficText(ask('other.example.com'))).toContain(
    'behind the gateway istio-system/deployment/istio-ingressgateway\n  route    no   no VirtualService',
  );
});
