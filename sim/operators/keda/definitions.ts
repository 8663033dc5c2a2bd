/**
 * The CRDs of KEDA; those of eventing.keda.sh, by which it tells others of its events, are not made.
 * @upstream kedacore/keda v2.20.2 config/crd
 */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import { authenticationSchema, authenticationStatusSchema } from './auth-schemas.js';
import {
  scaledJobSchema,
  scaledJobStatusSchema,
  scaledObjectSchema,
  scaledObjectStatusSchema,
} from './schemas.js';
import { group } from './types.js';

type Column = NonNullable<DefinitionParts['columns']>[number];

const column = (name: string, jsonPath: string, type = 'string'): Column => ({
  ...{ jsonPath, name, type },
});
const hidden = (name: string, jsonPath: string): Column => ({
  ...column(name, jsonPath),
  priority: 1,
});
const condition = (type: string): Column =>
  column(type, `.status.conditions[?(@.type=="${type}")].status`);

const bounds = [
  column('Min', '.spec.minReplicaCount', 'integer'),
  column('Max', '.spec.maxReplicaCount', 'integer'),
];
const last = [
  column('Triggers', '.status.triggersTypes'),
  column('Authentications', '.status.authenticationsTypes'),
  column('Age', '.metadata.creationTimestamp', 'date'),
];

/** All of them that are modelled. */
export function definitions(): readonly KubeObject[] {
  const common = { group, version: 'v1alpha1' };
  return [
    authentication('ClusterTriggerAuthentication', {
      scope: 'Cluster',
      shortNames: ['cta', 'clustertriggerauth'],
    }),
    definition({
      ...common,
      ...{ kind: 'ScaledJob', plural: 'scaledjobs', singular: 'scaledjob', shortNames: ['sj'] },
      columns: [...bounds, ...['Ready', 'Active', 'Paused'].map(condition), ...last],
      spec: scaledJobSchema(),
      status: scaledJobStatusSchema(),
    }),
    definition({
      ...common,
      ...{ kind: 'ScaledObject', plural: 'scaledobjects', singular: 'scaledobject' },
      shortNames: ['so'],
      columns: [
        column('ScaleTargetKind', '.status.scaleTargetKind'),
        column('ScaleTargetName', '.spec.scaleTargetRef.name'),
        ...bounds,
        ...['Ready', 'Active', 'Fallback', 'Paused'].map(condition),
        ...last,
      ],
      required: ['spec'],
      spec: scaledObjectSchema(),
      status: scaledObjectStatusSchema(),
    }),
    authentication('TriggerAuthentication', { shortNames: ['ta', 'triggerauth'] }),
  ];
}

function authentication(
  kind: string,
  { scope = 'Namespaced', shortNames }: Pick<DefinitionParts, 'scope' | 'shortNames'>,
): KubeObject {
  const singular = kind.toLowerCase();
  return definition({
    ...{ group, version: 'v1alpha1', kind, singular, scope, plural: `${singular}s` },
    ...(shortNames !== undefined && { shortNames }),
    columns: [
      column('PodIdentity', '.spec.podIdentity.provider'),
      column('Secret', '.spec.secretTargetRef[*].name'),
      column('Env', '.spec.env[*].name'),
      ...(scope === 'Cluster' ? [column('FilePath', '.spec.filePath')] : []),
      column('VaultAddress', '.spec.hashiCorpVault.address'),
      hidden('ScaledObjects', '.status.scaledobjects'),
      hidden('ScaledJobs', '.status.scaledjobs'),
    ],
    required: ['spec'],
    spec: authenticationSchema(),
    status: authenticationStatusSchema(),
  });
}
