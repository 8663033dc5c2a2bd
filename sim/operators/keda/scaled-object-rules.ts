/** What must hold of ScaledObjects and triggers. @upstream kedacore/keda v2.20.2 apis/keda/v1alpha1 */
import { goQuote } from '../../api/go-text.js';
import type { ScaledObject, Trigger } from './types.js';

/** Whether KEDA leaves the metric to the autoscaler's own. */
export function isResourceTrigger({ type }: Pick<Trigger, 'type'>): boolean {
  return type === 'cpu' || type === 'memory';
}

/** The fewest replicas of its autoscaler. */
export function hpaMinReplicas({ spec }: ScaledObject): number {
  const { minReplicaCount = 0 } = spec;
  return minReplicaCount > 0 ? minReplicaCount : 1;
}

/** The most. */
export function hpaMaxReplicas({ spec }: ScaledObject): number {
  return spec.maxReplicaCount ?? 100;
}

/** The name of its autoscaler. */
export function hpaNameOf({ metadata, spec }: ScaledObject): string {
  const own = spec.advanced?.horizontalPodAutoscalerConfig?.name ?? '';
  return own === '' ? `keda-hpa-${metadata.name ?? ''}` : own;
}

/** Whether a formula takes the place of the triggers' own metrics. */
export function usesModifiers({ spec }: ScaledObject): boolean {
  return Object.keys(spec.advanced?.scalingModifiers ?? {}).length > 0;
}

/** What is wrong with the bounds. */
export function replicasProblem(object: ScaledObject): string | undefined {
  const { minReplicaCount, idleReplicaCount } = object.spec;
  const least = minReplicaCount === undefined ? 0 : hpaMinReplicas(object);
  const most = hpaMaxReplicas(object);
  if (least > most) {
    return `MinReplicaCount=${least} must be less than MaxReplicaCount=${most}`;
  }
  if (idleReplicaCount !== undefined && idleReplicaCount >= least) {
    return `IdleReplicaCount=${idleReplicaCount} must be less than MinReplicaCount=${least}`;
  }
  return undefined;
}

/** What is wrong with the fallback. */
export function fallbackProblem(object: ScaledObject): string | undefined {
  const { fallback, triggers } = object.spec;
  if (fallback === undefined) return undefined;
  const { failureThreshold, replicas } = fallback;
  if (failureThreshold < 0 || replicas < 0) {
    return `FailureThreshold=${failureThreshold} & Replicas=${replicas} must both be greater than or equal to 0`;
  }
  if (usesModifiers(object) || !triggers.every(isResourceTrigger)) return undefined;
  return 'at least one trigger (that is not cpu or memory) has to have the `AverageValue` type for the fallback to be enabled';
}

/** What is wrong with the triggers among themselves. */
export function triggersProblem(triggers: readonly Trigger[]): string | undefined {
  if (triggers.length === 0) return 'no triggers defined in the ScaledObject/ScaledJob';
  const names = new Set<string>();
  for (const { type, name = '', useCachedMetrics } of triggers) {
    if (useCachedMetrics === true && ['cpu', 'memory', 'cron'].includes(type)) {
      return `property "useCachedMetrics" is not supported for ${goQuote(type)} scaler`;
    }
    if (name !== '' && names.has(name)) {
      return `triggerName ${goQuote(name)} is defined multiple times in the ScaledObject/ScaledJob, but it must be unique`;
    }
    names.add(name);
  }
  return undefined;
}

/** The types of the triggers and the names of their authentications, as the status tells them. */
export function typesOf(triggers: readonly Trigger[]): {
  readonly triggersTypes: string;
  readonly authenticationsTypes: string;
} {
  const names = triggers.flatMap(({ authenticationRef: of }) =>
    of === undefined ? [] : [of.name],
  );
  return {
    triggersTypes: [...new Set(triggers.map(({ type }) => type))].join(','),
    authenticationsTypes: [...new Set(names)].join(','),
  };
}
