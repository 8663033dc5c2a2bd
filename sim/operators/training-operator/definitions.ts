/** The CRDs of the training operator's kinds. @upstream training-operator v1.8.1 manifests/base/crds */
import type { KubeObject } from '../../api/object.js';
import { definition, type ScalePaths } from '../crd/definition.js';
import { asOf, type Age } from '../crd/older-schema.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const text: Schema = { type: 'string' };
const int32: Schema = { type: 'integer', format: 'int32' };
const time: Schema = { type: 'string', format: 'date-time' };

/** The Kubernetes with which the release was built. */
const kubernetes127: Age = {
  lacks: new Set([
    'appArmorProfile',
    'fileKeyRef',
    'hostnameOverride',
    'podCertificate',
    'recursiveReadOnly',
    'restartPolicyRules',
    'schedulingGroup',
    'seLinuxChangePolicy',
    'stopSignal',
    'supplementalGroupsPolicy',
    'workloadRef',
  ]),
  sortedLists: new Set([
    'claims',
    'matchLabelKeys',
    'mismatchLabelKeys',
    'ports',
    'resizePolicy',
    'resourceClaims',
    'schedulingGates',
    'topologySpreadConstraints',
  ]),
};

function replicaSpecsSchema(): Schema {
  return {
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        replicas: int32,
        restartPolicy: text,
        template: asOf(kubernetes127, schemaOf('core/v1.PodTemplateSpec')),
      },
    },
  };
}

function runPolicySchema(): Schema {
  return {
    type: 'object',
    properties: {
      activeDeadlineSeconds: { type: 'integer', format: 'int64' },
      backoffLimit: int32,
      cleanPodPolicy: text,
      schedulingPolicy: {
        type: 'object',
        properties: {
          minAvailable: int32,
          minResources: {
            type: 'object',
            additionalProperties: schemaOf('api/resource.Quantity'),
          },
          priorityClass: text,
          queue: {
            ...text,
            'x-kubernetes-validations': [
              {
                message: 'spec.runPolicy.schedulingPolicy.queue is immutable',
                rule: 'self == oldSelf',
              },
            ],
          },
          scheduleTimeoutSeconds: int32,
        },
      },
      suspend: { type: 'boolean', default: false },
      ttlSecondsAfterFinished: int32,
    },
  };
}

function jobStatusSchema(): Schema {
  return {
    type: 'object',
    properties: {
      completionTime: time,
      conditions: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            lastTransitionTime: time,
            lastUpdateTime: time,
            message: text,
            reason: text,
            status: text,
            type: text,
          },
          required: ['status', 'type'],
        },
      },
      lastReconcileTime: time,
      replicaStatuses: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: {
            active: int32,
            failed: int32,
            labelSelector: schemaOf('meta/v1.LabelSelector'),
            selector: text,
            succeeded: int32,
          },
        },
      },
      startTime: time,
    },
  };
}

/** The State and the Age of a job. */
const columns = [
  { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

function jobDefinition(
  kind: string,
  parts: {
    /** The field of the replica specs. */
    readonly replicas: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly scale?: ScalePaths;
    readonly columns?: typeof columns;
  },
): KubeObject {
  const { replicas, properties, required = [], scale } = parts;
  const singular = kind.toLowerCase();
  return definition({
    group: 'kubeflow.org',
    version: 'v1',
    kind,
    plural: `${singular}s`,
    singular,
    columns: parts.columns ?? columns,
    ...(scale !== undefined && { scale }),
    spec: {
      type: 'object',
      properties: {
        ...properties,
        [replicas]: replicaSpecsSchema(),
        runPolicy: runPolicySchema(),
      },
      required: [...required, replicas],
    },
    status: jobStatusSchema(),
  });
}

/** The Workers are what is scaled. */
function workerScale(replicas: string): ScalePaths {
  return {
    labelSelectorPath: '.status.replicaStatuses.Worker.selector',
    specReplicasPath: `.spec.${replicas}.Worker.replicas`,
    statusReplicasPath: '.status.replicaStatuses.Worker.active',
  };
}

/** mxjobs.kubeflow.org. */
export function mxJobDefinition(): KubeObject {
  return jobDefinition('MXJob', {
    replicas: 'mxReplicaSpecs',
    properties: { jobMode: text },
    required: ['jobMode'],
  });
}

/** pytorchjobs.kubeflow.org. */
export function pytorchJobDefinition(): KubeObject {
  const configuration = { type: 'object', properties: { key: text, value: text } };
  const metric = schemaOf('autoscaling/v2.MetricSpec');
  return jobDefinition('PyTorchJob', {
    replicas: 'pytorchReplicaSpecs',
    scale: workerScale('pytorchReplicaSpecs'),
    properties: {
      elasticPolicy: {
        type: 'object',
        properties: {
          maxReplicas: int32,
          maxRestarts: int32,
          metrics: { type: 'array', items: metric },
          minReplicas: int32,
          nProcPerNode: int32,
          rdzvBackend: text,
          rdzvConf: { type: 'array', items: configuration },
          rdzvHost: text,
          rdzvId: text,
          rdzvPort: int32,
          standalone: { type: 'boolean' },
        },
      },
      nprocPerNode: text,
    },
  });
}

/** xgboostjobs.kubeflow.org. */
export function xgboostJobDefinition(): KubeObject {
  return jobDefinition('XGBoostJob', { replicas: 'xgbReplicaSpecs' });
}

/** paddlejobs.kubeflow.org. */
export function paddleJobDefinition(): KubeObject {
  const metrics = { type: 'array', items: schemaOf('autoscaling/v2.MetricSpec') };
  return jobDefinition('PaddleJob', {
    replicas: 'paddleReplicaSpecs',
    scale: workerScale('paddleReplicaSpecs'),
    properties: {
      elasticPolicy: {
        type: 'object',
        properties: { maxReplicas: int32, maxRestarts: int32, metrics, minReplicas: int32 },
      },
    },
  });
}

/** tfjobs.kubeflow.org. */
export function tfJobDefinition(): KubeObject {
  return jobDefinition('TFJob', {
    replicas: 'tfReplicaSpecs',
    properties: { enableDynamicWorker: { type: 'boolean' }, successPolicy: text },
  });
}

/** mpijobs.kubeflow.org, in its first version. */
export function mpiJobDefinition(): KubeObject {
  return jobDefinition('MPIJob', {
    replicas: 'mpiReplicaSpecs',
    properties: { cleanPodPolicy: text, mainContainer: text, slotsPerWorker: int32 },
    columns: [...columns].reverse(),
  });
}
