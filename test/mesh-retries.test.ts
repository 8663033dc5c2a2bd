/** What clients of a mesh see of pods that do not answer. */
import { expect, it } from 'vitest';
import { meshPlatform } from './mesh/platform.js';

const pod = (name: string, extra: string) => `
  apiVersion: v1
  kind: Pod
  metadata: {name: ${name}, namespace: serving, labels: {app: model${extra}}}
  spec: {containers: [{name: server, image: client, ports: [{containerPort: 8080}]}]}
`;

const route = (retries: string) => `
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: {name: model, namespace: serving}
  spec:
    hosts: [model]
    http: [{route: [{destination: {host: model}}], retries: ${retries}}]
`;

const passedOver = `
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: {name: model, namespace: serving}
  spec:
    host: model
    trafficPolicy:
      outlierDetection: {consecutive5xxErrors: 1, maxEjectionPercent: 50, baseEjectionTime: 1h}
`;

const disconnected = 'upstream connect error or disconnect/reset before headers. ';
const refused =
  'reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused';

it('sends to another pod what nobody has seen, and tells as an error what a sidecar has', async () => {
  const { cluster, apply, pass, send } = await meshPlatform();
  await using _ = cluster;
  const answers = () => [...new Set(Array.from({ length: 12 }, () => send('gateway')))].sort();
  const remove = async (path: string) => {
    await cluster.request({ method: 'DELETE', path });
    pass(40);
  };
  // No sidecar stands before the program that does not listen: the connection itself is refused.
  await apply(pod('deaf', ", sidecar.istio.io/inject: 'false'"));
  pass(30);
  expect(answers()).toEqual(['200 scored']);
  // A client without a sidecar tries once.
  expect(new Set(Array.from({ length: 12 }, () => send('old')))).toEqual(
    new Set(['200 scored', 'connection refused']),
  );
  await apply(route('{attempts: 0}'));
  pass(2);
  expect(answers()).toEqual(['200 scored', `503 ${disconnected}${refused}`]);
  await remove('/api/v1/namespaces/serving/pods/deaf');
  // Here one does, and says so: that is an answer.
  await apply(pod('deaf', ''));
  await apply(route('{attempts: 2}'));
  pass(60);
  expect(answers()).toEqual(['200 scored', `503 ${disconnected}${refused}`]);
  await apply(route("{attempts: 2, retryOn: '503'}"));
  pass(2);
  expect(answers()).toEqual(['200 scored']);
  await apply(`${route('{attempts: 0}')}\n---\n${passedOver}`);
  pass(2);
  const all = Array.from({ length: 12 }, () => send('gateway'));
  expect(all.filter(one => one !== '200 scored')).toHaveLength(1);
});
