/** One pass over one TrainJob. @upstream kubeflow/trainer v2.3.0 pkg/controller/trainjob_controller.go */
import { deepEqual } from '../../api/equality.js';
import { configMaps, secrets } from '../../api/kinds/core.js';
import {
  controllerOf,
  findCondition,
  isConditionTrue,
  withCondition,
  type AnyCondition,
} from '../../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import { parseManifests } from '../../api/yaml.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, get, patch, remove } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import { jobSets } from '../jobset/types.js';
import { hostsOf, jobSetOf, keysOf, snapshotOf } from './objects.js';
import { groupsOf, withGroupNames } from './pod-groups.js';
import { withPolicy } from './policies.js';
import { runtimeInfo, type RuntimeInfo } from './runtime-info.js';
import {
  runtimeKindOf,
  trainJobs,
  type TrainingRuntime,
  type TrainJob,
  type TrainJobStatus,
} from './types.js';

type Failure = string | undefined;

const deadlineReason = 'DeadlineExceeded';
const messageMax = 950;

/** A pass over a job that is ours. */
export class Pass {
  private readonly name: string;
  private readonly namespace: string;
  private readonly now: string;
  private status: TrainJobStatus;

  constructor(
    private readonly job: TrainJob,
    private readonly view: View,
    private readonly means: {
      readonly nowMs: number;
      readonly random: Random;
      record(event: Omit<EventToRecord, 'regarding'>): void;
      /** From now on what becomes of the training's object of this kind wakes it. */
      watch(kind: Kind<HasMetadata>): void;
    },
  ) {
    this.name = job.metadata.name ?? '';
    this.namespace = job.metadata.namespace ?? '';
    this.now = rfc3339(means.nowMs);
    this.status = job.status ?? {};
  }

  *run(): Reconciliation {
    const made = this.isFinished() ? undefined : yield* this.make();
    if (made !== undefined) this.complain(made);
    this.judgeSuspension();
    const unknown = this.judgeJobSet();
    const leftMs = this.leftMs();
    const refused = leftMs !== undefined && leftMs <= 0 ? yield* this.end() : undefined;
    const failure = (yield* this.write()) ?? made ?? unknown ?? refused;
    if (failure !== undefined) return { retry: failure };
    return leftMs === undefined || leftMs <= 0 ? undefined : { requeueAfterMs: leftMs };
  }

  private isFinished(): boolean {
    const { conditions } = this.status;
    return isConditionTrue(conditions, 'Complete') || isConditionTrue(conditions, 'Failed');
  }

  private complain(failure: string): void {
    const cut = failure.length > messageMax ? `${failure.slice(0, messageMax)} ...` : failure;
    this.means.record({
      type: 'Warning',
      reason: 'TrainJobResourcesCreationFailed',
      message: `TrainJob resources reconciliation failed: ${cut}`,
      action: 'Reconciling',
    });
  }

  /** The JobSet of a job that runs is not touched again. */
  private *make(): Reconciliation<Failure> {
    const { job, view, namespace, name } = this;
    const runtime = yield* this.runtime();
    if (typeof runtime === 'string') return runtime;
    const known = runtimeInfo(job, runtime);
    if (typeof known === 'string') return known;
    const info = withGroupNames(job, withPolicy(job, known));
    const failure =
      (info.policy?.mpi === undefined ? undefined : yield* this.makeForMpi(info)) ??
      (yield* this.makeGroups(info));
    if (failure !== undefined) return failure;
    const old = view.get(jobSets, namespace, name);
    const isAsleep = job.spec.suspend === true || old?.spec.suspend === true;
    if (old !== undefined && !isAsleep) return undefined;
    return yield* this.apply(jobSets, jobSetOf(job, info));
  }

  /** A group that is there is only touched while the training sleeps. */
  private *makeGroups(info: RuntimeInfo): Reconciliation<Failure> {
    for (const { kind, object } of groupsOf(this.job, info)) {
      const { namespace, name } = this;
      const old = yield* call(get(kind, namespace, name));
      if (!old.isOk && old.status !== 404) return old.message;
      if (old.isOk && this.job.spec.suspend !== true) continue;
      const failure = yield* this.apply(kind, object);
      if (failure !== undefined) return failure;
      this.means.watch(kind);
    }
    return undefined;
  }

  private *makeForMpi(info: RuntimeInfo): Reconciliation<Failure> {
    const { job, view, namespace } = this;
    const hasKeys = view.get(secrets, namespace, `${this.name}-mpi-ssh-auth`) !== undefined;
    const failure = hasKeys
      ? undefined
      : yield* this.apply(secrets, keysOf(job, this.means.random));
    return failure ?? (yield* this.apply(configMaps, hostsOf(job, info)));
  }

  /** The runtime as the snapshot has it, or as it is: then the snapshot is made. */
  private *runtime(): Reconciliation<TrainingRuntime | string> {
    const { job, view, namespace } = this;
    const kind = runtimeKindOf(job);
    const { runtimeRef } = job.spec;
    if (kind === undefined) {
      return `unsupported runtime: ${runtimeRef.kind ?? ''}.${runtimeRef.apiGroup ?? ''}`;
    }
    const snapshot = view.get(configMaps, namespace, `${this.name}-runtime-snapshot`);
    if (snapshot !== undefined) {
      if (controllerOf(snapshot)?.uid !== job.metadata.uid) {
        return 'unable to get runtime snapshot: invalid runtime snapshot: a snapshot configmap exists but is owned by another object';
      }
      const { manifests } = parseManifests(snapshot.data?.['runtime'] ?? '', 'runtime');
      const stored = manifests[0]?.object;
      if (stored === undefined)
        return 'invalid runtime snapshot: snapshot ConfigMap missing "runtime" data key';
      return stored as unknown as TrainingRuntime;
    }
    const found = view.get(kind, kind.isNamespaced ? namespace : '', runtimeRef.name);
    if (found === undefined) {
      return `not found ${kind.kind} specified in TrainJob: ${kind.kind}.${kind.group} "${runtimeRef.name}" not found`;
    }
    const typed = { ...found, apiVersion: apiVersionOf(kind), kind: kind.kind };
    const failure = yield* this.apply(configMaps, snapshotOf(job, typed));
    return failure === undefined ? typed : `creating runtime snapshot: ${failure}`;
  }

  private *apply<T extends HasMetadata>(kind: Kind<T>, object: T): Reconciliation<Failure> {
    const { name = '', namespace = '' } = object.metadata;
    const how = { type: 'apply', query: { fieldManager: 'trainer', force: 'true' } } as const;
    const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
    const answer = yield* call(patch(kind, { namespace, name }, how, body));
    return answer.isOk ? undefined : answer.message;
  }

  private set(condition: AnyCondition): void {
    const whole = { lastTransitionTime: this.now, ...condition };
    this.status = { ...this.status, conditions: withCondition(this.status.conditions, whole) };
  }

  private judgeSuspension(): void {
    if (this.job.spec.suspend === true) {
      const message = 'TrainJob is suspended';
      this.set({ type: 'Suspended', status: 'True', reason: 'Suspended', message });
    } else if (isConditionTrue(this.status.conditions, 'Suspended')) {
      const message = 'TrainJob is resumed';
      this.set({ type: 'Suspended', status: 'False', reason: 'Resumed', message });
    }
  }

  /** Takes over what the JobSet says; a deadline that was missed stays. */
  private judgeJobSet(): Failure {
    const jobSet = this.view.get(jobSets, this.namespace, this.name);
    if (jobSet === undefined) {
      if (this.isFinished()) return undefined;
      return `JobSet.jobset.x-k8s.io "${this.name}" not found`;
    }
    const failed = findCondition(this.status.conditions, 'Failed');
    for (const [type, own] of [
      ['Completed', 'Complete'],
      ['Failed', 'Failed'],
    ] as const) {
      const condition = findCondition(jobSet.status?.conditions, type);
      if (condition?.status === 'True') this.set({ ...condition, type: own });
    }
    const { conditions } = this.status;
    const jobsStatus = jobSet.status?.replicatedJobsStatus;
    this.status = {
      ...(conditions !== undefined && { conditions }),
      ...(jobsStatus !== undefined && { jobsStatus }),
    };
    if (failed?.reason === deadlineReason) this.set(failed);
    return undefined;
  }

  /** What is left until the deadline; a job that was suspended has it anew. */
  private leftMs(): number | undefined {
    const { activeDeadlineSeconds = 0, suspend = false } = this.job.spec;
    if (activeDeadlineSeconds === 0 || suspend || this.isFinished()) return undefined;
    const suspended = findCondition(this.status.conditions, 'Suspended');
    const start =
      suspended?.status === 'False'
        ? suspended.lastTransitionTime
        : this.job.metadata.creationTimestamp;
    if (start === undefined) return undefined;
    return Date.parse(start) + activeDeadlineSeconds * 1000 - this.means.nowMs;
  }

  private *end(): Reconciliation<Failure> {
    const message = 'TrainJob exceeded its active deadline';
    this.set({ type: 'Failed', status: 'True', reason: deadlineReason, message });
    const { namespace, name } = this;
    const answer = yield* call(remove(jobSets, namespace, name));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }

  private *write(): Reconciliation<Failure> {
    const { namespace, name, status } = this;
    const old = this.job.status ?? {};
    const changed = (['conditions', 'jobsStatus'] as const).filter(
      field => !deepEqual(old[field], status[field]),
    );
    if (changed.length === 0) return undefined;
    const fields = Object.fromEntries(changed.map(field => [field, status[field] ?? null]));
    const of = { namespace, name, subresource: 'status' };
    const answer = yield* call(patch(trainJobs, of, { type: 'merge' }, { status: fields }));
    return answer.isOk ? undefined : answer.message;
  }
}
