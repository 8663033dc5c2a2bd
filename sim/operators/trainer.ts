/**
 * Kubeflow Trainer: TrainJobs as JobSets, by the runtimes that it ships or that users write.
 * Left out: torchtune, Flux, what the webhook says of Volcano's queues and priorities, OptimizationJobs, the data cache, the
 * server to which trainers tell their progress, and the time that the defaulter gives patches.
 * @upstream kubeflow/trainer v2.3.0
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { trainJobController } from './trainer/controller.js';
import { definitions } from './trainer/definitions.js';
import { trainerHints } from './trainer/hints.js';
import { validateClusterRuntime, validateRuntime } from './trainer/runtime-validator.js';
import { shippedRuntimes } from './trainer/runtimes.js';
import { validateTrainJob } from './trainer/validator.js';
import type { Operator } from './operator.js';
import { clusterTrainingRuntimes, trainingRuntimes, trainJobs } from './trainer/types.js';

const namespace = 'kubeflow-system';
const account = 'kubeflow-trainer-controller-manager';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: account };
const group = 'trainer.kubeflow.org';
const write = ['create', 'get', 'list', 'patch', 'update', 'watch'];
const prefix = '/validate-trainer-kubeflow-org-v1alpha1-';

/** @upstream manifests/base/rbac/role.yaml, the part that is used here. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: write },
  {
    apiGroups: ['', 'events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'patch', 'update', 'watch'],
  },
  { apiGroups: ['jobset.x-k8s.io'], resources: ['jobsets'], verbs: [...write, 'delete'] },
  {
    apiGroups: ['scheduling.volcano.sh', 'scheduling.x-k8s.io'],
    resources: ['podgroups'],
    verbs: write,
  },
  {
    apiGroups: [group],
    resources: ['clustertrainingruntimes', 'trainingruntimes', 'trainjobs'],
    verbs: ['get', 'list', 'patch', 'update', 'watch'],
  },
  {
    apiGroups: [group],
    resources: [
      'clustertrainingruntimes/finalizers',
      'trainingruntimes/finalizers',
      'trainjobs/finalizers',
      'trainjobs/status',
    ],
    verbs: ['get', 'patch', 'update'],
  },
];

/** Runtimes that say so are not judged. */
const objectSelector = {
  matchExpressions: [
    { key: 'trainer.kubeflow.org/webhook-validation', operator: 'NotIn', values: ['disabled'] },
  ],
};

function webhook(kind: string) {
  const rule = { apiGroups: [group], apiVersions: ['v1alpha1'], resources: [`${kind}s`] };
  return {
    name: `validator.${kind}.${group}`,
    path: `${prefix}${kind}`,
    ...(kind !== 'trainjob' && { objectSelector }),
    rules: [{ ...rule, operations: ['CREATE', 'UPDATE'] }],
  };
}

/** The operator. */
export const trainer: Operator = {
  name: 'trainer',
  models: 'kubeflow/trainer v2.3.0',
  isOnDemand: true,
  needs: ['jobset'],
  manifests: once(() => [
    ...definitions(),
    ...installation({ namespace, account, rules }),
    ...shippedRuntimes(),
    webhookConfiguration(
      'Validating',
      `validator.${group}`,
      service,
      ['clustertrainingruntime', 'trainingruntime', 'trainjob'].map(webhook),
    ),
  ]),
  process: { name: 'trainer', identity, controllers: [trainJobController(identity)] },
  webhooks: {
    service,
    kinds: [clusterTrainingRuntimes, trainingRuntimes, trainJobs],
    byPath: {
      [`${prefix}clustertrainingruntime`]: validateClusterRuntime,
      [`${prefix}trainingruntime`]: validateRuntime,
      [`${prefix}trainjob`]: validateTrainJob,
    },
  },
  hints: trainerHints,
};
