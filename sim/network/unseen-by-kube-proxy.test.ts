import { expect, it } from 'vitest';
import type { Service } from '../api/kinds/core.js';
import type { EndpointSlice } from '../api/kinds/discovery.js';
import { networkWith, pod, objects, ready } from './network-laboratory.js';

const web = objects.services[0] as Service;
const webSlice = objects.endpointslices[0] as EndpointSlice;
const node = {
  metadata: { name: 'n1' },
  status: { addresses: [{ type: 'InternalIP', address: '172.18.0.2' }] },
};
const atPod = [{ ip: '10.244.0.5', port: 8080 }];

it('leaves a service that names another proxy to that one, and takes it back', () => {
  const { network, tell } = networkWith({ ...objects, nodes: [node] });
  const from = { pod: pod('client') };
  const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
  const [port] = web.spec?.ports ?? [];
  const offered = {
    ...web,
    spec: { ...web.spec, type: 'NodePort', ports: [{ ...port, nodePort: 30080 }] },
  } as Service;
  const labelled = { ...offered, metadata: { ...offered.metadata, labels } };
  const ways = () =>
    [
      { host: '10.0.0.10', port: 80 },
      { host: '172.18.0.2', port: 30080 },
    ].map(to => network.route(to, from));

  tell('services', { type: 'updated', old: web, object: labelled });
  // The packets go to the addresses themselves, where nobody is.
  expect(ways()).toEqual([
    { backends: [{ ip: '10.0.0.10', port: 80 }] },
    { backends: [{ ip: '172.18.0.2', port: 30080 }] },
  ]);
  expect(network.networkOf(from.pod, '10.244.0.9').resolve('web')).toEqual(['10.0.0.10']);

  tell('services', { type: 'updated', old: labelled, object: offered });
  expect(ways()).toMatchObject([{ backends: atPod }, { backends: atPod }]);
});

it('does not see slices that are labelled headless, whatever their service is', () => {
  const { network, tell } = networkWith(objects);
  const to = { host: '10.0.0.10', port: 80 };
  const labels = { ...webSlice.metadata.labels, 'service.kubernetes.io/headless': '' };
  const labelled = { ...webSlice, metadata: { ...webSlice.metadata, labels } };
  expect(network.route(to)).toMatchObject({ backends: atPod });
  tell('endpointslices', { type: 'updated', old: webSlice, object: labelled });
  expect(network.route(to)).toEqual({ error: 'connection refused' });
});

it('leaves the names of headless services as they are', () => {
  const endpoints = [{ addresses: ['10.244.0.7'], conditions: ready }];
  const labels = {
    'kubernetes.io/service-name': 'db',
    'service.kubernetes.io/headless': '',
  };
  const metadata = { name: 'db-abc', namespace: 'shop', labels };
  const slice = { metadata, addressType: 'IPv4', ports: [{ name: 'http', port: 8080 }], endpoints };
  const { network } = networkWith({ services: objects.services, endpointslices: [slice] });
  expect(network.networkOf(pod('client'), '10.244.0.9').resolve('db')).toEqual(['10.244.0.7']);
});
