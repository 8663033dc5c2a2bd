/** The CRDs of KubeRay. @upstream kuberay v1.7.0 config/crd/bases */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import { clusterSchema, clusterStatusSchema } from './cluster-schema.js';
import { cronJobSchema, cronJobStatusSchema, jobSchema, jobStatusSchema } from './job-schema.js';
import { serviceSchema, serviceStatusSchema } from './service-schema.js';

type Column = NonNullable<DefinitionParts['columns']>[number];

const column = (name: string, type: string, jsonPath: string): Column => ({ name, type, jsonPath });
const age = column('age', 'date', '.metadata.creationTimestamp');

/** All of them that are modelled. */
export function definitions(): readonly KubeObject[] {
  return [
    withOlder(clusterDefinition()),
    cronJobDefinition(),
    withOlder(jobDefinition()),
    withOlder(serviceDefinition()),
  ];
}

function cronJobDefinition(): KubeObject {
  return defined({
    kind: 'RayCronJob',
    plural: 'raycronjobs',
    singular: 'raycronjob',
    columns: [
      column('schedule', 'string', '.spec.schedule'),
      column('timezone', 'string', '.spec.timeZone'),
      column('last schedule', 'date', '.status.lastScheduleTime'),
      age,
      column('suspend', 'boolean', '.spec.suspend'),
    ],
    spec: cronJobSchema(),
    status: cronJobStatusSchema(),
  });
}

function jobDefinition(): Definition {
  return defined({
    kind: 'RayJob',
    plural: 'rayjobs',
    singular: 'rayjob',
    columns: [
      column('job status', 'string', '.status.jobStatus'),
      column('deployment status', 'string', '.status.jobDeploymentStatus'),
      column('ray cluster name', 'string', '.status.rayClusterName'),
      column('start time', 'string', '.status.startTime'),
      column('end time', 'string', '.status.endTime'),
      age,
    ],
    spec: jobSchema(),
    status: jobStatusSchema(),
  });
}

function serviceDefinition(): Definition {
  return defined({
    kind: 'RayService',
    plural: 'rayservices',
    singular: 'rayservice',
    columns: [
      column('service status', 'string', '.status.serviceStatus'),
      column('num serve endpoints', 'string', '.status.numServeEndpoints'),
    ],
    spec: serviceSchema(),
    status: serviceStatusSchema(),
  });
}

function clusterDefinition(): Definition {
  return defined({
    kind: 'RayCluster',
    plural: 'rayclusters',
    singular: 'raycluster',
    columns: [
      column('desired workers', 'integer', '.status.desiredWorkerReplicas'),
      column('available workers', 'integer', '.status.availableWorkerReplicas'),
      column('cpus', 'string', '.status.desiredCPU'),
      column('memory', 'string', '.status.desiredMemory'),
      column('gpus', 'string', '.status.desiredGPU'),
      { ...column('tpus', 'string', '.status.desiredTPU'), priority: 1 },
      column('status', 'string', '.status.state'),
      age,
      { ...column('head pod IP', 'string', '.status.head.podIP'), priority: 1 },
      { ...column('head service IP', 'string', '.status.head.serviceIP'), priority: 1 },
    ],
    spec: clusterSchema(),
    status: clusterStatusSchema(),
  });
}

interface Definition extends KubeObject {
  readonly spec: { readonly names: object; readonly versions: readonly object[] };
}

/** In the category `all`. */
function defined(parts: Omit<DefinitionParts, 'group' | 'version'>): Definition {
  const made = definition({ group: 'ray.io', version: 'v1', ...parts }) as Definition;
  const names = { ...made.spec.names, categories: ['all'] };
  return { ...made, spec: { ...made.spec, names } };
}

/** Served as v1alpha1, too: with the schema of v1, which has more. */
function withOlder(made: Definition): KubeObject {
  const { versions } = made.spec;
  const older = { ...versions[0], name: 'v1alpha1', storage: false, deprecated: true };
  return { ...made, spec: { ...made.spec, versions: [...versions, older] } };
}
