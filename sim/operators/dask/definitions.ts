/** The CRDs. @upstream dask-kubernetes dask_kubernetes/operator/deployment/helm/dask-kubernetes-operator/crds */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import { asOf, type Age } from '../crd/older-schema.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import { mapOf, object, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const integer: Schema = { type: 'integer' };
const marks: Schema = object({ annotations: mapOf(text), labels: mapOf(text) });
const nullableText: Schema = { ...text, nullable: true };
const nullableTime: Schema = { ...text, format: 'date-time', nullable: true };

const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' } as const;
const scale = {
  specReplicasPath: '.spec.worker.replicas',
  statusReplicasPath: '.status.replicas',
} as const;

/** Upstream's schemas are of Kubernetes 1.21: what came later is pruned. */
const age121: Age = {
  lacks: new Set([
    'appArmorProfile',
    'claims',
    'clusterTrustBundle',
    'dataSourceRef',
    'fileKeyRef',
    'grpc',
    'hostProcess',
    'hostUsers',
    'hostnameOverride',
    'matchLabelKeys',
    'minDomains',
    'mismatchLabelKeys',
    'nodeAffinityPolicy',
    'nodeTaintsPolicy',
    'os',
    'podCertificate',
    'recursiveReadOnly',
    'resizePolicy',
    'resourceClaims',
    'restartPolicyRules',
    'schedulingGates',
    'schedulingGroup',
    'seLinuxChangePolicy',
    'sleep',
    'stopSignal',
    'supplementalGroupsPolicy',
    'trafficDistribution',
    'volumeAttributesClassName',
  ]),
  sortedLists: new Set(['clusterIPs', 'ipFamilies', 'ports', 'topologySpreadConstraints']),
};

/**
 * The tool that makes upstream's schemas takes quantities, and what is a number or a text, for texts:
 * `cpu: 1` and `targetPort: 8786` are refused, `cpu: "1"` and `targetPort: tcp-comm` are not.
 */
function asTexts(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return schema['pattern'] === undefined ? { ...text, format: 'int-or-string' } : text;
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]): [string, unknown] => {
      if (!isRecord(value)) return [key, value];
      if (key !== 'properties') return [key, asTexts(value)];
      const properties = Object.entries(value).map(([name, property]): [string, unknown] => [
        name,
        isRecord(property) ? asTexts(property) : property,
      ]);
      return [key, Object.fromEntries(properties)];
    }),
  );
}

const ofOld = (type: string): Schema => asTexts(asOf(age121, schemaOf(type)));

function podSpec(more: Readonly<Record<string, Schema>> = {}): Schema {
  const schema = ofOld('core/v1.PodSpec');
  const { initContainers, resources: _, ...properties } = propertiesOf(schema);
  // Side-cars came later, too: an init container that would be one is waited for, for ever.
  const { items = {} } = (initContainers ?? {}) as { readonly items?: Schema };
  const { restartPolicy: _r, ...ofContainer } = propertiesOf(items);
  const plain = { ...initContainers, items: { ...items, properties: ofContainer } };
  return { ...schema, properties: { ...properties, initContainers: plain, ...more } };
}

function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
}

function service(): Schema {
  const schema = ofOld('core/v1.ServiceSpec');
  const { ports = {}, ...properties } = propertiesOf(schema);
  const { items = {} } = ports as { readonly items?: Schema };
  const port = { ...propertiesOf(items), protocol: { ...text, default: 'TCP' } };
  const list = { ...ports, items: { ...items, properties: port } };
  return { ...schema, properties: { ...properties, ports: list } };
}

function worker(): Schema {
  return object({ metadata: marks, replicas: { ...integer, default: 1 }, spec: podSpec() }, [
    'spec',
  ]);
}

function clusterSpec(): Schema {
  const scheduler = object({ metadata: marks, service: service(), spec: podSpec() }, [
    'spec',
    'service',
  ]);
  const idleTimeout = { ...integer, default: 0 };
  return object({ idleTimeout, scheduler, worker: worker() }, ['scheduler', 'worker']);
}

function jobSpec(): Schema {
  const job = object({
    metadata: marks,
    spec: podSpec({ restartPolicy: { ...text, default: 'OnFailure' } }),
  });
  const status = object({ phase: text });
  return object({ cluster: object({ spec: clusterSpec(), status }, ['spec']), job }, [
    'cluster',
    'job',
  ]);
}

const jobStatus: Schema = object(
  {
    clusterName: text,
    endTime: nullableTime,
    jobRunnerPodName: nullableText,
    jobStatus: nullableText,
    startTime: nullableTime,
  },
  ['jobStatus'],
);

type Parts = Omit<DefinitionParts, 'group' | 'version' | 'plural' | 'singular'>;

function dask(parts: Parts): KubeObject {
  const singular = parts.kind.toLowerCase();
  const names = { plural: `${singular}s`, singular };
  return definition({ group: 'kubernetes.dask.org', version: 'v1', ...names, ...parts });
}

/** Of the kinds but DaskJob the status is no subresource; a DaskCluster must have a spec. */
function plainStatus(
  made: KubeObject,
  more: Schema = {},
  required?: readonly string[],
): KubeObject {
  const { versions } = made['spec'] as { readonly versions: readonly Schema[] };
  const [first = {}] = versions;
  const { subresources: _, schema, ...rest } = first;
  const { openAPIV3Schema } = schema as { readonly openAPIV3Schema: Schema };
  const whole = { ...openAPIV3Schema, ...(required !== undefined && { required }) };
  const kept = { ...rest, schema: { openAPIV3Schema: whole }, ...more };
  return { ...made, spec: { ...(made['spec'] as Schema), versions: [kept] } };
}

/** The four kinds. */
export function definitions(): readonly KubeObject[] {
  const workers = { name: 'Workers', type: 'integer', jsonPath: '.spec.worker.replicas' };
  const cluster = dask({
    kind: 'DaskCluster',
    shortNames: ['daskcluster', 'dsk'],
    spec: clusterSpec(),
    status: object({ phase: text }),
    columns: [workers, { name: 'Status', type: 'string', jsonPath: '.status.phase' }, age],
  });
  const workerGroup = dask({
    kind: 'DaskWorkerGroup',
    shortNames: ['daskworkers'],
    spec: object({ cluster: text, worker: worker() }, ['cluster', 'worker']),
    status: { type: 'object' },
    columns: [workers, age],
  });
  const job = dask({
    kind: 'DaskJob',
    shortNames: ['djb'],
    spec: jobSpec(),
    status: jobStatus,
    columns: [
      { name: 'Status', type: 'string', jsonPath: '.status.jobStatus' },
      {
        name: 'Number Of Workers',
        type: 'integer',
        jsonPath: '.spec.cluster.spec.worker.replicas',
      },
      age,
    ],
  });
  return [
    plainStatus(cluster, { subresources: { scale } }, ['spec']),
    plainStatus(workerGroup, { subresources: { scale } }),
    job,
    plainStatus(autoscaler()),
  ];
}

function autoscaler(): KubeObject {
  const fields = { cluster: text, minimum: integer, maximum: integer };
  return dask({
    kind: 'DaskAutoscaler',
    spec: object(fields, Object.keys(fields)),
    status: { type: 'object' },
    columns: [
      { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster' },
      { name: 'Minimum', type: 'integer', jsonPath: '.spec.minimum' },
      { name: 'Maximum', type: 'integer', jsonPath: '.spec.maximum' },
      age,
    ],
  });
}
