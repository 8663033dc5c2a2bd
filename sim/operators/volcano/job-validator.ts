/**
 * Which Jobs are refused. The templates of pods are not judged here: what is wrong with them is said
 * when the pods are created. @upstream volcano v1.15.1 pkg/webhooks/admission/jobs/validate/admit_job.go
 */
import { deepEqual } from '../../api/equality.js';
import { qualifiedNameErrors } from '../../api/labels.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, list } from '../../client/requests.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { argumentOf, jobPlugins } from './plugin-arguments.js';
import { policyErrors } from './policy-errors.js';
import { podName } from './task-names.js';
import {
  queues,
  type Job,
  type JobSpec,
  type NetworkTopology,
  type TaskSpec,
  type VolumeSpec,
} from './types.js';

/** Judges Jobs. */
export const validateJob: Webhook = function* judged({ object, oldObject }) {
  const job = object as unknown as Job;
  if (oldObject === undefined) return yield* verdictOnNew(job);
  const error = errorOfChange(job, oldObject as unknown as Job);
  return error === undefined
    ? { isAllowed: true }
    : { isAllowed: false, message: error, code: 400 };
};

function* verdictOnNew(job: Job): Reconciliation<WebhookVerdict> {
  const told = jobErrors(job);
  const message = told.isFinal
    ? told.text
    : `${told.text}${yield* queueErrors(job)}${dagError(job)}`;
  return message === ''
    ? { isAllowed: true }
    : { isAllowed: false, message: message.trim(), code: 400 };
}

interface Told {
  readonly text: string;
  /** Nothing else is looked at. */
  readonly isFinal: boolean;
}

function jobErrors(job: Job): Told {
  const { tasks = [], plugins = {}, policies = [], volumes = [] } = job.spec;
  if (tasks.length === 0) return { text: 'No task specified in job spec', isFinal: true };
  const mpi = plugins['mpi'];
  if (mpi !== undefined) {
    const master = argumentOf(mpi, 'master', 'master');
    if (!tasks.some(({ name }) => name === master)) {
      return { text: 'The specified mpi master task was not found', isFinal: true };
    }
  }
  const name = job.metadata.name ?? '';
  const nameErrors = qualifiedNameErrors(name);
  const texts = [
    topologyError(job.spec.networkTopology),
    ...taskErrors(job),
    nameErrors.length === 0
      ? ''
      : `create job with name ${name} validate failed [${nameErrors.join(' ')}]`,
    replicasOf(tasks) < (job.spec.minAvailable ?? 0)
      ? " job 'minAvailable' should not be greater than total replicas in tasks;"
      : '',
    policyErrors(policies, 'spec.policies'),
    ...Object.keys(plugins)
      .filter(plugin => !jobPlugins.includes(plugin))
      .map(plugin => ` unable to find job plugin: ${plugin};`),
    volumeError(volumes),
  ];
  return { text: texts.join(''), isFinal: false };
}

function replicasOf(tasks: readonly TaskSpec[]): number {
  return tasks.reduce((total, { replicas = 0 }) => total + replicas, 0);
}

function taskErrors(job: Job): readonly string[] {
  const seen = new Set<string>();
  const texts: string[] = [];
  const jobName = job.metadata.name ?? '';
  for (const [index, task] of (job.spec.tasks ?? []).entries()) {
    const { name = '', minAvailable = 0, replicas = 0, policies = [] } = task;
    if (minAvailable > replicas) {
      texts.push(` 'minAvailable' is greater than 'replicas' in task: ${name}, job: ${jobName};`);
    }
    if (seen.has(name)) {
      texts.push(` duplicated task name ${name};`);
      break;
    }
    seen.add(name);
    texts.push(policyErrors(policies, 'spec.tasks.policies'));
    const pod = podName(jobName, name, index);
    const errors = qualifiedNameErrors(pod);
    if (errors.length > 0) {
      texts.push(`create pod with name ${pod} validate failed [${errors.join(' ')}];`);
    }
    texts.push(partitionError(task, jobName));
  }
  return texts;
}

function partitionError(task: TaskSpec, job: string): string {
  const { name = '', replicas = 0, minAvailable, partitionPolicy: policy } = task;
  if (policy === undefined) return '';
  const { totalPartitions: total, partitionSize: size, minPartitions = 0 } = policy;
  const where = `in task: ${name}, job: ${job}`;
  const topology = topologyError(policy.networkTopology);
  if (total <= 0) return `'TotalPartitions' must be greater than 0 ${where}${topology}`;
  if (size <= 0) return `'PartitionSize' must be greater than 0 ${where}${topology}`;
  if (replicas !== total * size) {
    return `'Replicas' are not equal to TotalPartitions*PartitionSize ${where}${topology}`;
  }
  const isOther =
    minAvailable !== undefined && minPartitions > 0 && minPartitions * size !== minAvailable;
  const told = isOther ? `'MinAvailable' is not equal to MinPartitions*PartitionSize ${where}` : '';
  return told + topology;
}

/** The refusal of a topology that names its highest tier twice; '' for none. */
export function topologyError(topology: NetworkTopology | undefined): string {
  const isTwice =
    topology?.highestTierAllowed !== undefined && (topology.highestTierName ?? '') !== '';
  return isTwice
    ? "must not specify 'highestTierAllowed' and 'highestTierName' in networkTopology simultaneously"
    : '';
}

function volumeError(volumes: readonly VolumeSpec[]): string {
  const paths = new Set<string>();
  for (const { mountPath, volumeClaim, volumeClaimName = '' } of volumes) {
    if (paths.has(mountPath)) return ` duplicated mountPath: ${mountPath};`;
    if (volumeClaim === undefined && volumeClaimName === '') {
      return ' either VolumeClaim or VolumeClaimName must be specified;';
    }
    if (volumeClaim !== undefined && volumeClaimName !== '') {
      return 'conflict: If you want to use an existing PVC, just specify VolumeClaimName.If you want to create a new PVC, you do not need to specify VolumeClaimName';
    }
    paths.add(mountPath);
  }
  return '';
}

function* queueErrors({ spec }: Job): Reconciliation<string> {
  const name = spec.queue ?? '';
  const answer = yield* call(get(queues, '', name));
  if (!answer.isOk) {
    return ` unable to find job queue: queue.scheduling.volcano.sh "${name}" not found;`;
  }
  const state = answer.object.status?.state ?? '';
  const closed =
    state === 'Open'
      ? ''
      : ` can only submit job to queue with state \`Open\`, queue \`${name}\` status is \`${state}\`;`;
  if (name === 'root') return `${closed} can not submit job to root queue;`;
  const all = yield* call(list(queues));
  const children = all.isOk ? all.object.items.filter(one => one.spec.parent === name).length : 0;
  if (children === 0) return closed;
  return `${closed} can only submit job to leaf queue, queue \`${name}\` has ${children} child queues;`;
}

function dagError({ spec }: Job): string {
  const tasks = spec.tasks ?? [];
  if (!tasks.some(({ dependsOn }) => dependsOn !== undefined)) return '';
  const left = new Map(tasks.map(({ name = '', dependsOn }) => [name, dependsOn?.name ?? []]));
  const done = new Set<string>();
  for (let before = -1; before !== done.size;) {
    before = done.size;
    for (const [name, needs] of left) {
      if (!needs.every(need => done.has(need))) continue;
      done.add(name);
      left.delete(name);
    }
  }
  return left.size === 0
    ? ''
    : " job has dependencies between tasks, but doesn't form a directed acyclic graph(DAG);";
}

function errorOfChange(job: Job, old: Job): string | undefined {
  const { tasks = [], minAvailable = 0, networkTopology } = job.spec;
  for (const task of tasks) {
    const { name = '', replicas = 0, minAvailable: least } = task;
    if (least !== undefined && least > replicas) {
      return `'minAvailable' must be <= 'replicas' in task: ${name}`;
    }
    const partition = partitionError(task, job.metadata.name ?? '');
    if (partition !== '') return partition;
  }
  if (minAvailable > replicasOf(tasks)) {
    return "job 'minAvailable' must not be greater than total replicas";
  }
  const topology = topologyError(networkTopology);
  if (topology !== '') return topology;
  if (tasks.length !== (old.spec.tasks ?? []).length) {
    return 'job updates may not add or remove tasks';
  }
  return deepEqual(fixedPart(job.spec), fixedPart(old.spec))
    ? undefined
    : 'job updates may not change fields other than `minAvailable`, `tasks[*].replicas under spec` and `PriorityClassName`';
}

/** What may not change. */
function fixedPart(spec: JobSpec): object {
  const {
    minAvailable: _least,
    priorityClassName: _class,
    tasks = [],
    volumes = [],
    ...rest
  } = spec;
  return {
    ...rest,
    tasks: tasks.map(({ replicas: _count, minAvailable: _own, ...task }) => task),
    volumes: volumes.map(({ volumeClaimName, ...volume }) =>
      volume.volumeClaim === undefined ? { ...volume, volumeClaimName } : volume,
    ),
  };
}
