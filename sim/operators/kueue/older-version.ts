/** Kueue's CRDs serve v1beta1, too: its schemas are those of v1beta2 but for what was renamed. @upstream kueue v0.19.2 config/components/crd */
import type { KubeObject } from '../../api/object.js';
import type { Schema } from '../crd/schema-of.js';
import { atomicList, object, oneOf, text } from '../crd/schema-parts.js';
import { subdomain } from './schema-parts.js';

const version = 'v1beta1';
/** The kinds whose versions differ; the others only have another name for it. */
const converted = [
  'ClusterQueue',
  'Cohort',
  'LocalQueue',
  'MultiKueueCluster',
  'ResourceFlavor',
  'Workload',
];
/** The path at which objects are converted. */
export const conversionPath = '/convert';

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: Schema };
  readonly additionalPrinterColumns?: readonly { readonly jsonPath: string }[];
}

/** The definition with its older version, which the service converts. */
export function withOlderVersion(
  definition: KubeObject,
  service: { readonly namespace: string; readonly name: string },
): KubeObject {
  const { spec } = definition as KubeObject & {
    readonly spec: {
      readonly names: { readonly kind: string };
      readonly versions: readonly Version[];
    };
  };
  const { kind } = spec.names;
  const [newer] = spec.versions;
  if (newer === undefined) return definition;
  const { additionalPrinterColumns: columns } = newer;
  const older = {
    ...newer,
    ...{ name: version, storage: false, deprecated: true },
    deprecationWarning: 'This version is deprecated. Use v1beta2 instead.',
    schema: { openAPIV3Schema: olderSchema(kind, newer.schema.openAPIV3Schema) },
    ...(columns !== undefined && {
      additionalPrinterColumns: columns.map(column => ({
        ...column,
        jsonPath: column.jsonPath.replace('cohortName', 'cohort'),
      })),
    }),
  };
  const webhook = {
    clientConfig: { service: { ...service, path: conversionPath } },
    conversionReviewVersions: ['v1'],
  };
  const conversion = { strategy: 'Webhook', webhook };
  const versions = [older, newer];
  const isConverted = converted.includes(kind);
  return { ...definition, spec: { ...spec, versions, ...(isConverted && { conversion }) } };
}

type Properties = Readonly<Record<string, Schema>>;

function olderSchema(kind: string, schema: Schema): Schema {
  const change = changes[kind];
  if (change === undefined) return schema;
  const properties = schema['properties'] as Properties;
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly Rule[];
  // What v1beta2 says of a field that v1beta1 does not have is left out.
  const kept = rules.filter(({ rule }) => !rule.includes('priorityClassRef'));
  return {
    ...schema,
    properties: { ...properties, ...change(properties) },
    ...(rules.length > 0 && { 'x-kubernetes-validations': kept }),
  };
}

const changes: Readonly<Record<string, (properties: Properties) => Properties>> = {
  AdmissionCheck: ({ spec = {} }) => ({
    spec: withFields(spec, {
      retryDelayMinutes: { type: 'integer', format: 'int64', default: 15 },
    }),
  }),
  ClusterQueue: clusterQueue,
  LocalQueue: ({ status = {} }) => {
    const { flavorsUsage, ...fields } = propertiesOf(status);
    const flavor = object({ name: subdomain, resources: atomicList(text, 64) }, ['name']);
    return {
      status: {
        ...status,
        properties: {
          ...fields,
          ...(flavorsUsage !== undefined && { flavorUsage: flavorsUsage }),
          flavors: atomicList(flavor, 64),
        },
      },
    };
  },
  Workload: workload,
};

function clusterQueue({ spec = {} }: Properties): Properties {
  const { cohortName = {}, flavorFungibility = {}, ...fields } = propertiesOf(spec);
  const { whenCanBorrow = {}, whenCanPreempt = {} } = propertiesOf(flavorFungibility);
  const values = ['MayStopSearch', 'TryNextFlavor'];
  const check = { type: 'string', maxLength: 316 };
  const rules = (spec['x-kubernetes-validations'] ?? []) as readonly Rule[];
  return {
    spec: {
      ...spec,
      properties: {
        ...fields,
        admissionChecks: { type: 'array', items: check },
        cohort: cohortName,
        flavorFungibility: withFields(flavorFungibility, {
          whenCanBorrow: { ...whenCanBorrow, ...oneOf(...values, 'Borrow') },
          whenCanPreempt: { ...whenCanPreempt, ...oneOf(...values, 'Preempt') },
        }),
      },
      'x-kubernetes-validations': rules.map(one => ({
        ...one,
        rule: one.rule.replaceAll('cohortName', 'cohort'),
      })),
    },
  };
}

interface Rule {
  readonly message: string;
  readonly rule: string;
}

function workload({ spec = {}, status = {} }: Properties): Properties {
  const { priorityClassRef: _, ...fields } = propertiesOf(spec);
  const { accumulatedPastExecutionTimeSeconds = {}, ...others } = propertiesOf(status);
  const sources = ['kueue.x-k8s.io/workloadpriorityclass', 'scheduling.k8s.io/priorityclass', ''];
  const message = 'priority should not be nil when priorityClassName is set';
  return {
    spec: {
      ...spec,
      properties: {
        ...fields,
        priorityClassName: subdomain,
        priorityClassSource: { ...oneOf(...sources), default: '' },
      },
      'x-kubernetes-validations': [
        { message, rule: 'has(self.priorityClassName) ? has(self.priority) : true' },
      ],
    },
    status: {
      ...status,
      properties: {
        ...others,
        accumulatedPastExexcutionTimeSeconds: accumulatedPastExecutionTimeSeconds,
      },
    },
  };
}

function propertiesOf(schema: Schema): Properties {
  return (schema['properties'] ?? {}) as Properties;
}

function withFields(schema: Schema, fields: Properties): Schema {
  return { ...schema, properties: { ...propertiesOf(schema), ...fields } };
}
