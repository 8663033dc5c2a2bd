/** What the author of Dask's kinds should know before they run. */
import type { KubeObject } from '../../api/object.js';
import { nameError } from './cluster-handlers.js';
import {
  daskAutoscalers,
  daskClusters,
  daskJobs,
  type DaskCluster,
  type DaskJob,
} from './types.js';

/** The hints about an object; none for other kinds. */
export function daskHints(object: KubeObject): readonly string[] {
  if (object.apiVersion !== 'kubernetes.dask.org/v1') return [];
  const { kind, metadata } = object;
  switch (kind) {
    case daskClusters.kind:
      return [...nameHints(metadata.name), ...portHints((object as unknown as DaskCluster).spec)];
    case daskJobs.kind:
      return jobHints(object as unknown as DaskJob);
    case daskAutoscalers.kind:
      return [
        "how many workers the scheduler wants follows from the tasks that the annotation 'seatrial.dev/dask-load' of the cluster states; without it there are none",
      ];
    default:
      return [];
  }
}

function nameHints(name = ''): readonly string[] {
  const error = nameError(name);
  return error === undefined ? [] : [`the operator only tells it in an event: ${error}`];
}

/** Without these two names the operator cannot ask the scheduler. */
function portHints(spec: Partial<DaskCluster['spec']> | undefined): readonly string[] {
  const names = (spec?.scheduler?.service.ports ?? []).map(({ name }) => name);
  return ['tcp-comm', 'http-dashboard']
    .filter(name => !names.includes(name))
    .map(
      name =>
        `spec.scheduler.service has no port '${name}': the operator cannot ask the scheduler, so it neither scales down nor shuts down what is idle`,
    );
}

function jobHints({ metadata, spec }: Partial<DaskJob> & Pick<DaskJob, 'metadata'>) {
  const idle = (spec?.cluster.spec.idleTimeout ?? 0) > 0;
  return [
    ...nameHints(metadata.name),
    ...portHints(spec?.cluster.spec),
    ...(idle
      ? ['spec.cluster.spec.idleTimeout has no effect: the operator does not pass it on']
      : []),
    "the runner's program is not run: it ends when the tasks of its annotation 'seatrial.dev/dask-tasks' are done, or after 'seatrial.dev/seconds' (2), with 'seatrial.dev/exit-code' (0)",
  ];
}
