/** The kinds of jobs that Kueue starts and stops. */
import type { JobIntegration } from '../job-integration.js';
import { batchJob } from './batch-job.js';
import { jobSet } from './job-set.js';
import { mpiJob, paddleJob, pytorchJob, tfJob, xgboostJob } from './kubeflow-job.js';

/** All of them that are modelled. */
export const integrations: readonly JobIntegration[] = [
  batchJob as unknown as JobIntegration,
  jobSet as unknown as JobIntegration,
  mpiJob,
  paddleJob,
  pytorchJob,
  tfJob,
  xgboostJob,
];
