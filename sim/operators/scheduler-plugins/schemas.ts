/** The CRDs of PodGroups and ElasticQuotas. @upstream scheduler-plugins v0.34.7 config/crd/bases */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, mapOf, object, text } from '../crd/schema-parts.js';
import { group } from './types.js';

const version = 'v1alpha1';
const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function resources(): Schema {
  return mapOf(schemaOf('api/resource.Quantity'));
}

function withApproval(made: KubeObject, number: number): KubeObject {
  const address = `https://github.com/kubernetes-sigs/scheduler-plugins/pull/${number}`;
  const annotations = { 'api-approved.kubernetes.io': address };
  return { ...made, metadata: { ...made.metadata, annotations } };
}

/** podgroups.scheduling.x-k8s.io. */
export function podGroupDefinition(): KubeObject {
  const made = definition({
    ...{ group, version, kind: 'PodGroup', plural: 'podgroups', singular: 'podgroup' },
    shortNames: ['pg', 'pgs'],
    columns: [
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'MinMember', type: 'integer', jsonPath: '.spec.minMember' },
      { name: 'Running', type: 'integer', jsonPath: '.status.running' },
      { name: 'Succeeded', type: 'integer', jsonPath: '.status.succeeded' },
      { name: 'Failed', type: 'integer', jsonPath: '.status.failed' },
      age,
    ],
    spec: object({
      minMember: { ...int32, minimum: 1 },
      minResources: resources(),
      scheduleTimeoutSeconds: int32,
    }),
    status: object({
      ...{ failed: int32, occupiedBy: text, phase: text, running: int32, succeeded: int32 },
      scheduleStartTime: { ...text, format: 'date-time' },
    }),
  });
  return withApproval(made, 50);
}

/** elasticquotas.scheduling.x-k8s.io. */
export function elasticQuotaDefinition(): KubeObject {
  const made = definition({
    ...{ group, version, kind: 'ElasticQuota' },
    ...{ plural: 'elasticquotas', singular: 'elasticquota' },
    shortNames: ['eq', 'eqs'],
    columns: [
      { name: 'Used', type: 'string', jsonPath: '.status.used' },
      { name: 'Max', type: 'string', jsonPath: '.spec.max' },
      age,
    ],
    spec: object({ max: resources(), min: resources() }),
    status: object({ used: resources() }),
  });
  return withApproval(made, 52);
}
