/** One pass over one job. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_actions.go */
import { deepEqual } from '../../api/equality.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { printDuration } from '../../api/duration.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, patch, remove, update } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import { ensureClaims } from './job-claims.js';
import { mayStart } from './job-dependencies.js';
import { isOutOfSync } from './job-events.js';
import { ensureGroup, groupOf } from './job-group.js';
import { pluginsOf, type Failure } from './job-plugins.js';
import { podOf } from './job-pods.js';
import type { NextPhase, Step } from './job-states.js';
import { advanced, dated, draftOf, PodCounts, written } from './job-status.js';
import { keys } from './keys.js';
import type { JobRequest } from './policies.js';
import { podName } from './task-names.js';
import {
  jobs,
  podGroups,
  queues,
  type Job,
  type JobStatus,
  type PodGroup,
  type TaskSpec,
} from './types.js';

/** What a pass works with. */
export interface PassMeans {
  readonly view: View;
  readonly random: Random;
  readonly nowMs: number;
  record(event: Omit<EventToRecord, 'regarding'>): void;
  /** Told what was written of the job. */
  remember(job: Job): void;
}

/** A pass over a job, as it is now. */
export class JobPass {
  constructor(
    private job: Job,
    private readonly means: PassMeans,
  ) {}

  *run(step: Step, request: JobRequest, action: string): Reconciliation<Failure> {
    if (isDeleting(this.job)) return undefined;
    switch (step.kind) {
      case 'sync':
        return yield* this.sync(step.next);
      case 'kill':
        return yield* this.kill(this.allToKill(step.keepsEnded), step.next, { isWhole: true });
      case 'kill-target':
        return yield* this.kill(this.targetOf(request, action), step.next, { isWhole: false });
    }
  }

  private get namespace(): string {
    return this.job.metadata.namespace ?? '';
  }

  /** Its pods, those of the tasks that it has not any more as well. */
  private pods(): readonly Pod[] {
    return this.means.view.byIndex(pods, 'owner', this.job.metadata.uid ?? '');
  }

  private *sync(next: NextPhase): Reconciliation<Failure> {
    const { view } = this.means;
    const { queue = '', tasks = [] } = this.job.spec;
    if (view.get(queues, '', queue) === undefined) {
      return `queue.scheduling.volcano.sh "${queue}" not found`;
    }
    const phase = this.job.status?.state?.phase ?? 'Pending';
    const failure = phase === 'Pending' ? yield* this.initiate() : yield* this.refresh();
    if (failure !== undefined) return failure;
    const group = groupOf(this.job, view);
    if (group !== undefined) this.tellOfGroup(group);
    const before = this.job.status ?? {};
    if ((group?.status?.phase ?? 'Pending') === 'Pending') {
      const { status } = advanced(draftOf(before), next);
      return yield* this.writeChange(before, status);
    }
    const counts = new PodCounts();
    const failed = yield* this.syncPods(tasks, counts);
    if (failed !== undefined) return failed;
    const { state, version, controlledResources, conditions, retryCount } = before;
    const { minAvailable } = this.job.spec;
    const counted = { ...counts.fields(), state, version, minAvailable, conditions, retryCount };
    const draft = { ...counted, controlledResources } as Parameters<NextPhase>[0];
    return yield* this.writeChange(before, advanced(draft, next).status);
  }

  private *writeChange(
    before: JobStatus,
    status: Parameters<NextPhase>[0],
  ): Reconciliation<Failure> {
    if (deepEqual(written(status), written(before))) return undefined;
    return yield* this.writeStatus(dated(status, this.means.nowMs));
  }

  private *writeStatus(status: JobStatus): Reconciliation<Failure> {
    const wanted = { ...this.job, status: written(status) };
    const answer = yield* call(update(jobs, wanted, 'status'));
    if (!answer.isOk) return answer.message;
    this.job = answer.object;
    this.means.remember(answer.object);
    return undefined;
  }

  /** Before its pods: the status, what its plug-ins need, its claims and its group. */
  private *initiate(): Reconciliation<Failure> {
    if (this.job.status?.state?.phase === undefined) {
      const { minAvailable } = this.job.spec;
      const fresh = { ...draftOf(this.job.status), state: { phase: 'Pending' as const } };
      const status = dated(
        { ...fresh, ...(minAvailable !== undefined && { minAvailable }) },
        this.means.nowMs,
      );
      const failure = yield* this.writeStatus(status);
      if (failure !== undefined) {
        return this.failed('JobStatusError', 'Failed to initialize job status, err: ', failure);
      }
    }
    const added = yield* this.addPlugins();
    if (added !== undefined) {
      return this.failed('PluginError', 'Execute plugin when job add failed, err: ', added);
    }
    const claimed = yield* ensureClaims(this.job, this.means.view, this.means.random);
    if (typeof claimed === 'string') {
      return this.failed('PVCError', 'Failed to create PVC, err: ', claimed);
    }
    this.job = claimed;
    return yield* this.bringGroup();
  }

  private *refresh(): Reconciliation<Failure> {
    for (const { plugin } of pluginsOf(this.job)) {
      const failure = yield* plugin.onJobUpdate?.(this.job) ?? nothing();
      if (failure === undefined) continue;
      return this.failed('PluginError', 'Execute plugin when job add failed, err: ', failure);
    }
    return yield* this.bringGroup();
  }

  private *bringGroup(): Reconciliation<Failure> {
    const failure = yield* ensureGroup(this.job, this.means.view);
    if (failure === undefined) return undefined;
    return this.failed('PodGroupError', 'Failed to create PodGroup, err: ', failure);
  }

  private failed(reason: string, what: string, failure: string): string {
    this.means.record({ type: 'Warning', reason, message: `${what}${failure}` });
    return failure;
  }

  private *addPlugins(): Reconciliation<Failure> {
    for (const { name, plugin, given } of pluginsOf(this.job)) {
      const { controlledResources } = this.job.status ?? {};
      if (controlledResources?.[`plugin-${name}`] === name) continue;
      const adding = plugin.onJobAdd?.(this.job, given, this.means.random);
      const failure = yield* adding ?? nothing();
      if (failure !== undefined) return failure;
      const grown = { ...controlledResources, [`plugin-${name}`]: name };
      this.job = { ...this.job, status: { ...this.job.status, controlledResources: grown } };
    }
    return undefined;
  }

  private *removePlugins(): Reconciliation<Failure> {
    for (const { name, plugin, given } of pluginsOf(this.job)) {
      const { [`plugin-${name}`]: own, ...left } = this.job.status?.controlledResources ?? {};
      if (own === undefined) continue;
      const failure = yield* plugin.onJobDelete?.(this.job, given) ?? nothing();
      if (failure !== undefined) return failure;
      this.job = { ...this.job, status: { ...this.job.status, controlledResources: left } };
    }
    return undefined;
  }

  private *syncPods(tasks: readonly TaskSpec[], counts: PodCounts): Reconciliation<Failure> {
    const left = new Map(this.pods().map(pod => [pod.metadata.name ?? '', pod]));
    const surplus: Pod[] = [];
    const missing: { readonly task: TaskSpec; readonly pod: Pod }[] = [];
    for (const task of tasks) {
      for (let index = 0; index < (task.replicas ?? 0); index++) {
        const name = podName(this.job.metadata.name ?? '', task.name ?? '', index);
        const pod = left.get(name);
        left.delete(name);
        if (pod === undefined) {
          missing.push({ task, pod: podOf(this.job, task, index, this.means.random) });
        } else if (isDeleting(pod)) counts.terminating++;
        else {
          if (isOutOfSync(pod)) surplus.push(pod);
          counts.add(pod);
        }
      }
    }
    const failure = yield* this.createPods(missing, counts);
    return failure ?? (yield* this.deletePods([...surplus, ...left.values()], counts));
  }

  private *createPods(
    missing: readonly { readonly task: TaskSpec; readonly pod: Pod }[],
    counts: PodCounts,
  ): Reconciliation<Failure> {
    const errors: string[] = [];
    for (const { task, pod } of missing) {
      if (task.dependsOn !== undefined && !mayStart(this.job, task, this.means.view)) continue;
      const answer = yield* call(create(pods, pod));
      if (answer.isOk) counts.add(answer.object);
      else if (answer.reason !== 'AlreadyExists') {
        errors.push(`failed to create pod ${pod.metadata.name ?? ''}, err: ${answer.message}`);
      }
    }
    if (errors.length === 0) return undefined;
    const message = `Error creating pods: [${errors.join(' ')}]`;
    this.means.record({ type: 'Warning', reason: 'FailedCreate', message });
    return `failed to create ${errors.length} pods of ${missing.length}`;
  }

  private *deletePods(some: readonly Pod[], counts: PodCounts): Reconciliation<Failure> {
    const errors: string[] = [];
    for (const { metadata } of some) {
      const answer = yield* call(remove(pods, this.namespace, metadata.name ?? ''));
      if (answer.isOk || answer.status === 404) counts.terminating++;
      else errors.push(answer.message);
    }
    return this.toldOfDeletion(errors, some.length);
  }

  private toldOfDeletion(errors: readonly string[], total: number): Failure {
    if (errors.length === 0) return undefined;
    const message = `Error deleting pods: [${errors.join(' ')}]`;
    this.means.record({ type: 'Warning', reason: 'FailedDelete', message });
    return `failed to delete ${errors.length} pods of ${total}`;
  }

  /** Pods that have ended stay where they are kept, and at the last try. */
  private allToKill(keepsEnded: boolean): readonly Pod[] {
    const { retryCount = 0 } = this.job.status ?? {};
    const keeps = keepsEnded || retryCount >= (this.job.spec.maxRetry ?? 0) - 1;
    return this.pods().filter(
      pod =>
        !keeps || isDeleting(pod) || !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''),
    );
  }

  private targetOf({ task, pod, partition }: JobRequest, action: string): readonly Pod[] {
    const ofTask = this.pods().filter(
      ({ metadata }) => metadata.annotations?.[keys.taskSpec] === task,
    );
    if (action === 'RestartTask') return ofTask;
    if (action === 'RestartPod') return ofTask.filter(({ metadata }) => metadata.name === pod);
    return ofTask.filter(({ metadata }) => metadata.labels?.[keys.partition] === partition);
  }

  private *kill(
    some: readonly Pod[],
    next: NextPhase,
    { isWhole }: { readonly isWhole: boolean },
  ): Reconciliation<Failure> {
    const counts = new PodCounts();
    const errors: string[] = [];
    for (const pod of some) {
      const error = yield* this.killPod(pod, counts, { isWhole });
      if (error !== undefined) errors.push(error);
    }
    const failure = this.toldOfDeletion(errors, some.length);
    if (failure !== undefined) return failure.replace('delete', 'kill');
    const { version = 0, ...before } = this.job.status ?? {};
    const draft = { ...before, version: version + (isWhole ? 1 : 0), ...counts.fields() };
    const { status, hasMoved } = advanced(draft, next);
    const moved = hasMoved ? dated(status, this.means.nowMs) : status;
    this.job = { ...this.job, status: { ...moved, runningDuration: this.durationOf(moved) } };
    const cleaned =
      (yield* this.removePlugins()) ?? (yield* this.writeStatus(this.job.status ?? {}));
    return cleaned ?? (yield* this.removeGroup());
  }

  /** Marked first, so that nothing that becomes of it is taken for news. */
  private *killPod(
    pod: Pod,
    counts: PodCounts,
    { isWhole }: { readonly isWhole: boolean },
  ): Reconciliation<Failure> {
    if (isWhole && isDeleting(pod)) {
      counts.terminating++;
      return undefined;
    }
    const of = { namespace: this.namespace, name: pod.metadata.name ?? '' };
    const path = `/metadata/annotations/${keys.outOfSync.replace('/', '~1')}`;
    const mark = [{ op: 'add', path, value: 'true' }];
    const marked = yield* call(patch(pods, of, { type: 'json' }, mark));
    if (!marked.isOk && marked.status !== 404) return marked.message;
    const answer = isDeleting(pod) ? marked : yield* call(remove(pods, of.namespace, of.name));
    if (answer.isOk || answer.status === 404) counts.terminating++;
    else counts.add(pod);
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }

  private durationOf({ state }: JobStatus): string {
    const sinceMs = timeMs(this.job.metadata.creationTimestamp) ?? this.means.nowMs;
    const untilMs =
      timeMs(state?.lastTransitionTime) ?? timeMs(rfc3339(this.means.nowMs)) ?? sinceMs;
    return printDuration((untilMs - sinceMs) * 1e6);
  }

  private *removeGroup(): Reconciliation<Failure> {
    const group = groupOf(this.job, this.means.view);
    if (group === undefined) return undefined;
    const answer = yield* call(remove(podGroups, this.namespace, group.metadata.name ?? ''));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }

  private tellOfGroup({ status }: PodGroup): void {
    const { name = '' } = this.job.metadata;
    const latest = (status?.conditions ?? [])
      .filter(one => one.status === 'True')
      .reduce<NonNullable<PodGroup['status']>['conditions']>(
        (best, one) =>
          best?.[0] !== undefined &&
          (timeMs(best[0].lastTransitionTime) ?? 0) >= (timeMs(one.lastTransitionTime) ?? 0)
            ? best
            : [one],
        undefined,
      )?.[0];
    if (latest === undefined || latest.type === 'Scheduled') return;
    this.means.record({
      type: 'Warning',
      reason: 'PodGroupPending',
      message: `PodGroup ${this.namespace}:${name} ${latest.type.toLowerCase()}, reason: ${latest.message ?? ''}`,
    });
  }
}

function* nothing(): Reconciliation<Failure> {
  return undefined;
}
