/** The schemas of Kubeflow Trainer's kinds. @upstream kubeflow/trainer v2.3.0 manifests/base/crds */
import {
  conditionSchema,
  atomicList,
  int32,
  keyedList,
  object,
  text,
} from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { jobSetSpecSchema } from '../jobset/definition.js';
import { runtimePatchesSchema } from './patch-schemas.js';

const immutable: Schema = rules(['field is immutable', 'self == oldSelf']);

function rules(...all: readonly (readonly [string, string])[]): Schema {
  return { 'x-kubernetes-validations': all.map(([message, rule]) => ({ message, rule })) };
}

/** The spec of runtimes. */
export function runtimeSchema(): Schema {
  const mode: Schema = { ...text, default: 'hard', enum: ['hard', 'soft'] };
  const tier: Schema = { type: 'integer', default: 1 };
  return {
    ...object({
      mlPolicy: mlPolicySchema(),
      podGroupPolicy: object({
        coscheduling: object({ scheduleTimeoutSeconds: { ...int32, default: 60 } }),
        volcano: object({ networkTopology: object({ highestTierAllowed: tier, mode }) }),
      }),
      template: {
        ...object({ metadata: metadataSchema(), spec: jobSetSpecSchema() }),
        minProperties: 1,
      },
    }),
    minProperties: 1,
  };
}

function metadataSchema(): Schema {
  const template = schemaOf('core/v1.PodTemplateSpec')['properties'];
  return (template as Readonly<Record<string, Schema>>)['metadata'] ?? {};
}

function mlPolicySchema(): Schema {
  const target = object(
    {
      containerNames: {
        type: 'array',
        items: { ...text, maxLength: 63 },
        maxItems: 8,
        minItems: 1,
        'x-kubernetes-list-type': 'set',
        ...rules([
          'containerNames must not include the main node container because PET_* envs are always injected into it',
          "!self.exists(c, c == 'node')",
        ]),
      },
      jobName: { ...text, maxLength: 253, minLength: 1 },
    },
    ['containerNames', 'jobName'],
  );
  const processes = rules(['NumProcPerNode in fluxPolicy must be >= 1', 'self >= 1']);
  return {
    ...object({
      flux: object({ numProcPerNode: { ...int32, default: 1, ...processes } }),
      jax: object({}),
      mpi: object({
        mpiImplementation: { ...text, default: 'OpenMPI', enum: ['OpenMPI', ''] },
        numProcPerNode: { ...int32, default: 1 },
        runLauncherAsNode: { type: 'boolean', default: false },
        sshAuthMountPath: { ...text, default: '/root/.ssh', maxLength: 4096 },
      }),
      numNodes: int32,
      torch: object({ envInjection: object({ targets: keyedList(target, ['jobName'], 16) }) }),
      xgboost: object({}),
    }),
    ...rules([
      'Only one of the policy can be configured',
      '[has(self.torch), has(self.mpi), has(self.jax), has(self.xgboost),has(self.flux)].filter(x, x).size() <= 1',
    ]),
  };
}

/** The spec of TrainJobs. */
export function trainJobSchema(): Schema {
  const name: Schema = { ...text, maxLength: 253 };
  return object(
    {
      activeDeadlineSeconds: { type: 'integer', format: 'int64', minimum: 1, ...immutable },
      initializer: {
        ...object({ dataset: initializerSchema(), model: initializerSchema() }),
        ...immutable,
      },
      managedBy: {
        ...name,
        default: 'trainer.kubeflow.org/trainjob-controller',
        ...rules(
          [
            'ManagedBy must be trainer.kubeflow.org/trainjob-controller or kueue.x-k8s.io/multikueue if set',
            "self in ['trainer.kubeflow.org/trainjob-controller', 'kueue.x-k8s.io/multikueue']",
          ],
          ['field is immutable', 'self == oldSelf'],
        ),
      },
      runtimePatches: runtimePatchesSchema(),
      runtimeRef: {
        ...object(
          {
            apiGroup: { ...name, default: 'trainer.kubeflow.org' },
            kind: { ...name, default: 'ClusterTrainingRuntime' },
            name: { ...name, minLength: 1 },
          },
          ['name'],
        ),
        ...immutable,
      },
      suspend: { type: 'boolean', default: false },
      trainer: { ...trainerSchema(), ...immutable },
    },
    ['runtimeRef'],
  );
}

function initializerSchema(): Schema {
  return object({
    env: keyedList(schemaOf('core/v1.EnvVar'), ['name'], 128),
    secretRef: schemaOf('core/v1.LocalObjectReference'),
    storageUri: {
      ...text,
      maxLength: 2048,
      ...rules([
        'storageUri may be empty, or it must be a valid URI (scheme://...)',
        "self == '' || self.matches('^[A-Za-z][A-Za-z0-9+.-]*://.+$')",
      ]),
    },
  });
}

function trainerSchema(): Schema {
  const words = atomicList({ ...text, maxLength: 1_048_576 }, 128);
  return object({
    args: words,
    command: words,
    env: keyedList(schemaOf('core/v1.EnvVar'), ['name'], 128),
    image: { ...text, maxLength: 500 },
    numNodes: int32,
    numProcPerNode: int32,
    resourcesPerNode: schemaOf('core/v1.ResourceRequirements'),
  });
}

/** The status of TrainJobs. */
export function trainJobStatusSchema(): Schema {
  const count: Schema = { ...int32, minimum: 0 };
  const names = ['active', 'failed', 'ready', 'succeeded', 'suspended'];
  const name: Schema = { ...text, maxLength: 253, minLength: 1 };
  const counts = Object.fromEntries(names.map(one => [one, count]));
  const short: Schema = { ...text, maxLength: 64, minLength: 1 };
  const metric = object({ name: short, value: short }, ['name', 'value']);
  return {
    ...object({
      conditions: keyedList(conditionSchema, ['type'], 8),
      jobsStatus: keyedList(object({ name, ...counts }, [...names, 'name'].sort()), ['name'], 100),
      trainerStatus: {
        ...object({
          estimatedRemainingSeconds: count,
          lastUpdatedTime: { ...text, format: 'date-time' },
          metrics: atomicList(metric, 256),
          progressPercentage: { ...count, maximum: 100 },
        }),
        ...rules([
          'lastUpdatedTime is required when trainerStatus is present',
          'has(self.lastUpdatedTime)',
        ]),
      },
    }),
    minProperties: 1,
  };
}
