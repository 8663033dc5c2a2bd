/** The same kubelets and one operator run against an API server over its socket, in real time, through client-node's kubeconfig. */
import { BatchV1Api, CoreV1Api, CustomObjectsApi } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { trainingOperator } from '../sim/operators/training-operator.js';
import { attach } from '../src/backends/attach.js';
import { Pacer } from '../src/backends/pacer.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { sleep } from '../src/host.js';
import { parameterServerTraining } from '../src/models/parameter-server/workload.js';
import { gpuNodes } from './bench/cluster.js';

const deadlineMs = 60_000;

async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += 100) {
    if (await condition()) return;
    await sleep(100);
  }
  throw new Error(`not within ${deadlineMs} ms: ${what}`);
}

it('an attached kubelet runs pods, and an attached operator trains on them', async () => {
  // Control plane without a node or an operator, its time following the wall clock.
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] });
  await cluster.apply(trainingOperator.manifests());
  const pacer = new Pacer(cluster.simulation.loop, 1);
  const config = await cluster.client();
  pacer.start();
  const errors: unknown[] = [];
  const attached = attach({
    config,
    seed: 2,
    nodes: gpuNodes(1, 2),
    processes: [trainingOperator.process],
    workloads: [
      {
        image: 'training-container',
        workload: parameterServerTraining({ epochs: 1, batchesPerEpoch: 2, batchMs: 20 }),
      },
    ],
    onError: error => errors.push(error),
  });
  try {
    const core = config.makeApiClient(CoreV1Api);
    await eventually('the node is ready', async () => {
      const { items } = await core.listNode();
      const conditions = items[0]?.status?.conditions ?? [];
      return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    });
    const batch = config.makeApiClient(BatchV1Api);
    const container = { name: 'main', image: 'busybox', command: ['sh', '-c', 'echo hello'] };
    await batch.createNamespacedJob({
      namespace: 'default',
      body: {
        metadata: { name: 'hello' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
      },
    });
    await eventually('the job is complete', async () => {
      const { status } = await batch.readNamespacedJob({ name: 'hello', namespace: 'default' });
      return status?.succeeded === 1;
    });

    const custom = config.makeApiClient(CustomObjectsApi);
    const kind = {
      group: 'kubeflow.org',
      version: 'v1',
      namespace: 'default',
      plural: 'mxjobs',
    };
    const replica = {
      replicas: 1,
      template: { spec: { containers: [{ name: 'mxnet', image: 'training-container' }] } },
    };
    await custom.createNamespacedCustomObject({
      ...kind,
      body: {
        apiVersion: 'kubeflow.org/v1',
        kind: 'MXJob',
        metadata: { name: 'mx' },
        spec: {
          jobMode: 'MXTrain',
          mxReplicaSpecs: { Scheduler: replica, Server: replica, Worker: replica },
        },
      },
    });
    await eventually('the training has succeeded', async () => {
      const job = (await custom.getNamespacedCustomObject({ ...kind, name: 'mx' })) as {
        status?: { conditions?: readonly { type: string; status: string }[] };
      };
      const conditions = job.status?.conditions ?? [];
      return conditions.some(({ type, status }) => type === 'Succeeded' && status === 'True');
    });
    expect(errors).toEqual([]);
  } finally {
    attached.close();
    await pacer.stop();
  }
}, 180_000);
