/** What a new Job is filled in with. @upstream volcano v1.15.1 pkg/webhooks/admission/jobs/mutate/mutate_job.go */
import type { KubeObject } from '../../api/object.js';
import type { Webhook } from '../admission/webhook.js';
import { schedulerName } from './keys.js';
import type { Job, TaskSpec } from './types.js';

const defaultMaxRetry = 3;
const needService = ['tensorflow', 'mpi', 'pytorch', 'ray'];

/** Fills in a Job. */
export const defaultJob: Webhook = function* filled({ object }) {
  if (object === undefined) return { isAllowed: true };
  const { spec } = object as unknown as Job;
  const tasks = spec.tasks?.map(defaultTask);
  const minAvailable = (spec.tasks ?? []).reduce(
    (sum, { minAvailable: least, replicas = 0 }) => sum + (least ?? replicas),
    0,
  );
  const changed: Job['spec'] = {
    ...spec,
    queue: given(spec.queue) ?? 'default',
    schedulerName: given(spec.schedulerName) ?? schedulerName,
    maxRetry: given(spec.maxRetry) ?? defaultMaxRetry,
    ...(tasks !== undefined && { tasks }),
    minAvailable: given(spec.minAvailable) ?? minAvailable,
    ...(spec.plugins !== undefined && { plugins: withNeeded(spec.plugins) }),
  };
  return { isAllowed: true, object: { ...object, spec: changed } as KubeObject };
};

/** Undefined where it is empty or nothing. */
function given<T extends string | number>(value: T | undefined): T | undefined {
  return value === '' || value === 0 ? undefined : value;
}

function defaultTask(task: TaskSpec, index: number): TaskSpec {
  const { template, partitionPolicy, replicas = 0 } = task;
  const pod = template?.spec;
  const isOnHost = pod?.hostNetwork === true && (pod.dnsPolicy ?? '') === '';
  const { minPartitions = 0, partitionSize = 0 } = partitionPolicy ?? {};
  return {
    ...task,
    name: given(task.name) ?? `default${index}`,
    ...(isOnHost && {
      template: { ...template, spec: { ...pod, dnsPolicy: 'ClusterFirstWithHostNet' } },
    }),
    minAvailable:
      task.minAvailable ?? (minPartitions > 0 ? minPartitions * partitionSize : replicas),
    maxRetry: given(task.maxRetry) ?? defaultMaxRetry,
  };
}

/** Frameworks whose processes look for each other need the Service, and mpi keys besides. */
function withNeeded(
  plugins: NonNullable<Job['spec']['plugins']>,
): NonNullable<Job['spec']['plugins']> {
  const needsService = needService.some(name => plugins[name] !== undefined);
  return {
    ...(needsService && { svc: [] }),
    ...(plugins['mpi'] !== undefined && { ssh: [] }),
    ...plugins,
  };
}
