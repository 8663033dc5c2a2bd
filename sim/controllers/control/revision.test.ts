import { expect, it } from 'vitest';
import type { ApiAnswer } from '../../api/request.js';
import { boot } from '../../index.js';

interface Revisions {
  readonly items: readonly { readonly data: object; readonly revision: number }[];
}

const node = {
  name: 'n1',
  labels: {},
  taints: [],
  capacity: { cpu: '8', memory: '16Gi', pods: '10' },
  devices: [],
  isControlPlane: false,
};

it('stores templates as Go writes maps: upstream compares the bytes', () => {
  const { loop, serve } = boot({ seed: 1, nodes: [node] });
  const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const ask = (method: 'GET' | 'POST', path: string, body?: object): unknown => {
    let answer: ApiAnswer | undefined;
    serve({ method, path, ...(body && { body }) }, admin, given => (answer = given));
    loop.runUntil(loop.now() + 5_000);
    return answer?.body;
  };
  const apps = '/apis/apps/v1/namespaces/default';
  const template = {
    metadata: { labels: { app: 'a' } },
    spec: { containers: [{ name: 'c', image: 'i', args: ['x'] }] },
  };
  const selector = { matchLabels: { app: 'a' } };
  ask('POST', `${apps}/daemonsets`, { metadata: { name: 'd' }, spec: { selector, template } });
  ask('POST', `${apps}/statefulsets`, {
    metadata: { name: 's' },
    spec: { selector, template, serviceName: 's' },
  });
  const { items } = ask('GET', `${apps}/controllerrevisions`) as Revisions;
  expect(items.map(({ revision }) => revision)).toEqual([1, 1]);
  const beginning =
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"args":["x"],"image":"i",';
  for (const { data } of items) {
    expect(JSON.stringify(data).slice(0, beginning.length)).toBe(beginning);
  }
});
