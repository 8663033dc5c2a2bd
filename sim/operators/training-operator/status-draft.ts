/** The status of a job while it is worked out. @upstream training-operator v1.8.1 pkg/util/status.go */
import { rfc3339 } from '../../api/time.js';
import type { JobCondition, JobStatus, ReplicaStatus } from './types.js';

/** A job's status that is being changed; `status()` gives the new one. */
export class StatusDraft {
  private conditions: readonly JobCondition[];
  private replicas: Record<string, ReplicaStatus>;
  startTime: string | undefined;
  completionTime: string | undefined;
  lastReconcileTime: string | undefined;

  constructor(
    before: JobStatus,
    readonly nowMs: number,
  ) {
    this.conditions = before.conditions ?? [];
    this.replicas = { ...before.replicaStatuses };
    this.startTime = before.startTime;
    this.completionTime = before.completionTime;
    this.lastReconcileTime = before.lastReconcileTime;
  }

  get now(): string {
    return rfc3339(this.nowMs);
  }

  isTrue(type: string): boolean {
    return this.conditions.some(
      condition => condition.type === type && condition.status === 'True',
    );
  }

  get isFinished(): boolean {
    return this.isTrue('Succeeded') || this.isTrue('Failed');
  }

  /** Sets a condition: nothing once the job has failed, nothing when status and reason are the same. */
  set(
    type: string,
    status: JobCondition['status'],
    told: { readonly reason: string; readonly message: string },
  ): void {
    if (this.isTrue('Failed')) return;
    const current = this.conditions.find(condition => condition.type === type);
    if (current?.status === status && current.reason === told.reason) return;
    const lastTransitionTime =
      current?.status === status ? (current.lastTransitionTime ?? this.now) : this.now;
    const condition = { type, status, ...told, lastUpdateTime: this.now, lastTransitionTime };
    this.conditions = [...withoutCondition(this.conditions, type), condition];
  }

  /** The counts of a replica type. */
  replica(type: string): ReplicaStatus {
    return this.replicas[type] ?? {};
  }

  setReplica(type: string, counts: ReplicaStatus): void {
    const { active = 0, succeeded = 0, failed = 0, selector } = counts;
    this.replicas[type] = {
      ...(selector !== undefined && { selector }),
      ...(active > 0 && { active }),
      ...(succeeded > 0 && { succeeded }),
      ...(failed > 0 && { failed }),
    };
  }

  /** The selector of the pods of a replica type. */
  select(type: string, selector: string): void {
    this.replicas[type] = { ...this.replicas[type], selector };
  }

  /** A condition, if it is there. */
  get(type: string): JobCondition | undefined {
    return this.conditions.find(condition => condition.type === type);
  }

  replicaTypes(): readonly string[] {
    return Object.keys(this.replicas).sort();
  }

  complete(): void {
    this.completionTime ??= this.now;
  }

  status(): JobStatus {
    const { startTime, completionTime, lastReconcileTime } = this;
    const types = this.replicaTypes();
    return {
      ...(completionTime !== undefined && { completionTime }),
      conditions: this.conditions,
      ...(lastReconcileTime !== undefined && { lastReconcileTime }),
      ...(types.length > 0 && {
        replicaStatuses: Object.fromEntries(types.map(type => [type, this.replica(type)])),
      }),
      ...(startTime !== undefined && { startTime }),
    };
  }
}

/** Running and Restarting replace each other; an end makes Running false, whose reason stays. */
function withoutCondition(conditions: readonly JobCondition[], type: string): JobCondition[] {
  const opposite: Readonly<Record<string, string>> = {
    Restarting: 'Running',
    Running: 'Restarting',
  };
  const isEnd = type === 'Failed' || type === 'Succeeded';
  return conditions
    .filter(condition => condition.type !== type && condition.type !== opposite[type])
    .map(condition =>
      isEnd && condition.type === 'Running' ? { ...condition, status: 'False' } : condition,
    );
}
