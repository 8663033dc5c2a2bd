/** RayServices. @upstream kueue v0.19.2 pkg/controller/jobs/rayservice */
import { isConditionTrue, isDeleting } from '../../../api/meta.js';
import { isFaultTolerant } from '../../kuberay/fault-tolerance.js';
import { rayServices, type RayClusterSpec, type RayService } from '../../kuberay/types.js';
import type { JobIntegration } from '../job-integration.js';
import { ownClusterErrors } from './ray-job.js';
import {
  firstPriorityClass,
  isElastic,
  rayPodSets,
  raySetsCount,
  restoredCluster,
  startedCluster,
} from './ray-pod-sets.js';

/** The integration of RayServices. */
export const rayService: JobIntegration<RayService> = {
  kind: rayServices,

  isSuspended: ({ spec }) => spec.rayClusterConfig.suspend === true,

  withSuspend: (service, suspend) =>
    withCluster(service, { ...service.spec.rayClusterConfig, suspend }),

  podSets: service => rayPodSets(service, service.spec.rayClusterConfig),

  started(service, infos) {
    const { rayClusterConfig: cluster } = service.spec;
    const count = raySetsCount(cluster);
    if (infos.length !== count) {
      return `invalid podset infos: expecting ${count} podset, got ${infos.length}`;
    }
    const spec = startedCluster(cluster, infos);
    return typeof spec === 'string' ? spec : withCluster(service, { ...spec, suspend: false });
  },

  restored(service, podSets) {
    const { rayClusterConfig: cluster } = service.spec;
    if (podSets.length !== raySetsCount(cluster)) return service;
    return withCluster(service, restoredCluster(cluster, podSets));
  },

  isActive: ({ status }) => isConditionTrue(status?.conditions, 'Ready'),

  arePodsReady: ({ status }) => isConditionTrue(status?.conditions, 'Ready'),

  /** A service runs until it is deleted. */
  end: () => undefined,

  priorityClass: service => firstPriorityClass(rayService.podSets(service)),

  isElastic,

  /** The quota of a service that goes is kept until Redis was cleared. */
  isSkipped: service =>
    isDeleting(service) &&
    isFaultTolerant({ metadata: service.metadata, spec: service.spec.rayClusterConfig }),

  queuedRefusals: service => ({
    errors: ownClusterErrors(service, service.spec.rayClusterConfig),
    isAll: false,
  }),
};

function withCluster(service: RayService, rayClusterConfig: RayClusterSpec): RayService {
  return { ...service, spec: { ...service.spec, rayClusterConfig } };
}
