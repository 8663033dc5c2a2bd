/** The constraints that go for a pod, its own or the defaults. @upstream pkg/scheduler/framework/plugins/podtopologyspread/common.go */
import {
  replicationControllers,
  services,
  type TopologySpreadConstraint,
} from '../../../api/kinds/core.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import { replicaSets, statefulSets } from '../../../api/kinds/apps.js';
import {
  hasLabels,
  Selector,
  selectorFromSet,
  selectorOf,
  type Labels,
} from '../../../api/selectors.js';
import type { Handle } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import type { PodInfo } from '../../pod-info.js';
import type { NodeSnapshot } from '../../snapshot.js';
import { hasUntoleratedTaint, type TolerationOptions } from '../../tolerations.js';

/** The arguments of PodTopologySpread. */
export interface SpreadArgs {
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
  readonly defaultingType?: string;
}

/** A constraint, compiled. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** What happens when a constraint cannot be held. */
export type WhenUnsatisfiable = 'DoNotSchedule' | 'ScheduleAnyway';

/** The label that tells nodes apart. */
export const hostnameLabel = 'kubernetes.io/hostname';

const systemDefaults: readonly TopologySpreadConstraint[] = [
  { topologyKey: hostnameLabel, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

const none: readonly SpreadConstraint[] = [];

/** Finds and compiles constraints, and tells which nodes they count. */
export class SpreadConstraints {
  private readonly defaults: readonly TopologySpreadConstraint[];
  private readonly isSystemDefault: boolean;
  private readonly tolerationOptions: TolerationOptions;
  /** The system's defaults, which are all of one sort, by what they select. */
  private readonly bySelector = new WeakMap<Selector, readonly SpreadConstraint[]>();

  constructor(
    args: SpreadArgs,
    private readonly handle: Handle,
  ) {
    this.isSystemDefault = args.defaultingType !== 'List';
    this.defaults = this.isSystemDefault ? systemDefaults : (args.defaultConstraints ?? []);
    this.tolerationOptions = {
      comparesNumbers: handle.features['TaintTolerationComparisonOperators'] === true,
    };
  }

  /** The constraints of the pod, or the defaults when it has none of either sort. */
  of(pod: PodInfo, when: WhenUnsatisfiable): readonly SpreadConstraint[] {
    const own = pod.pod.spec?.topologySpreadConstraints ?? [];
    if (own.length > 0) return compileAll(own, pod.labels, when);
    if (!this.defaults.some(({ whenUnsatisfiable }) => whenUnsatisfiable === when)) return none;
    const selector = this.defaultSelector(pod);
    if (selector.isEmpty) return none;
    const known = this.isSystemDefault ? this.bySelector.get(selector) : undefined;
    if (known !== undefined) return known;
    const compiled = compileAll(this.defaults, pod.labels, when).map(constraint => ({
      ...constraint,
      selector,
    }));
    if (this.isSystemDefault) this.bySelector.set(selector, compiled);
    return compiled;
  }

  /** Whether a node must have all the constraints' labels to be scored: not for the system's defaults. */
  needsAllLabels(pod: PodInfo): boolean {
    return (pod.pod.spec?.topologySpreadConstraints ?? []).length > 0 || !this.isSystemDefault;
  }

  /** Whether the node has all the labels. */
  haveAllLabels(constraints: readonly SpreadConstraint[], node: NodeInfo): boolean {
    for (const { topologyKey } of constraints) {
      if (node.labels[topologyKey] === undefined) return false;
    }
    return true;
  }

  /** Whether the constraint's policies let the node count. */
  includes(constraint: SpreadConstraint, pod: PodInfo, { node }: NodeInfo): boolean {
    if (constraint.honorsAffinity && pod.nodeAffinity !== undefined && !pod.nodeAffinity(node)) {
      return false;
    }
    return (
      !constraint.honorsTaints ||
      !hasUntoleratedTaint(node.spec?.taints, pod.tolerations, this.tolerationOptions)
    );
  }

  /** Whether no node is left out of the counts: all have the labels, and no policy is in force. */
  countsEveryNode(
    constraints: readonly SpreadConstraint[],
    pod: PodInfo,
    snapshot: NodeSnapshot,
  ): boolean {
    for (const { topologyKey, honorsAffinity, honorsTaints } of constraints) {
      if (honorsTaints || (honorsAffinity && pod.nodeAffinity !== undefined)) return false;
      if (!snapshot.domains(topologyKey).isEverywhere) return false;
    }
    return true;
  }

  /** What the pod's services and its controller select. @upstream helper.DefaultSelector */
  private defaultSelector({ pod, namespace, labels }: PodInfo): Selector {
    const { objects } = this.handle;
    let merged: Labels = {};
    for (const { spec } of objects.list(services, namespace)) {
      if (spec?.selector === undefined || !hasLabels(labels, spec.selector)) continue;
      merged = { ...merged, ...spec.selector };
    }
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    switch (owner === undefined ? '' : `${owner.apiVersion} ${owner.kind}`) {
      case 'v1 ReplicationController': {
        const controller = objects.get(replicationControllers, namespace, owner?.name ?? '');
        return selectorFromSet({ ...merged, ...controller?.spec?.selector });
      }
      case 'apps/v1 ReplicaSet':
        return joined(
          merged,
          objects.get(replicaSets, namespace, owner?.name ?? '')?.spec?.selector,
        );
      case 'apps/v1 StatefulSet':
        return joined(
          merged,
          objects.get(statefulSets, namespace, owner?.name ?? '')?.spec?.selector,
        );
      default:
        return selectorFromSet(merged);
    }
  }
}

function joined(labels: Labels, selector: LabelSelector | undefined): Selector {
  const own = selectorOf(selector);
  // The same selector comes back for the next pod, so that what it counted can be remembered.
  if (!own.matchesNothing && Object.keys(labels).length === 0) return own;
  return Selector.of([...selectorFromSet(labels).requirements, ...own.requirements]);
}

function compileAll(
  constraints: readonly TopologySpreadConstraint[],
  podLabels: Labels,
  when: WhenUnsatisfiable,
): readonly SpreadConstraint[] {
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
    .map(constraint => ({
      maxSkew: constraint.maxSkew,
      topologyKey: constraint.topologyKey,
      selector: selectorWithKeys(constraint, podLabels),
      minDomains: constraint.minDomains ?? 1,
      honorsAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    }));
}

/** The selector with the pod's own values of the keys in matchLabelKeys. */
function selectorWithKeys(
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
  podLabels: Labels,
): Selector {
  const selector = selectorOf(labelSelector);
  const pairs = matchLabelKeys.flatMap(key => {
    const value = podLabels[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  if (pairs.length === 0 || selector.matchesNothing) return selector;
  const own = selectorFromSet(Object.fromEntries(pairs));
  return Selector.of([...own.requirements, ...selector.requirements]);
}
