/** GPUs of a node from pod to fault, through the API alone. */
import { expect, it } from 'vitest';
import type { Node, Pod } from '../sim/api/kinds/core.js';
import { boot } from '../sim/index.js';
import type { Workload } from '../sim/workloads/workload.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

it('gives a container its device, and takes a failed one out of allocatable', () => {
  const seen: { env?: string; lost?: string } = {};
  const train: Workload = {
    name: 'train',
    start(context) {
      const visible = context.env['NVIDIA_VISIBLE_DEVICES'];
      if (visible !== undefined) seen.env = visible;
      return {
        deviceLost(deviceId, xid) {
          seen.lost = `${deviceId} ${xid}`;
          context.exit(1);
        },
      };
    },
  };
  const sim = boot({
    seed: 1,
    workloads: [{ workload: train }],
    nodes: [
      {
        name: 'gpu-1',
        labels: {},
        taints: [],
        capacity: { cpu: '8', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
        devices: ['GPU-a', 'GPU-b'].map(id => ({
          resourceName: 'nvidia.com/gpu',
          id,
          model: 'NVIDIA-L4',
          memoryMiB: 23_034,
        })),
        isControlPlane: false,
      },
    ],
  });
  const ask = <T>(method: 'GET' | 'POST', path: string, body?: unknown): T => {
    let answer: unknown;
    sim.serve({ method, path, body }, admin, got => {
      answer = got.body;
    });
    return answer as T;
  };
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  run(5);
  ask('POST', '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'c', image: 'train:1', resources: { limits: { 'nvidia.com/gpu': '1' } } },
      ],
    },
  });
  run(10);
  const pod = () => ask<Pod>('GET', '/api/v1/namespaces/default/pods/p');
  const [status] = pod().status?.containerStatuses ?? [];
  const device = status?.allocatedResourcesStatus?.[0]?.resources?.[0];
  expect(pod().status?.phase).toBe('Running');
  expect(device?.health).toBe('Healthy');
  expect(seen.env).toBe(device?.resourceID);

  sim.nodes.get('gpu-1')?.failDevice(device?.resourceID ?? '', 79);
  run(15);
  const node = ask<Node>('GET', '/api/v1/nodes/gpu-1');
  expect(seen.lost).toBe(`${device?.resourceID} 79`);
  expect(node.status?.capacity?.['nvidia.com/gpu']).toBe('2');
  expect(node.status?.allocatable?.['nvidia.com/gpu']).toBe('1');
  expect(pod().status?.phase).toBe('Failed');
});

it('fails a shared GPU with all its shares', () => {
  let visible: string | undefined;
  const look: Workload = {
    name: 'look',
    start(context) {
      visible = context.env['NVIDIA_VISIBLE_DEVICES'];
      return {};
    },
  };
  const shares = [0, 1].flatMap(gpu =>
    [0, 1, 2].map(share => ({
      gpu,
      resourceName: 'nvidia.com/gpu',
      id: `GPU-${gpu}::${share}`,
      model: 'Tesla-T4',
      memoryMiB: 15_360,
    })),
  );
  const sim = boot({
    seed: 1,
    workloads: [{ workload: look }],
    nodes: [
      {
        name: 'gpu-1',
        labels: {},
        taints: [],
        capacity: { cpu: '8', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
        devices: shares,
        isControlPlane: false,
      },
    ],
  });
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  run(5);
  const resources = { limits: { 'nvidia.com/gpu': '2' } };
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'look:1', resources }] },
  };
  const path = '/api/v1/namespaces/default/pods';
  sim.serve({ method: 'POST', path, body }, admin, () => undefined);
  run(10);
  expect(visible).toMatch(/^GPU-\d(,GPU-\d)?$/);
  sim.nodes.get('gpu-1')?.failDevice(1, 79);
  run(15);
  let node: Node | undefined;
  sim.serve({ method: 'GET', path: '/api/v1/nodes/gpu-1' }, admin, got => {
    node = got.body as Node;
  });
  expect(node?.status?.allocatable?.['nvidia.com/gpu']).toBe('3');
});

it('gives a device on as soon as its pod has ended, for the next one is sent at once', () => {
  const train: Workload = {
    name: 'train',
    start(context) {
      context.clock.after(1_000, 'the training ends', () => context.exit(0));
      return {};
    },
  };
  const device = {
    resourceName: 'nvidia.com/gpu',
    id: 'GPU-a',
    model: 'NVIDIA-L4',
    memoryMiB: 23_034,
  };
  const capacity = { cpu: '8', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' };
  const shape = { labels: {}, taints: [], capacity, devices: [device], isControlPlane: false };
  const nodes = [{ name: 'gpu-1', ...shape }];
  const sim = boot({ seed: 1, workloads: [{ workload: train }], nodes });
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  const path = '/api/v1/namespaces/default/pods';
  run(5);
  for (let index = 0; index < 20; index++) {
    const limits = { 'nvidia.com/gpu': '1' };
    const containers = [{ name: 'c', image: 'train:1', resources: { limits } }];
    const body = { metadata: { name: `p-${index}` }, spec: { restartPolicy: 'Never', containers } };
    sim.serve({ method: 'POST', path, body }, admin, () => undefined);
  }
  run(300);
  let items: readonly Pod[] = [];
  sim.serve({ method: 'GET', path }, admin, ({ body }) => {
    ({ items } = body as { readonly items: readonly Pod[] });
  });
  expect(new Set(items.map(({ status }) => status?.reason ?? status?.phase))).toEqual(
    new Set(['Succeeded']),
  );
});
