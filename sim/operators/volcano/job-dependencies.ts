/** Whether the tasks have come up that another waits for. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_actions.go waitDependsOnTaskMeetCondition */
import { pods, type Pod } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';
import { podName } from './task-names.js';
import type { Job, TaskSpec } from './types.js';

/** Whether the pods of the task may be created. */
export function mayStart(job: Job, { dependsOn }: TaskSpec, view: View): boolean {
  const { name: names = [], iteration = '' } = dependsOn ?? {};
  const isUp = (name: string): boolean => isTaskUp(job, name, view);
  return names.length > 1 && iteration === 'any' ? names.some(isUp) : names.every(isUp);
}

function isTaskUp(job: Job, name: string, view: View): boolean {
  const task = (job.spec.tasks ?? []).find(one => one.name === name);
  if (task === undefined) return false;
  const { namespace = '', name: jobName = '' } = job.metadata;
  const indexes = Array.from({ length: task.replicas ?? 0 }, (_, index) => index);
  const all = indexes.map(index => view.get(pods, namespace, podName(jobName, name, index)));
  // While one of its pods is not there, the task is not up.
  if (all.includes(undefined)) return false;
  return all.filter(isUp).length >= (task.minAvailable ?? 0);
}

function isUp(pod: Pod | undefined): boolean {
  const { phase, containerStatuses = [] } = pod?.status ?? {};
  if (phase === 'Succeeded') return true;
  return phase === 'Running' && containerStatuses.every(({ ready }) => ready);
}
