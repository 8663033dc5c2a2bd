import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const job = (minAvailable: number): string => `
apiVersion: batch.volcano.sh/v1alpha1
kind: Job
metadata: { name: a }
spec:
  minAvailable: ${minAvailable}
  tasks: [{ name: ps, replicas: 1 }, { name: worker, replicas: 2 }, { name: master }]
`;

it('tells a gang that waits for more members than there are', () => {
  expect(found('SEA104', job(5))).toEqual(['error 6 minAvailable is 5, and the job makes 4 pods']);
  expect(found('SEA104', job(4))).toEqual([]);
});

const group = (minMember: number): string => `
apiVersion: scheduling.x-k8s.io/v1alpha1
kind: PodGroup
metadata: { name: g }
spec: { minMember: ${minMember} }
---
apiVersion: batch/v1
kind: Job
metadata: { name: j }
spec:
  parallelism: 3
  completions: 3
  template:
    metadata: { labels: { scheduling.x-k8s.io/pod-group: g } }
    spec:
      schedulerName: scheduler-plugins-scheduler
      restartPolicy: Never
      containers: [{ name: c, image: i }]
`;

it('tells a PodGroup that waits for more pods than name it', () => {
  expect(found('SEA104', group(4))).toEqual([
    'error 5 minMember is 4, and templates here make 3 pods',
  ]);
  expect(found('SEA104', group(3))).toEqual([]);
  expect(found('SEA104', group(4).split('---')[0] ?? '')).toEqual([]);
});
