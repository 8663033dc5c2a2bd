/** The shape of LeaderWorkerSets. @upstream lws v0.10.0 api/leaderworkerset/v1/leaderworkerset_types.go */
import type { IntOrString } from '../../api/int-or-string.js';
import type { StatefulSetPersistentVolumeClaimRetentionPolicy } from '../../api/kinds/apps.js';
import type { PersistentVolumeClaim, PodTemplateSpec } from '../../api/kinds/core.js';
import type { AnyCondition } from '../../api/meta.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';

/** The pods of a group. */
export interface LeaderWorkerTemplate {
  readonly leaderTemplate?: PodTemplateSpec;
  readonly workerTemplate: PodTemplateSpec;
  readonly size?: number;
  readonly restartPolicy?: string;
  readonly subGroupPolicy?: {
    readonly subGroupPolicyType?: string;
    readonly subGroupSize?: number;
  };
  readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
  readonly persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy;
}

/** How far an update may go at once. */
export interface RollingUpdateConfiguration {
  readonly partition?: number;
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

/** What is asked of a set. */
export interface LeaderWorkerSetSpec {
  readonly replicas?: number;
  readonly leaderWorkerTemplate: LeaderWorkerTemplate;
  readonly rolloutStrategy?: {
    readonly type?: string;
    readonly rollingUpdateConfiguration?: RollingUpdateConfiguration;
  };
  readonly startupPolicy?: string;
  readonly networkConfig?: { readonly subdomainPolicy?: string };
}

/** A condition, of the generation that it was told of. */
export interface SetCondition extends AnyCondition {
  readonly observedGeneration?: number;
}

/** What is known of a set. */
export interface LeaderWorkerSetStatus {
  readonly conditions?: readonly SetCondition[];
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly replicas?: number;
  readonly hpaPodSelector?: string;
  readonly observedGeneration?: number;
}

/** Groups of pods, each with a leader and its workers. */
export interface LeaderWorkerSet extends HasMetadata {
  readonly spec: LeaderWorkerSetSpec;
  readonly status?: LeaderWorkerSetStatus;
}

/** The kind LeaderWorkerSet. */
export const leaderWorkerSets = withEmptySpec(
  kindOf<LeaderWorkerSet>('leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', 'leaderworkersets'),
  { leaderWorkerTemplate: { workerTemplate: {} } },
);

/** What the webhook and the schema have filled in of a stored set. */
export interface Filled {
  readonly replicas: number;
  readonly size: number;
  readonly partition: number;
  readonly maxUnavailable: IntOrString;
  readonly maxSurge: IntOrString;
  readonly isShared: boolean;
}

/** These fields of a set. */
export function filledOf({ spec }: LeaderWorkerSet): Filled {
  const { rollingUpdateConfiguration: update = {} } = spec.rolloutStrategy ?? {};
  return {
    replicas: spec.replicas ?? 1,
    size: spec.leaderWorkerTemplate.size ?? 1,
    partition: update.partition ?? 0,
    maxUnavailable: update.maxUnavailable ?? 1,
    maxSurge: update.maxSurge ?? 0,
    isShared: (spec.networkConfig?.subdomainPolicy ?? 'Shared') === 'Shared',
  };
}
