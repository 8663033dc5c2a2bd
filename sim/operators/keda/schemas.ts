/** The schemas of ScaledObjects and ScaledJobs. @upstream kedacore/keda v2.20.2 config/crd/bases */
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';

const boolean: Schema = { type: 'boolean' };
const atLeast = (minimum: number): Schema => ({ ...int32, minimum });
const list = (items: Schema): Schema => ({ type: 'array', items });

function scalingRules(): Schema {
  const policy = object({ periodSeconds: int32, type: text, value: int32 }, [
    ...['periodSeconds', 'type', 'value'],
  ]);
  return object({
    policies: { ...list(policy), 'x-kubernetes-list-type': 'atomic' },
    selectPolicy: text,
    // A patch of the kustomization adds the bounds.
    stabilizationWindowSeconds: { ...int32, minimum: 0, maximum: 3600 },
    tolerance: schemaOf('api/resource.Quantity'),
  });
}

function advanced(): Schema {
  const rules = scalingRules();
  return object({
    horizontalPodAutoscalerConfig: object({
      behavior: object({ scaleDown: rules, scaleUp: rules }),
      name: text,
    }),
    restoreToOriginalReplicaCount: boolean,
    scalingModifiers: object({
      activationTarget: text,
      formula: text,
      metricType: oneOf('AverageValue', 'Value'),
      target: text,
    }),
  });
}

/** Of ScaledJobs the kustomization takes the type of the metric away. */
function triggers(more: Readonly<Record<string, Schema>> = {}): Schema {
  const reference = object(
    { kind: oneOf('TriggerAuthentication', 'ClusterTriggerAuthentication'), name: text },
    ['name'],
  );
  const trigger = object(
    {
      authenticationRef: reference,
      metadata: mapOf(text),
      ...more,
      name: text,
      type: { ...text, minLength: 1 },
      useCachedMetrics: boolean,
    },
    ['metadata', 'type'],
  );
  return { ...list(trigger), minItems: 1 };
}

const replicasRule =
  '!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)';

/** The spec of a ScaledObject. */
export function scaledObjectSchema(): Schema {
  const behaviors = [
    ...['static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower'],
    'scalingModifiers',
  ];
  const schema = object(
    {
      advanced: advanced(),
      cooldownPeriod: atLeast(0),
      fallback: object(
        {
          behavior: { ...oneOf(...behaviors), default: 'static' },
          failureThreshold: atLeast(0),
          replicas: atLeast(0),
        },
        ['failureThreshold', 'replicas'],
      ),
      idleReplicaCount: atLeast(0),
      initialCooldownPeriod: atLeast(0),
      maxReplicaCount: atLeast(1),
      minReplicaCount: atLeast(0),
      pollingInterval: atLeast(1),
      scaleTargetRef: object(
        {
          apiVersion: text,
          envSourceContainerName: text,
          kind: text,
          name: { ...text, minLength: 1 },
        },
        ['name'],
      ),
      triggers: triggers({ metricType: text }),
    },
    ['scaleTargetRef', 'triggers'],
  );
  const message = 'minReplicaCount must be less than or equal to maxReplicaCount';
  return { ...schema, 'x-kubernetes-validations': [{ message, rule: replicasRule }] };
}

const conditions = list(
  object({ message: text, reason: text, status: text, type: text }, ['status', 'type']),
);
const time: Schema = { type: 'string', format: 'date-time' };

const statusFields: Readonly<Record<string, Schema>> = {
  authenticationsTypes: text,
  conditions,
  externalMetricNames: list(text),
  lastActiveTime: time,
  triggersActivity: mapOf(object({ isActive: boolean })),
  triggersTypes: text,
};

/** The status of a ScaledObject. */
export function scaledObjectStatusSchema(): Schema {
  const names = ['group', 'kind', 'resource', 'version'];
  return object({
    ...statusFields,
    compositeScalerName: text,
    health: mapOf(object({ numberOfFailures: int32, status: text })),
    hpaName: text,
    originalReplicaCount: int32,
    pausedReplicaCount: int32,
    resourceMetricNames: list(text),
    scaleTargetGVKR: object(Object.fromEntries(names.map(name => [name, text])), names),
    scaleTargetKind: text,
  });
}

/** The spec of a ScaledJob. */
export function scaledJobSchema(): Schema {
  const rollouts = oneOf('gradual', 'immediate');
  return object(
    {
      envSourceContainerName: text,
      failedJobsHistoryLimit: atLeast(0),
      jobTargetRef: schemaOf('batch/v1.JobSpec'),
      maxReplicaCount: atLeast(1),
      minReplicaCount: atLeast(0),
      pollingInterval: atLeast(1),
      rollout: object({ propagationPolicy: oneOf('foreground', 'background'), strategy: rollouts }),
      rolloutStrategy: rollouts,
      scalingStrategy: object({
        customScalingQueueLengthDeduction: int32,
        customScalingRunningJobPercentage: text,
        multipleScalersCalculation: oneOf('min', 'avg', 'sum', 'max'),
        pendingPodConditions: list(text),
        strategy: oneOf('default', 'custom', 'accurate', 'eager'),
      }),
      successfulJobsHistoryLimit: atLeast(0),
      triggers: triggers(),
    },
    ['jobTargetRef', 'triggers'],
  );
}

/** The status of a ScaledJob. */
export function scaledJobStatusSchema(): Schema {
  return object({ ...statusFields, Paused: text });
}
