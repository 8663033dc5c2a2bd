/**
 * Kueue: jobs wait, suspended, until there is quota for all of their pods. Jobs, JobSets, MPIJobs of
 * v2beta1, PyTorchJobs, TFJobs, XGBoostJobs, PaddleJobs, RayClusters, RayJobs, RayServices, TrainJobs, pods
 * of their own, in groups, and of Deployments; the other integrations are not made, which hints() tells.
 * Absent: topology-aware scheduling, admission checks beyond the object, MultiKueue, fair sharing, elastic
 * jobs (Ray's may change their size, and their quota stays), prebuilt workloads, LimitRanges, warnings about
 * the label of managed pods. The configuration is the shipped one, but for the frameworks of the training
 * operator, which it leaves out, and which are on here. Children that name no queue themselves (a JobSet's
 * Jobs, a RayJob's submitter) are not suspended when their owner may not run.
 * @upstream kubernetes-sigs/kueue v0.19.2
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { apiVersionOf, type KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration, type WebhookParts } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { convert } from './kueue/conversion.js';
import { definitions } from './kueue/definitions.js';
import { kueueHints } from './kueue/hints.js';
import { jobController } from './kueue/job-controller.js';
import type { JobIntegration } from './kueue/job-integration.js';
import { jobDefaulter, jobValidator } from './kueue/job-webhooks.js';
import { integrations } from './kueue/jobs/index.js';
import { podJob } from './kueue/jobs/pod.js';
import {
  clusterQueueController,
  localQueueController,
  resourceFlavorController,
} from './kueue/queue-controllers.js';
import {
  clusterQueueValidator,
  cohortValidator,
  inUseDefaulter,
  resourceFlavorValidator,
} from './kueue/queue-webhooks.js';
import { conversionPath, withOlderVersion } from './kueue/older-version.js';
import { otherDefinitions } from './kueue/other-definitions.js';
import {
  deploymentDefaulter,
  deploymentValidator,
  podDefaulter,
} from './kueue/serving-webhooks.js';
import { podGroupController } from './kueue/pod-group-controller.js';
import { schedulerController } from './kueue/scheduler.js';
import { group } from './kueue/types.js';
import { workloadController } from './kueue/workload-controller.js';
import type { Operator } from './operator.js';

const namespace = 'kueue-system';
const account = 'kueue-controller-manager';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'kueue-webhook-service' };

const read = ['get', 'list', 'watch'];
const write = [...read, 'create', 'delete', 'patch', 'update'];
const own = ['clusterqueues', 'cohorts', 'localqueues', 'resourceflavors', 'workloads'];

/** @upstream config/components/rbac/role.yaml, the part that these kinds need. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: read },
  {
    apiGroups: ['events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'watch', 'update', 'patch'],
  },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: read },
  ...['batch', 'jobset.x-k8s.io', 'kubeflow.org', 'ray.io', 'trainer.kubeflow.org'].map(one => ({
    apiGroups: [one],
    resources: pluralsOf(one).flatMap(name => [name, `${name}/status`, `${name}/finalizers`]),
    verbs: [...read, 'update', 'patch', 'delete'],
  })),
  {
    apiGroups: [''],
    resources: ['pods', 'pods/status', 'pods/finalizers'],
    verbs: [...read, 'update', 'patch', 'delete'],
  },
  { apiGroups: ['apps'], resources: ['deployments', 'replicasets', 'statefulsets'], verbs: read },
  {
    apiGroups: ['trainer.kubeflow.org'],
    resources: ['clustertrainingruntimes', 'trainingruntimes'],
    verbs: read,
  },
  {
    apiGroups: [group],
    resources: own.flatMap(name => [name, `${name}/status`, `${name}/finalizers`]),
    verbs: write,
  },
  { apiGroups: [group], resources: ['admissionchecks', 'workloadpriorityclasses'], verbs: read },
];

function pluralsOf(one: string): readonly string[] {
  return integrations.filter(({ kind }) => kind.group === one).map(({ kind }) => kind.resource);
}

function slug({ kind }: JobIntegration): string {
  const text = apiVersionOf(kind).replaceAll(/[./]/g, '-');
  return `${text}-${kind.kind.toLowerCase()}`;
}

/** A webhook for one resource. */
function hook(
  name: string,
  path: string,
  of: { readonly apiVersion: string; readonly resource: string; readonly operations: string[] },
): WebhookParts {
  const [apiGroup = '', version = ''] = of.apiVersion.split('/');
  const rule = {
    apiGroups: [apiGroup],
    apiVersions: [version],
    operations: of.operations,
    resources: [of.resource],
  };
  return { name: `${name}.kb.io`, path, rules: [rule] };
}

const ownVersion = `${group}/v1beta2`;
const ownSlug = 'kueue-x-k8s-io-v1beta2';

/** What is nobody's job: pods, and what makes them for ever. The two namespaces are let be. */
function hooksOfPods(sort: 'mutate' | 'validate'): readonly WebhookParts[] {
  const [first = ''] = sort;
  const namespaceSelector = {
    matchExpressions: [
      {
        ...{ key: 'kubernetes.io/metadata.name', operator: 'NotIn' },
        values: ['kube-system', namespace],
      },
    ],
  };
  const both = ['CREATE', 'UPDATE'];
  return [
    hook(`${first}pod`, `/${sort}--v1-pod`, {
      ...{ apiVersion: '/v1', resource: 'pods' },
      operations: sort === 'mutate' ? ['CREATE'] : both,
    }),
    hook(`${first}deployment`, `/${sort}-apps-v1-deployment`, {
      ...{ apiVersion: 'apps/v1', resource: 'deployments', operations: both },
    }),
  ].map(one => ({ ...one, namespaceSelector }));
}

function hooksOfJobs(sort: 'mutate' | 'validate', operations: string[]): readonly WebhookParts[] {
  return integrations.map(integration => {
    const { kind } = integration;
    return hook(`${sort[0] ?? ''}${kind.kind.toLowerCase()}`, `/${sort}-${slug(integration)}`, {
      ...{ apiVersion: apiVersionOf(kind), resource: kind.resource, operations },
    });
  });
}

function hookOfOwn(sort: 'mutate' | 'validate', kind: string, operations: string[]): WebhookParts {
  const of = { apiVersion: ownVersion, resource: `${kind}s`, operations };
  return hook(`${sort[0] ?? ''}${kind}`, `/${sort}-${ownSlug}-${kind}`, of);
}

function webhooks(): readonly KubeObject[] {
  const both = ['CREATE', 'UPDATE'];
  return [
    webhookConfiguration('Mutating', 'kueue-mutating-webhook-configuration', service, [
      hookOfOwn('mutate', 'clusterqueue', ['CREATE']),
      hookOfOwn('mutate', 'resourceflavor', ['CREATE']),
      ...hooksOfJobs('mutate', ['CREATE']),
      ...hooksOfPods('mutate'),
    ]),
    webhookConfiguration('Validating', 'kueue-validating-webhook-configuration', service, [
      hookOfOwn('validate', 'clusterqueue', both),
      hookOfOwn('validate', 'cohort', both),
      hookOfOwn('validate', 'resourceflavor', both),
      ...hooksOfJobs('validate', both),
      ...hooksOfPods('validate'),
    ]),
  ];
}

/** The operator. */
export const kueue: Operator = {
  name: 'kueue',
  models:
    'kubernetes-sigs/kueue v0.19.2 (Deployment, Job, JobSet, MPIJob v2beta1, PaddleJob, Pod, PyTorchJob, RayCluster, RayJob, RayService, TFJob, TrainJob, XGBoostJob)',
  isOnDemand: true,
  manifests: once(() => [
    ...[...definitions(), ...otherDefinitions()].map(one => withOlderVersion(one, service)),
    ...installation({ namespace, account, rules }),
    ...webhooks(),
  ]),
  process: {
    name: 'kueue',
    identity,
    controllers: [
      schedulerController(),
      workloadController(),
      clusterQueueController(),
      localQueueController(),
      resourceFlavorController(),
      ...integrations.map(jobController),
      jobController(podJob as unknown as JobIntegration),
      podGroupController(),
    ],
  },
  webhooks: {
    service,
    kinds: integrations.map(({ kind }) => kind),
    converters: { [conversionPath]: convert },
    byPath: {
      [`/mutate-${ownSlug}-clusterqueue`]: inUseDefaulter,
      [`/mutate-${ownSlug}-resourceflavor`]: inUseDefaulter,
      [`/validate-${ownSlug}-clusterqueue`]: clusterQueueValidator,
      [`/validate-${ownSlug}-cohort`]: cohortValidator,
      [`/validate-${ownSlug}-resourceflavor`]: resourceFlavorValidator,
      '/mutate--v1-pod': podDefaulter,
      '/validate--v1-pod': jobValidator(podJob as unknown as JobIntegration),
      '/mutate-apps-v1-deployment': deploymentDefaulter,
      '/validate-apps-v1-deployment': deploymentValidator,
      ...Object.fromEntries(
        integrations.flatMap(integration => [
          [`/mutate-${slug(integration)}`, jobDefaulter(integration)],
          [`/validate-${slug(integration)}`, jobValidator(integration)],
        ]),
      ),
    },
  },
  hints: kueueHints,
};
