/** The kinds of jobs that Kueue starts and stops. */
import type { JobIntegration } from '../job-integration.js';
import { batchJob } from './batch-job.js';
import { jobSet } from './job-set.js';
import { mpiJob, paddleJob, pytorchJob, tfJob, xgboostJob } from './kubeflow-job.js';
import { rayCluster } from './ray-cluster.js';
import { rayJob } from './ray-job.js';
import { rayService } from './ray-service.js';
import { trainJob } from './train-job.js';

/** All of them that are modelled. */
export const integrations: readonly JobIntegration[] = [
  batchJob as unknown as JobIntegration,
  jobSet as unknown as JobIntegration,
  mpiJob,
  paddleJob,
  pytorchJob,
  rayCluster as unknown as JobIntegration,
  rayJob as unknown as JobIntegration,
  rayService as unknown as JobIntegration,
  tfJob,
  trainJob as unknown as JobIntegration,
  xgboostJob,
];
