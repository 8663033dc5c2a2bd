/** Keeps pods of a new template away from those of the stable one. @upstream argo-rollouts utils/replicaset/replicaset.go GenerateReplicaSetAffinity */
import type { Affinity, PodAffinityTerm } from '../../api/kinds/core.js';
import { blueGreenOf, canaryOf, statusOf } from './defaults.js';
import { hashOf } from './hash.js';
import { keys } from './keys.js';
import type { AntiAffinity, Rollout } from './types.js';

/** The affinity that pods of the present template get. */
export function affinityOf(rollout: Rollout): Affinity | undefined {
  const { affinity } = rollout.spec.template?.spec ?? {};
  const rule = ruleOf(rollout);
  const { stableRS = '' } = statusOf(rollout);
  if (rule === undefined || stableRS === '' || stableRS === hashOf(rollout)) return affinity;
  const term = termOf(rollout, stableRS);
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred } = rule;
  const own = affinity?.podAntiAffinity;
  const added =
    preferred === undefined
      ? {
          requiredDuringSchedulingIgnoredDuringExecution: [
            ...(own?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
            term,
          ],
        }
      : {
          preferredDuringSchedulingIgnoredDuringExecution: [
            ...(own?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
            { weight: preferred.weight, podAffinityTerm: term },
          ],
        };
  return { ...affinity, podAntiAffinity: { ...own, ...added } };
}

/** Whether the pods of a set are kept away from those of a template that is no longer stable. */
export function isAffinityOld(rollout: Rollout, affinity: Affinity | undefined): boolean {
  const { stableRS = '' } = statusOf(rollout);
  if (ruleOf(rollout) === undefined || stableRS === hashOf(rollout)) return false;
  const { podAntiAffinity: own } = affinity ?? {};
  const terms = [
    ...(own?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
    ...(own?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
  ];
  const injected = terms
    .flatMap(({ labelSelector }) => labelSelector?.matchExpressions ?? [])
    .find(({ key }) => key === keys.hash);
  const [hash] = injected?.values ?? [];
  return hash !== undefined && hash !== stableRS;
}

function ruleOf(rollout: Rollout): AntiAffinity | undefined {
  const rule = canaryOf(rollout)?.antiAffinity ?? blueGreenOf(rollout)?.antiAffinity;
  const isSet =
    rule?.preferredDuringSchedulingIgnoredDuringExecution !== undefined ||
    rule?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  return isSet ? rule : undefined;
}

function termOf({ metadata }: Rollout, hash: string): PodAffinityTerm {
  return {
    labelSelector: { matchExpressions: [{ key: keys.hash, operator: 'In', values: [hash] }] },
    namespaces: [metadata.namespace ?? ''],
    topologyKey: 'kubernetes.io/hostname',
  };
}
