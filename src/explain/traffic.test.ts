import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { surveyOf } from '../check/survey.js';
import { parseManifests } from '../input/manifests.js';
import { knownOfCluster, knownOfManifests, type Known } from './known.js';
import { readReference } from './reference.js';
import { trafficText } from './traffic-text.js';
import { trafficAnswer } from './traffic.js';

const workload = (namespace: string, name: string, port: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers: [{ name: main, image: i, ports: [{ name: http, containerPort: ${port} }] }]
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { app: ${name} }, ports: [{ port: 80, targetPort: http }] }
---`;

const isolated = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: scorer, namespace: serving }
spec:
  podSelector: { matchLabels: { app: scorer } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: web } } }]
      ports: [{ port: 9090 }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: shop, namespace: web }
spec:
  podSelector: { matchLabels: { app: shop } }
  policyTypes: [Egress]
  egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }]
---`;

function manifests(text: string, namespace = 'default'): Known {
  const input = { manifests: parseManifests(text, 'all.yaml'), unread: [], notes: [] };
  return knownOfManifests(surveyOf(input), namespace);
}

const platform = workload('web', 'shop', 3000) + workload('serving', 'scorer', 8080);
const ask = (known: Known, from: string, to: string) =>
  trafficAnswer(known, readReference(from), readReference(to));

describe('a connection between what manifests make', () => {
  it('is open where no policy speaks of it', () => {
    const { isAllowed, answers } = ask(
      manifests(platform),
      'web/deployment/shop',
      'scorer.serving:80',
    );
    expect(isAllowed).toBe(true);
    expect(answers).toMatchObject([
      { from: 'web/deployment/shop', to: 'serving/deployment/scorer', port: 8080, pairs: 1 },
    ]);
  });

  it('is told with both sides, what came close, and the name that cannot be looked up', () => {
    const answer = ask(manifests(platform + isolated), 'web/shop', 'serving/svc/scorer');
    expect(trafficText(answer)).toBe(`web/shop -> serving/svc/scorer: denied

web/deployment/shop -> serving/deployment/scorer TCP/8080: denied
  egress   yes  NetworkPolicy web/shop, rule egress[0], allows TCP/8080 to serving/scorer
  ingress  no   the ingress of serving/scorer is isolated by NetworkPolicy serving/scorer, and no rule allows TCP/8080 from web/shop
               close: NetworkPolicy serving/scorer, rule ingress[0], allows web/shop, but not TCP/8080
  name     no   it cannot be looked up: the egress of web/shop is isolated by NetworkPolicy web/shop, and no rule allows UDP/53 to kube-system/coredns
               who goes by the name of the Service does not get that far
`);
  });

  it('goes to the port of the pod by its number and by its name, and by protocol', () => {
    const known = manifests(platform + isolated);
    const to = (text: string) => ask(known, 'web/shop', text).answers[0];
    expect(to('serving/deployment/scorer:9090')).toMatchObject({
      port: 9090,
      egress: { isAllowed: false },
    });
    expect(to('serving/deployment/scorer:http')).toMatchObject({ port: 8080, protocol: 'TCP' });
    expect(to('serving/deployment/scorer:9090/udp')).toMatchObject({ protocol: 'UDP' });
  });

  it('may end outside of the cluster, or begin there', () => {
    const known = manifests(platform + isolated);
    expect(ask(known, 'web/shop', '203.0.113.7:443').isAllowed).toBe(false);
    expect(ask(known, 'web/shop', '203.0.113.7:8080').isAllowed).toBe(false);
    expect(ask(known, '203.0.113.7', 'web/deployment/shop:3000').isAllowed).toBe(true);
    expect(ask(known, '[2001:db8::1]', 'serving/scorer:80').isAllowed).toBe(false);
  });

  it('is judged by the sidecars of a mesh too', () => {
    const mesh = `
apiVersion: v1
kind: Namespace
metadata: { name: serving, labels: { istio-injection: enabled } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: serving }
spec: { mtls: { mode: STRICT } }
`;
    const { isAllowed, answers } = ask(manifests(platform + mesh), 'web/shop', 'serving/scorer:80');
    expect(isAllowed).toBe(false);
    expect(answers[0]).toMatchObject({ verdict: 'allow', mesh: { isAllowed: false } });
  });

  it('goes where the VirtualServices of its sidecar send it, and says which', () => {
    const routes = `
apiVersion: v1
kind: Namespace
metadata: { name: web, labels: { istio-injection: enabled } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: canary, namespace: serving }
spec: { host: canary, subsets: [{ name: new, labels: { app: canary } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: scorer, namespace: serving }
spec:
  hosts: [scorer]
  http:
    - match: [{ sourceLabels: { app: old } }]
      redirect: { uri: /moved }
    - name: split
      match: [{ uri: { prefix: / } }]
      rewrite: { uri: /v2/ }
      route:
        - { destination: { host: scorer }, weight: 90 }
        - { destination: { host: canary, subset: new }, weight: 8 }
        - { destination: { host: canary, subset: none }, weight: 2 }
---`;
    const others = workload('serving', 'canary', 8080) + workload('web', 'old', 3000);
    const known = manifests(platform + others + workload('legacy', 'batch', 3000) + routes);
    const head =
      'GET / takes the route 2 of 2 "split" of VirtualService serving/scorer by its match {"uri":{"prefix":"/"}}';
    const text = (from: string) =>
      trafficText(ask(known, from, 'serving/svc/scorer'))
        .split('\n')
        .filter(line => !/^ {2}(egress|ingress)/u.test(line));
    expect(text('web/shop')).toEqual([
      'web/shop -> serving/svc/scorer: allowed between some',
      '',
      'web/deployment/shop -> serving/deployment/scorer TCP/8080: allowed',
      `  route    yes  ${head}: 90 % of them to Service serving/scorer, as /v2/`,
      expect.stringContaining('  mesh     yes  GET /v2/: '),
      '',
      'web/deployment/shop -> serving/deployment/canary TCP/8080: allowed',
      `  route    yes  ${head}: 8 % of them to Service serving/canary, subset new, as /v2/`,
      expect.stringContaining('  mesh     yes  GET /v2/: '),
      '',
      'web/deployment/shop -> serving/svc/scorer: answered by its own sidecar',
      `  route    no   ${head}: 2 % of them to Service serving/canary, subset none: 503, no DestinationRule has a subset none`,
      '',
    ]);
    expect(text('web/old')).toEqual([
      'web/old -> serving/svc/scorer: allowed',
      '',
      'web/deployment/old -> serving/svc/scorer: answered by its own sidecar',
      '  route    yes  GET / takes the route 1 of 2 of VirtualService serving/scorer by its match {"sourceLabels":{"app":"old"}}: the sidecar answers 301, to http://scorer/moved',
      '',
    ]);
    expect(text('legacy/batch')).toContain(
      '  route    yes  VirtualService serving/scorer does not count: legacy/deployment/batch has no sidecar that knows it',
    );
    expect(ask(known, 'web/shop', 'serving/canary:80').answers[0]).not.toHaveProperty('route');
  });

  it.each([
    [
      'web/shopp',
      'serving/scorer:80',
      'nothing known runs as "shopp" in namespace web',
      'did you mean web/deployment/shop?',
    ],
    [
      'web/shop',
      'scorer:80',
      'nothing known runs as "scorer" in namespace default',
      'there is serving/deployment/scorer',
    ],
    ['web/shop', 'serving/scorer:81', 'Service serving/scorer has no port 81', 'it has: 80'],
    [
      'web/shop',
      'serving/deployment/scorer',
      'serving/deployment/scorer: a port is missing',
      'its containers have: http',
    ],
    [
      'web/svc/shop',
      'serving/scorer',
      'web/svc/shop: a Service begins no connections',
      'name the pods: deployment/NAME',
    ],
    [
      'web/shop',
      '10.0.0.1',
      '10.0.0.1: an address needs the number of a port',
      'write IP:PORT, as 10.0.0.1:443',
    ],
  ])('from %s to %s is refused: %s', (from, to, message, next) => {
    const known = manifests(platform);
    expect(() => ask(known, from, to)).toThrow(
      expect.objectContaining({ message, details: expect.objectContaining({ next }) as object }),
    );
  });
});

describe('a connection between the pods of a cluster', () => {
  const pod = (name: string, ip: string, app: string, phase = 'Running'): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, namespace: 'ml', labels: { app, 'pod-template-hash': 'abc' } },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-abc`,
          uid: 'u',
          controller: true,
        },
      ],
    },
    spec: { containers: [{ name: 'c', image: 'i' }] },
    status: { podIP: ip, phase },
  });
  const known = knownOfCluster(
    [
      pod('a-1', '10.0.0.1', 'a'),
      pod('a-2', '10.0.0.2', 'a'),
      pod('a-3', '10.0.0.3', 'a', 'Failed'),
      pod('b-1', '10.0.0.4', 'b'),
    ],
    'ml',
  );

  it('is told once for all pods of which the same is said; those that have ended do not count', () => {
    const { answers } = ask(known, 'deployment/a', 'deploy/b:80');
    expect(answers).toMatchObject([{ from: 'ml/deployment/a', to: 'ml/deployment/b', pairs: 2 }]);
  });

  it('says that nobody answers behind a Service whose pods are not ready', () => {
    const spec = { selector: { app: 'b' }, ports: [{ port: 80 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b', namespace: 'ml' } };
    const about = (status: string) => {
      const b = pod('b-1', '10.0.0.4', 'b');
      const conditions = [{ type: 'Ready', status }];
      const there = { ...b, status: { podIP: '10.0.0.4', phase: 'Running', conditions } };
      const objects = [pod('a-1', '10.0.0.1', 'a'), there, { ...service, spec }];
      return trafficText(ask(knownOfCluster(objects, 'ml'), 'deployment/a', 'service/b:80'));
    };
    expect(about('True')).not.toContain('note');
    expect(about('False')).toContain(
      'note     its only pod is not ready: until one is, the Service',
    );
  });

  it('knows whose an address is', () => {
    expect(ask(known, 'deployment/a', '10.0.0.4:80').answers[0]?.to).toBe('ml/deployment/b');
    expect(ask(known, 'a', '10.0.0.9:80').answers[0]?.to).toBe('10.0.0.9');
  });
});
