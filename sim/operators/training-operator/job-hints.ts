/** What the authors of training jobs should know before they run. */
import type { KubeObject } from '../../api/object.js';
import { mxJobHints } from './mx-job-hints.js';
import { pytorchJob } from './pytorch-job.js';
import { tfJob } from './tf-job.js';
import type { TrainingJob } from './types.js';

/** The hints about a job; none for other kinds. */
export function jobHints(object: KubeObject): readonly string[] {
  switch (object.kind) {
    case 'MXJob':
      return mxJobHints(object);
    case 'PaddleJob':
      return [...paddleHints(object as unknown as TrainingJob), ...policyHints(object)];
    case 'PyTorchJob':
      return [...pytorchHints(object as unknown as TrainingJob), ...policyHints(object)];
    case 'TFJob':
      return [...tfHints(object as unknown as TrainingJob), ...policyHints(object)];
    case 'XGBoostJob':
      return policyHints(object);
    default:
      return [];
  }
}

function pytorchHints(job: TrainingJob): readonly string[] {
  const specs = pytorchJob.replicaSpecs(job);
  const workers = specs['Worker']?.replicas ?? 1;
  const isLeaderless = specs['Master'] === undefined && job.spec?.['elasticPolicy'] === undefined;
  return isLeaderless && workers > 1
    ? [
        'there is neither a Master nor an elasticPolicy: the operator sets no MASTER_ADDR, RANK or WORLD_SIZE, so the workers cannot find each other; add a Master with one replica',
      ]
    : [];
}

function paddleHints(job: TrainingJob): readonly string[] {
  return job.spec?.['elasticPolicy'] === undefined
    ? []
    : [
        'elasticPolicy: the operator makes no autoscaler of a PaddleJob and tells its members nothing of it: scale the Workers by hand',
      ];
}

function tfHints(job: TrainingJob): readonly string[] {
  const types = Object.keys(tfJob.replicaSpecs(job));
  const hasParameters = types.includes('PS');
  const { cleanPodPolicy = 'None' } = job.spec?.runPolicy ?? {};
  return hasParameters && cleanPodPolicy === 'None'
    ? [
        'PS pods run on after the job has succeeded, and keep what they reserved: set runPolicy.cleanPodPolicy: Running',
      ]
    : [];
}

function policyHints(object: KubeObject): readonly string[] {
  const job = object as unknown as TrainingJob;
  const { activeDeadlineSeconds } = job.spec?.runPolicy ?? {};
  return activeDeadlineSeconds === undefined
    ? []
    : [
        'runPolicy.activeDeadlineSeconds is only looked at when something else happens to the job: it may run longer',
      ];
}
