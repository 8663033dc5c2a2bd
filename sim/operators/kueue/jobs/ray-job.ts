/** RayJobs. @upstream kueue v0.19.2 pkg/controller/jobs/rayjob */
import type { Container, PodTemplateSpec } from '../../../api/kinds/core.js';
import type { HasMetadata } from '../../../api/object.js';
import { invalid, required, type FieldError } from '../../../api/field-error.js';
import { rayJobs, type RayClusterSpec, type RayJob } from '../../kuberay/types.js';
import type { JobIntegration, QueuedRefusals } from '../job-integration.js';
import { merged, restored } from '../pod-set-info.js';
import type { PodSet } from '../types.js';
import {
  firstPriorityClass,
  groupErrors,
  isElastic,
  rayPodSets,
  raySetsCount,
  restoredCluster,
  startedCluster,
  withContainer,
} from './ray-pod-sets.js';

const submitterSet = 'submitter';
const clusterPath = 'spec.rayClusterSpec';
/** What KubeRay's own submitter asks for. */
const submitterResources = {
  limits: { cpu: '1', memory: '1Gi' },
  requests: { cpu: '500m', memory: '200Mi' },
};

/** The integration of RayJobs. */
export const rayJob: JobIntegration<RayJob> = {
  kind: rayJobs,

  isSuspended: ({ spec }) => spec.suspend === true,

  withSuspend(job, isSuspended) {
    const { suspend: _, ...spec } = job.spec;
    return { ...job, spec: { ...spec, ...(isSuspended && { suspend: true }) } };
  },

  podSets(job) {
    const { rayClusterSpec, submissionMode } = job.spec;
    if (rayClusterSpec === undefined) return [];
    const sets = rayPodSets(job, rayClusterSpec);
    if (submissionMode === 'SidecarMode') return withSidecar(sets);
    return hasSubmitter(job)
      ? [...sets, { name: submitterSet, count: 1, template: submitterTemplate(job) }]
      : sets;
  },

  started(job, infos) {
    const { rayClusterSpec: cluster } = job.spec;
    const count = setsCount(job);
    if (cluster === undefined || infos.length !== count) {
      return `invalid podset infos: expecting ${count} podset, got ${infos.length}`;
    }
    const rayClusterSpec = startedCluster(cluster, infos);
    if (typeof rayClusterSpec === 'string') return rayClusterSpec;
    const info = hasSubmitter(job) ? infos[count - 1] : undefined;
    const submitterPodTemplate =
      info === undefined ? job.spec.submitterPodTemplate : merged(submitterTemplate(job), info);
    if (typeof submitterPodTemplate === 'string') return submitterPodTemplate;
    return withTemplates(rayJob.withSuspend(job, false), rayClusterSpec, submitterPodTemplate);
  },

  restored(job, podSets) {
    const { rayClusterSpec: cluster, submitterPodTemplate: given } = job.spec;
    if (cluster === undefined || podSets.length !== setsCount(job)) return job;
    const set = podSets.at(-1);
    const hasOwn = hasSubmitter(job) && given !== undefined && set !== undefined;
    const template = hasOwn ? restored(given, set) : given;
    return withTemplates(job, restoredCluster(cluster, podSets), template);
  },

  isActive: ({ status }) => !['', 'Suspended'].includes(status?.jobDeploymentStatus ?? ''),

  arePodsReady: ({ status }) => status?.rayClusterStatus?.state === 'ready',

  end({ status = {} }) {
    const { jobDeploymentStatus = '', jobStatus, message = '' } = status;
    if (!['Complete', 'Failed'].includes(jobDeploymentStatus)) return undefined;
    return { message, isSuccess: jobStatus === 'SUCCEEDED' };
  },

  priorityClass: job => firstPriorityClass(rayJob.podSets(job)),

  isElastic,

  /** Jobs for a cluster that is there already are none of Kueue's. */
  isSkipped: job => selects(job),

  isOnHold: ({ status }) => status?.jobDeploymentStatus === 'ValidationFailed',

  queuedRefusals,
};

function selects({ spec }: RayJob): boolean {
  return Object.keys(spec.clusterSelector ?? {}).length > 0;
}

function hasSubmitter({ spec }: RayJob): boolean {
  return spec.submissionMode === 'K8sJobMode';
}

function setsCount(job: RayJob): number {
  const { rayClusterSpec: cluster } = job.spec;
  return (cluster === undefined ? 0 : raySetsCount(cluster)) + (hasSubmitter(job) ? 1 : 0);
}

function submitterTemplate({ spec }: RayJob): PodTemplateSpec {
  if (spec.submitterPodTemplate !== undefined) return spec.submitterPodTemplate;
  const image = spec.rayClusterSpec?.headGroupSpec.template.spec?.containers[0]?.image;
  return { spec: { containers: [submitter(image)], restartPolicy: 'Never' } };
}

function submitter(image?: string): Container {
  const resources = submitterResources;
  return { name: 'ray-job-submitter', ...(image !== undefined && { image }), resources };
}

/** KubeRay submits from the head's pod, with no heed to the submitter's template. */
function withSidecar([head, ...others]: readonly PodSet[]): readonly PodSet[] {
  if (head === undefined) return others;
  return [{ ...head, template: withContainer(head.template, submitter()) }, ...others];
}

function withTemplates(
  job: RayJob,
  rayClusterSpec: RayClusterSpec,
  submitterPodTemplate: PodTemplateSpec | undefined,
): RayJob {
  const submitting = submitterPodTemplate !== undefined && { submitterPodTemplate };
  return { ...job, spec: { ...job.spec, rayClusterSpec, ...submitting } };
}

function queuedRefusals(job: RayJob): QueuedRefusals {
  const { clusterSelector, rayClusterSpec, shutdownAfterJobFinishes = false } = job.spec;
  if (selects(job)) {
    const why = 'a kueue managed job should not use an existing cluster';
    const both = invalid('spec.clusterSelector', clusterSelector, why);
    return { errors: rayClusterSpec === undefined ? [] : [both], isAll: true };
  }
  if (rayClusterSpec === undefined) {
    const why = `rayClusterSpec is required for Kueue-managed jobs that don't use clusterSelector`;
    return { errors: [required(clusterPath, why)], isAll: true };
  }
  const why = 'a kueue managed job should delete the cluster after finishing';
  const path = 'spec.shutdownAfterJobFinishes';
  return {
    errors: [
      ...(shutdownAfterJobFinishes ? [] : [invalid(path, shutdownAfterJobFinishes, why)]),
      ...ownClusterErrors(job, rayClusterSpec),
    ],
    isAll: false,
  };
}

/** What is wrong with the cluster that a queued job or service has made. @upstream raycluster/common.go ValidateCreate */
export function ownClusterErrors(owner: HasMetadata, spec: RayClusterSpec): readonly FieldError[] {
  const path = `${clusterPath}.enableInTreeAutoscaling`;
  const why = 'a kueue managed job should only use autoscaling when workload slicing is enabled';
  const scales = spec.enableInTreeAutoscaling === true && !isElastic(owner);
  return [...(scales ? [invalid(path, true, why)] : []), ...groupErrors(spec, clusterPath)];
}
