/** The pods of a job. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_util.go createJobPod */
import type { Pod } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { Random } from '../../engine/random.js';
import { pluginsOf } from './job-plugins.js';
import { keys } from './keys.js';
import { withContainers } from './pod-edits.js';
import { groupNameOf } from './job-group.js';
import { podName } from './task-names.js';
import { jobs, type Job, type TaskSpec } from './types.js';

const nameAlphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A name's random end. */
export function randomEnd(random: Random): string {
  return Array.from({ length: 12 }, () => nameAlphabet[random.integer(nameAlphabet.length)]).join(
    '',
  );
}

/** A pod of a task, as the plug-ins want it. */
export function podOf(job: Job, task: TaskSpec, index: number, random: Random): Pod {
  const plain = withVolumes(barePod(job, task, index), job, random);
  return pluginsOf(job).reduce(
    (pod, { plugin, given }) => plugin.onPodCreate?.(pod, job, given) ?? pod,
    plain,
  );
}

function barePod(job: Job, task: TaskSpec, index: number): Pod {
  const { name = '', namespace = '' } = job.metadata;
  const { name: taskName = '', template = {} } = task;
  const { containers = [], schedulerName, priorityClassName, ...spec } = template.spec ?? {};
  const classOf = priorityClassName ?? job.spec.priorityClassName;
  const scheduler = schedulerName ?? job.spec.schedulerName;
  return {
    metadata: {
      name: podName(name, taskName, index),
      namespace,
      ownerReferences: [ownerReference(job, jobs)],
      labels: labelsOf(job, task, index),
      annotations: annotationsOf(job, task, index),
    },
    spec: {
      ...spec,
      containers,
      ...(scheduler !== undefined && { schedulerName: scheduler }),
      ...(classOf !== undefined && { priorityClassName: classOf }),
    },
  };
}

type Texts = Readonly<Record<string, string>>;

function inherited(texts: Texts | undefined, names: readonly string[]): Texts {
  return Object.fromEntries(
    names.flatMap(name => {
      const value = texts?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function labelsOf(job: Job, task: TaskSpec, index: number): Texts {
  const { name = '', namespace = '', labels } = job.metadata;
  const size = task.partitionPolicy?.partitionSize ?? 0;
  return {
    ...task.template?.metadata?.labels,
    [keys.taskIndex]: String(index),
    [keys.jobName]: name,
    [keys.taskSpec]: task.name ?? '',
    [keys.jobNamespace]: namespace,
    [keys.queueName]: job.spec.queue ?? '',
    ...inherited(labels, [keys.preemptable, keys.cooldown]),
    ...(task.partitionPolicy !== undefined && {
      [keys.partition]: String(size <= 0 ? 0 : Math.floor(index / size)),
    }),
  };
}

function annotationsOf(job: Job, task: TaskSpec, index: number): Texts {
  const { name = '', annotations } = job.metadata;
  const budget = annotations?.[keys.budgetMin] === undefined ? keys.budgetMax : keys.budgetMin;
  return {
    ...task.template?.metadata?.annotations,
    [keys.taskIndex]: String(index),
    [keys.taskSpec]: task.name ?? '',
    [keys.groupName]: groupNameOf(job),
    [keys.jobName]: name,
    [keys.queueName]: job.spec.queue ?? '',
    [keys.jobVersion]: String(job.status?.version ?? 0),
    [keys.podTemplate]: `${name}-${task.name ?? ''}`,
    [keys.jobRetryCount]: String(job.status?.retryCount ?? 0),
    ...((task.topologyPolicy ?? '') !== '' && { [keys.numaPolicy]: task.topologyPolicy ?? '' }),
    ...inherited(annotations, [keys.preemptable, keys.cooldown, keys.revocableZone, budget]),
  };
}

function withVolumes(pod: Pod, job: Job, random: Random): Pod {
  let mounted = pod;
  const seen = new Set<string>();
  for (const { volumeClaimName: claimName = '', mountPath } of job.spec.volumes ?? []) {
    const name = `${job.metadata.name ?? ''}-${randomEnd(random)}`;
    if (seen.has(claimName)) continue;
    seen.add(claimName);
    const withClaim = withContainers(
      mounted,
      one => ({ ...one, volumeMounts: [...(one.volumeMounts ?? []), { mountPath, name }] }),
      { includesInit: false },
    );
    const spec = withClaim.spec ?? { containers: [] };
    const volume = { name, persistentVolumeClaim: { claimName } };
    mounted = { ...withClaim, spec: { ...spec, volumes: [...(spec.volumes ?? []), volume] } };
  }
  return mounted;
}
