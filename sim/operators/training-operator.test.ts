import { describe, expect, it } from 'vitest';
import { defaultedReplicas, makePod } from './training-operator/members.js';
import { paddleJob } from './training-operator/paddle-job.js';
import { pytorchJob } from './training-operator/pytorch-job.js';
import { tfJob } from './training-operator/tf-job.js';
import { StatusDraft } from './training-operator/status-draft.js';
import type { ReplicaStatus, TrainingJob } from './training-operator/types.js';
import { xgboostJob } from './training-operator/xgboost-job.js';
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

/** What a job becomes by the counts of its replicas: its conditions that are true, and its events. */
function judged(
  kind: typeof pytorchJob,
  of: TrainingJob,
  counts: Readonly<Record<string, ReplicaStatus>>,
) {
  const draft = new StatusDraft({}, 0);
  for (const [type, count] of Object.entries(counts)) draft.setReplica(type, count);
  const told = kind.judge(of, defaultedReplicas(kind, of), draft, []);
  const conditions = draft.status().conditions ?? [];
  return {
    is: conditions.filter(({ status }) => status === 'True').map(({ type }) => type),
    events: told.map(({ type, message }) => `${type} ${message}`),
  };
}

describe('XGBoostJob', () => {
  const lead = replica('xgboost', 1);
  const distributed = job('XGBoostJob', {
    xgbReplicaSpecs: { Master: lead, Worker: replica('xgboost', 2) },
  });

  it('tells members of the tracker, and LightGBM of all workers', () => {
    expect(envOf(xgboostJob, distributed, 'Worker', 1).env).toEqual({
      MASTER_PORT: '9999',
      MASTER_ADDR: 'j-master-0',
      WORLD_SIZE: '3',
      RANK: '2',
      PYTHONUNBUFFERED: '1',
      WORKER_PORT: '9999',
      WORKER_ADDRS: 'j-worker-0,j-worker-1',
    });
    const alone = job('XGBoostJob', { xgbReplicaSpecs: { Master: lead } });
    const { env } = envOf(xgboostJob, alone, 'Master', 0);
    expect(env).toMatchObject({ WORLD_SIZE: '1', RANK: '0' });
    expect(env).not.toHaveProperty('WORKER_PORT');
  });

  it('succeeds with its master, and fails with any worker', () => {
    expect(
      judged(xgboostJob, distributed, { Master: { succeeded: 1 }, Worker: { active: 2 } }),
    ).toEqual({
      is: ['Succeeded'],
      events: ['Normal XGBoostJob j is successfully completed.'],
    });
    expect(
      judged(xgboostJob, distributed, { Master: { active: 1 }, Worker: { active: 1, failed: 1 } }),
    ).toEqual({
      is: ['Failed'],
      events: ['Normal XGBoostJob j is failed because 1 Worker replica(s) failed.'],
    });
  });

  it('is refused without a master', () => {
    const headless = job('XGBoostJob', { xgbReplicaSpecs: { Worker: replica('xgboost', 2) } });
    expect(xgboostJob.refusal?.(headless)).toBe(
      'spec.xgbReplicaSpecs[Master]: Required value: must be present',
    );
    expect(xgboostJob.refusal?.(distributed)).toBeUndefined();
  });
});

describe('PaddleJob', () => {
  const workers = job('PaddleJob', { paddleReplicaSpecs: { Worker: replica('paddle', 2) } });
  const servers = job('PaddleJob', {
    paddleReplicaSpecs: { Master: replica('paddle', 1), Worker: replica('paddle', 2) },
  });

  it('meets at its first worker, or at its server', () => {
    const first = envOf(paddleJob, workers, 'Worker', 0).pod.spec?.containers[0]?.env;
    expect(first?.slice(3)).toEqual([
      { name: 'POD_IP_DUMMY', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'PADDLE_MASTER', value: '$(POD_IP_DUMMY):36543' },
    ]);
    expect(envOf(paddleJob, workers, 'Worker', 1).env).toMatchObject({
      PADDLE_MASTER: 'j-worker-0:36543',
      PADDLE_NNODES: '2',
    });
    expect(envOf(paddleJob, servers, 'Worker', 0).env).toMatchObject({
      PADDLE_MASTER: 'j-master-0:36543',
      PADDLE_TRAINER_NUM: '1',
    });
    expect(envOf(paddleJob, servers, 'Master', 0).env).toMatchObject({ PADDLE_SERVER_NUM: '1' });
  });

  it('succeeds with all of its workers, and restarts what failed', () => {
    expect(judged(paddleJob, workers, { Worker: { active: 1, succeeded: 1 } }).is).toEqual([
      'Running',
    ]);
    expect(judged(paddleJob, workers, { Worker: { succeeded: 2 } })).toEqual({
      is: ['Succeeded'],
      events: ['Normal PaddleJob ns/j successfully completed.'],
    });
    expect(judged(paddleJob, workers, { Worker: { active: 1, failed: 1 } }).events).toEqual([
      'Warning PaddleJob j is restarting because 1 Worker replica(s) failed.',
    ]);
  });

  it('is refused in the words of the real webhook', () => {
    const wrong = job('PaddleJob', { paddleReplicaSpecs: { Chief: replica('other', 1) } });
    const path = 'spec.paddleReplicaSpecs[Chief]';
    expect(paddleJob.refusal?.(wrong)).toBe(
      `[${path}: Unsupported value: "Chief": supported values: "Master", "Worker", ${path}.template.spec.containers: Required value: must have at least one container with name "paddle"]`,
    );
  });
});

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
