/** Which addresses and ports services get: as kube-apiserver 1.36.2 gave and refused them. */
import { expect, it } from 'vitest';
import type { ServicePort, ServiceSpec } from '../api/kinds/core.js';
import type { ObjectMeta } from '../api/kinds/meta.js';
import type { IPAddress } from '../api/kinds/networking.js';
import type { ApiAnswer, ApiRequest } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

const services = '/api/v1/namespaces/default/services';

interface Told {
  readonly message?: string;
  readonly metadata?: ObjectMeta;
  readonly spec?: ServiceSpec;
  readonly items?: readonly IPAddress[];
}

function start() {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (method: ApiRequest['method'], path: string, body?: object) => {
    let answer: ApiAnswer | undefined;
    const headers = {
      ...(method === 'PATCH' && { 'content-type': 'application/merge-patch+json' }),
    };
    const bytes = body && { body: new TextEncoder().encode(JSON.stringify(body)) };
    serve({ method, path, headers, ...bytes }, connection, given => (answer = given));
    return { status: answer?.status, told: answer?.body as Told };
  };
  return {
    send,
    create: (name: string, spec: Partial<ServiceSpec>, query = '') => {
      const full = { ports: [{ port: 80 }], selector: { a: 'b' }, ...spec };
      return send('POST', `${services}${query}`, { metadata: { name }, spec: full });
    },
    change: (name: string, spec: object) => send('PATCH', `${services}/${name}`, { spec }),
  };
}

const dry = '?dryRun=All';
const taken = 'provided port is already allocated';

function nodePort(...numbers: readonly (number | undefined)[]): Partial<ServiceSpec> {
  const ports = numbers.map((number, index): ServicePort => {
    return {
      name: `p${index}`,
      port: 80 + index,
      ...(number !== undefined && { nodePort: number }),
    };
  });
  return { type: 'NodePort', ports };
}

const portsOf = (told: Told) => told.spec?.ports?.map(port => port.nodePort);

it('give a dry run ports above the range and the address of the network, and take none', () => {
  const { create } = start();
  const { told } = create('s', nodePort(undefined, undefined), dry);
  expect(portsOf(told)).toEqual([32769, 32770]);
  expect(told.spec?.clusterIP).toBe('10.0.0.0');
  expect(portsOf(create('s', nodePort(31000, undefined), dry).told)).toEqual([31000, 31001]);
  expect(create('s', nodePort(5), dry).status).toBe(201);
  expect(create('s', nodePort(31000)).status).toBe(201);
  const again = create('other', nodePort(31000), dry);
  expect(again.told.message).toMatch(`spec.ports[0].nodePort: Invalid value: 31000: ${taken}`);
  expect(create('a', { clusterIP: '10.0.7.7' }).status).toBe(201);
  expect(create('b', { clusterIP: '10.0.7.7' }, dry).status).toBe(201);
  expect(create('b', { clusterIP: '10.9.0.1' }, dry).told.message).toMatch(
    /the provided IP \(10\.9\.0\.1\) is not in the valid range. The range of valid IPs is 10\.0\.0\.0\/16/,
  );
});

it('are told of before all that is invalid, the first alone, and before a name that is taken', () => {
  const { create } = start();
  create('s', nodePort(31000));
  const wrong = { ...nodePort(31000, 5), sessionAffinity: 'X' };
  expect(create('t', wrong).told.message).toBe(
    `Service "t" is invalid: spec.ports[0].nodePort: Invalid value: 31000: ${taken}`,
  );
  expect(create('s', nodePort(31000)).status).toBe(422);
  expect(create('e', { clusterIP: '10.0.0.0' }).told.message).toMatch(
    /the provided network does not match the current range/,
  );
});

it('let ports of several protocols share one when they change, and no two of one protocol', () => {
  const { create, change } = start();
  create('s', {});
  const named = (protocol: string, port: number) => {
    return { name: `${protocol}${port}`.toLowerCase(), port, protocol, nodePort: 31000 };
  };
  const shared = { type: 'NodePort', ports: [named('TCP', 80), named('UDP', 80)] };
  expect(change('s', shared).status).toBe(200);
  const twice = { ports: [named('TCP', 80), named('TCP', 81)] };
  expect(change('s', twice)).toMatchObject({
    status: 500,
    told: { message: 'duplicate nodePort: {TCP 31000}' },
  });
});

it('do not give a health check a port that is taken or out of the range', () => {
  const { create } = start();
  const local = (healthCheckNodePort: number, port: number): Partial<ServiceSpec> => {
    const { ports } = nodePort(port);
    const how = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
    return { ...how, healthCheckNodePort, ...(ports && { ports }) };
  };
  const head = 'Internal error occurred: failed to allocate requested HealthCheck NodePort';
  expect(create('s', local(31001, 31000)).status).toBe(201);
  expect(create('t', local(31001, 31002)).told.message).toBe(`${head} 31001: ${taken}`);
  expect(create('t', local(31002, 31002)).told.message).toBe(`${head} 31002: ${taken}`);
  expect(create('t', local(5, 31002)).told.message).toBe(
    `${head} 5: provided port is not in the valid range. The range of valid ports is 30000-32767`,
  );
});

it('hold their addresses by IPAddresses, made before the service and gone after it', () => {
  const { create, change, send } = start();
  const addresses = '/apis/networking.k8s.io/v1/ipaddresses';
  const held = () => {
    const { items = [] } = send('GET', addresses).told;
    return items.map(({ metadata, spec }) => `${metadata.name} ${spec.parentRef.name}`);
  };
  const { told } = create('s', { clusterIP: '10.0.7.7' });
  const [{ metadata }] = [send('GET', `${addresses}/10.0.7.7`).told];
  expect(Number(told.metadata?.resourceVersion)).toBe(Number(metadata?.resourceVersion) + 1);
  expect(metadata?.labels).toEqual({
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  create('headless', { clusterIP: 'None' });
  create('dry', { clusterIP: '10.0.7.8' }, dry);
  expect(held()).toEqual(['10.0.0.1 kubernetes', '10.0.7.7 s']);
  change('s', { type: 'ExternalName', externalName: 'x.y', clusterIP: '', clusterIPs: null });
  expect(held()).toEqual(['10.0.0.1 kubernetes']);
  change('s', { type: 'ClusterIP', clusterIP: '10.0.7.9', externalName: null });
  expect(held()).toEqual(['10.0.0.1 kubernetes', '10.0.7.9 s']);
  const parentRef = { resource: 'services', namespace: 'default', name: 'mine' };
  send('POST', addresses, { metadata: { name: '10.0.7.7' }, spec: { parentRef } });
  expect(create('t', { clusterIP: '10.0.7.7' }).told.message).toMatch(
    /failed to allocate IP 10.0.7.7: provided IP is already allocated/,
  );
  send('DELETE', `${services}/s`);
  expect(held()).toEqual(['10.0.0.1 kubernetes', '10.0.7.7 mine']);
});

it('note whose an address is before the service is looked at', () => {
  const { create } = start();
  const head = 'Service "" is invalid: ';
  const unnamed = 'is invalid: spec.parentRef.name: Required value';
  expect(create('', {}).told.message).toMatch(
    new RegExp(
      String.raw`^${head}spec.clusterIPs: Invalid value: \[""\]: failed to allocate IP: ` +
        String.raw`IPAddress.networking.k8s.io "10\.0\.\d+\.\d+" ${unnamed}$`,
    ),
  );
  expect(create('', { clusterIP: '10.0.77.7' }).told.message).toBe(
    `${head}spec.clusterIPs: Invalid value: ["10.0.77.7"]: failed to allocate IP 10.0.77.7: ` +
      `IPAddress.networking.k8s.io "10.0.77.7" ${unnamed}`,
  );
  expect(create('a/b', {}).told.message).toContain(
    `is invalid: spec.parentRef.name: Invalid value: "a/b": may not contain '/'`,
  );
  const required = `${head}metadata.name: Required value: name or generateName is required`;
  expect(create('', { clusterIP: 'None' }).told.message).toBe(required);
  expect(create('', {}, dry).told.message).toBe(required);
});
