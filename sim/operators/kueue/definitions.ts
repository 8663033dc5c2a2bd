/** The CRDs of Kueue's kinds, in the version that is stored. @upstream kueue v0.19.2 config/components/crd/bases */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import type { Schema } from '../crd/schema-of.js';
import {
  admissionCheckSchemas,
  clusterQueueSchemas,
  cohortSchemas,
  localQueueSchemas,
  resourceFlavorSpec,
} from './queue-schemas.js';
import { group } from './types.js';
import { workloadRules, workloadSchemas } from './workload-schemas.js';

const version = 'v1beta2';

function made(parts: Omit<DefinitionParts, 'group' | 'version'>): KubeObject {
  return definition({ group, version, ...parts });
}

function column(name: string, type: string, jsonPath: string, priority?: number) {
  return { name, type, jsonPath, ...(priority !== undefined && { priority }) };
}

/** All of them. */
export function definitions(): readonly KubeObject[] {
  return [
    made({
      ...{ kind: 'AdmissionCheck', plural: 'admissionchecks', singular: 'admissioncheck' },
      ...{ shortNames: ['ac'], scope: 'Cluster', ...admissionCheckSchemas() },
    }),
    made({
      ...{ kind: 'ClusterQueue', plural: 'clusterqueues', singular: 'clusterqueue' },
      ...{ shortNames: ['cq'], scope: 'Cluster', ...clusterQueueSchemas() },
      columns: [
        column('Cohort', 'string', '.spec.cohortName'),
        column('Strategy', 'string', '.spec.queueingStrategy', 1),
        column('Pending Workloads', 'integer', '.status.pendingWorkloads'),
        column('Admitted Workloads', 'integer', '.status.admittedWorkloads', 1),
      ],
    }),
    made({
      ...{ kind: 'Cohort', plural: 'cohorts', singular: 'cohort' },
      ...{ shortNames: ['co'], scope: 'Cluster', ...cohortSchemas() },
    }),
    made({
      ...{ kind: 'LocalQueue', plural: 'localqueues', singular: 'localqueue' },
      ...{ shortNames: ['queue', 'queues', 'lq'], ...localQueueSchemas() },
      columns: [
        column('ClusterQueue', 'string', '.spec.clusterQueue'),
        column('Pending Workloads', 'integer', '.status.pendingWorkloads'),
        column('Admitted Workloads', 'integer', '.status.admittedWorkloads'),
      ],
    }),
    made({
      ...{ kind: 'ResourceFlavor', plural: 'resourceflavors', singular: 'resourceflavor' },
      ...{ shortNames: ['flavor', 'flavors', 'rf'], scope: 'Cluster', hasStatus: false },
      spec: resourceFlavorSpec(),
    }),
    workloadDefinition(),
    priorityClassDefinition(),
  ];
}

function workloadDefinition(): KubeObject {
  const object = made({
    ...{ kind: 'Workload', plural: 'workloads', singular: 'workload' },
    ...{ shortNames: ['kwl', 'kueueworkload', 'kueueworkloads'], ...workloadSchemas() },
    columns: [
      column('Queue', 'string', '.spec.queueName'),
      column('Reserved in', 'string', '.status.admission.clusterQueue'),
      column('Admitted', 'string', ".status.conditions[?(@.type=='Admitted')].status"),
      column('Finished', 'string', ".status.conditions[?(@.type=='Finished')].status"),
      column('Age', 'date', '.metadata.creationTimestamp'),
    ],
  });
  return withSchema(object, schema => ({
    ...schema,
    'x-kubernetes-validations': workloadRules,
  }));
}

/** It has no spec: its value stands at the top. */
function priorityClassDefinition(): KubeObject {
  const object = made({
    ...{ kind: 'WorkloadPriorityClass', plural: 'workloadpriorityclasses' },
    ...{ singular: 'workloadpriorityclass', shortNames: ['wpc'], scope: 'Cluster' },
    ...{ spec: {}, hasStatus: false },
    columns: [column('Value', 'integer', '.value')],
    fields: {
      description: { type: 'string', maxLength: 2048 },
      value: { type: 'integer', format: 'int32' },
    },
  });
  return withSchema(object, schema => {
    const { spec: _, ...properties } = schema['properties'] as Readonly<Record<string, Schema>>;
    return { ...schema, properties, required: ['value'] };
  });
}

function withSchema(object: KubeObject, change: (schema: Schema) => Schema): KubeObject {
  const { spec } = object as KubeObject & {
    readonly spec: { readonly versions: readonly Version[] };
  };
  const versions = spec.versions.map(one => ({
    ...one,
    schema: { openAPIV3Schema: change(one.schema.openAPIV3Schema) },
  }));
  return { ...object, spec: { ...spec, versions } };
}

interface Version {
  readonly schema: { readonly openAPIV3Schema: Schema };
}
