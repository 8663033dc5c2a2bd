/** Whom a pod may push out under quotas. @upstream scheduler-plugins v0.34.7 pkg/capacityscheduling/capacity_scheduling.go */
import type { PodDisruptionBudget } from '../../api/kinds/policy.js';
import { status, type Candidate, type Handle, type Status } from '../../scheduler/framework.js';
import type { NodeInfo } from '../../scheduler/node-info.js';
import type { PodInfo } from '../../scheduler/pod-info.js';
import {
  splitByBudgets,
  type PreemptionRules,
  type Preemptor,
} from '../../scheduler/preemption.js';
import { importance } from '../../scheduler/preemption-order.js';
import { quotasKey, wishKey } from './capacity-state.js';
import { isTotalOverMinWith } from './elastic-quotas.js';

/** The rules of the plug-in of this name. */
export function capacityPreemption(plugin: string): PreemptionRules {
  return {
    plugin,
    prefix: '',
    range: (_handle, nodeCount) => ({ offset: 0, enough: nodeCount }),
    ineligibility,
    selectVictims: (...parts) => new Trial(plugin, ...parts).run(),
  };
}

const waits = 'not eligible due to a terminating pod on the nominated node.';

/** @upstream PodEligibleToPreemptOthers */
function ineligibility(handle: Handle, preemptor: Preemptor): string | undefined {
  const { pod, statuses } = preemptor;
  if (pod.pod.spec?.preemptionPolicy === 'Never') {
    return 'not eligible due to preemptionPolicy=Never.';
  }
  const nominated = pod.pod.status?.nominatedNodeName ?? '';
  const answer = statuses.byNode.get(nominated) ?? statuses.absent;
  if (nominated === '' || answer.code === 'UnschedulableAndUnresolvable') return undefined;
  const isPrey = preyOf(preemptor);
  const isWaiting = handle.nodes
    .get(nominated)
    ?.pods.some(other => other.isTerminating && isPrey(other));
  return isWaiting === true ? waits : undefined;
}

/**
 * Whom the pod may push out, as the quotas stand at the moment: within what its namespace is sure of, those
 * who borrow; beyond it, and where there is no quota, the less important ones of its own kind.
 */
function preyOf({ state, pod }: Preemptor): (other: PodInfo) => boolean {
  const quotas = state.read(quotasKey);
  const wish = state.read(wishKey);
  const own = quotas?.get(pod.namespace);
  if (own === undefined || wish === undefined) {
    return other => quotas?.has(other.namespace) !== true && other.priority < pod.priority;
  }
  const isBeyond = own.isOverMinWith(wish.inNamespace);
  return other => {
    const isSame = other.namespace === pod.namespace;
    if (isBeyond) return isSame && other.priority < pod.priority;
    return !isSame && quotas?.get(other.namespace)?.isOverMin() === true;
  };
}

/** One node on trial. @upstream SelectVictimsOnNode */
class Trial {
  private readonly node: NodeInfo;
  private readonly preemptor: Preemptor;
  private readonly victims: PodInfo[] = [];
  private violations = 0;
  private error: Status | undefined;

  constructor(
    private readonly plugin: string,
    private readonly handle: Handle,
    preemptor: Preemptor,
    node: NodeInfo,
    private readonly budgets: readonly PodDisruptionBudget[],
  ) {
    this.node = node.clone();
    this.preemptor = { ...preemptor, state: preemptor.state.clone() };
  }

  run(): Candidate | Status {
    const { handle, node, preemptor } = this;
    const { state, pod } = preemptor;
    const byImportance = importance(handle.now());
    const potential = this.removePotential(byImportance);
    if (potential.length === 0) {
      const message = `No victims found on node ${node.name} for preemptor pod ${pod.name}`;
      return status('UnschedulableAndUnresolvable', '', message);
    }
    const answer = handle.filterWithNominatedPods(state, pod, node);
    if (answer !== undefined) return answer;
    if (this.isOverQuota('request'))
      return status('Unschedulable', '', 'global quota max exceeded');
    const sorted = [...potential].sort(byImportance);
    const { violating, others } = splitByBudgets(sorted, this.budgets);
    for (const other of violating) if (!this.reprieve(other)) this.violations++;
    for (const other of others) this.reprieve(other);
    if (this.error !== undefined) return this.error;
    if (this.victims.length === 0) {
      const message = `expected at least one victim pod on node "${node.name}"`;
      return status('Error', this.plugin, message);
    }
    if (violating.length > 0 && others.length > 0) this.victims.sort(byImportance);
    return { node: node.name, victims: this.victims, pdbViolations: this.violations };
  }

  /** Takes off those who may be pushed out, the least important first: who borrows changes with each. */
  private removePotential(byImportance: (a: PodInfo, b: PodInfo) => number): readonly PodInfo[] {
    const isPrey = preyOf(this.preemptor);
    const potential: PodInfo[] = [];
    for (const other of [...this.node.pods].sort((a, b) => byImportance(b, a))) {
      if (!isPrey(other)) continue;
      potential.push(other);
      this.remove(other);
    }
    return potential;
  }

  private remove(other: PodInfo): void {
    this.node.removePod(other);
    this.handle.removePodFromStates(this.preemptor.state, this.preemptor.pod, other, this.node);
  }

  /** Lets the pod stay where its place is not needed; what quotas forbid does not count as broken budgets. */
  private reprieve(other: PodInfo): boolean {
    const { handle, node, preemptor } = this;
    const { state, pod } = preemptor;
    node.addPod(other);
    handle.addPodToStates(state, pod, other, node);
    const fits = handle.filterWithNominatedPods(state, pod, node) === undefined;
    if (!fits) this.sendAway(other);
    if (!this.isOverQuota('nominated')) return fits;
    if (fits) this.sendAway(other);
    else {
      // Upstream takes the pod off a second time, which fails.
      const message = `no corresponding pod ${other.name} in pods of node ${node.name}`;
      this.error ??= status('Error', this.plugin, message);
    }
    return fits;
  }

  private sendAway(other: PodInfo): void {
    this.remove(other);
    this.victims.push(other);
  }

  private isOverQuota(by: 'request' | 'nominated'): boolean {
    const { state, pod } = this.preemptor;
    const quotas = state.read(quotasKey);
    const wish = state.read(wishKey);
    const own = quotas?.get(pod.namespace);
    if (quotas === undefined || wish === undefined || own === undefined) return false;
    const isAlone = by === 'request';
    return (
      own.isOverMaxWith(isAlone ? wish.request : wish.inNamespace) ||
      isTotalOverMinWith(quotas, isAlone ? wish.request : wish.inAll)
    );
  }
}
