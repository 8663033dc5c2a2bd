/** A stateful set's claims get volumes from the default class, and data outlives the pod. */
import { expect, it } from 'vitest';
import type { Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

interface Claim {
  readonly spec: { readonly volumeName?: string };
  readonly status: { readonly phase?: string; readonly capacity?: { readonly storage?: string } };
}

interface Volume {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase?: string };
}

const set = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    replicas: 2,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: {
        containers: [
          { name: 'c', image: 'db', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
};

/** Counts its own starts in a file. */
const counter: Workload = {
  name: 'counter',
  start: context => {
    const files = context.volume('/data');
    const starts = Number(files?.read('starts') ?? '0') + 1;
    files?.write('starts', String(starts));
    context.log(`start ${starts}`);
    return {};
  },
};

it('binds the claims of a stateful set, keeps its data and deletes released volumes', async () => {
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(2),
    workloads: [{ image: 'db', workload: counter }],
  });
  const body = async (path: string): Promise<unknown> =>
    (await cluster.request({ method: 'GET', path })).body;
  const core = '/api/v1/namespaces/default';
  const ready = async (): Promise<boolean> => {
    const found = await body('/apis/apps/v1/namespaces/default/statefulsets/db');
    return (found as { status?: { readyReplicas?: number } }).status?.readyReplicas === 2;
  };
  const claims = async (): Promise<readonly Claim[]> =>
    ((await body(`${core}/persistentvolumeclaims`)) as { items: Claim[] }).items;
  const volumes = async (): Promise<readonly Volume[]> =>
    ((await body('/api/v1/persistentvolumes')) as { items: Volume[] }).items;

  const applied = await cluster.apply([set]);
  expect(applied.map(({ message }) => message)).toEqual([undefined]);
  expect(await cluster.until(ready, { within: '2m' })).toBe(true);
  const bound = await claims();
  expect(bound.map(({ status }) => [status.phase, status.capacity?.storage])).toEqual([
    ['Bound', '1Gi'],
    ['Bound', '1Gi'],
  ]);
  expect((await volumes()).map(({ status }) => status.phase)).toEqual(['Bound', 'Bound']);

  await cluster.request({ method: 'DELETE', path: `${core}/pods/db-0` });
  await cluster.advance('1m');
  expect(await cluster.until(ready, { within: '2m' })).toBe(true);
  expect(await body(`${core}/pods/db-0/log`)).toContain('start 2');
  expect(await claims()).toEqual(bound);

  const path = '/apis/apps/v1/namespaces/default/statefulsets/db';
  await cluster.request({ method: 'DELETE', path });
  await cluster.request({ method: 'DELETE', path: `${core}/persistentvolumeclaims` });
  const isEmpty = async (): Promise<boolean> => (await volumes()).length === 0;
  expect(await cluster.until(isEmpty, { within: '2m' })).toBe(true);
  expect(await claims()).toEqual([]);
});

it('tells a pod of its new labels at once, but not where a single file is mounted', async () => {
  let seen: (path: string) => string | undefined = () => undefined;
  const reader: Workload = {
    name: 'reader',
    start: context => {
      seen = path => context.volume(path)?.read(path === '/info' ? 'labels' : '');
      return {};
    },
  };
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1),
    workloads: [{ image: 'reader', workload: reader }],
  });
  const items = [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }];
  const volumeMounts = [
    { name: 'info', mountPath: '/info' },
    { name: 'info', mountPath: '/file', subPath: 'labels' },
  ];
  const pod = (labels: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', labels },
    spec: {
      containers: [{ name: 'c', image: 'reader', volumeMounts }],
      volumes: [{ name: 'info', downwardAPI: { items } }],
    },
  });
  await cluster.apply([pod({ a: '1' })] as never);
  await cluster.advance('20s');
  expect(seen('/info')).toBe('a="1"');
  await cluster.apply([pod({ a: '2' })] as never);
  await cluster.advance('3s');
  expect([seen('/info'), seen('/file')]).toEqual(['a="2"', 'a="1"']);
});
