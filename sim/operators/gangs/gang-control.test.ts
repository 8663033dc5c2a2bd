import { expect, it } from 'vitest';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { leastOf } from '../training-operator/pod-group.js';
import { gangControl, toldScheduler } from './gang-control.js';

function deployment(name: string, ...args: readonly string[]): KubeObject {
  const containers = [{ name: 'c', image: 'i', args }];
  const spec = { template: { spec: { containers } } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

it('reads a flag as Go does, of the Deployment that has it', () => {
  const of = { deployment: 'training-operator', flag: 'gang-scheduler-name' };
  const told = (...args: readonly string[]) =>
    toldScheduler(
      [deployment('other', '--gang-scheduler-name=x'), deployment(of.deployment, ...args)],
      of,
    );
  expect(told('--gang-scheduler-name=volcano')).toBe('volcano');
  expect(told('-gang-scheduler-name', 'mine')).toBe('mine');
  expect(told('--gang-scheduler-name=', '--other=1')).toBeUndefined();
  expect(told('gang-scheduler-name=x')).toBeUndefined();
});

it('marks pods by what each scheduler looks at', () => {
  const pod: PodTemplateSpec = { metadata: { labels: { a: 'b' } } };
  expect(gangControl('mine').marked(pod, 'job', 'worker').metadata).toEqual({
    labels: { a: 'b', 'scheduling.x-k8s.io/pod-group': 'job' },
  });
  expect(gangControl('Volcano').marked(pod, 'job', 'worker').metadata).toEqual({
    labels: { a: 'b' },
    annotations: { 'scheduling.k8s.io/group-name': 'job', 'volcano.sh/task-spec': 'worker' },
  });
});

it('adds up the most important members, with limits where nothing is requested', () => {
  const spec = (replicas: number, resources: object, priorityClassName?: string) => ({
    ...{ replicas, restartPolicy: 'Never' as const },
    template: {
      spec: {
        containers: [{ name: 'c', image: 'i', resources }],
        ...(priorityClassName !== undefined && { priorityClassName }),
      },
    },
  });
  const high = { metadata: { name: 'high' }, value: 10 };
  const view = {
    get: (_kind: unknown, _namespace: string, name: string) => (name === 'high' ? high : undefined),
  };
  const replicas = [
    ['Master', spec(1, { requests: { cpu: '1' }, limits: { 'nvidia.com/gpu': '1' } })],
    ['Worker', spec(3, { limits: { cpu: '2', 'nvidia.com/gpu': '1' } }, 'high')],
  ] as const;
  expect(leastOf(replicas, 3, view as never)).toEqual({ cpu: '6', 'nvidia.com/gpu': '3' });
  expect(leastOf(replicas, 4, view as never)).toEqual({ cpu: '7', 'nvidia.com/gpu': '3' });
});
