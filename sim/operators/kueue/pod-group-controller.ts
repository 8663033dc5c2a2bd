/** Brings groups of pods and their workloads together. @upstream kueue v0.19.2 pkg/controller/jobs/pod/pod_controller.go */
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { controllerOf, isDeleting, keyOf, splitKey } from '../../api/meta.js';
import { apiVersionOf } from '../../api/object.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Outcome,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, remove, update, watch } from '../../client/requests.js';
import { changeStatus } from './changes.js';
import { finalizeOrphan, finish, releaseJob } from './finalizers.js';
import { JobPass } from './job-controller.js';
import type { JobIntegration } from './job-integration.js';
import {
  inOrderOfEnding,
  inOrderOfKeeping,
  isRunnable,
  PodGroup,
  roleSets,
} from './jobs/pod-group.js';
import { ungated } from './jobs/pod.js';
import { keys } from './keys.js';
import { queueNameOf } from './managed-jobs.js';
import { groupNameOf, isGated, roleHashOf } from './pod-parts.js';
import { totalCountOf } from './pod-refusals.js';
import { infosOf } from './pod-set-info.js';
import { resourceFlavors, workloadPriorityClasses, workloads, type Workload } from './types.js';
import { priorityOfJob, WorkloadMaker } from './workload-maker.js';
import { conditionOf, isFinished, withSetting, type Setting } from './workload-status.js';

const index = 'pod group';
const workers = 5;
/** So many sets a workload may have. @upstream jobframework.MaxPodSets */
const rolesMax = 18;

/** The controller. */
export function podGroupController(): ControllerDefinition {
  return {
    name: 'kueue-pod-group-controller',
    eventApi: 'events.k8s.io',
    create: context => ({
      watches: [
        watch(pods, {
          indexes: { [index]: keysOfGroup },
          on: ({ object }) => {
            for (const key of keysOfGroup(object)) context.queue.add(key);
          },
        }),
        watch(workloads, {
          on: ({ type, object }) => {
            if (isOfGroup(object) || type === 'deleted') context.queue.add(keyOf(object));
          },
        }),
        watch(resourceFlavors),
        watch(workloadPriorityClasses),
        watch(priorityClasses),
      ],
      workers,
      reconcile: (key, view) => reconcile(key, view, context),
    }),
  };
}

function keysOfGroup(pod: Pod): readonly string[] {
  const name = groupNameOf(pod);
  return name === '' ? [] : [`${pod.metadata.namespace ?? ''}/${name}`];
}

function isOfGroup({ metadata }: Workload): boolean {
  return metadata.annotations?.[keys.isGroupWorkload] === 'true';
}

function* reconcile(key: string, view: View, context: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const members = view.byIndex(pods, index, key);
  const workload = view.get(workloads, namespace, name);
  const [first] = members;
  if (first === undefined) {
    if (workload === undefined) return undefined;
    if (!isOfGroup(workload) && controllerOf(workload) !== undefined) return undefined;
    const how = { canFinish: controllerOf(workload) !== undefined };
    const problem = yield* finalizeOrphan(workload, context.clock.now(), how);
    return problem === undefined ? undefined : { retry: problem };
  }
  if (first.metadata.labels?.[keys.managed] !== 'true' || queueNameOf(first) === '') {
    return undefined;
  }
  if (namespace === 'kube-system' || namespace === 'kueue-system') return undefined;
  const group = new PodGroup(members, context.clock.now());
  return yield* new GroupPass(first, view, group, context).look(name, workload);
}

/** One look at one group. */
class GroupPass extends JobPass {
  private absent = 0;
  private name = '';
  /** What went wrong may go well another time. */
  private isWorthRetry = false;

  constructor(
    private readonly first: Pod,
    view: View,
    private readonly group: PodGroup,
    private readonly context: ControllerContext,
  ) {
    super(first, view, { integration: group as unknown as JobIntegration, context });
  }

  /** A workload of that name that is somebody else's is let be. */
  *look(name: string, workload: Workload | undefined): Reconciliation {
    this.name = name;
    if (workload === undefined || isOfGroup(workload)) {
      return yield* this.run(workload === undefined ? [] : [workload]);
    }
    this.warn(
      'WorkloadNameConflict',
      `A Workload named "${name}" already exists but is not a pod group workload; this pod group cannot be admitted`,
    );
    const problem = yield* this.release(this.group.members.filter(pod => !isRunnable(pod)));
    return problem === undefined ? undefined : { retry: problem };
  }

  private warn(reason: string, message: string): void {
    const action = reason === 'WorkloadNameConflict' ? 'Admission' : reason;
    this.context.events.record({ regarding: this.first, type: 'Warning', reason, action, message });
  }

  private *release(members: readonly Pod[]): Reconciliation<string | undefined> {
    for (const pod of members) {
      const problem = yield* releaseJob(pod, this.means.integration);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  protected override *letGo(): Reconciliation<string | undefined> {
    return yield* this.release(this.view.byIndex(pods, index, `${this.namespace}/${this.name}`));
  }

  private get namespace(): string {
    return this.first.metadata.namespace ?? '';
  }

  /** Counts the pods of each role; those too many, and those replaced, are let go. @upstream FindMatchingWorkloads */
  protected override *matching(owned: readonly Workload[]): Reconciliation<Workload | undefined> {
    const [workload] = owned;
    if (workload === undefined) return undefined;
    const { maximumExecutionTimeSeconds } = this.secondsMax;
    if (workload.spec.maximumExecutionTimeSeconds !== maximumExecutionTimeSeconds) return undefined;
    const kept: Pod[] = [];
    const extra: Pod[] = [];
    const replaced: Pod[] = [];
    let absent = 0;
    const isFast = this.first.metadata.annotations?.[keys.groupFastAdmission] === 'true';
    for (const { name, count } of workload.spec.podSets) {
      const role = this.group.members.filter(pod => roleHashOf(pod) === name);
      const active = inOrderOfKeeping(role.filter(isRunnable));
      const ended = inOrderOfEnding(
        role.filter(pod => !isRunnable(pod)),
        this.nowMs,
      );
      absent += isFast
        ? Number(count > 0 && active.length === 0)
        : Math.max(0, count - active.length);
      kept.push(...active.slice(0, count));
      extra.push(...active.slice(count));
      const over = Math.max(0, Math.min(ended.length, ended.length + active.length - count));
      kept.push(...ended.slice(0, ended.length - over));
      replaced.push(...ended.slice(ended.length - over));
    }
    if (kept.length === 0 || !isEquivalent(workload, kept)) return undefined;
    this.absent = absent;
    this.group.members = kept;
    const own = yield* this.owned(workload);
    yield* this.removeExtra(extra);
    yield* this.release(replaced);
    return own;
  }

  /** All members own the workload. @upstream EnsureWorkloadOwnedByAllMembers */
  private *owned(workload: Workload): Reconciliation<Workload> {
    const had = workload.metadata.ownerReferences ?? [];
    const missing = this.group.members.filter(
      ({ metadata }) => !had.some(({ uid }) => uid === metadata.uid),
    );
    if (missing.length === 0) return workload;
    const ownerReferences = [...had, ...missing.map(ownerOf)];
    const metadata = { ...workload.metadata, ownerReferences };
    const answer = yield* call(update(workloads, { ...workload, metadata }));
    if (!answer.isOk) return workload;
    const message = `Added ${missing.length} owner reference(s)`;
    const reason = 'OwnerReferencesAdded';
    this.context.events.record({
      ...{ regarding: answer.object, type: 'Normal', reason, action: reason, message },
    });
    return answer.object;
  }

  private *removeExtra(extra: readonly Pod[]): Reconciliation<void> {
    for (const pod of extra) {
      yield* releaseJob(pod, this.means.integration);
      if (isDeleting(pod)) continue;
      const { namespace = '', name = '' } = pod.metadata;
      const answer = yield* call(remove(pods, namespace, name));
      if (answer.isOk) this.hand.tell('ExcessPodDeleted', 'Excess pod deleted', pod);
    }
  }

  /** @upstream ConstructComposableWorkload */
  protected override *make(): Reconciliation<Workload | string> {
    const { group } = this;
    const active = group.members.filter(isRunnable);
    const stuck = yield* this.release(group.members.filter(pod => !isRunnable(pod)));
    this.isWorthRetry = stuck !== undefined;
    const problem = stuck ?? this.unfit(active);
    if (problem !== undefined) return problem;
    const total = Number(group.total);
    const sorted = active.length > total ? inOrderOfKeeping(active) : active;
    yield* this.removeExtra(sorted.slice(total));
    group.members = active.length > total ? sorted.slice(0, total) : group.members;
    const podSets = group.setsToAsk();
    if (podSets.length > rolesMax) return `pod group can't include more than ${rolesMax} roles`;
    const priority = priorityOfJob(this.first, this.means.integration, this.view);
    this.isWorthRetry = typeof priority === 'string';
    if (typeof priority === 'string') return priority;
    const metadata = {
      ...{ name: this.name, namespace: this.namespace, finalizers: [keys.inUse] },
      annotations: { [keys.isGroupWorkload]: 'true' },
      ownerReferences: group.members.map(ownerOf),
    };
    const queueName = queueNameOf(this.first);
    return { metadata, spec: { podSets, queueName, ...priority, ...this.secondsMax } };
  }

  /** What is wrong with the group as a whole. @upstream validatePodGroupMetadata */
  private unfit(active: readonly Pod[]): string | undefined {
    const { group, first } = this;
    const { total } = group;
    if (typeof total === 'string') return total;
    const isFast = first.metadata.annotations?.[keys.groupFastAdmission] === 'true';
    if (!isFast && active.length < total) {
      const message = `'${this.name}' group has fewer runnable pods than expected`;
      this.warn('ErrWorkloadCompose', message);
      return message;
    }
    const queue = queueNameOf(first);
    const own = first.metadata.name ?? '';
    for (const pod of group.members) {
      if (pod.status?.phase === 'Failed') continue;
      const names = `pods '${own}' and '${pod.metadata.name ?? ''}' has different`;
      const [its, count] = [queueNameOf(pod), totalCountOf(pod)];
      if (its !== queue) return `${names} queue names: ${queue}!=${its}`;
      if (typeof count === 'string') return count;
      if (count !== total) return `${names} '${keys.groupTotalCount}' values: ${total}!=${count}`;
    }
    return undefined;
  }

  /** A group that is unfit stays so until its pods wake it. */
  protected override unmade(problem: string): Outcome {
    return this.isWorthRetry ? { retry: problem } : undefined;
  }

  private get secondsMax(): { readonly maximumExecutionTimeSeconds?: number } {
    const maker = new WorkloadMaker(this.first, this.means.integration, this.view);
    const seconds = maker.maximumExecutionTimeSeconds;
    return seconds === undefined ? {} : { maximumExecutionTimeSeconds: seconds };
  }

  /** Opens the gates. @upstream Run */
  protected override *start(workload: Workload): Reconciliation {
    const infos = infosOf(workload, name => this.view.get(resourceFlavors, '', name));
    if (infos === undefined) return { retry: 'a flavor of the workload has gone' };
    const { clusterQueue = '' } = workload.status?.admission ?? {};
    for (const pod of this.group.members) {
      if (!isGated(pod)) continue;
      const role = roleHashOf(pod);
      const info = infos.find(({ name }) => name === role);
      const next =
        info === undefined
          ? `invalid podset infos: podSetInfo with the name '${role}' is not found`
          : ungated(pod, info);
      if (typeof next === 'string') {
        yield* finish(workload, { reason: 'FailedToStart', message: next }, this.nowMs);
        return undefined;
      }
      const answer = yield* call(update(pods, next));
      if (!answer.isOk) return { retry: answer.message };
      this.hand.tell('Started', `Admitted by clusterQueue ${clusterQueue}`, pod);
    }
    return undefined;
  }

  /** @upstream waitingForReplacementPodsCondition */
  protected override *isMarked(workload: Workload): Reconciliation<boolean> {
    const setting = replacementCondition(workload, this.absent);
    if (setting === undefined) return false;
    yield* changeStatus(workload, current => withSetting(current, setting, this.nowMs));
    return true;
  }
}

/** The condition WaitingForReplacementPods where it is another than it was. */
export function replacementCondition(workload: Workload, absent: number): Setting | undefined {
  const type = 'WaitingForReplacementPods';
  const before = conditionOf(workload, type);
  if (absent === 0) {
    if (before === undefined || before.status === 'False') return undefined;
    const message = 'No pods need replacement';
    return { type, status: 'False', reason: 'PodsReady', message };
  }
  const evicted = conditionOf(workload, 'Evicted');
  if (evicted?.status === 'True') {
    const { reason, message } = evicted;
    const isSame = before?.reason === reason && before.message === message;
    return isSame && before.status === 'True'
      ? undefined
      : { type, status: 'True', reason, message };
  }
  if (before?.status === 'True') return undefined;
  const message = 'Some Failed pods need replacement';
  return { type, status: 'True', reason: 'PodsFailed', message };
}

/** Whether the pods are those of the workload: no role and no pod more. @upstream equivalentToWorkload */
function isEquivalent(workload: Workload, kept: readonly Pod[]): boolean {
  const isOver = isFinished(workload);
  const sets = roleSets(kept);
  const own = workload.spec.podSets;
  if (!isOver && own.length < sets.length) return false;
  return sets.every(({ name, count }) => {
    const found = own.find(set => set.name === name);
    return found !== undefined && (isOver || found.count >= count);
  });
}

function ownerOf({ metadata }: Pod) {
  const { name = '', uid = '' } = metadata;
  return { apiVersion: apiVersionOf(pods), kind: pods.kind, name, uid };
}
