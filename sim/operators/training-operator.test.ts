import { describe, expect, it } from 'vitest';
import { defaultedReplicas, makePod } from './training-operator/members.js';
import { pytorchJob } from './training-operator/pytorch-job.js';
import { tfJob } from './training-operator/tf-job.js';
import type { TrainingJob } from './training-operator/types.js';
import { trainingOperator } from './training-operator.js';

function job(kind: string, spec: Readonly<Record<string, unknown>>): TrainingJob {
  const metadata = { name: 'j', namespace: 'ns', uid: 'u' };
  return { apiVersion: 'kubeflow.org/v1', kind, metadata, spec };
}

function replica(container: string, replicas: number) {
  return { replicas, template: { spec: { containers: [{ name: container, image: 'x' }] } } };
}

function envOf(kind: typeof pytorchJob, of: TrainingJob, wanted: string, index: number) {
  const replicas = defaultedReplicas(kind, of);
  const spec = replicas.find(([type]) => type === wanted)?.[1];
  if (spec === undefined) throw new Error(`no ${wanted}`);
  const member = { type: wanted.toLowerCase(), index, spec };
  const pod = makePod(kind, of, replicas, member);
  const env = pod.spec?.containers[0]?.env ?? [];
  return { pod, env: Object.fromEntries(env.map(({ name, value = '' }) => [name, value])) };
}

describe('training-operator', () => {
  it('tells the members of a PyTorchJob of each other, and lets workers wait', () => {
    const pytorchReplicaSpecs = {
      Master: replica('pytorch', 1),
      Worker: replica('pytorch', 3),
    };
    const { env, pod } = envOf(
      pytorchJob,
      job('PyTorchJob', { nprocPerNode: '2', pytorchReplicaSpecs }),
      'Worker',
      1,
    );
    expect(env).toMatchObject({ MASTER_ADDR: 'j-master-0', WORLD_SIZE: '8', RANK: '2' });
    expect(pod.spec?.initContainers?.map(({ name }) => name)).toEqual(['init-pytorch']);
  });

  it('gives a lone TFJob no TF_CONFIG, and a distributed one its cluster', () => {
    const lone = job('TFJob', { tfReplicaSpecs: { Worker: replica('tensorflow', 1) } });
    expect(envOf(tfJob, lone, 'Worker', 0).env).toEqual({});
    const pair = job('TFJob', { tfReplicaSpecs: { Worker: replica('tensorflow', 2) } });
    expect(JSON.parse(envOf(tfJob, pair, 'Worker', 1).env['TF_CONFIG'] ?? '')).toEqual({
      cluster: { worker: ['j-worker-0.ns.svc:2222', 'j-worker-1.ns.svc:2222'] },
      task: { type: 'worker', index: 1 },
      environment: 'cloud',
    });
  });

  it('refuses jobs in the words of the real webhooks', () => {
    const wrong = job('PyTorchJob', { pytorchReplicaSpecs: { Master: replica('other', 2) } });
    const path = 'spec.pytorchReplicaSpecs[Master]';
    expect(pytorchJob.refusal?.(wrong)).toBe(
      `[${path}.template.spec.containers: Required value: must have at least one container with name pytorch, ${path}.replicas: Forbidden: must be 1]`,
    );
  });

  it('hints that workers without a master cannot meet', () => {
    const object = job('PyTorchJob', { pytorchReplicaSpecs: { Worker: replica('pytorch', 2) } });
    const hints = trainingOperator.hints?.({ ...object }) ?? [];
    expect(hints.join()).toContain('neither a Master nor an elasticPolicy');
  });
});
