/** The CRD of LeaderWorkerSets. @upstream lws v0.10.0 config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { conditionsSchema, int32, object, oneOf, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const numberOrShare: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};

function templateSchema(): Schema {
  const pods = schemaOf('core/v1.PodTemplateSpec');
  return object(
    {
      leaderTemplate: pods,
      persistentVolumeClaimRetentionPolicy: object({ whenDeleted: text, whenScaled: text }),
      restartPolicy: {
        ...oneOf('Default', 'RecreateGroupOnPodRestart', 'RecreateGroupAfterStart', 'None'),
        default: 'RecreateGroupOnPodRestart',
      },
      size: { ...int32, default: 1 },
      subGroupPolicy: object({
        subGroupPolicyType: {
          ...oneOf('LeaderWorker', 'LeaderExcluded'),
          default: 'LeaderWorker',
        },
        subGroupSize: int32,
      }),
      volumeClaimTemplates: { type: 'array', items: schemaOf('core/v1.PersistentVolumeClaim') },
      workerTemplate: pods,
    },
    ['workerTemplate'],
  );
}

function specSchema(): Schema {
  const update = object({
    maxSurge: { ...numberOrShare, default: 0 },
    maxUnavailable: { ...numberOrShare, default: 1 },
    partition: { ...int32, default: 0 },
  });
  return object(
    {
      leaderWorkerTemplate: templateSchema(),
      networkConfig: object({ subdomainPolicy: oneOf('Shared', 'UniquePerReplica') }, [
        'subdomainPolicy',
      ]),
      replicas: { ...int32, default: 1, maximum: 1_000_000, minimum: 0 },
      rolloutStrategy: object(
        {
          rollingUpdateConfiguration: update,
          type: { ...oneOf('RollingUpdate'), default: 'RollingUpdate' },
        },
        ['type'],
      ),
      startupPolicy: { ...oneOf('LeaderCreated', 'LeaderReady'), default: 'LeaderCreated' },
    },
    ['leaderWorkerTemplate'],
  );
}

function statusSchema(): Schema {
  return object({
    conditions: conditionsSchema,
    hpaPodSelector: text,
    observedGeneration: { type: 'integer', format: 'int64' },
    readyReplicas: int32,
    replicas: int32,
    updatedReplicas: int32,
  });
}

const columns = [
  { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
  { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' },
  { name: 'Up-to-date', type: 'integer', jsonPath: '.status.updatedReplicas' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** leaderworkersets.leaderworkerset.x-k8s.io. */
export function leaderWorkerSetDefinition(): KubeObject {
  return definition({
    group: 'leaderworkerset.x-k8s.io',
    version: 'v1',
    kind: 'LeaderWorkerSet',
    plural: 'leaderworkersets',
    singular: 'leaderworkerset',
    shortNames: ['lws'],
    columns,
    spec: specSchema(),
    status: statusSchema(),
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.hpaPodSelector',
    },
  });
}
