/** The schemas of RayJobs, and of RayCronJobs, which make them. @upstream kuberay v1.7.0 config/crd/bases/ray.io_{rayjobs,raycronjobs}.yaml */
import { once } from '../crd/once.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { clusterSchema, clusterStatusSchema, managedBySchema, rules } from './cluster-schema.js';

const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const int64: Schema = { type: 'integer', format: 'int64' };

function deletionSchema(): Schema {
  const policy = oneOf('DeleteCluster', 'DeleteWorkers', 'DeleteSelf', 'DeleteNone');
  const condition: Schema = {
    ...object({
      jobDeploymentStatus: oneOf('Failed'),
      jobStatus: oneOf('SUCCEEDED', 'FAILED'),
      ttlSeconds: { ...int32, default: 0, minimum: 0 },
    }),
    ...rules(
      [
        'JobStatus and JobDeploymentStatus cannot be used together within the same deletion condition.',
        '!(has(self.jobStatus) && has(self.jobDeploymentStatus))',
      ],
      [
        'the deletion condition requires either the JobStatus or the JobDeploymentStatus field.',
        'has(self.jobStatus) || has(self.jobDeploymentStatus)',
      ],
    ),
  };
  return {
    ...object({
      deletionRules: {
        type: 'array',
        items: object({ condition, policy }, ['condition', 'policy']),
        minItems: 1,
        'x-kubernetes-list-type': 'atomic',
      },
      onFailure: object({ policy }),
      onSuccess: object({ policy }),
    }),
    ...rules(
      [
        'legacy policies (onSuccess/onFailure) and deletionRules cannot be used together within the same deletionStrategy',
        '!((has(self.onSuccess) || has(self.onFailure)) && has(self.deletionRules))',
      ],
      [
        'deletionStrategy requires either BOTH onSuccess and onFailure, OR the deletionRules field (cannot be empty)',
        '((has(self.onSuccess) && has(self.onFailure)) || has(self.deletionRules))',
      ],
    ),
  };
}

/** What is asked of a job. */
export const jobSchema = once((): Schema => {
  return object({
    activeDeadlineSeconds: int32,
    backoffLimit: { ...int32, default: 0 },
    clusterSelector: mapOf(text),
    deletionStrategy: deletionSchema(),
    entrypoint: text,
    entrypointNumCpus: { type: 'number' },
    entrypointNumGpus: { type: 'number' },
    entrypointResources: text,
    jobId: text,
    managedBy: managedBySchema,
    metadata: mapOf(text),
    preRunningDeadlineSeconds: { ...int32, minimum: 1 },
    rayClusterSpec: clusterSchema(),
    runtimeEnvYAML: text,
    shutdownAfterJobFinishes: flag,
    submissionMode: { ...text, default: 'K8sJobMode' },
    submitterConfig: object({ backoffLimit: int32 }),
    submitterPodTemplate: schemaOf('core/v1.PodTemplateSpec'),
    suspend: flag,
    ttlSecondsAfterFinished: { ...int32, default: 0 },
  });
});

/** What is known of a job. */
export function jobStatusSchema(): Schema {
  return object({
    dashboardURL: text,
    endTime: time,
    failed: { ...int32, default: 0 },
    jobDeploymentStatus: text,
    jobId: text,
    jobStatus: text,
    jobStatusCheckFailureStartTime: time,
    message: text,
    observedGeneration: int64,
    rayClusterName: text,
    rayClusterStatus: clusterStatusSchema(),
    rayJobInfo: object({ endTime: time, startTime: time }),
    reason: text,
    startTime: time,
    succeeded: { ...int32, default: 0 },
  });
}

/** What is asked of jobs that come again and again. */
export function cronJobSchema(): Schema {
  return object(
    {
      jobTemplate: jobSchema(),
      schedule: text,
      suspend: flag,
      timeZone: { ...text, minLength: 1 },
    },
    ['jobTemplate', 'schedule'],
  );
}

/** What is known of them. */
export function cronJobStatusSchema(): Schema {
  return object({ lastScheduleTime: time });
}
