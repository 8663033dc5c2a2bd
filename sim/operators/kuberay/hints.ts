/** What the author of KubeRay's kinds should know before they run. */
import type { KubeObject } from '../../api/object.js';
import { jobProblem } from './job-validation.js';
import { serviceProblem } from './service-validation.js';
import { metadataProblem, specProblem } from './validation.js';
import {
  rayClusters,
  rayJobs,
  rayServices,
  type RayCluster,
  type RayClusterSpec,
  type RayJob,
  type RayService,
} from './types.js';

const load = 'seatrial.dev/ray-load';

/** The hints about an object; none for other kinds. */
export function rayHints(object: KubeObject): readonly string[] {
  if (object.apiVersion?.startsWith('ray.io/') !== true) return [];
  switch (object.kind) {
    case rayClusters.kind:
      return clusterHints(object as unknown as RayCluster);
    case rayJobs.kind:
      return jobHints(object as unknown as RayJob);
    case rayServices.kind:
      return serviceHints(object as unknown as RayService);
    case 'RayCronJob':
      return [
        'no RayJob is made: the controller stands behind the feature gate RayCronJob, which is off',
      ];
    default:
      return [];
  }
}

function clusterHints(cluster: RayCluster): readonly string[] {
  const { spec, metadata } = cluster;
  const problem = metadataProblem(cluster) ?? specProblem(spec, metadata.annotations);
  return [
    ...(problem === undefined
      ? []
      : [`the operator takes no notice of it but for an event: ${problem}`]),
    ...clusterSpecHints(spec),
  ];
}

function serviceHints(service: RayService): readonly string[] {
  const { spec } = service;
  const problem = serviceProblem(service)?.text;
  return [
    ...(problem === undefined ? [] : [`no cluster is made for it: ${problem}`]),
    ...(spec.upgradeStrategy?.type === 'NewClusterWithIncrementalUpgrade'
      ? [
          'upgrades by steps over a gateway are not simulated: requests go to the new cluster at once',
        ]
      : []),
    "the applications' code is not run: replicas take the room that serveConfigV2 states (num_replicas, ray_actor_options; one CPU without), and serve after 10 seconds",
    ...clusterSpecHints(spec.rayClusterConfig),
  ];
}

function jobHints(job: RayJob): readonly string[] {
  const { spec } = job;
  const problem = jobProblem(job)?.text;
  const annotations = spec.rayClusterSpec?.headGroupSpec.template.metadata?.annotations ?? {};
  const isTold = ['ray-tasks', 'seconds', 'exit-code'].some(name => {
    const key = `seatrial.dev/${name}`;
    return (spec.metadata?.[key] ?? annotations[key]) !== undefined;
  });
  return [
    ...(problem === undefined ? [] : [`it ends at once, as ValidationFailed: ${problem}`]),
    ...(isTold || spec.submissionMode === 'InteractiveMode'
      ? []
      : [
          "its entrypoint is not run: the job takes 2 seconds and succeeds; spec.metadata (or the head template's annotations) may state 'seatrial.dev/ray-tasks' (8x600s@gpu=1), or 'seatrial.dev/seconds', and 'seatrial.dev/exit-code'",
        ]),
    ...(spec.rayClusterSpec === undefined ? [] : clusterSpecHints(spec.rayClusterSpec)),
  ];
}

/** The hints about a cluster, its own or another kind's. */
export function clusterSpecHints(spec: RayClusterSpec): readonly string[] {
  const { headGroupSpec, workerGroupSpecs: groups = [] } = spec;
  const isTold = headGroupSpec.template.metadata?.annotations?.[load] !== undefined;
  return [
    ...(spec.enableInTreeAutoscaling === true && !isTold
      ? [
          `the autoscaler adds workers for tasks that wait, and programs are not run: tasks are those that jobs state, and those of the annotation '${load}' of the head's template (0s=400x5s, 600s=8x60s@gpu=1); without either the workers shrink to minReplicas`,
        ]
      : []),
    ...(spec.gcsFaultToleranceOptions === undefined
      ? []
      : [
          "Redis is not asked: a head that comes back knows its workers, whether or not there is a Redis, and has lost its jobs' state",
        ]),
    ...groups.flatMap(group =>
      (group.replicas ?? 0) > (group.maxReplicas ?? Number.POSITIVE_INFINITY)
        ? [
            `worker group ${group.groupName}: replicas ${group.replicas} is above maxReplicas ${group.maxReplicas}, and only so many run`,
          ]
        : [],
    ),
  ];
}
