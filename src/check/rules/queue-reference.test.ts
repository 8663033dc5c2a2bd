import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const text = (queue: string, clusterQueue: string): string => `
apiVersion: batch/v1
kind: Job
metadata:
  name: j
  labels:
    kueue.x-k8s.io/queue-name: ${queue}
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: i }] } } }
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: LocalQueue
metadata: { name: training }
spec:
  clusterQueue: ${clusterQueue}
---
{ apiVersion: kueue.x-k8s.io/v1beta1, kind: ClusterQueue, metadata: { name: gpus } }
`;

it('follows jobs to queues, and queues to queues', () => {
  expect(found('SEA219', text('trainings', 'gpu'))).toEqual([
    'warning 7 there is no LocalQueue default/trainings among the manifests; did you mean training?',
    'warning 14 there is no ClusterQueue gpu among the manifests; did you mean gpus?',
  ]);
  expect(found('SEA219', text('training', 'gpus'))).toEqual([]);
});
