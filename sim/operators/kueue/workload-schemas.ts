/** The schema of Workloads, without topologies, gates and other clusters. @upstream kueue v0.19.2 kueue.x-k8s.io_workloads.yaml */
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { atomicList, int32, keyedList, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { conditions, count, quantity, setName, subdomain } from './schema-parts.js';

function topologyRequest(): Schema {
  return object({
    podIndexLabel: { type: 'string', maxLength: 317 },
    podSetGroupName: { type: 'string', maxLength: 256 },
    podSetSliceRequiredTopology: { type: 'string', maxLength: 63 },
    podSetSliceSize: int32,
    preferred: { type: 'string', maxLength: 63 },
    required: { type: 'string', maxLength: 63 },
    subGroupCount: int32,
    subGroupIndexLabel: { type: 'string', maxLength: 317 },
    unconstrained: { type: 'boolean' },
  });
}

function spec(): Schema {
  const podSet: Schema = {
    ...object(
      {
        count: { ...count, default: 1 },
        minCount: { ...int32, minimum: 1 },
        name: { ...setName, default: 'main' },
        template: schemaOf('core/v1.PodTemplateSpec'),
        topologyRequest: topologyRequest(),
      },
      ['template'],
    ),
    'x-kubernetes-validations': [
      {
        message: 'minCount should be positive and less or equal to count',
        rule: 'has(self.minCount) ? self.minCount <= self.count : true',
      },
    ],
  };
  return {
    ...object({
      active: { type: 'boolean', default: true },
      maximumExecutionTimeSeconds: { ...int32, minimum: 1 },
      podSets: { ...keyedList(podSet, ['name'], 18), minItems: 1 },
      priority: int32,
      priorityClassRef: priorityClassRef(),
      queueName: subdomain,
    }),
    'x-kubernetes-validations': [
      {
        message: 'priority should not be nil when priorityClassRef is set',
        rule: '!has(self.priorityClassRef) || has(self.priority)',
      },
    ],
  };
}

function priorityClassRef(): Schema {
  const only = (kind: string, group: string) => ({
    message: `only the ${kind} kind is allowed for the ${group} group`,
    rule: `(self.group == '${group}') ? self.kind == '${kind}' : true`,
  });
  return {
    ...object(
      {
        group: oneOf('kueue.x-k8s.io', 'scheduling.k8s.io'),
        kind: oneOf('WorkloadPriorityClass', 'PriorityClass'),
        name: { ...subdomain, minLength: 1 },
      },
      ['group', 'kind', 'name'],
    ),
    'x-kubernetes-validations': [
      only('PriorityClass', 'scheduling.k8s.io'),
      only('WorkloadPriorityClass', 'kueue.x-k8s.io'),
    ],
  };
}

function status(): Schema {
  const assignment = object({
    count,
    flavors: mapOf(subdomain),
    name: { ...setName, default: 'main' },
    resourceUsage: mapOf(quantity()),
  });
  const request = object({ name: setName, resources: mapOf(quantity()) }, ['name']);
  const eviction = object({ count, reason: text, underlyingCause: text }, [
    'count',
    'reason',
    'underlyingCause',
  ]);
  return object({
    accumulatedPastExecutionTimeSeconds: int32,
    admission: object({
      clusterQueue: subdomain,
      podSetAssignments: keyedList(assignment, ['name'], 18),
    }),
    admissionChecks: admissionChecks(),
    conditions: conditions(),
    reclaimablePods: keyedList(object({ count, name: setName }, ['count', 'name']), ['name'], 18),
    requeueState: object({ count, requeueAt: { type: 'string', format: 'date-time' } }),
    resourceRequests: keyedList(request, ['name'], 18),
    schedulingStats: object({
      evictions: keyedList(eviction, ['reason', 'underlyingCause'], 256),
    }),
  });
}

function admissionChecks(): Schema {
  const podSetUpdate = object(
    {
      annotations: mapOf(text),
      labels: mapOf(text),
      name: setName,
      nodeSelector: mapOf(text),
      tolerations: atomicList(schemaOf('core/v1.Toleration'), 8),
    },
    ['name'],
  );
  const check = object(
    {
      lastTransitionTime: { type: 'string', format: 'date-time' },
      message: { type: 'string', maxLength: 32768 },
      name: { type: 'string', maxLength: 316, minLength: 1 },
      podSetUpdates: atomicList(podSetUpdate, 18),
      requeueAfterSeconds: count,
      retryCount: count,
      state: oneOf('Pending', 'Ready', 'Retry', 'Rejected'),
    },
    ['lastTransitionTime', 'message', 'name', 'state'],
  );
  return keyedList(check, ['name'], 8);
}

/** Of Workloads. */
export function workloadSchemas(): { readonly spec: Schema; readonly status: Schema } {
  return { spec: spec(), status: status() };
}

function isTrue(self: string, type: string): string {
  const is = `c.type == '${type}' && c.status == 'True'`;
  return `has(${self}.status) && has(${self}.status.conditions) && ${self}.status.conditions.exists(c, ${is})`;
}

const wasReserved = `(${isTrue('oldSelf', 'QuotaReserved')})`;
const staysReserved = `(${wasReserved} && (${isTrue('self', 'QuotaReserved')}))`;
const staysAdmitted = `((${isTrue('oldSelf', 'Admitted')}) && (${isTrue('self', 'Admitted')}))`;
const classes = 'has(oldSelf.spec.priorityClassRef) && has(self.spec.priorityClassRef)';

/** What may not change while a workload holds quota. */
export const workloadRules: readonly { readonly message: string; readonly rule: string }[] = [
  {
    message: 'podSetAssignments must have the same number of podSets as the spec',
    rule: `${isTrue('self', 'QuotaReserved')} && has(self.status.admission) ? size(self.spec.podSets) == size(self.status.admission.podSetAssignments) : true`,
  },
  {
    message: 'priorityClassRef is immutable while workload quota reserved',
    rule: `${wasReserved} ? (!has(oldSelf.spec.priorityClassRef) && !has(self.spec.priorityClassRef)) || (${classes}) : true`,
  },
  {
    message: 'queueName is immutable while workload quota reserved',
    rule: `${staysReserved} ? ((has(oldSelf.spec.queueName) == has(self.spec.queueName)) && (!has(oldSelf.spec.queueName) || oldSelf.spec.queueName == self.spec.queueName)) : true`,
  },
  {
    message: 'maximumExecutionTimeSeconds is immutable while workload quota reserved',
    rule: `${staysAdmitted} ? ((has(oldSelf.spec.maximumExecutionTimeSeconds)?oldSelf.spec.maximumExecutionTimeSeconds:0) ==  (has(self.spec.maximumExecutionTimeSeconds)?self.spec.maximumExecutionTimeSeconds:0)) : true`,
  },
];
