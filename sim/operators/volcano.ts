/**
 * Volcano: jobs whose pods start together, queues with shares of the cluster, and a scheduler of its own.
 * Left out: Commands (vcctl), CronJobs, JobFlows, HyperNodes and all that goes by network topology,
 * partitions beyond their labels, NUMA, reservations, forwarding to other clusters, the agent, and the
 * plug-ins ray and hcclrank of jobs beyond their names. Of the scheduler the actions shuffle, gangpreempt and
 * gangreclaim are left out, and all plug-ins but those of the shipped configuration.
 * @upstream volcano-sh/volcano v1.15.1
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';
import { podGroupDefinition, queueDefinition } from './volcano/group-schemas.js';
import { podGroupController } from './volcano/group-controller.js';
import { validatePodGroup } from './volcano/group-webhooks.js';
import { volcanoHints } from './volcano/hints.js';
import { configurationFile } from './volcano/keys.js';
import { jobController } from './volcano/job-controller.js';
import { defaultJob } from './volcano/job-defaulter.js';
import { jobDefinition } from './volcano/job-schemas.js';
import { validateJob } from './volcano/job-validator.js';
import { isDefaultQueueOpen } from './volcano/default-queue.js';
import { queueController } from './volcano/queue-controller.js';
import { defaultQueue, validateQueue } from './volcano/queue-webhooks.js';
import { scheduler } from './volcano/scheduler/scheduler.js';
import { shippedText } from './volcano/scheduler/configuration.js';
import { ttlController } from './volcano/ttl-controller.js';
import { jobs, podGroups, queues } from './volcano/types.js';

const namespace = 'volcano-system';
const service = { namespace, name: 'volcano-admission-service' };
const batch = 'batch.volcano.sh';
const scheduling = 'scheduling.volcano.sh';

const read = ['get', 'list', 'watch'];

function rule(
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
): PolicyRule {
  return { apiGroups: [apiGroup], resources, verbs };
}

const events = rule('', ['events'], ['create', 'list', 'watch', 'update', 'patch']);

/** @upstream installer/helm/chart/volcano/templates/controllers.yaml, the part that these kinds need. */
const controllerRules: readonly PolicyRule[] = [
  rule(batch, ['jobs'], [...read, 'create', 'update', 'delete']),
  rule(batch, ['jobs/status', 'jobs/finalizers'], ['update', 'patch']),
  events,
  rule('', ['pods'], [...read, 'create', 'delete', 'patch', 'update']),
  rule('', ['pods/finalizers'], ['update', 'patch']),
  rule('', ['persistentvolumeclaims'], [...read, 'create']),
  rule('', ['services'], [...read, 'create', 'delete']),
  rule('', ['configmaps'], [...read, 'create', 'delete', 'update']),
  rule('', ['secrets'], ['get', 'create', 'delete', 'update']),
  rule(
    scheduling,
    ['podgroups', 'queues', 'queues/status'],
    [...read, 'create', 'delete', 'update', 'patch'],
  ),
  rule('scheduling.k8s.io', ['priorityclasses'], [...read, 'create', 'delete']),
  rule('networking.k8s.io', ['networkpolicies'], ['get', 'create', 'delete']),
  rule('apps', ['daemonsets'], ['get']),
  rule('apps', ['replicasets', 'statefulsets'], read),
  rule('batch', ['jobs'], ['get']),
];

/** @upstream installer/helm/chart/volcano/templates/scheduler.yaml, the part that these kinds need. */
const schedulerRules: readonly PolicyRule[] = [
  events,
  rule('', ['pods'], [...read, 'patch', 'delete']),
  rule('', ['pods/status'], ['update']),
  rule('', ['pods/binding'], ['create']),
  rule('', ['persistentvolumeclaims', 'persistentvolumes'], ['list', 'watch', 'update']),
  rule('', ['namespaces', 'services', 'replicationcontrollers'], read),
  rule('', ['nodes'], [...read, 'update', 'patch']),
  rule(
    'storage.k8s.io',
    ['storageclasses', 'csinodes', 'csidrivers', 'csistoragecapacities', 'volumeattachments'],
    ['list', 'watch'],
  ),
  rule('policy', ['poddisruptionbudgets'], ['list', 'watch']),
  rule('scheduling.k8s.io', ['priorityclasses'], read),
  rule(scheduling, ['queues'], [...read, 'create', 'delete', 'update']),
  rule(scheduling, ['queues/status'], ['update']),
  rule(scheduling, ['podgroups'], ['list', 'watch', 'update']),
  rule('', ['configmaps'], [...read, 'create', 'delete', 'update']),
  rule('apps', ['daemonsets', 'replicasets', 'statefulsets'], read),
  rule('resource.k8s.io', ['resourceclaims'], [...read, 'create', 'update', 'patch']),
  rule('resource.k8s.io', ['resourceclaims/status'], ['update']),
  rule('resource.k8s.io', ['deviceclasses', 'resourceslices'], [...read, 'create']),
];

/** @upstream installer/helm/chart/volcano/templates/admission.yaml, the part that these kinds need. */
const admissionRules: readonly PolicyRule[] = [
  events,
  rule(scheduling, ['queues'], read),
  rule(scheduling, ['podgroups'], read),
];

const namespaceSelector = {
  matchExpressions: [
    { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [namespace, 'kube-system'] },
  ],
};

/** The configuration of one webhook: `volcano-admission-service-jobs-mutate`. */
function hook(
  sort: 'mutate' | 'validate',
  of: { readonly resource: string; readonly name: string; readonly operations: readonly string[] },
): KubeObject {
  const isJob = of.resource === 'jobs';
  const one = {
    apiGroups: [isJob ? batch : scheduling],
    apiVersions: [isJob ? 'v1alpha1' : 'v1beta1'],
    operations: of.operations,
    resources: [of.resource],
  };
  const path = `/${of.resource}/${sort}`;
  return webhookConfiguration(
    sort === 'mutate' ? 'Mutating' : 'Validating',
    `volcano-admission-service-${of.resource}-${sort}`,
    service,
    [{ name: `${sort}${of.name}.volcano.sh`, path, namespaceSelector, rules: [one] }],
  );
}

function webhooks(): readonly KubeObject[] {
  const change = ['CREATE', 'UPDATE'];
  const named = { jobs: 'job', queues: 'queue', podgroups: 'podgroup' };
  const of = (resource: keyof typeof named, operations: readonly string[]) => ({
    ...{ resource, name: named[resource], operations },
  });
  return [
    hook('mutate', of('jobs', ['CREATE'])),
    hook('validate', of('jobs', change)),
    hook('validate', of('podgroups', ['CREATE'])),
    hook('mutate', of('queues', ['CREATE'])),
    hook('validate', of('queues', [...change, 'DELETE'])),
  ];
}

function configuration(): KubeObject {
  const { configMap, key } = configurationFile;
  const metadata = { name: configMap, namespace };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [key]: shippedText } };
}

const accounts = {
  'volcano-controllers': controllerRules,
  'volcano-scheduler': schedulerRules,
  'volcano-admission': admissionRules,
};

/** The operator. */
export const volcano: Operator = {
  name: 'volcano',
  models: 'volcano-sh/volcano v1.15.1',
  isOnDemand: true,
  manifests: once(() => [
    ...[jobDefinition(), podGroupDefinition(), queueDefinition()],
    ...Object.entries(accounts).flatMap(([account, rules], index) =>
      installation({ namespace, account, rules }).slice(index === 0 ? 0 : 1),
    ),
    configuration(),
    ...webhooks(),
  ]),
  process: {
    name: 'volcano-admission',
    identity: serviceAccount(namespace, 'volcano-admission'),
    controllers: [],
  },
  others: [
    {
      name: 'volcano-controllers',
      identity: serviceAccount(namespace, 'volcano-controllers'),
      rate: { perSecond: 50, burst: 100 },
      controllers: [jobController, queueController, podGroupController, ttlController],
    },
    {
      name: 'volcano-scheduler',
      identity: serviceAccount(namespace, 'volcano-scheduler'),
      rate: { perSecond: 2000, burst: 2000 },
      controllers: [scheduler],
    },
  ],
  webhooks: {
    service,
    kinds: [jobs, podGroups, queues],
    byPath: {
      '/jobs/mutate': defaultJob,
      '/jobs/validate': validateJob,
      '/podgroups/validate': validatePodGroup,
      '/queues/mutate': defaultQueue,
      '/queues/validate': validateQueue,
    },
  },
  isReadyBy: isDefaultQueueOpen,
  hints: volcanoHints,
};
