/** The CRD of MPIJob v2beta1. @upstream kubeflow/mpi-operator manifests/base/kubeflow.org_mpijobs.yaml */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const text: Schema = { type: 'string' };
const int32: Schema = { type: 'integer', format: 'int32' };
const time: Schema = { type: 'string', format: 'date-time' };

function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties };
}

function mapOf(additionalProperties: Schema): Schema {
  return { type: 'object', additionalProperties };
}

function runPolicy(): Schema {
  return object({
    activeDeadlineSeconds: { type: 'integer', format: 'int64' },
    backoffLimit: int32,
    cleanPodPolicy: text,
    managedBy: text,
    schedulingPolicy: object({
      minAvailable: int32,
      minResources: mapOf(schemaOf('api/resource.Quantity')),
      priorityClass: text,
      queue: text,
      scheduleTimeoutSeconds: int32,
    }),
    suspend: { type: 'boolean', default: false },
    ttlSecondsAfterFinished: int32,
  });
}

function spec(): Schema {
  const template = schemaOf('core/v1.PodTemplateSpec');
  return {
    ...object({
      launcherCreationPolicy: { ...text, default: 'AtStartup' },
      mpiImplementation: { ...text, default: 'OpenMPI', enum: ['OpenMPI', 'Intel', 'MPICH'] },
      mpiReplicaSpecs: mapOf(object({ replicas: int32, restartPolicy: text, template })),
      runLauncherAsWorker: { type: 'boolean', default: false },
      runPolicy: runPolicy(),
      slotsPerWorker: { ...int32, default: 1 },
      sshAuthMountPath: { ...text, default: '/root/.ssh' },
    }),
    required: ['mpiReplicaSpecs'],
  };
}

function status(): Schema {
  const condition = {
    ...object({
      lastTransitionTime: time,
      lastUpdateTime: time,
      message: text,
      reason: text,
      status: { ...text, enum: ['True', 'False', 'Unknown'] },
      type: text,
    }),
    required: ['status', 'type'],
  };
  return object({
    completionTime: time,
    conditions: {
      type: 'array',
      items: condition,
      'x-kubernetes-list-map-keys': ['type'],
      'x-kubernetes-list-type': 'map',
    },
    lastReconcileTime: time,
    replicaStatuses: mapOf(
      object({
        active: int32,
        failed: int32,
        labelSelector: schemaOf('meta/v1.LabelSelector'),
        selector: text,
        succeeded: int32,
      }),
    ),
    startTime: time,
  });
}

/** mpijobs.kubeflow.org, in its second version. */
export function mpiJobV2Definition(): KubeObject {
  return definition({
    group: 'kubeflow.org',
    version: 'v2beta1',
    kind: 'MPIJob',
    plural: 'mpijobs',
    singular: 'mpijob',
    spec: spec(),
    status: status(),
  });
}
