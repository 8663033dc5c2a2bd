/** RayClusters. @upstream kueue v0.19.2 pkg/controller/jobs/raycluster */
import { invalid } from '../../../api/field-error.js';
import { rayClusters, type RayCluster } from '../../kuberay/types.js';
import type { JobIntegration } from '../job-integration.js';
import { keys } from '../keys.js';
import {
  firstPriorityClass,
  groupErrors,
  isElastic,
  rayPodSets,
  raySetsCount,
  restoredCluster,
  startedCluster,
} from './ray-pod-sets.js';

const onlyElastic = `a kueue-managed RayCluster can use autoscaling only as an elastic job: enable the ElasticJobsViaWorkloadSlices feature gate and set the "${keys.elastic}": "true" annotation`;

/** The integration of RayClusters. */
export const rayCluster: JobIntegration<RayCluster> = {
  kind: rayClusters,

  isSuspended: ({ spec }) => spec.suspend === true,

  withSuspend: (cluster, suspend) => ({ ...cluster, spec: { ...cluster.spec, suspend } }),

  podSets: cluster => rayPodSets(cluster, cluster.spec),

  started(cluster, infos) {
    const count = raySetsCount(cluster.spec);
    if (infos.length !== count) {
      return `invalid podset infos: expecting ${count} podset, got ${infos.length}`;
    }
    const spec = startedCluster(cluster.spec, infos);
    return typeof spec === 'string' ? spec : { ...cluster, spec: { ...spec, suspend: false } };
  },

  restored(cluster, podSets) {
    const { spec } = cluster;
    if (podSets.length !== raySetsCount(spec)) return cluster;
    return { ...cluster, spec: restoredCluster(spec, podSets) };
  },

  isActive: ({ status }) => status?.state === 'ready',

  arePodsReady: ({ status }) => status?.state === 'ready',

  /** A cluster runs until it is deleted. */
  end: () => undefined,

  priorityClass: cluster => firstPriorityClass(rayCluster.podSets(cluster)),

  isElastic,

  queuedRefusals(cluster) {
    const { spec } = cluster;
    const path = 'spec.enableInTreeAutoscaling';
    const scales = spec.enableInTreeAutoscaling === true && !isElastic(cluster);
    return {
      errors: [...(scales ? [invalid(path, true, onlyElastic)] : []), ...groupErrors(spec, 'spec')],
      isAll: false,
    };
  },
};
