/** One pass over one MPIJob. @upstream kubeflow/mpi-operator pkg/controller/mpi_job_controller.go */
import { deepEqual } from '../../api/equality.js';
import { jobs, type Job } from '../../api/kinds/batch.js';
import { configMaps, pods, secrets, services, type Pod } from '../../api/kinds/core.js';
import { findCondition, isConditionTrue, isControlledBy, isDeleting } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import type { GangControl } from '../gangs/gang-control.js';
import { MpiObjects } from './objects.js';
import { podGroupOf } from './pod-group.js';
import { MpiStatus } from './status.js';
import { mpiJobs, type MpiJob } from './types.js';

/** Longer messages are cut, as events cannot hold them. */
const messageMax = 1024;

/** A pass over a job that has its defaults and is valid. */
export class Pass {
  private readonly objects: MpiObjects;
  private readonly status: MpiStatus;
  private readonly namespace: string;
  private readonly full: string;
  private readonly isSuspended: boolean;

  constructor(
    private readonly job: MpiJob,
    private readonly view: View,
    private readonly means: {
      readonly nowMs: number;
      readonly random: Random;
      /** How its pods are started together; absent: they are not. */
      readonly gang?: GangControl | undefined;
      record(event: Omit<EventToRecord, 'regarding'>): void;
    },
  ) {
    const { name = '', namespace = '' } = job.metadata;
    this.objects = new MpiObjects(job, means.gang);
    this.status = new MpiStatus(job.status ?? {}, means.nowMs);
    this.namespace = namespace;
    this.full = `${namespace}/${name}`;
    this.isSuspended = job.spec.runPolicy?.suspend === true;
  }

  *run(): Reconciliation {
    const { status } = this;
    if (status.isNew) {
      const told = { reason: 'MPIJobCreated', message: `MPIJob ${this.full} is created.` };
      status.set('Created', 'True', told);
      this.means.record({ type: 'Normal', ...told });
    }
    if (status.isFinished && status.completionTime !== undefined) {
      const { cleanPodPolicy = 'None' } = this.job.spec.runPolicy ?? {};
      return cleanPodPolicy === 'None' ? undefined : yield* this.cleaned();
    }
    if (!this.isSuspended) status.startTime ??= status.now;
    const known = this.view.get(jobs, this.namespace, this.objects.launcherName);
    if (known !== undefined && !isControlledBy(known, this.job)) {
      return { retry: this.taken(known, 'Job') };
    }
    const made = yield* this.children(known);
    if (typeof made === 'string') return { retry: made };
    const launcher = yield* this.alignSuspension(made.launcher);
    if (typeof launcher === 'string') return { retry: launcher };
    if (this.isSuspended) {
      const failure = yield* this.removeWorkers();
      if (failure !== undefined) return { retry: failure };
    }
    this.judge(launcher, made.workers);
    return yield* this.write();
  }

  private *cleaned(): Reconciliation {
    const failure = yield* this.removeWorkers();
    if (failure !== undefined) return { retry: failure };
    return yield* this.write();
  }

  private *children(
    known: Job | undefined,
  ): Reconciliation<
    { readonly launcher: Job | undefined; readonly workers: readonly Pod[] } | string
  > {
    if (known !== undefined && isOver(known)) return { launcher: known, workers: [] };
    const { objects, view, namespace } = this;
    const secret = `${this.job.metadata.name ?? ''}-ssh`;
    const failure =
      (yield* this.ensure(services, objects.service(), (a, b) =>
        deepEqual(a.spec?.selector, b.spec?.selector),
      )) ??
      (yield* this.ensure(configMaps, objects.configMap(this.running()), (a, b) =>
        deepEqual(a.data, b.data),
      )) ??
      (view.get(secrets, namespace, secret) === undefined
        ? yield* this.ensure(secrets, objects.secret(this.means.random), () => true)
        : undefined);
    if (failure !== undefined) return failure;
    const ungrouped = this.isSuspended ? undefined : yield* this.ensureGroup();
    if (ungrouped !== undefined) return ungrouped;
    const workers = this.isSuspended ? [] : yield* this.workers();
    if (typeof workers === 'string') return workers;
    const ready = workers.filter(({ status }) => isConditionTrue(status?.conditions, 'Ready'));
    const mayStart =
      this.job.spec.launcherCreationPolicy === 'AtStartup' || ready.length === workers.length;
    if (known !== undefined || !mayStart) return { launcher: known, workers };
    const launcher = yield* this.launch();
    return typeof launcher === 'string' ? launcher : { launcher, workers };
  }

  private *launch(): Reconciliation<Job | string> {
    const { template } = this.job.spec.mpiReplicaSpecs?.['Launcher'] ?? {};
    if (template?.spec?.restartPolicy !== undefined) {
      this.means.record({
        type: 'Warning',
        reason: 'SetPodTemplateRestartPolicy',
        message: 'Restart policy in pod template overridden by restart policy in replica spec',
      });
    }
    const answer = yield* call(create(jobs, this.objects.launcherJob()));
    if (answer.isOk) return answer.object;
    const message = `launcher pod created failed: ${answer.message}`;
    this.means.record({ type: 'Warning', reason: 'MPIJobFailed', message });
    return `creating launcher Pod: ${answer.message}`;
  }

  private *ensure<T extends HasMetadata>(
    kind: Kind<T>,
    wanted: T,
    isSame: (current: T, wanted: T) => boolean,
  ): Reconciliation<string | undefined> {
    const current = this.view.get(kind, this.namespace, wanted.metadata.name ?? '');
    if (current !== undefined && !isControlledBy(current, this.job)) {
      return this.taken(current, kind.kind);
    }
    if (current !== undefined && isSame(current, wanted)) return undefined;
    const answer = yield* call(current === undefined ? create(kind, wanted) : update(kind, wanted));
    return answer.isOk ? undefined : answer.message;
  }

  private taken({ metadata }: HasMetadata, kind: string): string {
    const message = `Resource "${metadata.name ?? ''}" of Kind "${kind}" already exists and is not managed by MPIJob`;
    this.means.record({ type: 'Warning', reason: 'ErrResourceExists', message });
    return message;
  }

  private ownWorkers(): readonly Pod[] {
    return this.view.list(pods, this.namespace).filter(pod => this.objects.isWorker(pod));
  }

  private running(): readonly string[] {
    return this.ownWorkers()
      .filter(({ status }) => status?.phase === 'Running')
      .map(({ metadata }) => metadata.name ?? '')
      .sort();
  }

  private *workers(): Reconciliation<readonly Pod[] | string> {
    const { objects, view, namespace } = this;
    const own = this.ownWorkers();
    if (own.length > objects.workers) {
      for (const { metadata } of own) {
        const index = Number(metadata.labels?.['training.kubeflow.org/replica-index']);
        if (index < objects.workers) continue;
        yield* call(remove(pods, namespace, metadata.name ?? ''));
      }
    }
    const found: Pod[] = [];
    for (let index = 0; index < objects.workers; index++) {
      const current = view.get(pods, namespace, objects.workerName(index));
      if (current !== undefined) {
        found.push(current);
        continue;
      }
      const answer = yield* call(create(pods, objects.worker(index)));
      if (!answer.isOk) {
        const message = `worker pod created failed: ${answer.message}`;
        this.means.record({ type: 'Warning', reason: 'MPIJobFailed', message });
        return answer.message;
      }
      found.push(answer.object);
    }
    return found;
  }

  private *removeWorkers(): Reconciliation<string | undefined> {
    const isRunningOnly = this.job.spec.runPolicy?.cleanPodPolicy === 'Running';
    for (let index = 0; index < this.objects.workers; index++) {
      const name = this.objects.workerName(index);
      const pod = this.view.get(pods, this.namespace, name);
      const { phase } = pod?.status ?? {};
      const isKept = isRunningOnly && phase !== 'Running' && phase !== 'Pending';
      if (pod === undefined || isKept || isDeleting(pod)) continue;
      const answer = yield* call(remove(pods, this.namespace, name));
      if (!answer.isOk && answer.status !== 404) return answer.message;
    }
    this.status.count('Worker', {});
    return yield* this.removeGroup();
  }

  /** The group that a gang scheduler goes by. */
  private *ensureGroup(): Reconciliation<string | undefined> {
    const { gang } = this.means;
    if (gang === undefined) return undefined;
    const current = this.view.get(gang.kind, this.namespace, this.job.metadata.name ?? '');
    const wanted = podGroupOf(this.job, gang, this.view);
    if (current !== undefined && !isControlledBy(current, this.job)) {
      return this.taken(current, gang.kind.kind);
    }
    const { spec } = wanted as { readonly spec?: object };
    const { spec: old } = (current ?? {}) as { readonly spec?: object };
    if (current !== undefined && deepEqual(old, spec)) return undefined;
    const changed = { ...current, ...(current === undefined ? wanted : { spec }) } as HasMetadata;
    const answer = yield* call(
      current === undefined ? create(gang.kind, changed) : update(gang.kind, changed),
    );
    return answer.isOk ? undefined : answer.message;
  }

  private *removeGroup(): Reconciliation<string | undefined> {
    const { gang } = this.means;
    const name = this.job.metadata.name ?? '';
    const group = gang && this.view.get(gang.kind, this.namespace, name);
    if (gang === undefined || group === undefined) return undefined;
    if (!isControlledBy(group, this.job)) return this.taken(group, gang.kind.kind);
    const answer = yield* call(remove(gang.kind, this.namespace, name));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }

  /** The launcher's Job is suspended when the MPIJob is. */
  private *alignSuspension(launcher: Job | undefined): Reconciliation<Job | undefined | string> {
    if (launcher?.spec === undefined) return launcher;
    const isAsleep = launcher.spec.suspend === true;
    if (isAsleep === this.isSuspended) return launcher;
    let current = launcher;
    if (!this.isSuspended && current.status?.startTime !== undefined) {
      const { startTime: _, ...status } = current.status;
      const answer = yield* call(update(jobs, { ...current, status }, 'status'));
      if (!answer.isOk) return answer.message;
      current = answer.object;
    }
    const { spec } = current;
    if (spec === undefined) return current;
    const template = this.isSuspended ? spec.template : this.directed(spec.template);
    const changed = { ...current, spec: { ...spec, suspend: this.isSuspended, template } };
    const answer = yield* call(update(jobs, changed));
    return answer.isOk ? answer.object : answer.message;
  }

  /** What may change of a suspended Job's template: where its pods may run. */
  private directed(template: NonNullable<Job['spec']>['template']) {
    const wanted = this.objects.launcherTemplate();
    const { nodeSelector, tolerations, schedulingGates } = wanted.spec ?? { containers: [] };
    const {
      nodeSelector: _a,
      tolerations: _b,
      schedulingGates: _c,
      ...pod
    } = template.spec ?? {
      containers: [],
    };
    const annotations = { ...template.metadata?.annotations, ...wanted.metadata?.annotations };
    return {
      ...template,
      metadata: {
        ...template.metadata,
        labels: { ...template.metadata?.labels, ...wanted.metadata?.labels },
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec: {
        ...pod,
        ...(nodeSelector !== undefined && { nodeSelector }),
        ...(tolerations !== undefined && { tolerations }),
        ...(schedulingGates !== undefined && { schedulingGates }),
      },
    };
  }

  private judge(launcher: Job | undefined, workers: readonly Pod[]): void {
    this.judgeSuspension();
    const launched = launcher === undefined ? [] : this.podsOf(launcher);
    const running = launched.filter(({ status }) => status?.phase === 'Running').length;
    if (launcher !== undefined) this.judgeLauncher(launcher, launched, running);
    const inPhase = (wanted: string) =>
      workers.filter(({ status }) => status?.phase === wanted).length;
    const active = inPhase('Running');
    const counts = { active, succeeded: inPhase('Succeeded'), failed: inPhase('Failed') };
    this.status.count('Worker', counts);
    const evicted = workers.filter(
      ({ status }) => status?.phase === 'Failed' && status.reason === 'Evicted',
    ).length;
    if (evicted > 0) {
      const message = `${evicted}/${workers.length} workers are evicted`;
      const told = { reason: 'MPIJobEvicted', message };
      this.status.set('Failed', 'True', told);
      this.means.record({ type: 'Warning', ...told });
    }
    const isRunning = launcher !== undefined && running >= 1 && active === workers.length;
    this.judgeRunning(isRunning);
  }

  private judgeSuspension(): void {
    const suspended = { reason: 'MPIJobSuspended', message: 'MPIJob suspended' };
    const resumed = { reason: 'MPIJobResumed', message: 'MPIJob resumed' };
    if (this.isSuspended) {
      if (this.status.set('Suspended', 'True', suspended)) {
        this.means.record({ type: 'Normal', ...suspended });
      }
    } else if (this.status.has('Suspended') && this.status.set('Suspended', 'False', resumed)) {
      this.means.record({ type: 'Normal', ...resumed });
      this.status.startTime = this.status.now;
    }
  }

  private judgeLauncher(launcher: Job, launched: readonly Pod[], active: number): void {
    const { failed = 0, conditions, completionTime } = launcher.status ?? {};
    if (isConditionTrue(conditions, 'Complete')) {
      this.status.count('Launcher', { succeeded: 1, failed });
      const message = `MPIJob ${this.full} successfully completed.`;
      const told = { reason: 'MPIJobSucceeded', message };
      this.means.record({ type: 'Normal', ...told });
      this.status.completionTime ??= completionTime;
      this.status.set('Succeeded', 'True', told);
    } else if (isConditionTrue(conditions, 'Failed')) {
      this.status.count('Launcher', { failed });
      this.judgeFailure(launcher, launched);
    } else this.status.count('Launcher', { active, failed });
  }

  private judgeFailure(launcher: Job, launched: readonly Pod[]): void {
    const condition = findCondition(launcher.status?.conditions, 'Failed');
    let reason = condition?.reason || 'MPIJobFailed';
    let message = condition?.message || `MPIJob ${this.full} has failed`;
    const time = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
    const [last] = launched
      .filter(({ status }) => status?.phase === 'Failed')
      .sort((a, b) => (time(a) > time(b) ? -1 : time(a) < time(b) ? 1 : 0));
    if (reason === 'BackoffLimitExceeded' && last !== undefined) {
      reason += `/${last.status?.reason ?? ''}`;
      message = cut(`${message}: ${last.status?.message ?? ''}`);
    }
    this.means.record({ type: 'Warning', reason, message });
    this.status.completionTime ??= this.status.now;
    this.status.set('Failed', 'True', { reason, message });
  }

  private judgeRunning(isRunning: boolean): void {
    const { status } = this;
    if (this.isSuspended) {
      const message = `MPIJob ${this.full} is suspended.`;
      status.set('Running', 'False', { reason: 'MPIJobSuspended', message });
    } else if (status.isFinished) {
      if (status.has('Running')) return;
      const message = `MPIJob ${this.full} is finished but Running condition was never set.`;
      const told = { reason: 'MPIJobRunning', message };
      status.set('Running', 'False', told, status.completionTime ?? status.now);
    } else if (isRunning) {
      const message = `MPIJob ${this.full} is running.`;
      status.set('Running', 'True', { reason: 'MPIJobRunning', message });
      const told = `MPIJob ${this.full} is running`;
      this.means.record({ type: 'Normal', reason: 'MPIJobRunning', message: told });
    }
  }

  private podsOf(launcher: Job): readonly Pod[] {
    return this.view.list(pods, this.namespace).filter(pod => isControlledBy(pod, launcher));
  }

  private *write(): Reconciliation {
    const status = this.status.status();
    if (deepEqual(status, this.job.status ?? {})) return undefined;
    const answer = yield* call(update(mpiJobs, { ...this.job, status }, 'status'));
    return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
  }
}

function isOver({ status }: Job): boolean {
  return (
    isConditionTrue(status?.conditions, 'Complete') || isConditionTrue(status?.conditions, 'Failed')
  );
}

function cut(message: string): string {
  return message.length <= messageMax ? message : `${message.slice(0, messageMax - 3)}...`;
}
