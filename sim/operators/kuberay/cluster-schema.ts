/** The schema of RayClusters, which RayJobs and RayServices hold, too. @upstream kuberay v1.7.0 config/crd/bases/ray.io_rayclusters.yaml */
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { conditionsSchema, int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { once } from '../crd/once.js';

const flag: Schema = { type: 'boolean' };
const texts = mapOf(text);
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const time: Schema = { type: 'string', format: 'date-time' };

/** Rules in CEL: message and rule. */
export function rules(...all: readonly (readonly [string, string])[]): Schema {
  return { 'x-kubernetes-validations': all.map(([message, rule]) => ({ message, rule })) };
}

/** Who takes care of the object. */
export const managedBySchema: Schema = {
  ...text,
  ...rules(
    ['the managedBy field is immutable', 'self == oldSelf'],
    [
      "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
      "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
    ],
  ),
};

const quantity: Schema =
  (
    schemaOf('core/v1.ResourceRequirements')['properties'] as Readonly<
      Record<string, { readonly additionalProperties: Schema }>
    >
  )['limits']?.additionalProperties ?? {};

function autoscalerSchema(): Schema {
  return object({
    args: listOf(text),
    command: listOf(text),
    env: listOf(schemaOf('core/v1.EnvVar')),
    envFrom: listOf(schemaOf('core/v1.EnvFromSource')),
    idleTimeoutSeconds: int32,
    image: text,
    imagePullPolicy: text,
    resources: schemaOf('core/v1.ResourceRequirements'),
    securityContext: schemaOf('core/v1.SecurityContext'),
    upscalingMode: oneOf('Default', 'Aggressive', 'Conservative'),
    version: oneOf('v1', 'v2'),
    volumeMounts: listOf(schemaOf('core/v1.VolumeMount')),
  });
}

function faultToleranceSchema(): Schema {
  const credential = object({ value: text, valueFrom: schemaOf('core/v1.EnvVarSource') });
  return object({
    backend: {
      ...oneOf('redis', 'rocksdb'),
      ...rules(['gcsFaultToleranceOptions.backend is immutable', 'self == oldSelf']),
    },
    externalStorageNamespace: text,
    redisAddress: text,
    redisPassword: credential,
    redisUsername: credential,
    storage: object({
      accessModes: listOf(text),
      claimName: text,
      deletionPolicy: oneOf('DeleteWithCluster', 'Retain'),
      size: quantity,
      storageClassName: text,
      subPath: text,
    }),
  });
}

function headSchema(): Schema {
  return object(
    {
      enableIngress: flag,
      headService: embedded('core/v1.Service'),
      ingressOptions: object({
        host: text,
        path: text,
        pathType: oneOf('Exact', 'Prefix', 'ImplementationSpecific'),
        tls: listOf(schemaOf('networking/v1.IngressTLS')),
      }),
      labels: texts,
      rayStartParams: texts,
      resources: texts,
      serviceType: text,
      template: schemaOf('core/v1.PodTemplateSpec'),
    },
    ['template'],
  );
}

/** A whole object within another. */
export function embedded(type: string): Schema {
  const schema = schemaOf(type);
  return {
    ...schema,
    properties: {
      apiVersion: text,
      kind: text,
      ...(schema['properties'] as Readonly<Record<string, Schema>>),
    },
  };
}

function workerSchema(): Schema {
  return object(
    {
      groupName: text,
      idleTimeoutSeconds: int32,
      labels: texts,
      maxReplicas: { ...int32, default: 2_147_483_647 },
      minReplicas: { ...int32, default: 0 },
      numOfHosts: { ...int32, default: 1 },
      priority: { ...int32, default: 0 },
      rayStartParams: texts,
      replicas: { ...int32, default: 0 },
      resources: texts,
      scaleStrategy: object({ workersToDelete: listOf(text) }),
      suspend: flag,
      template: schemaOf('core/v1.PodTemplateSpec'),
    },
    ['groupName', 'maxReplicas', 'minReplicas', 'template'],
  );
}

function networkPolicySchema(): Schema {
  const sides = {
    egressRules: listOf(schemaOf('networking/v1.NetworkPolicyEgressRule')),
    ingressRules: listOf(schemaOf('networking/v1.NetworkPolicyIngressRule')),
  };
  return object({
    head: object(sides),
    mode: { ...oneOf('DenyAll', 'DenyAllIngress', 'DenyAllEgress'), default: 'DenyAll' },
    worker: object(sides),
    workerGroups: {
      ...listOf(object({ ...sides, groupName: text }, ['groupName'])),
      'x-kubernetes-list-map-keys': ['groupName'],
      'x-kubernetes-list-type': 'map',
    },
  });
}

/** What is asked of a Ray cluster. */
export const clusterSchema = once((): Schema => {
  const collector = object({
    env: listOf(schemaOf('core/v1.EnvVar')),
    image: text,
    imagePullPolicy: text,
    resources: schemaOf('core/v1.ResourceRequirements'),
  });
  return object(
    {
      authOptions: object({
        enableK8sTokenAuth: flag,
        mode: oneOf('disabled', 'token'),
        secretName: text,
      }),
      autoscalerOptions: autoscalerSchema(),
      enableInTreeAutoscaling: flag,
      gcsFaultToleranceOptions: faultToleranceSchema(),
      headGroupSpec: headSchema(),
      headServiceAnnotations: texts,
      historyServerOptions: object({ collectorOptions: collector }),
      managedBy: managedBySchema,
      networkPolicy: networkPolicySchema(),
      rayVersion: text,
      suspend: flag,
      tlsOptions: object({ enabled: flag }),
      upgradeStrategy: object({ type: oneOf('Recreate', 'None') }),
      workerGroupSpecs: listOf(workerSchema()),
    },
    ['headGroupSpec'],
  );
});

/** What is known of a Ray cluster. */
export const clusterStatusSchema = once((): Schema => {
  return object({
    availableWorkerReplicas: int32,
    conditions: conditionsSchema,
    desiredCPU: quantity,
    desiredGPU: quantity,
    desiredMemory: quantity,
    desiredTPU: quantity,
    desiredWorkerReplicas: int32,
    endpoints: texts,
    head: object({ podIP: text, podName: text, serviceIP: text, serviceName: text }),
    lastUpdateTime: { ...time, nullable: true },
    maxWorkerReplicas: int32,
    minWorkerReplicas: int32,
    observedGeneration: { type: 'integer', format: 'int64' },
    readyWorkerReplicas: int32,
    reason: text,
    state: text,
    stateTransitionTimes: mapOf(time),
  });
});
