/** The CRDs of PodGroups and Queues. @upstream volcano v1.15.1 config/crd/volcano/bases/scheduling.volcano.sh_podgroups.yaml, ..._queues.yaml */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { count, listOf, networkTopology, resources, subdomain, withMost } from './schema-parts.js';

const group = 'scheduling.volcano.sh';
const version = 'v1beta1';
const atomicTexts: Schema = { ...listOf(text), 'x-kubernetes-list-type': 'atomic' };

/** podgroups.scheduling.volcano.sh; its status is no subresource. */
export function podGroupDefinition(): KubeObject {
  const subGroup = object({
    labelSelector: schemaOf('meta/v1.LabelSelector'),
    matchLabelKeys: atomicTexts,
    minSubGroups: { ...count, default: 0 },
    name: withMost(253),
    networkTopology,
    subGroupSize: { ...int32, minimum: 1, default: 1 },
  });
  const condition = object({
    lastTransitionTime: { ...text, format: 'date-time' },
    ...{ message: text, reason: text, status: text, transitionID: text, type: text },
  });
  return definition({
    ...{ group, version, kind: 'PodGroup', plural: 'podgroups', singular: 'podgroup' },
    shortNames: ['pg', 'podgroup-v1beta1'],
    hasStatus: false,
    columns: [
      { name: 'STATUS', type: 'string', jsonPath: '.status.phase' },
      { name: 'minMember', type: 'integer', jsonPath: '.spec.minMember' },
      { name: 'RUNNINGS', type: 'integer', jsonPath: '.status.running' },
      { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      { name: 'QUEUE', type: 'string', jsonPath: '.spec.queue', priority: 1 },
    ],
    spec: object({
      minMember: count,
      minResources: resources(),
      minTaskMember: mapOf(int32),
      networkTopology,
      priorityClassName: withMost(253),
      queue: { ...subdomain, default: 'default' },
      subGroupPolicy: listOf(subGroup),
    }),
    status: object({
      conditions: listOf(condition),
      failed: count,
      phase: oneOf('Pending', 'Running', 'Unknown', 'Inqueue', 'Completed'),
      running: count,
      succeeded: count,
    }),
  });
}

/** queues.scheduling.volcano.sh. */
export function queueDefinition(): KubeObject {
  const choice = object({
    preferredDuringSchedulingIgnoredDuringExecution: listOf(text),
    requiredDuringSchedulingIgnoredDuringExecution: listOf(text),
  });
  const cluster = object({ capacity: resources(), name: text, weight: int32 });
  const counts = ['completed', 'inqueue', 'pending', 'running', 'unknown'];
  return definition({
    ...{ group, version, kind: 'Queue', plural: 'queues', singular: 'queue', scope: 'Cluster' },
    shortNames: ['q', 'queue-v1beta1'],
    columns: [{ name: 'PARENT', type: 'string', jsonPath: '.spec.parent' }],
    spec: object({
      affinity: object({ nodeGroupAffinity: choice, nodeGroupAntiAffinity: choice }),
      capability: resources(),
      dequeueStrategy: { ...oneOf('fifo', 'traverse'), default: 'traverse' },
      deserved: resources(),
      extendClusters: listOf(cluster),
      guarantee: object({ resource: resources() }),
      parent: subdomain,
      priority: count,
      reclaimable: { type: 'boolean' },
      type: withMost(253),
      weight: { ...int32, default: 1, maximum: 65_535, minimum: 1 },
    }),
    status: object({
      ...Object.fromEntries(counts.map(name => [name, count])),
      allocated: resources(),
      reservation: object({ nodes: listOf(text), resource: resources() }),
      state: oneOf('Open', 'Closed', 'Closing', 'Unknown'),
    }),
  });
}
