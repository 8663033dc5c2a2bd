/** What the server sets on a pod that is created. @upstream pkg/registry/core/pod/strategy.go */
import type {
  Affinity,
  Pod,
  PodAffinityTerm,
  PodSpec,
  PodStatus,
  TopologySpreadConstraint,
  WeightedPodAffinityTerm,
} from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { rfc3339 } from '../../api/time.js';
import { eachItem, within } from './defaults/fill.js';
import { qosClassOf } from './pod-qos.js';
import type { StrategyContext } from './strategy.js';

type Labels = Readonly<Record<string, string>>;

/** The pod as pending, with label keys of affinities and spreads turned into requirements. */
export function preparedPod(pod: Pod, { nowMs }: StrategyContext): Pod {
  const spec = pod.spec;
  if (spec === undefined) return pod;
  const labels = pod.metadata.labels ?? {};
  return { ...pod, spec: mergedSelectors(spec, labels), status: pendingStatus(spec, nowMs) };
}

function pendingStatus(spec: PodSpec, nowMs: number): PodStatus {
  const status: PodStatus = { phase: 'Pending', qosClass: qosClassOf(spec) };
  if ((spec.schedulingGates ?? []).length === 0) return status;
  const gated = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null as never,
    lastTransitionTime: rfc3339(nowMs),
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
  return { ...status, conditions: [gated] };
}

function mergedSelectors(spec: PodSpec, labels: Labels): PodSpec {
  let result = spec;
  if (result.affinity !== undefined) {
    result = within(result, 'affinity', affinity => mergedAffinity(affinity, labels));
  }
  if (result.topologySpreadConstraints !== undefined) {
    result = within(result, 'topologySpreadConstraints', list =>
      eachItem(list, constraint => mergedSpread(constraint, labels)),
    );
  }
  return result;
}

function mergedAffinity(affinity: Affinity, labels: Labels): Affinity {
  const term = (each: PodAffinityTerm) => mergedTerm(each, labels);
  const weighted = (each: WeightedPodAffinityTerm) => within(each, 'podAffinityTerm', term);
  const terms = <T extends NonNullable<Affinity['podAffinity']>>(part: T): T => {
    const result = within(part, 'requiredDuringSchedulingIgnoredDuringExecution', list =>
      eachItem(list, term),
    );
    return within(result, 'preferredDuringSchedulingIgnoredDuringExecution', list =>
      eachItem(list, weighted),
    );
  };
  return within(within(affinity, 'podAffinity', terms), 'podAntiAffinity', terms);
}

function mergedTerm(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  return within(term, 'labelSelector', selector => {
    const matched = withKeys(selector, term.matchLabelKeys, 'In', labels);
    return withKeys(matched, term.mismatchLabelKeys, 'NotIn', labels);
  });
}

function mergedSpread(
  constraint: TopologySpreadConstraint,
  labels: Labels,
): TopologySpreadConstraint {
  return within(constraint, 'labelSelector', selector =>
    withKeys(selector, constraint.matchLabelKeys, 'In', labels),
  );
}

function withKeys(
  selector: LabelSelector,
  keys: readonly string[] | undefined,
  operator: string,
  labels: Labels,
): LabelSelector {
  const added = (keys ?? [])
    .filter(key => labels[key] !== undefined)
    .map(key => ({ key, operator, values: [labels[key] ?? ''] }));
  if (added.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}
