/** Requests over a real API server's proxy, in real time: what is counted, and from when it is timed. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import { realClock, sleep } from '../../host.js';
import { fateOfAnswer, LiveTraffic } from './live-traffic.js';

const objects = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 4, template: { metadata: { labels: { app: 'web' } } } },
  },
] as unknown as readonly KubeObject[];

const well: ApiAnswer = { status: 200, headers: {}, body: 'hello' };
const status = (message: string, code = 503): ApiAnswer => ({
  status: code,
  headers: {},
  body: { kind: 'Status', message, code },
});

it('goes on while a server stalls, and times from when each request was meant to start', async () => {
  const clock = realClock(error => {
    throw error;
  });
  const paths = new Set<string>();
  let isStalled = false;
  let goesOn: () => void = () => undefined;
  const stall = new Promise<void>(resolve => {
    goesOn = resolve;
  });
  const request = async ({ path }: ApiRequest): Promise<ApiAnswer> => {
    paths.add(path);
    if (isStalled) await stall;
    return well;
  };
  const traffic = new LiveTraffic({ request }, clock);
  traffic.applied(objects);
  while (traffic.totals().services === 0) await sleep(5);
  isStalled = true;
  await sleep(800);
  isStalled = false;
  goesOn();
  await sleep(100);
  traffic.end();
  traffic.stop();
  clock.stop();
  expect([...paths]).toEqual(['/api/v1/namespaces/shop/services/web:80/proxy/']);
  const { services, offered, failed, p99Ms = 0 } = traffic.totals();
  // Twenty a second: a client that waits for its answers would have sent one.
  expect([services, failed]).toEqual([1, 0]);
  expect(offered).toBeGreaterThan(12);
  expect(offered).toBeLessThan(30);
  expect(p99Ms).toBeGreaterThan(700);
  expect(traffic.outcomes).toEqual([
    expect.objectContaining({ kind: 'requests', service: 'shop/web', offered, failed: {} }),
  ]);
});

it.each([
  ['finished', well],
  ['finished', { ...well, status: 404 }],
  ['shed', { ...well, status: 503 }],
  ['no endpoint', status('no endpoints available for service "web"')],
  [
    'refused',
    status('error trying to reach service: dial tcp 10.0.0.1:80: connect: connection refused'),
  ],
  ['timed out', status('error trying to reach service: dial tcp 10.0.0.1:80: i/o timeout')],
  ['reset', status('error trying to reach service: EOF', 502)],
])('calls it %s', (fate, answer) => {
  expect(fateOfAnswer(answer)).toBe(fate);
});
