/** Brings jobs and their workloads together. @upstream kueue v0.19.2 pkg/controller/jobframework/reconciler.go */
import { controllerOf, isDeleting, keyOf, splitKey } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Outcome,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, remove, update, watch } from '../../client/requests.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { changeStatus } from './changes.js';
import { suspendChild } from './child-jobs.js';
import { finalizeOrphan, finish, release, releaseJob } from './finalizers.js';
import type { JobIntegration } from './job-integration.js';
import { hasReclaimed, podsReadyCondition } from './pods-ready.js';
import { JobHand } from './job-hand.js';
import { queueNameOf, managedAncestor } from './managed-jobs.js';
import { arePodSetsAlike, infosOf, merged } from './pod-set-info.js';
import { priorityOfJob, WorkloadMaker } from './workload-maker.js';
import {
  resourceFlavors,
  workloadPriorityClasses,
  workloads,
  type PodSet,
  type Workload,
} from './types.js';
import {
  conditionOf,
  hasQuota,
  isAdmitted,
  isFinished,
  onHold,
  withoutQuota,
  withSetting,
  withStatus,
} from './workload-status.js';

/** The index of workloads by the job that owns them. */
const ownerIndex = 'job';
/** The shipped configuration's groupKindConcurrency. */
const workers = 5;

/** The controller of one kind of job. */
export function jobController(integration: JobIntegration): ControllerDefinition {
  const { kind } = integration;
  const ownersOf = ({ metadata }: Workload): readonly string[] => {
    const owner = controllerOf({ metadata });
    return owner === undefined || owner.kind !== kind.kind
      ? []
      : [ownerKey(kind.kind, metadata.namespace ?? '', owner.name)];
  };
  return {
    name: `kueue-${kind.kind.toLowerCase()}-controller`,
    eventApi: 'events.k8s.io',
    create: context => ({
      watches: [
        watch(kind, { on: ({ object }) => context.queue.add(keyOf(object)) }),
        watch(workloads, {
          indexes: { [`${ownerIndex} ${kind.kind}`]: ownersOf },
          on: ({ object }) => {
            const owner = controllerOf(object);
            if (owner?.kind !== kind.kind) return;
            context.queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
          },
        }),
        watch(resourceFlavors),
        watch(workloadPriorityClasses),
        watch(priorityClasses),
      ],
      workers,
      reconcile: (key, view) => reconcile(key, view, { integration, context }),
    }),
  };
}

function ownerKey(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** What a pass over a job of a kind needs. */
export interface Means {
  readonly integration: JobIntegration;
  readonly context: ControllerContext;
}

function* reconcile(key: string, view: View, means: Means): Reconciliation {
  const { integration, context } = means;
  const { kind } = integration;
  const { namespace, name } = splitKey(key);
  const job = view.get(kind, namespace, name);
  const index = `${ownerIndex} ${kind.kind}`;
  const owned = view.byIndex(workloads, index, ownerKey(kind.kind, namespace, name));
  if (job !== undefined && integration.isSkipped?.(job) === true) return undefined;
  if (job === undefined || isDeleting(job)) {
    for (const workload of owned) {
      const problem = yield* finalizeOrphan(workload, context.clock.now(), { canFinish: true });
      if (problem !== undefined) return { retry: problem };
    }
    return job === undefined ? undefined : outcomeOf(yield* releaseJob(job, integration));
  }
  if (namespace === 'kube-system' || namespace === 'kueue-system') return undefined;
  if (queueNameOf(job) === '') return undefined;
  const ancestor = integration.isTopLevel === true ? undefined : yield* managedAncestor(job);
  if (ancestor !== undefined) {
    const hand = new JobHand(job, integration, context);
    return yield* suspendChild(job, ancestor, { integration, view, hand });
  }
  const bound = yield* boundTo(job, integration);
  if (typeof bound === 'string') return { retry: bound };
  return yield* new JobPass(job, view, { ...means, integration: bound }).run(owned);
}

function outcomeOf(problem: string | undefined): Outcome {
  return problem === undefined ? undefined : { retry: problem };
}

function* boundTo(
  job: HasMetadata,
  integration: JobIntegration,
): Reconciliation<JobIntegration | string> {
  return integration.bound === undefined ? integration : yield* integration.bound(job);
}

/** One look at one job. */
export class JobPass {
  protected readonly nowMs: number;
  protected readonly hand: JobHand;

  constructor(
    protected readonly job: HasMetadata,
    protected readonly view: View,
    protected readonly means: Means,
  ) {
    this.nowMs = means.context.clock.now();
    this.hand = new JobHand(job, means.integration, means.context);
  }

  *run(owned: readonly Workload[]): Reconciliation {
    const { job, hand, nowMs } = this;
    const { integration } = this.means;
    const found = yield* this.oneWorkload(owned);
    if (typeof found === 'string') return { retry: found };
    const workload = found;
    if (workload !== undefined && (yield* this.isMarked(workload))) return undefined;
    if (workload !== undefined && isFinished(workload)) {
      const problem = yield* this.letGo();
      if (problem !== undefined) return { retry: problem };
      this.hand.tellFinished(workload);
      return outcomeOf(yield* release(workloads, workload));
    }
    if (workload !== undefined && isDeleting(workload)) {
      const problem = yield* hand.stop(workload.spec.podSets, {
        ...{ reason: 'WorkloadDeleted', message: 'Workload is deleted' },
      });
      if (problem !== undefined) return { retry: problem };
      return outcomeOf(yield* release(workloads, workload));
    }
    if (integration.isOnHold?.(job) === true) return yield* this.hold(workload);
    const end = integration.end(job);
    if (end !== undefined) {
      if (workload !== undefined) {
        const reason = end.isSuccess ? 'Succeeded' : 'Failed';
        yield* finish(workload, { reason, message: end.message }, nowMs);
        this.hand.tellFinished(workload);
      }
      return outcomeOf(yield* this.letGo());
    }
    return workload === undefined ? yield* this.create() : yield* this.follow(workload);
  }

  /** Takes from the job what kept it until its workload was over. */
  protected *letGo(): Reconciliation<string | undefined> {
    return yield* releaseJob(this.job, this.means.integration);
  }

  /** Whether something of its kind's own was told of the workload now. */
  // oxlint-disable-next-line require-yield
  protected *isMarked(_workload: Workload): Reconciliation<boolean> {
    return false;
  }

  private isGoneWhenStopped(): boolean {
    return this.means.integration.isGoneWhenStopped === true;
  }

  private *hold(workload: Workload | undefined): Reconciliation {
    if (workload === undefined || !hasQuota(workload)) return undefined;
    const because = { reason: onHold, message: 'Job is on hold' };
    yield* changeStatus(workload, current => withoutQuota(current, because, this.nowMs));
    return undefined;
  }

  /** The workload that is the job's; others are deleted. A text: it is to be looked at again. */
  private *oneWorkload(owned: readonly Workload[]): Reconciliation<Workload | undefined | string> {
    const { job, hand } = this;
    const { integration } = this.means;
    const match = yield* this.matching(owned);
    const others = owned.filter(({ metadata }) => metadata.uid !== match?.metadata.uid);
    const isSuspended = integration.isSuspended(job);
    const [first] = others;
    if (match === undefined && first !== undefined && isSuspended && !hasQuota(first)) {
      for (const extra of others.slice(1)) yield* this.delete(extra);
      return yield* this.bringInLine(first);
    }
    if (match === undefined && !isSuspended && integration.end(job) === undefined) {
      const only = others.length === 1 ? first : undefined;
      const message =
        only === undefined
          ? 'Missing Workload; unable to restore pod templates'
          : 'No matching Workload; restoring pod templates according to existent Workload';
      const problem = yield* hand.stop(only?.spec.podSets, {
        ...{ reason: 'NoMatchingWorkload', message },
      });
      if (problem !== undefined) return problem;
    }
    for (const other of others) yield* this.delete(other);
    if (others.length > 0) return 'workloads that do not match were deleted';
    return match === undefined ? undefined : yield* this.withPriority(match);
  }

  // oxlint-disable-next-line require-yield
  protected *matching(owned: readonly Workload[]): Reconciliation<Workload | undefined> {
    return owned.find(workload => this.isAlike(workload));
  }

  /** The workload as it would be made, or a text on what is missing for it. */
  // oxlint-disable-next-line require-yield
  protected *make(): Reconciliation<Workload | string> {
    return this.maker().make();
  }

  private *delete(workload: Workload): Reconciliation<void> {
    const { namespace = '', name = '' } = workload.metadata;
    yield* release(workloads, workload);
    if (isDeleting(workload)) return;
    const answer = yield* call(remove(workloads, namespace, name));
    const message = `Deleted not matching Workload: ${keyOf(workload)}`;
    if (answer.isOk) this.hand.tell('DeletedWorkload', message);
  }

  /** A suspended job may be changed: its workload follows. */
  private *bringInLine(workload: Workload): Reconciliation<Workload | string> {
    const wanted = yield* this.make();
    if (typeof wanted === 'string') return wanted;
    const { active } = workload.spec;
    const spec = { ...wanted.spec, ...(active !== undefined && { active }) };
    const answer = yield* call(update(workloads, { ...workload, spec }));
    if (!answer.isOk) return answer.message;
    const message = `Updated not matching Workload for suspended job: ${keyOf(workload)}`;
    this.hand.tell('UpdatedWorkload', message);
    return answer.object;
  }

  /** A job's label of priority may be changed, while it waits and while it runs. */
  private *withPriority(workload: Workload): Reconciliation<Workload | string> {
    const { priorityClassRef } = workload.spec;
    const label = this.maker().priorityLabel;
    const isOther = priorityClassRef !== undefined && priorityClassRef.kind === 'PriorityClass';
    const isTooLate = hasQuota(workload) && priorityClassRef === undefined;
    if (isOther || isTooLate || (priorityClassRef?.name ?? '') === label) return workload;
    const priority = priorityOfJob(this.job, this.means.integration, this.view);
    if (typeof priority === 'string') return priority;
    const { priorityClassRef: _, ...rest } = workload.spec;
    const answer = yield* call(update(workloads, { ...workload, spec: { ...rest, ...priority } }));
    if (!answer.isOk) return answer.message;
    this.hand.tell('UpdatedWorkload', `Updated workload priority class: ${keyOf(workload)}`);
    return answer.object;
  }

  private maker(): WorkloadMaker {
    return new WorkloadMaker(this.job, this.means.integration, this.view);
  }

  private isAlike(workload: Workload): boolean {
    const { job } = this;
    const { integration } = this.means;
    if (controllerOf(workload)?.uid !== job.metadata.uid) return false;
    const most = this.maker().maximumExecutionTimeSeconds;
    if (workload.spec.maximumExecutionTimeSeconds !== most) return false;
    const own = integration.podSets(job);
    const how = {
      ignoresTolerations: isAdmitted(workload),
      ignoresCounts: hasQuota(workload) && integration.isElastic?.(job) === true,
    };
    const running = this.runningPodSets(workload);
    if (running !== undefined) {
      if (arePodSetsAlike(own, running, how)) return true;
      if (!integration.isSuspended(job)) return false;
    }
    return arePodSetsAlike(own, workload.spec.podSets, how);
  }

  /** The sets of pods as they are while the workload runs. */
  private runningPodSets(workload: Workload): readonly PodSet[] | undefined {
    if (!hasQuota(workload)) return undefined;
    const infos = infosOf(workload, name => this.view.get(resourceFlavors, '', name));
    const sets: PodSet[] = [];
    for (const set of workload.spec.podSets) {
      const info = infos?.find(({ name }) => name === set.name);
      const template = info === undefined ? '' : merged(set.template, info);
      if (info === undefined || typeof template === 'string') return undefined;
      const count = set.minCount === undefined ? set.count : info.count;
      sets.push({ ...set, template, count });
    }
    return sets;
  }

  private *create(): Reconciliation {
    const { job } = this;
    if (this.means.integration.isActive(job)) return undefined;
    const made = yield* this.make();
    if (typeof made === 'string') return this.unmade(made);
    return outcomeOf(yield* this.maker().create(this.hand, made));
  }

  /** What becomes of a job that no workload can be made of. */
  protected unmade(problem: string): Outcome {
    return { retry: problem };
  }

  /** Starts or stops the job as its workload has it. */
  private *follow(workload: Workload): Reconciliation {
    const { job, hand, nowMs } = this;
    const { integration } = this.means;
    const reclaimable = integration.reclaimablePods?.(job) ?? [];
    if (!hasReclaimed(workload, reclaimable)) {
      yield* changeStatus(workload, current =>
        withStatus(current, { reclaimablePods: reclaimable }),
      );
      return undefined;
    }
    const ready = podsReadyCondition(workload, integration.arePodsReady(job));
    const before = conditionOf(workload, 'PodsReady');
    if (before?.status !== ready.status || before.reason !== ready.reason) {
      yield* changeStatus(workload, current => withSetting(current, ready, nowMs));
      return undefined;
    }
    if (conditionOf(workload, 'Evicted')?.status === 'True') return yield* this.leave(workload);
    if (integration.isSuspended(job)) {
      if (isAdmitted(workload)) return yield* this.start(workload);
      const queueName = queueNameOf(job);
      if (workload.spec.queueName === queueName) return undefined;
      const spec = { ...workload.spec, queueName };
      const answer = yield* call(update(workloads, { ...workload, spec }));
      return answer.isOk ? undefined : { retry: answer.message };
    }
    if (isAdmitted(workload)) return undefined;
    const message = 'Not admitted by cluster queue';
    const cause = { reason: 'NotAdmitted', message } as const;
    const problem = yield* hand.stop(workload.spec.podSets, cause);
    return problem === undefined ? undefined : { retry: problem };
  }

  protected *start(workload: Workload): Reconciliation {
    const infos = infosOf(workload, name => this.view.get(resourceFlavors, '', name));
    if (infos === undefined) return { retry: 'a flavor of the workload has gone' };
    const { clusterQueue = '' } = workload.status?.admission ?? {};
    const outcome = yield* this.hand.start(infos, `Admitted by clusterQueue ${clusterQueue}`);
    if (outcome === undefined) return undefined;
    if (!outcome.isPermanent) return { retry: outcome.message };
    const because = { reason: 'FailedToStart', message: outcome.message };
    yield* finish(workload, because, this.nowMs);
    return undefined;
  }

  /** An evicted workload keeps its quota until the job's pods have gone. */
  private *leave(workload: Workload): Reconciliation {
    const { job, hand, nowMs } = this;
    const evicted = conditionOf(workload, 'Evicted');
    if (evicted === undefined) return undefined;
    const { reason, message } = evicted;
    const cause = { reason: `WorkloadEvictedDueTo${reason}`, message } as const;
    const problem = yield* hand.stop(workload.spec.podSets, cause);
    if (problem !== undefined) return { retry: problem };
    if (!hasQuota(workload) || this.means.integration.isActive(job)) return undefined;
    // A pod's workload ends with the pod.
    const comesBack = reason === 'Preempted' && !this.isGoneWhenStopped();
    const status = comesBack ? 'True' : 'False';
    yield* changeStatus(workload, current => {
      const setting = { type: 'Requeued', status, reason, message } as const;
      return withoutQuota(
        withSetting(current, setting, nowMs),
        { reason: 'Pending', message },
        nowMs,
      );
    });
    return undefined;
  }
}
