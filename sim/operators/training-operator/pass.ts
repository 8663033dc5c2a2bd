/** One pass over one job. @upstream training-operator v1.8.1 pkg/controller.v1/common/{job,pod,service}.go */
import { deepEqual } from '../../api/equality.js';
import { pods, services, type Pod, type Service } from '../../api/kinds/core.js';
import { isControlledBy, isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type { ControllerContext, Outcome, Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { GangControl } from '../gangs/gang-control.js';
import type { JobEvent, JobKind, Member, MembersContext } from './job-kind.js';
import { abnormalPodEvents } from './abnormal-pods.js';
import { brokenLimit, isActive } from './limits.js';
import { defaultedReplicas, jobLabels, makePod, makeService, memberOf } from './members.js';
import { deletePodGroup, inGang, otherSchedulerEvents, syncPodGroup } from './pod-group.js';
import { StatusDraft } from './status-draft.js';
import type { DefaultedReplicaSpec, Replicas, RunPolicy, TrainingJob } from './types.js';

/** One pass over one job. */
export class Pass {
  readonly events: JobEvent[] = [];
  private readonly draft: StatusDraft;
  private readonly nowMs: number;
  private readonly policy: RunPolicy;
  private readonly replicas: Replicas;
  private failure: string | undefined;

  constructor(
    private readonly kind: JobKind,
    context: ControllerContext,
    private readonly job: TrainingJob,
    private readonly expected: Map<string, 'created' | 'deleted'>,
    private readonly gang?: GangControl,
  ) {
    this.nowMs = context.clock.now();
    this.draft = new StatusDraft(job.status ?? {}, this.nowMs);
    this.policy = kind.runPolicy?.(job) ?? job.spec?.runPolicy ?? {};
    this.replicas = defaultedReplicas(kind, job);
  }

  *run(view: View): Reconciliation {
    const { namespace = '', name = '' } = this.job.metadata;
    const ownPods = view.list(pods, namespace).filter(pod => isControlledBy(pod, this.job));
    const ownServices = view
      .list(services, namespace)
      .filter(service => isControlledBy(service, this.job));
    const told = this.told('Created', `${this.kind.kind.kind} ${name} is created.`);
    this.draft.set('Created', 'True', told);
    const problem = yield* this.prepare(view);
    if (problem !== undefined) return { retry: problem };
    if (this.draft.isFinished) return yield* this.finished(ownPods, view);
    if (this.policy.suspend === true) return yield* this.suspended(ownPods, view);
    this.resumeIfSuspended();
    this.events.push(...abnormalPodEvents(ownPods.filter(isActive)));
    const limit = brokenLimit(this.job, this.replicas, this.draft, ownPods);
    if (limit !== undefined) return yield* this.fail(limit, ownPods, view);
    if (!(yield* this.mayHavePods(view))) {
      this.draft.lastReconcileTime = this.draft.now;
      return yield* this.writeStatus();
    }
    const isFirst = this.draft.replicaTypes().length === 0;
    for (const [type, spec] of this.replicas) {
      if (this.kind.reconcileMembers !== undefined) {
        this.failure = yield* this.kind.reconcileMembers(this.contextOf(type, view, isFirst));
      } else {
        yield* this.reconcilePods(type, spec, ownPods);
        yield* this.reconcileServices(type, spec, ownServices);
      }
      if (this.failure !== undefined) return { retry: this.failure };
    }
    this.draft.startTime ??= this.draft.now;
    if (this.kind.tellsSelectors === true) this.tellSelectors();
    this.events.push(...this.kind.judge(this.job, this.replicas, this.draft, ownPods));
    return yield* this.writeStatus();
  }

  private contextOf(type: string, view: View, isFirst: boolean): MembersContext {
    const { job, replicas, draft, gang } = this;
    const tell = (event: JobEvent) => this.events.push(event);
    return { job, replicas, type, draft, view, isFirst, tell, gang };
  }

  private *mayHavePods(view: View): Reconciliation<boolean> {
    const { gang, kind, job, replicas, policy } = this;
    if (gang === undefined) return true;
    return yield* syncPodGroup({ gang, kind, job, replicas, policy, view });
  }

  private *removeGroup(view: View): Reconciliation<string | undefined> {
    const { gang, job } = this;
    if (gang === undefined) return undefined;
    return yield* deletePodGroup({ gang, job, view }, event => this.events.push(event));
  }

  private *prepare(view: View): Reconciliation<string | undefined> {
    return yield* this.kind.prepare?.(this.job, view) ?? nothing();
  }

  private tellSelectors(): void {
    const labels = jobLabels(this.kind, this.job.metadata.name ?? '');
    for (const [type] of this.replicas) {
      const all = { ...labels, 'training.kubeflow.org/replica-type': type.toLowerCase() };
      const terms = Object.entries(all).map(([key, value]) => `${key}=${value}`);
      this.draft.select(type, terms.sort().join(','));
    }
  }

  /** `MXJobCreated` and its message. */
  private told(
    reason: string,
    message: string,
  ): { readonly reason: string; readonly message: string } {
    return { reason: `${this.kind.kind.kind}${reason}`, message };
  }

  private *finished(ownPods: readonly Pod[], view: View): Reconciliation {
    yield* this.deleteMembers(ownPods);
    const failure = yield* this.removeGroup(view);
    if (failure !== undefined) return { retry: failure };
    const { ttlSecondsAfterFinished: ttl } = this.policy;
    if (ttl !== undefined) {
      const completedMs = timeMs(this.draft.completionTime);
      if (completedMs === undefined) return { retry: 'job completion time is nil, cannot cleanup' };
      const leftMs = completedMs + ttl * 1000 - this.nowMs;
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      const { namespace = '', name = '' } = this.job.metadata;
      yield* call(remove(this.kind.kind, namespace, name));
      this.events.push({
        type: 'Normal',
        reason: this.kind.deletionReason ?? 'SuccessfulDeletePod',
        message: `Deleted job: ${name}`,
      });
      return undefined;
    }
    if (this.draft.isTrue('Succeeded')) {
      for (const type of this.draft.replicaTypes()) {
        const { active = 0, succeeded = 0, ...rest } = this.draft.replica(type);
        this.draft.setReplica(type, { ...rest, succeeded: succeeded + active });
      }
    }
    return yield* this.writeStatus();
  }

  private *suspended(ownPods: readonly Pod[], view: View): Reconciliation {
    yield* this.deleteMembers(ownPods);
    const failure = yield* this.removeGroup(view);
    if (failure !== undefined) return { retry: failure };
    for (const type of this.draft.replicaTypes()) {
      this.draft.setReplica(type, { ...this.draft.replica(type), active: 0 });
    }
    const message = `${this.kind.kind.kind} ${this.job.metadata.name ?? ''} is suspended.`;
    const told = this.told('Suspended', message);
    if (this.draft.isTrue('Running')) this.draft.set('Running', 'False', told);
    if (!this.draft.isTrue('Suspended')) this.draft.set('Suspended', 'True', told);
    this.events.push({ type: 'Normal', ...told });
    return yield* this.writeStatus();
  }

  private resumeIfSuspended(): void {
    if (!this.draft.isTrue('Suspended')) return;
    const message = `${this.kind.kind.kind} ${this.job.metadata.name ?? ''} is resumed.`;
    const told = this.told('Resumed', message);
    this.draft.set('Suspended', 'False', told);
    this.draft.startTime = this.draft.now;
    this.events.push({ type: 'Normal', ...told });
  }

  private *fail(message: string, ownPods: readonly Pod[], view: View): Reconciliation {
    this.draft.complete();
    yield* this.deleteMembers(ownPods);
    const failure = yield* this.removeGroup(view);
    if (failure !== undefined) return { retry: failure };
    const told = this.told('Failed', message);
    this.events.push({ type: 'Normal', ...told });
    this.draft.set('Failed', 'True', told);
    return yield* this.writeStatus();
  }

  private *reconcilePods(
    type: string,
    spec: DefaultedReplicaSpec,
    ownPods: readonly Pod[],
  ): Reconciliation<void> {
    const lower = type.toLowerCase();
    const counts = { active: 0, succeeded: 0, failed: 0 };
    const byIndex = new Map(
      ownPods.filter(pod => memberOf(pod)?.type === lower).map(pod => [memberOf(pod)?.index, pod]),
    );
    const last = Math.max(spec.replicas - 1, ...[...byIndex.keys()].map(index => index ?? -1));
    for (let index = 0; index <= last; index++) {
      const pod = byIndex.get(index);
      if (pod === undefined) {
        if (index < spec.replicas) yield* this.createPod({ type: lower, index, spec });
        if (this.failure !== undefined) return;
        continue;
      }
      if (index >= spec.replicas) yield* this.deletePod(pod);
      this.noteExit(pod);
      if (pod.status?.phase === 'Failed') yield* this.podFailed(type, spec, pod);
      count(counts, pod);
    }
    this.draft.setReplica(type, counts);
  }

  private *createPod(
    member: Member & { readonly spec: DefaultedReplicaSpec },
  ): Reconciliation<void> {
    if (member.spec.template.spec?.restartPolicy !== undefined) {
      this.events.push({
        type: 'Warning',
        reason: 'SettedPodTemplateRestartPolicy',
        message:
          'Restart policy in pod template will be overwritten by restart policy in replica spec',
      });
    }
    const plain = makePod(this.kind, this.job, this.replicas, member);
    const pod = this.gang === undefined ? plain : this.inGang(plain, member.type, this.gang);
    const what = `Pod ${pod.metadata.name ?? ''}`;
    this.expected.set(what, 'created');
    const answer = yield* call(create(pods, pod));
    if (answer.isOk) {
      const message = `Created pod: ${pod.metadata.name ?? ''}`;
      this.events.push({ type: 'Normal', reason: 'SuccessfulCreatePod', message });
      return;
    }
    this.expected.delete(what);
    const message = `Error creating: ${answer.message}`;
    this.events.push({ type: 'Warning', reason: 'FailedCreatePod', message });
    this.failure = answer.message;
  }

  /** Another scheduler that the template names is left to it, and told of. */
  private inGang(pod: Pod, type: string, gang: GangControl): Pod {
    this.events.push(...otherSchedulerEvents(gang, this.replicas));
    return inGang(gang, pod, this.job.metadata.name ?? '', type);
  }

  private *deletePod(pod: Pod): Reconciliation<void> {
    if (isDeleting(pod)) return;
    const { namespace = '', name = '' } = pod.metadata;
    this.expected.set(`Pod ${name}`, 'deleted');
    const answer = yield* call(remove(pods, namespace, name));
    if (answer.isOk) {
      const message = `Deleted pod: ${name}`;
      this.events.push({ type: 'Normal', reason: 'SuccessfulDeletePod', message });
      return;
    }
    this.expected.delete(`Pod ${name}`);
    if (answer.status !== 404) this.failure = answer.message;
  }

  private noteExit(pod: Pod): void {
    const exitCode = this.exitCodeOf(pod);
    if (exitCode === undefined) return;
    const { namespace = '', name = '' } = pod.metadata;
    const message = `Pod: ${namespace}.${name} exited with code ${exitCode}`;
    this.events.push({ type: 'Normal', reason: 'ExitedWithCode', message });
  }

  private exitCodeOf(pod: Pod): number | undefined {
    return (pod.status?.containerStatuses ?? []).find(
      status => status.name === this.kind.defaultContainerName,
    )?.state?.terminated?.exitCode;
  }

  private *podFailed(type: string, spec: DefaultedReplicaSpec, pod: Pod): Reconciliation<void> {
    const { restartPolicy } = spec;
    const isRetryable = (this.exitCodeOf(pod) ?? 0xbeef) >= 128;
    const name = this.job.metadata.name ?? '';
    if (restartPolicy === 'Never') return;
    if (restartPolicy !== 'ExitCode' || isRetryable) {
      yield* this.deletePod(pod);
      const message = `job ${name} is restarting because ${type} replica(s) failed.`;
      const told = this.told('Restarting', message);
      this.events.push({ type: 'Warning', ...told });
      this.draft.set('Restarting', 'True', told);
      return;
    }
    const message = `job "${name}" is failing because "${type}" replica(s) failed.`;
    const told = this.told('Failed', message);
    this.events.push({ type: 'Warning', ...told });
    this.draft.set('Failed', 'True', told);
  }

  private *reconcileServices(
    type: string,
    spec: DefaultedReplicaSpec,
    ownServices: readonly Service[],
  ): Reconciliation<void> {
    const lower = type.toLowerCase();
    const byIndex = new Map(
      ownServices
        .filter(service => memberOf(service)?.type === lower)
        .map(service => [memberOf(service)?.index ?? -1, service]),
    );
    for (let index = 0; index < spec.replicas; index++) {
      if (byIndex.has(index)) continue;
      const service = makeService(this.kind, this.job, { type: lower, index, spec });
      if (service === undefined) {
        this.failure = 'failed to find the port';
        return;
      }
      yield* this.createService(service);
      if (this.failure !== undefined) return;
    }
    for (const [index, service] of byIndex) {
      if (index >= spec.replicas) yield* this.deleteService(service.metadata.name ?? '');
    }
  }

  private *createService(service: Service): Reconciliation<void> {
    const name = service.metadata.name ?? '';
    this.expected.set(`Service ${name}`, 'created');
    const answer = yield* call(create(services, service));
    if (answer.isOk) {
      const message = `Created service: ${name}`;
      this.events.push({ type: 'Normal', reason: 'SuccessfulCreateService', message });
      return;
    }
    this.expected.delete(`Service ${name}`);
    const message = `Error creating: ${answer.message}`;
    this.events.push({ type: 'Warning', reason: 'FailedCreateService', message });
    this.failure = answer.message;
  }

  private *deleteService(name: string): Reconciliation<void> {
    const answer = yield* call(remove(services, this.job.metadata.namespace ?? '', name));
    if (!answer.isOk) return;
    const message = `Deleted service: ${name}`;
    this.events.push({ type: 'Normal', reason: 'SuccessfulDeleteService', message });
  }

  /** By cleanPodPolicy once the job has ended; all of them when it is suspended or over a limit. */
  private *deleteMembers(ownPods: readonly Pod[]): Reconciliation<void> {
    const policy = this.policy.cleanPodPolicy ?? 'None';
    const { isFinished } = this.draft;
    if (isFinished && policy === 'None') return;
    for (const pod of ownPods) {
      const { phase } = pod.status ?? {};
      const isKept =
        isFinished && policy === 'Running' && phase !== 'Running' && phase !== 'Pending';
      if (isKept) continue;
      yield* this.deletePod(pod);
      yield* this.deleteService(pod.metadata.name ?? '');
    }
  }

  private *writeStatus(): Reconciliation<Outcome> {
    const status = this.draft.status();
    if (deepEqual(status, this.job.status ?? {})) return undefined;
    const answer = yield* call(update(this.kind.kind, { ...this.job, status }, 'status'));
    if (answer.isOk || answer.status === 404) return undefined;
    return { retry: answer.message };
  }
}

function* nothing(): Reconciliation<undefined> {}

/** A running pod that is being deleted counts as failed: its node may be gone. */
function count(counts: { active: number; succeeded: number; failed: number }, pod: Pod): void {
  const { phase } = pod.status ?? {};
  if (phase === 'Running') counts[isDeleting(pod) ? 'failed' : 'active']++;
  else if (phase === 'Succeeded') counts.succeeded++;
  else if (phase === 'Failed') counts.failed++;
}
