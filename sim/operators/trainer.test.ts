import { describe, expect, it } from 'vitest';
import type { Answer } from '../client/contract.js';
import { Random } from '../engine/random.js';
import { trainerHints } from './trainer/hints.js';
import { hostsOf, jobSetOf, keysOf, snapshotOf } from './trainer/objects.js';
import { withPolicy } from './trainer/policies.js';
import { runtimeInfo, type RuntimeInfo } from './trainer/runtime-info.js';
import { validateClusterRuntime } from './trainer/runtime-validator.js';
import { shippedRuntimes } from './trainer/runtimes.js';
import type { TrainingRuntime, TrainJob } from './trainer/types.js';
import { validateTrainJob } from './trainer/validator.js';

function runtime(name: string): TrainingRuntime {
  const found = shippedRuntimes().find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(name);
  return found as unknown as TrainingRuntime;
}

function job(runtimeName: string, spec: Partial<TrainJob['spec']> = {}): TrainJob {
  const kind = 'ClusterTrainingRuntime';
  const runtimeRef = { name: runtimeName, apiGroup: 'trainer.kubeflow.org', kind };
  return {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'TrainJob',
    metadata: { name: 'tj', namespace: 'ns', uid: 'u' },
    spec: { runtimeRef, ...spec },
  };
}

function infoOf(training: TrainJob): RuntimeInfo {
  const info = runtimeInfo(training, runtime(training.spec.runtimeRef.name));
  if (typeof info === 'string') throw new Error(info);
  return withPolicy(training, info);
}

function containerOf(training: TrainJob, index = 0) {
  const replicated = jobSetOf(training, infoOf(training)).spec.replicatedJobs?.[index];
  return replicated?.template.spec?.template.spec?.containers[0];
}

/** What the webhook says when the runtime is there, or is not. */
function verdictOn(training: TrainJob, isThere = true): unknown {
  const judged = validateTrainJob({
    operation: 'CREATE',
    name: 'tj',
    namespace: 'ns',
    object: training as never,
  });
  judged.next(undefined as never);
  const answer: Answer<unknown> = isThere
    ? { isOk: true, status: 200, object: runtime(training.spec.runtimeRef.name) }
    : { isOk: false, status: 404, reason: 'NotFound', message: 'not found', body: {} };
  return judged.next(answer).value;
}

describe('torch', () => {
  it('tells processes where they meet, when the training has a trainer', () => {
    const resourcesPerNode = { requests: { cpu: '4' } };
    const trainer = { numNodes: 3, env: [{ name: 'A' }], resourcesPerNode };
    const { env, ports, resources } = containerOf(job('torch-distributed', { trainer })) ?? {};
    expect(env?.map(({ name, value }) => `${name}=${value ?? ''}`)).toEqual([
      'A=',
      'PET_NNODES=3',
      'PET_NPROC_PER_NODE=4',
      'PET_NODE_RANK=',
      'PET_MASTER_ADDR=tj-node-0-0.tj',
      'PET_MASTER_PORT=29500',
    ]);
    expect(ports).toEqual([{ containerPort: 29_500 }]);
    expect(resources).toEqual(resourcesPerNode);
    expect(containerOf(job('torch-distributed'))?.env).toBeUndefined();
  });

  it('leaves the number of processes to torchrun where there are GPUs', () => {
    const trainer = { resourcesPerNode: { limits: { 'nvidia.com/gpu': '2' } } };
    const { env } = containerOf(job('torch-distributed', { trainer })) ?? {};
    expect(env).toContainEqual({ name: 'PET_NPROC_PER_NODE', value: 'auto' });
  });
});

describe('MPI', () => {
  const training = job('deepspeed-distributed', {
    trainer: { numNodes: 3, numProcPerNode: 2, image: 'mine', env: [{ name: 'A', value: '1' }] },
  });

  it('counts the launcher as a node', () => {
    const { data } = hostsOf(training, infoOf(training));
    const lines = ['tj-node-0-0.tj', 'tj-node-0-1.tj', 'tj-launcher-0-0.tj'];
    expect(data?.['hostfile']).toBe(lines.map(host => `${host} slots=2\n`).join(''));
  });

  it('gives the image to the launcher, and variables to all', () => {
    const [node, launcher] = [containerOf(training, 0), containerOf(training, 1)];
    expect([node?.image, launcher?.image]).toEqual([
      'ghcr.io/kubeflow/trainer/deepspeed-runtime',
      'mine',
    ]);
    expect(node?.env).toEqual([{ name: 'A', value: '1' }]);
    expect(launcher?.env?.map(({ name }) => name)).toContain('OMPI_MCA_orte_default_hostfile');
    expect(launcher?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/home/mpiuser/.ssh',
      '/etc/mpi',
    ]);
  });

  it('has keys that nobody may change', () => {
    expect(keysOf(training, new Random(1))).toMatchObject({
      metadata: { name: 'tj-mpi-ssh-auth' },
      type: 'kubernetes.io/ssh-auth',
      immutable: true,
    });
  });
});

it('tells processes of JAX and XGBoost who they are', () => {
  const names = (name: string) =>
    containerOf(job(name, { trainer: { numNodes: 2 } }))?.env?.map(one => one.name);
  expect(names('jax-distributed')).toEqual([
    'JAX_NUM_PROCESSES',
    'JAX_PROCESS_ID',
    'JAX_COORDINATOR_ADDRESS',
  ]);
  expect(names('xgboost-distributed')).toEqual([
    'DMLC_TRACKER_URI',
    'DMLC_TRACKER_PORT',
    'DMLC_TASK_ID',
    'DMLC_NUM_WORKER',
  ]);
});

it('changes runtimes as patches say', () => {
  const pod = {
    metadata: { labels: { z: 'y' } },
    spec: { containers: [], nodeSelector: { a: 'b' } },
  };
  const replicatedJobs = [{ name: 'node', template: { spec: { template: pod } } }];
  const template = { metadata: { labels: { of: 'all' } }, spec: { replicatedJobs } };
  const runtimePatches = [{ manager: 'a.b/c', trainingRuntimeSpec: { template } }];
  const training = job('torch-distributed', { runtimePatches });
  const made = jobSetOf(training, infoOf(training));
  expect(made.metadata.labels).toEqual({ of: 'all' });
  const { metadata, spec } = made.spec.replicatedJobs?.[0]?.template.spec?.template ?? {};
  expect(metadata?.labels).toEqual({ z: 'y' });
  expect(spec).toMatchObject({ nodeSelector: { a: 'b' }, containers: [{ name: 'node' }] });
});

it('keeps the runtime as Go writes it', () => {
  const { data } = snapshotOf(job('torch-distributed'), runtime('torch-distributed'));
  expect(data?.['runtime']).toContain('  template:\n    metadata: {}\n    spec:\n');
  expect(data?.['runtime']).toContain('resources: {}');
});

describe('webhooks', () => {
  it('refuse trainings whose runtime is not there', () => {
    expect(verdictOn(job('nope'), false)).toEqual({
      isAllowed: false,
      message:
        'spec.RuntimeRef: Invalid value: {"name":"nope","apiGroup":"trainer.kubeflow.org","kind":"ClusterTrainingRuntime"}: ClusterTrainingRuntime.trainer.kubeflow.org "nope" not found: specified clusterTrainingRuntime must be created before the TrainJob is created',
    });
  });

  it('refuse variables that the runtime sets', () => {
    const env = [{ name: 'PET_NNODES', value: '2' }];
    expect(verdictOn(job('torch-distributed', { trainer: { env } }))).toEqual({
      isAllowed: false,
      message:
        'spec.trainer.env: Invalid value: [{"name":"PET_NNODES","value":"2"}]: must not have reserved envs, invalid envs configured: [PET_NNODES]',
    });
    expect(verdictOn(job('jax-distributed', { trainer: { env } }))).toEqual({ isAllowed: true });
  });

  it('refuse initializers that the runtime has not', () => {
    const initializer = { dataset: { storageUri: 'hf://a/b' } };
    const { message } = verdictOn(job('torch-distributed', { initializer })) as {
      readonly message: string;
    };
    expect(message).toContain('must have dataset-initializer job when trainJob is configured');
  });

  it('refuse runtimes whose trainer is not one, or has no container', () => {
    const good = runtime('torch-distributed');
    const [node] = good.spec.template?.spec?.replicatedJobs ?? [];
    const twice = { spec: { replicatedJobs: [{ ...node, replicas: 2 }] } };
    const request = { operation: 'CREATE', name: 'r', namespace: '' } as const;
    const object = { ...good, spec: { ...good.spec, template: twice } } as never;
    expect(validateClusterRuntime({ ...request, object }).next(undefined as never).value).toEqual({
      isAllowed: false,
      message: 'spec.template.spec.replicatedJobs[0].replicas: Invalid value: 2: always must be 1',
    });
  });
});

it('hints at runtimes that are not shipped, and at what keeps pods from GPUs', () => {
  const told = (training: TrainJob) => trainerHints({ ...training }).join();
  expect(told(job('fancy'))).toContain(
    'fancy is none of the runtimes that are shipped (deepspeed-',
  );
  expect(told(job('torchtune-llama3.2-1b'))).toContain('no runtime of torchtune');
  expect(told(job('torch-distributed'))).toContain('trainer.resourcesPerNode is not set');
  const resourcesPerNode = { limits: { 'nvidia.com/gpu': '1' } };
  const sized = job('torch-distributed', { trainer: { resourcesPerNode } });
  expect(told(sized)).toContain('torch-distributed tolerates no taints');
  const tolerations = [{ key: 'nvidia.com/gpu', operator: 'Exists' as const }];
  const template = { spec: { template: { spec: { containers: [], tolerations } } } };
  const trainingRuntimeSpec = {
    template: { spec: { replicatedJobs: [{ name: 'node', template }] } },
  };
  const runtimePatches = [{ manager: 'me', trainingRuntimeSpec }];
  expect(told(job('torch-distributed', { ...sized.spec, runtimePatches }))).toBe('');
});
