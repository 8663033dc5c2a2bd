/** The CRD of Volcano's Jobs. @upstream volcano v1.15.1 config/crd/volcano/bases/batch.volcano.sh_jobs.yaml */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { count, listOf, networkTopology, subdomain, withMost } from './schema-parts.js';

const event: Schema = oneOf(
  ...['*', 'PodPending', 'PodRunning', 'PodFailed', 'PodEvicted', 'Unknown', 'TaskCompleted'],
  ...['OutOfSync', 'CommandIssued', 'JobUpdated', 'TaskFailed'],
);

const policies = listOf(
  object({ action: text, event, events: listOf(event), exitCode: int32, timeout: text }),
);

function taskSchema(): Schema {
  const part: Schema = { ...int32, minimum: 1 };
  const partitionPolicy = object(
    {
      minPartitions: { ...count, default: 0 },
      networkTopology,
      partitionSize: part,
      totalPartitions: part,
    },
    ['partitionSize', 'totalPartitions'],
  );
  return object({
    dependsOn: object({ iteration: text, name: listOf(text) }),
    maxRetry: count,
    minAvailable: count,
    name: { ...withMost(63), pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
    partitionPolicy,
    policies,
    replicas: count,
    template: schemaOf('core/v1.PodTemplateSpec'),
    topologyPolicy: oneOf('none', 'best-effort', 'restricted', 'single-numa-node'),
  });
}

function specSchema(): Schema {
  const volume = object(
    {
      mountPath: { ...text, minLength: 1, pattern: '^[^:]+$' },
      volumeClaim: schemaOf('core/v1.PersistentVolumeClaimSpec'),
      volumeClaimName: withMost(253),
    },
    ['mountPath'],
  );
  return object({
    maxRetry: { ...count, default: 3 },
    minAvailable: count,
    minSuccess: { ...int32, minimum: 1 },
    networkTopology,
    plugins: mapOf(listOf(text)),
    policies,
    priorityClassName: subdomain,
    queue: { ...subdomain, default: 'default' },
    runningEstimate: text,
    schedulerName: withMost(63),
    tasks: { ...listOf(taskSchema()), minItems: 1 },
    ttlSecondsAfterFinished: count,
    volumes: listOf(volume),
  });
}

function statusSchema(): Schema {
  const time: Schema = { ...text, format: 'date-time' };
  const phase = oneOf(
    ...['Pending', 'Aborting', 'Aborted', 'Running', 'Restarting', 'Completing', 'Completed'],
    ...['Terminating', 'Terminated', 'Failed'],
  );
  const counts = ['failed', 'minAvailable', 'pending', 'retryCount', 'running', 'succeeded'];
  return object({
    ...Object.fromEntries(
      [...counts, 'terminating', 'unknown', 'version'].map(name => [name, count]),
    ),
    conditions: listOf(object({ lastTransitionTime: time, status: text }, ['status'])),
    controlledResources: mapOf(text),
    runningDuration: text,
    state: object({ lastTransitionTime: time, message: text, phase, reason: text }),
    taskStatusCount: mapOf(object({ phase: mapOf(int32) })),
  });
}

/** jobs.batch.volcano.sh. */
export function jobDefinition(): KubeObject {
  return definition({
    group: 'batch.volcano.sh',
    version: 'v1alpha1',
    kind: 'Job',
    plural: 'jobs',
    singular: 'job',
    shortNames: ['vcjob', 'vj'],
    columns: [
      { name: 'STATUS', type: 'string', jsonPath: '.status.state.phase' },
      { name: 'minAvailable', type: 'integer', jsonPath: '.status.minAvailable' },
      { name: 'RUNNINGS', type: 'integer', jsonPath: '.status.running' },
      { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      { name: 'QUEUE', type: 'string', jsonPath: '.spec.queue', priority: 1 },
    ],
    spec: specSchema(),
    status: statusSchema(),
  });
}
