/** The kinds of jobs that Kueue starts and stops. */
import type { JobIntegration } from '../job-integration.js';
import { batchJob } from './batch-job.js';
import { mpiJob, pytorchJob, tfJob } from './kubeflow-job.js';

/** All of them that are modelled. */
export const integrations: readonly JobIntegration[] = [
  batchJob as unknown as JobIntegration,
  mpiJob,
  pytorchJob,
  tfJob,
];
