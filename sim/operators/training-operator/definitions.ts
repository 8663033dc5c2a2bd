/** The CRDs of the training operator's kinds. @upstream training-operator v1.8.1 manifests/base/crds */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const text: Schema = { type: 'string' };
const int32: Schema = { type: 'integer', format: 'int32' };
const time: Schema = { type: 'string', format: 'date-time' };

function replicaSpecsSchema(): Schema {
  return {
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        replicas: int32,
        restartPolicy: text,
        template: schemaOf('core/v1.PodTemplateSpec'),
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

/** mxjobs.kubeflow.org. */
export function mxJobDefinition(): KubeObject {
  return definition({
    group: 'kubeflow.org',
    version: 'v1',
    kind: 'MXJob',
    plural: 'mxjobs',
    singular: 'mxjob',
    columns: [
      { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    spec: {
      type: 'object',
      properties: {
        jobMode: text,
        mxReplicaSpecs: replicaSpecsSchema(),
        runPolicy: runPolicySchema(),
      },
      required: ['jobMode', 'mxReplicaSpecs'],
    },
    status: jobStatusSchema(),
  });
}
