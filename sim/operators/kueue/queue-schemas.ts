/** The schemas of queues, cohorts and flavours. @upstream kueue v0.19.2 config/components/crd/bases */
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { atomicList, int32, keyedList, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { conditions, quantity, subdomain } from './schema-parts.js';

interface Schemas {
  readonly spec: Schema;
  readonly status: Schema;
}

const immutable = [{ message: 'field is immutable', rule: 'self == oldSelf' }];
const stopPolicy: Schema = { ...oneOf('None', 'Hold', 'HoldAndDrain'), default: 'None' };

function fairSharing(): Schema {
  return object({ weight: { ...quantity(), default: 1 } });
}

function shareStatus(): Schema {
  return object({ weightedShare: { type: 'integer', format: 'int64' } }, ['weightedShare']);
}

function resourceGroups(): Schema {
  const quota = object(
    {
      borrowingLimit: quantity(),
      lendingLimit: quantity(),
      name: text,
      nominalQuota: quantity(),
    },
    ['name', 'nominalQuota'],
  );
  const flavor = object(
    { name: subdomain, resources: { ...keyedList(quota, ['name'], 64), minItems: 1 } },
    ['name', 'resources'],
  );
  const message = 'flavors must have the same number of resources as the coveredResources';
  const rule = 'self.flavors.all(x, size(x.resources) == size(self.coveredResources))';
  const group: Schema = {
    ...object(
      {
        coveredResources: { ...atomicList(text, 64), minItems: 1 },
        flavors: { ...keyedList(flavor, ['name'], 64), minItems: 1 },
      },
      ['coveredResources', 'flavors'],
    ),
    'x-kubernetes-validations': [{ message, rule }],
  };
  return atomicList(group, 16);
}

function usage(hasBorrowed: boolean): Schema {
  const resource = object(
    { ...(hasBorrowed && { borrowed: quantity() }), name: text, total: quantity() },
    ['name'],
  );
  const flavor = object({ name: subdomain, resources: keyedList(resource, ['name'], 64) }, [
    'name',
    'resources',
  ]);
  return keyedList(flavor, ['name'], 64);
}

function preemption(): Schema {
  const byDefault = 'Never';
  return {
    ...object({
      borrowWithinCohort: {
        ...object({
          maxPriorityThreshold: int32,
          policy: { ...oneOf('Never', 'LowerPriority'), default: byDefault },
        }),
        default: {},
      },
      reclaimWithinCohort: { ...oneOf('Never', 'LowerPriority', 'Any'), default: byDefault },
      withinClusterQueue: {
        ...oneOf('Never', 'LowerPriority', 'LowerOrNewerEqualPriority'),
        default: byDefault,
      },
    }),
    default: {},
    'x-kubernetes-validations': [
      {
        message: 'reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never',
        rule: "!(self.reclaimWithinCohort == 'Never' && has(self.borrowWithinCohort) &&  self.borrowWithinCohort.policy != 'Never')",
      },
    ],
  };
}

function flavorFungibility(): Schema {
  const policies = oneOf('MayStopSearch', 'TryNextFlavor');
  return {
    ...object({
      preference: oneOf('BorrowingOverPreemption', 'PreemptionOverBorrowing'),
      whenCanBorrow: { ...policies, default: 'MayStopSearch' },
      whenCanPreempt: { ...policies, default: 'TryNextFlavor' },
    }),
    default: {},
    'x-kubernetes-validations': [
      {
        message:
          'preference can only be set when both whenCanBorrow and whenCanPreempt are TryNextFlavor',
        rule: "!has(self.preference) || (self.whenCanBorrow == 'TryNextFlavor' && self.whenCanPreempt == 'TryNextFlavor')",
      },
    ],
  };
}

function admissionChecksStrategy(): Schema {
  const check = object(
    {
      name: { type: 'string', maxLength: 316, minLength: 1 },
      onFlavors: {
        ...{ type: 'array', items: subdomain, maxItems: 64 },
        'x-kubernetes-list-type': 'set',
      },
    },
    ['name'],
  );
  const admissionChecks = { ...keyedList(check, ['name'], 64), minItems: 1 };
  return object({ admissionChecks }, ['admissionChecks']);
}

/** Of ClusterQueues. */
export function clusterQueueSchemas(): Schemas {
  return {
    spec: {
      ...object({
        admissionChecksStrategy: admissionChecksStrategy(),
        admissionScope: object(
          { admissionMode: oneOf('UsageBasedAdmissionFairSharing', 'NoAdmissionFairSharing') },
          ['admissionMode'],
        ),
        cohortName: subdomain,
        fairSharing: fairSharing(),
        flavorFungibility: flavorFungibility(),
        namespaceSelector: schemaOf('meta/v1.LabelSelector'),
        preemption: preemption(),
        queueingStrategy: {
          ...oneOf('StrictFIFO', 'BestEffortFIFO'),
          default: 'BestEffortFIFO',
        },
        resourceGroups: resourceGroups(),
        stopPolicy,
      }),
      'x-kubernetes-validations': [
        {
          message: 'borrowingLimit must be nil when cohort is empty',
          rule: '!has(self.cohortName) && has(self.resourceGroups) ? self.resourceGroups.all(rg, rg.flavors.all(f, f.resources.all(r, !has(r.borrowingLimit)))) : true',
        },
      ],
    },
    status: object({
      admittedWorkloads: int32,
      conditions: conditions(),
      fairSharing: shareStatus(),
      flavorsReservation: usage(true),
      flavorsUsage: usage(true),
      pendingWorkloads: int32,
      reservingWorkloads: int32,
    }),
  };
}

/** Of LocalQueues. */
export function localQueueSchemas(): Schemas {
  return {
    spec: object({
      clusterQueue: { ...subdomain, 'x-kubernetes-validations': immutable },
      fairSharing: fairSharing(),
      stopPolicy,
    }),
    status: object({
      admittedWorkloads: int32,
      conditions: conditions(),
      fairSharing: shareStatus(),
      flavorsReservation: usage(false),
      flavorsUsage: usage(false),
      pendingWorkloads: int32,
      reservingWorkloads: int32,
    }),
  };
}

/** Of Cohorts. */
export function cohortSchemas(): Schemas {
  return {
    spec: object({
      fairSharing: fairSharing(),
      parentName: subdomain,
      resourceGroups: resourceGroups(),
    }),
    status: object({ fairSharing: shareStatus() }),
  };
}

/** Of AdmissionChecks. */
export function admissionCheckSchemas(): Schemas {
  const controllerName = {
    ...{ type: 'string', maxLength: 253, minLength: 1 },
    'x-kubernetes-validations': immutable,
  };
  const name = { type: 'string', minLength: 1 };
  return {
    spec: object(
      {
        controllerName,
        parameters: object({ apiGroup: name, kind: name, name }, ['apiGroup', 'kind', 'name']),
      },
      ['controllerName'],
    ),
    status: object({ conditions: conditions() }),
  };
}

const effects = "['NoSchedule', 'PreferNoSchedule', 'NoExecute']";
const effectsTold = "supported taint effect values: 'NoSchedule', 'PreferNoSchedule', 'NoExecute'";

/** Of ResourceFlavors. */
export function resourceFlavorSpec(): Schema {
  return {
    ...object({
      nodeLabels: { ...mapOf(text), maxProperties: 8, 'x-kubernetes-map-type': 'atomic' },
      nodeTaints: {
        ...atomicList(schemaOf('core/v1.Taint'), 8),
        'x-kubernetes-validations': [
          { message: effectsTold, rule: `self.all(x, x.effect in ${effects})` },
        ],
      },
      tolerations: {
        ...atomicList(schemaOf('core/v1.Toleration'), 8),
        'x-kubernetes-validations': tolerationRules,
      },
      topologyName: subdomain,
    }),
    'x-kubernetes-validations': [
      {
        message: 'at least one nodeLabel is required when topology is set',
        rule: '!has(self.topologyName) || self.nodeLabels.size() >= 1',
      },
    ],
  };
}

const tolerationRules = [
  {
    message:
      "operator must be Exists when 'key' is empty, which means 'match all values and all keys'",
    rule: "self.all(x, !has(x.key) ? x.operator == 'Exists' : true)",
  },
  {
    message: "effect must be 'NoExecute' when 'tolerationSeconds' is set",
    rule: "self.all(x, has(x.tolerationSeconds) ? x.effect == 'NoExecute' : true)",
  },
  {
    message: "supported toleration values: 'Equal'(default), 'Exists'",
    rule: "self.all(x, !has(x.operator) || x.operator in ['Equal', 'Exists'])",
  },
  {
    message: "a value must be empty when 'operator' is 'Exists'",
    rule: "self.all(x, has(x.operator) && x.operator == 'Exists' ? !has(x.value) : true)",
  },
  { message: effectsTold, rule: `self.all(x, !has(x.effect) || x.effect in ${effects})` },
];
