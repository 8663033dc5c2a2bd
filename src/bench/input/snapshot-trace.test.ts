/** A trace from what kubectl printed: nodes less their daemons, pods with shares, MIG and whole GPUs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSnapshotTrace } from './snapshot-trace.js';

const snapshot = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
    metadata: { name: gpu-1, labels: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 } }
    status: { allocatable: { cpu: "64", memory: 512Gi, pods: "110", nvidia.com/gpu: "8" } }
  - apiVersion: v1
    kind: Node
    metadata: { name: drained }
    spec: { unschedulable: true }
    status: { allocatable: { cpu: "64", memory: 512Gi, pods: "110" } }
  - apiVersion: v1
    kind: Pod
    metadata:
      name: agent
      namespace: kube-system
      creationTimestamp: "2026-11-25T09:00:00Z"
      ownerReferences: [{ apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: u }]
    spec:
      nodeName: gpu-1
      containers: [{ name: c, image: i, resources: { requests: { cpu: 500m, memory: 1Gi } } }]
  - apiVersion: v1
    kind: Pod
    metadata: { name: train, namespace: fraud, creationTimestamp: "2026-11-25T10:00:00Z" }
    spec:
      priority: 100
      nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }
      containers:
        - name: c
          image: i
          resources:
            requests: { cpu: "8", memory: 64Gi, nvidia.com/gpu: "2" }
            limits: { nvidia.com/gpu: "2" }
  - apiVersion: v1
    kind: Pod
    metadata: { name: serve, namespace: search, creationTimestamp: "2026-11-25T10:05:00Z" }
    spec:
      containers:
        - name: c
          image: i
          resources:
            requests: { cpu: "2", memory: 8Gi, nvidia.com/mig-2g.20gb: "1" }
            limits: { nvidia.com/mig-2g.20gb: "1" }
  - apiVersion: v1
    kind: Pod
    metadata: { name: over, namespace: search, creationTimestamp: "2026-11-25T08:00:00Z" }
    spec: { containers: [{ name: c, image: i }] }
    status: { phase: Succeeded }
`;

it('reads nodes and pods', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'seatrial-snapshot-')), 'cluster.yaml');
  writeFileSync(file, snapshot);
  const { nodes, pods } = readSnapshotTrace(file);
  expect(nodes).toEqual([
    {
      name: 'gpu-1',
      cpuMilli: 63_500,
      memoryMib: 511 * 1024,
      gpus: 8,
      model: 'NVIDIA-H100-80GB-HBM3',
      podsMax: 109,
    },
  ]);
  expect(pods).toEqual([
    {
      name: 'fraud/train',
      namespace: 'fraud',
      cpuMilli: 8000,
      memoryMib: 64 * 1024,
      gpus: 2,
      gpuMilli: 1000,
      models: 'NVIDIA-H100-80GB-HBM3',
      priority: 100,
      createdSeconds: 0,
    },
    {
      name: 'search/serve',
      namespace: 'search',
      cpuMilli: 2000,
      memoryMib: 8 * 1024,
      gpus: 1,
      gpuMilli: 285,
      models: '',
      priority: 0,
      createdSeconds: 300,
    },
  ]);
});
