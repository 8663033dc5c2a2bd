/** The PodGroup of a job. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_actions.go createOrUpdatePodGroup */
import { deepEqual } from '../../api/equality.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { ownerReference } from '../../api/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, update } from '../../client/requests.js';
import type { Quantities } from './amounts.js';
import { keys } from './keys.js';
import { requestsOfTasks } from './min-resources.js';
import { jobs, podGroups, type Job, type PodGroup, type TaskSpec } from './types.js';

/** The name of a job's group. */
export function groupNameOf({ metadata }: Job): string {
  return `${metadata.name ?? ''}-${metadata.uid ?? ''}`;
}

/** The group of a job, also one of before its name had the uid. */
export function groupOf(job: Job, view: View): PodGroup | undefined {
  const { namespace = '', name = '' } = job.metadata;
  return view.get(podGroups, namespace, groupNameOf(job)) ?? view.get(podGroups, namespace, name);
}

/** Makes the job's group, or brings it up to date; a text: what went wrong. */
export function* ensureGroup(job: Job, view: View): Reconciliation<string | undefined> {
  const group = groupOf(job, view);
  if (group === undefined) {
    const answer = yield* call(create(podGroups, newGroup(job, view)));
    return answer.isOk || answer.reason === 'AlreadyExists' ? undefined : answer.message;
  }
  const spec = { ...group.spec, ...specOf(job, view, group.spec.minTaskMember) };
  if (deepEqual(spec, group.spec)) return undefined;
  const answer = yield* call(update(podGroups, { ...group, spec }));
  return answer.isOk ? undefined : answer.message;
}

function newGroup(job: Job, view: View): PodGroup {
  const { namespace = '', annotations, labels } = job.metadata;
  const { networkTopology, queue } = job.spec;
  return {
    metadata: {
      namespace,
      name: groupNameOf(job),
      ...(annotations !== undefined && { annotations }),
      ...(labels !== undefined && { labels }),
      ownerReferences: [ownerReference(job, jobs)],
    },
    spec: {
      ...specOf(job, view, {}),
      ...(queue !== undefined && { queue }),
      ...(networkTopology !== undefined && { networkTopology }),
    },
  };
}

function specOf(
  job: Job,
  view: View,
  minTaskMember: Readonly<Record<string, number>> = {},
): PodGroup['spec'] {
  const { minAvailable, priorityClassName, tasks = [] } = job.spec;
  const members = Object.fromEntries(tasks.map(task => [task.name ?? '', leastOf(task)]));
  const policies = tasks.flatMap(subGroupOf);
  return {
    ...(minAvailable !== undefined && { minMember: minAvailable }),
    minTaskMember: { ...minTaskMember, ...members },
    minResources: minResourcesOf(job, view),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(policies.length > 0 && { subGroupPolicy: policies }),
  };
}

function leastOf({ minAvailable, partitionPolicy, replicas = 0 }: TaskSpec): number {
  const { minPartitions = 0, partitionSize = 0 } = partitionPolicy ?? {};
  if (minAvailable !== undefined) return minAvailable;
  return minPartitions * partitionSize === 0 ? replicas : minPartitions * partitionSize;
}

function subGroupOf({ name = '', partitionPolicy }: TaskSpec) {
  if (partitionPolicy === undefined) return [];
  const { partitionSize, minPartitions = 0, networkTopology } = partitionPolicy;
  return [
    {
      name,
      subGroupSize: partitionSize,
      minSubGroups: minPartitions,
      labelSelector: { matchLabels: { [keys.taskSpec]: name } },
      matchLabelKeys: [keys.partition],
      ...(networkTopology !== undefined && { networkTopology }),
    },
  ];
}

function minResourcesOf(job: Job, view: View): Quantities {
  const priorityOf = ({ template }: TaskSpec): number =>
    view.get(priorityClasses, '', template?.spec?.priorityClassName ?? '')?.value ?? 0;
  const tasks = [...(job.spec.tasks ?? [])].sort((a, b) => priorityOf(b) - priorityOf(a));
  return requestsOfTasks(tasks, job.spec.minAvailable ?? 0);
}
