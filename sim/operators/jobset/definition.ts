/** The CRD of JobSets. @upstream jobset config/components/crd/bases/jobset.x-k8s.io_jobsets.yaml */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { conditionsSchema, int32, object, oneOf, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const flag: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer' };
const texts: Schema = { type: 'array', items: text };
const targets: Schema = { ...texts, 'x-kubernetes-list-type': 'atomic' };
const immutable: Schema = {
  'x-kubernetes-validations': [{ message: 'Value is immutable', rule: 'self == oldSelf' }],
};

function mapOfNames(items: Schema, rest: Schema = {}): Schema {
  return {
    type: 'array',
    items,
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-list-type': 'map',
    ...rest,
  };
}

/** The schema of a JobSet's spec; training runtimes hold one whose replicas have no least. */
export function jobSetSpecSchema({ replicas = {} }: { readonly replicas?: Schema } = {}): Schema {
  return {
    ...object({
      coordinator: object({ jobIndex: whole, podIndex: whole, replicatedJob: text }, [
        'replicatedJob',
      ]),
      failurePolicy: { ...failurePolicy(), ...immutable },
      managedBy: text,
      network: {
        ...object({ enableDNSHostnames: flag, publishNotReadyAddresses: flag, subdomain: text }),
        ...immutable,
      },
      replicatedJobs: mapOfNames(replicatedJob(replicas)),
      startupPolicy: {
        ...object({ startupPolicyOrder: oneOf('AnyOrder', 'InOrder') }, ['startupPolicyOrder']),
        ...immutable,
      },
      successPolicy: {
        ...object({ operator: oneOf('All', 'Any'), targetReplicatedJobs: targets }, ['operator']),
        ...immutable,
      },
      suspend: flag,
      ttlSecondsAfterFinished: { ...int32, minimum: 0 },
      volumeClaimPolicies: volumeClaimPolicies(),
    }),
    'x-kubernetes-validations': [
      {
        message: 'StartupPolicy and DependsOn APIs are mutually exclusive',
        rule: "!(has(self.startupPolicy) && self.startupPolicy.startupPolicyOrder == 'InOrder' && self.replicatedJobs.exists(x, has(x.dependsOn)))",
      },
    ],
  };
}

function failurePolicy(): Schema {
  const rule = object(
    {
      action: oneOf(
        'FailJobSet',
        'RestartJobSet',
        'RestartJobSetAndIgnoreMaxRestarts',
        'RestartJob',
        'RestartJobAndIgnoreMaxRestarts',
      ),
      name: text,
      onJobFailureMessagePatterns: texts,
      onJobFailureReasons: texts,
      targetReplicatedJobs: targets,
    },
    ['action', 'name'],
  );
  return object({
    maxRestarts: int32,
    restartStrategy: {
      ...oneOf('Recreate', 'BlockingRecreate', 'InPlaceRestart'),
      default: 'Recreate',
    },
    rules: { type: 'array', items: rule },
  });
}

function replicatedJob(replicas: Schema): Schema {
  const dependency = object({ name: text, status: oneOf('Ready', 'Complete') }, ['name', 'status']);
  return object(
    {
      dependsOn: mapOfNames(dependency, { maxItems: 5, ...immutable }),
      groupName: { ...text, default: 'default' },
      name: text,
      replicas: { ...int32, default: 1, ...replicas },
      template: schemaOf('batch/v1.JobTemplateSpec'),
    },
    ['name', 'template'],
  );
}

function volumeClaimPolicies(): Schema {
  const policy: Schema = {
    ...object({
      retentionPolicy: object({
        whenDeleted: { ...oneOf('Delete', 'Retain'), default: 'Delete' },
      }),
      templates: {
        type: 'array',
        maxItems: 50,
        items: schemaOf('core/v1.PersistentVolumeClaim'),
        'x-kubernetes-list-type': 'atomic',
      },
    }),
    'x-kubernetes-validations': [
      {
        message: 'namespace cannot be set for VolumeClaimPolicies templates',
        rule: 'self.templates.all(t, !has(t.metadata.namespace) || size(t.metadata.namespace) == 0)',
      },
    ],
  };
  return {
    type: 'array',
    maxItems: 50,
    items: policy,
    'x-kubernetes-list-type': 'atomic',
    ...immutable,
  };
}

function statusSchema(): Schema {
  const count: Schema = { ...int32, minimum: 0 };
  const counts: Schema = {
    type: 'array',
    maxItems: 1024,
    items: int32,
    'x-kubernetes-list-type': 'atomic',
  };
  const names = ['active', 'failed', 'ready', 'succeeded', 'suspended'];
  const replicated = object(
    {
      name: text,
      ...Object.fromEntries(names.map(name => [name, int32])),
      jobRestarts: counts,
      jobRestartsCountTowardsMax: counts,
    },
    [...names, 'name'].sort(),
  );
  return object({
    conditions: conditionsSchema,
    currentInPlaceRestartAttempt: count,
    previousInPlaceRestartAttempt: count,
    replicatedJobsStatus: mapOfNames(replicated),
    restarts: int32,
    restartsCountTowardsMax: int32,
    terminalState: text,
  });
}

const columns = [
  { name: 'TerminalState', type: 'string', jsonPath: '.status.terminalState' },
  { name: 'Restarts', type: 'string', jsonPath: '.status.restarts' },
  {
    name: 'Completed',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Completed")].status',
  },
  { name: 'Suspended', type: 'string', jsonPath: '.spec.suspend' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** jobsets.jobset.x-k8s.io. */
export function jobSetDefinition(): KubeObject {
  return definition({
    group: 'jobset.x-k8s.io',
    version: 'v1alpha2',
    kind: 'JobSet',
    plural: 'jobsets',
    singular: 'jobset',
    columns,
    spec: jobSetSpecSchema({ replicas: { minimum: 0 } }),
    status: statusSchema(),
  });
}
