/**
 * One attempt to find nodes for the pods of a group together: pod by pod on the same nodes, each
 * assumed where it would go, and all taken back at the end. @upstream pkg/scheduler/schedule_one_podgroup.go
 */
import type { GroupCycle } from '../cycle-state.js';
import type { Consulting } from '../extender.js';
import type { Extenders } from '../extenders.js';
import { refusalMessage } from '../fit-error.js';
import { isRejection, messageOf, type Status, type WritePlan } from '../framework.js';
import type { PodInfo } from '../pod-info.js';
import type { Framework } from '../runtime.js';
import { schedulingSteps, type Attempt, type AttemptOptions } from '../schedule-one.js';
import type { PodGroupStates } from './group-state.js';

/** Why a member has no node. */
export interface MemberFailure {
  readonly message: string;
  readonly isRejected: boolean;
  readonly unschedulable: Iterable<string>;
  readonly pending: Iterable<string>;
  /** The nominated node to set; '' clears it; undefined leaves it alone. */
  readonly nomination: string | undefined;
}

/** What came of one member. */
export interface Member {
  readonly pod: PodInfo;
  readonly attempt: Attempt;
  /** Where it would go, or where others are evicted for it. */
  readonly node?: string;
  /** Absent where it would fit as things are. */
  readonly failure?: MemberFailure;
  /** What Permit said of it where it has a node; undefined is leave. */
  readonly permit?: Status | undefined;
}

/** What came of the group. */
export interface GroupAttempt {
  /** In the order of trying; shorter than the group after an error. */
  readonly members: readonly Member[];
  readonly kind: 'scheduled' | 'unschedulable' | 'preempting' | 'error';
  /** What the group's condition says. */
  readonly message: string;
  readonly nextStartIndex: number;
}

/** How a group is tried. */
export interface GroupOptions extends AttemptOptions {
  readonly states: PodGroupStates;
  readonly extenders?: Extenders;
  /** Told of each member that was tried: preemption begins at once. */
  readonly onAttempt?: (pod: PodInfo, attempt: Attempt) => void;
  /** Carries out what plug-ins want written when a reservation is taken back. */
  readonly onWrites?: (pod: PodInfo, writes: WritePlan) => void;
}

/** The error of a group, and of its members that only fail with it. */
export const groupUnschedulable = 'pod group is unschedulable';

/** Tries the pods in this order. They are of one group, which `group` names. */
export function* tryGroup(
  framework: Framework,
  group: string,
  pods: readonly PodInfo[],
  options: GroupOptions,
): Consulting<GroupAttempt> {
  const trial = new Trial(framework, group, options);
  const attempt = yield* trial.run(pods);
  trial.revert();
  return attempt;
}

class Trial {
  private readonly states: PodGroupStates;
  private readonly cycle: GroupCycle;
  private readonly assumed: { readonly pod: PodInfo; readonly node: string; attempt: Attempt }[] =
    [];
  private startIndex: number;

  constructor(
    private readonly framework: Framework,
    group: string,
    private readonly options: GroupOptions,
  ) {
    this.states = options.states.trial(group);
    this.cycle = { podGroups: this.states, pendingClaims: new Set() };
    this.startIndex = options.startIndex;
  }

  *run(pods: readonly PodInfo[]): Consulting<GroupAttempt> {
    const members: Member[] = [];
    let kind: GroupAttempt['kind'] = 'unschedulable';
    let message = groupUnschedulable;
    let isPreempting = false;
    for (const pod of pods) {
      const member = yield* this.tryMember(pod);
      members.push(member);
      const { failure } = member;
      if (failure !== undefined && member.node === undefined) {
        if (failure.isRejected) continue;
        message = `failed to schedule other pod from a pod group: ${failure.message}`;
        kind = 'error';
        break;
      }
      isPreempting ||= failure !== undefined;
      if (member.permit !== undefined) continue;
      kind = isPreempting ? 'preempting' : 'scheduled';
      message = isPreempting
        ? `${groupUnschedulable}, pod group is waiting for preemption to complete`
        : '';
    }
    return { members, kind, message, nextStartIndex: this.startIndex };
  }

  /** @upstream podGroupPodSchedulingAlgorithm */
  private *tryMember(pod: PodInfo): Consulting<Member> {
    const { framework, options } = this;
    const attempt = yield* schedulingSteps(framework, pod, {
      ...options,
      group: this.cycle,
      startIndex: this.startIndex,
    });
    this.startIndex = attempt.nextStartIndex;
    options.onAttempt?.(pod, attempt);
    const { outcome } = attempt;
    const failure = failureOf(framework, attempt);
    const node = outcome.kind === 'scheduled' ? outcome.node : (failure?.nomination ?? '');
    if (node === '') return { pod, attempt, ...(failure !== undefined && { failure }) };
    const refusal = this.assume(pod, node, attempt);
    if (refusal !== undefined) return this.refused(pod, attempt, node, refusal);
    const { status: answer } = framework.permit(attempt.state, pod.on(node), node);
    if (answer !== undefined && answer.code !== 'Wait') {
      this.takeBack();
      return this.refused(pod, attempt, node, answer);
    }
    return { pod, attempt, node, permit: answer, ...(failure !== undefined && { failure }) };
  }

  private assume(pod: PodInfo, node: string, attempt: Attempt): Status | undefined {
    const { framework } = this;
    const placed = pod.on(node);
    framework.nodes.addPod(placed, node);
    framework.nominator.remove(pod.uid);
    this.states.assume(placed);
    this.assumed.push({ pod: placed, node, attempt });
    const refusal = framework.reserve(attempt.state, placed, node);
    if (refusal !== undefined) this.takeBack();
    return refusal;
  }

  private refused(pod: PodInfo, attempt: Attempt, node: string, refusal: Status): Member {
    const isRejected = isRejection(refusal);
    const failure = {
      message: isRejected ? refusalMessage(node, refusal) : messageOf(refusal),
      isRejected,
      unschedulable: isRejected ? [refusal.plugin] : [],
      pending: [],
      nomination: '',
    };
    return { pod, attempt, failure };
  }

  /** Takes back the pod that was assumed last. */
  private takeBack(): void {
    const last = this.assumed.pop();
    if (last === undefined) return;
    const { framework, options } = this;
    const { pod, node, attempt } = last;
    for (const plugin of [...framework.at('reserve')].reverse()) {
      const writes = plugin.unreserve?.(attempt.state, pod, node) ?? [];
      if (writes.length > 0) options.onWrites?.(pod, writes);
    }
    // While an extender was asked the pod may have been bound by somebody else.
    if (framework.nodes.pod(pod.uid) === pod) framework.nodes.removePod(pod.uid);
    this.states.forget(pod);
    framework.nominator.add(pod, pod.pod.status?.nominatedNodeName ?? '');
  }

  /** Takes back all that was assumed, the last first. */
  revert(): void {
    while (this.assumed.length > 0) this.takeBack();
  }
}

/** Why an attempt gave no node; undefined where it did. */
export function failureOf(framework: Framework, attempt: Attempt): MemberFailure | undefined {
  const { outcome } = attempt;
  if (outcome.kind === 'scheduled') return undefined;
  const { message } = outcome;
  if (outcome.kind !== 'unschedulable') {
    const isRejected = outcome.kind === 'noNodes';
    return { message, isRejected, unschedulable: [], pending: [], nomination: '' };
  }
  return {
    message,
    isRejected: true,
    unschedulable: attempt.unschedulablePlugins,
    pending: attempt.pendingPlugins,
    nomination: framework.at('postFilter').length === 0 ? '' : outcome.postFilter?.nomination,
  };
}
