/**
 * JobSet: Jobs of several templates that start, end and restart as one.
 * Left out: volume claim policies; the alpha gates InPlaceRestart, RestartJob and ElasticJobSet are off, as they are by default.
 * @upstream kubernetes-sigs/jobset 08dfbdf (v0.12)
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { jobSetController } from './jobset/controller.js';
import { defaultJobSet } from './jobset/defaulter.js';
import { judgePod, placePod } from './jobset/exclusive-placement.js';
import { jobSetHints } from './jobset/hints.js';
import { jobSetDefinition } from './jobset/definition.js';
import { keys } from './jobset/keys.js';
import { placementController } from './jobset/placement-controller.js';
import { jobSetPodLabels } from './jobset/pod-labels.js';
import { validateJobSet } from './jobset/validator.js';
import type { Operator } from './operator.js';

const namespace = 'jobset-system';
const account = 'jobset-controller-manager';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'jobset-webhook-service' };
const group = 'jobset.x-k8s.io';
const all = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** @upstream config/components/rbac/role.yaml, without volume claims. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['delete', 'get', 'list', 'patch', 'update', 'watch'],
  },
  { apiGroups: [''], resources: ['services'], verbs: all },
  {
    apiGroups: ['', 'events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'patch', 'update', 'watch'],
  },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: all },
  { apiGroups: ['batch'], resources: ['jobs/status'], verbs: ['get', 'patch', 'update'] },
  { apiGroups: [group], resources: ['jobsets'], verbs: all },
  { apiGroups: [group], resources: ['jobsets/finalizers'], verbs: ['update'] },
  { apiGroups: [group], resources: ['jobsets/status'], verbs: ['get', 'patch', 'update'] },
];

const paths = {
  jobSet: '/mutate-jobset-x-k8s-io-v1alpha2-jobset',
  pod: '/mutate--v1-pod',
  validate: '/validate-jobset-x-k8s-io-v1alpha2-jobset',
  validatePod: '/validate--v1-pod',
} as const;

function webhooks(): readonly KubeObject[] {
  const ofJobSets = { apiGroups: [group], apiVersions: ['v1alpha2'], resources: ['jobsets'] };
  const objectSelector = { matchExpressions: [{ key: keys.jobSetName, operator: 'Exists' }] };
  const ofPods = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  return [
    webhookConfiguration('Mutating', 'jobset-mutating-webhook-configuration', service, [
      {
        name: 'mjobset.kb.io',
        path: paths.jobSet,
        rules: [{ ...ofJobSets, operations: ['CREATE'] }],
      },
      {
        name: 'mpod.kb.io',
        path: paths.pod,
        objectSelector,
        rules: [{ ...ofPods, operations: ['CREATE'] }],
      },
    ]),
    webhookConfiguration('Validating', 'jobset-validating-webhook-configuration', service, [
      {
        name: 'vjobset.kb.io',
        path: paths.validate,
        rules: [{ ...ofJobSets, operations: ['CREATE', 'UPDATE'] }],
      },
      {
        name: 'vpod.kb.io',
        path: paths.validatePod,
        objectSelector,
        rules: [{ ...ofPods, operations: ['CREATE'] }],
      },
    ]),
  ];
}

/** The operator. */
export const jobset: Operator = {
  name: 'jobset',
  models: 'kubernetes-sigs/jobset v0.12',
  isOnDemand: true,
  manifests: once(() => [
    jobSetDefinition(),
    ...installation({ namespace, account, rules }),
    ...webhooks(),
  ]),
  process: {
    name: 'jobset',
    identity,
    controllers: [jobSetController(identity), placementController(identity)],
  },
  webhooks: {
    service,
    byPath: {
      [paths.jobSet]: defaultJobSet,
      [paths.pod]: placePod,
      [paths.validate]: validateJobSet,
      [paths.validatePod]: judgePod,
    },
  },
  podLabels: jobSetPodLabels,
  hints: jobSetHints,
};
