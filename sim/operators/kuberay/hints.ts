/** What the author of KubeRay's kinds should know before they run. */
import type { KubeObject } from '../../api/object.js';
import { metadataProblem, specProblem } from './validation.js';
import { rayClusters, type RayCluster, type RayClusterSpec } from './types.js';

const load = 'seatrial.dev/ray-load';

/** The hints about an object; none for other kinds. */
export function rayHints(object: KubeObject): readonly string[] {
  if (object.apiVersion?.startsWith('ray.io/') !== true) return [];
  switch (object.kind) {
    case rayClusters.kind:
      return clusterHints(object as unknown as RayCluster);
    case 'RayCronJob':
      return [
        'no RayJob is made: the controller stands behind the feature gate RayCronJob, which is off',
      ];
    default:
      return [`no ${object.kind ?? ''} is acted on here yet: it is checked, and nothing runs`];
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
