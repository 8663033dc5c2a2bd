import { expect, it } from 'vitest';
import type { Pod } from '../../sim/api/kinds/core.js';
import { podLabelsOf, whyNotReady } from './why-not-ready.js';

const workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec: { selector: { matchLabels: { app: 'a', tier: 'b' } } },
};
const pod = (name: string, status: Pod['status']): Pod => ({ metadata: { name }, status });
const withClaim = {
  containers: [],
  volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
};
const refused = { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' };
const waiting = (reason: string, message?: string) => ({
  ...{ name: 'main', ready: false, image: 'i', imageID: '', restartCount: 0 },
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});

it.each<[string | undefined, Pod[]]>([
  [undefined, [pod('a', { conditions: [{ type: 'Ready', status: 'True' }] })]],
  ['pod a: no node: 0/1 nodes are available', [pod('a', { conditions: [refused] })]],
  [
    'pod a: it has no node yet: volumes for data may have to be made first',
    [{ ...pod('a', { phase: 'Pending' }), spec: withClaim }],
  ],
  [
    'pod a: init container main runs and has not ended',
    [
      {
        ...pod('a', { initContainerStatuses: [{ ...waiting(''), state: { running: {} } }] }),
        spec: { containers: [], initContainers: [{ name: 'main' }] },
      },
    ],
  ],
  [
    'pod a: container main waits, ErrImagePull: no such image (and 1 more pods)',
    [
      pod('b', { conditions: [refused] }),
      pod('a', { containerStatuses: [waiting('ErrImagePull', 'no such image')] }),
    ],
  ],
  [
    'pod a: container main waits, CrashLoopBackOff: back-off, last exit code 3',
    [
      pod('a', {
        containerStatuses: [
          {
            ...waiting('CrashLoopBackOff', 'back-off'),
            lastState: { terminated: { exitCode: 3 } },
          },
        ],
      }),
    ],
  ],
])('tells %s', (why, pods) => {
  expect(whyNotReady(workload, pods)).toBe(why);
});

it('tells that pods are not even taken, and knows whose pods they are', () => {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }];
  expect(whyNotReady({ ...workload, status: { conditions } }, [])).toBe(
    'it has no pods: exceeded quota',
  );
  expect(podLabelsOf(workload)).toBe('app=a,tier=b');
});
