/** The status of an MPIJob while it is worked out. @upstream kubeflow/mpi-operator pkg/controller/mpi_job_controller_status.go */
import { rfc3339 } from '../../api/time.js';
import type { JobStatus, ReplicaStatus } from '../training-operator/types.js';
import type { MpiCondition } from './types.js';

/** A status that is being changed; `status()` gives the new one. */
export class MpiStatus {
  private conditions: readonly MpiCondition[];
  private readonly replicas: Record<string, ReplicaStatus>;
  startTime: string | undefined;
  completionTime: string | undefined;

  constructor(
    before: JobStatus,
    private readonly nowMs: number,
  ) {
    this.conditions = before.conditions ?? [];
    this.replicas = { ...before.replicaStatuses };
    this.startTime = before.startTime;
    this.completionTime = before.completionTime;
  }

  get now(): string {
    return rfc3339(this.nowMs);
  }

  get isNew(): boolean {
    return this.conditions.length === 0;
  }

  get isFinished(): boolean {
    return this.isTrue('Succeeded') || this.isTrue('Failed');
  }

  has(type: string): boolean {
    return this.conditions.some(condition => condition.type === type);
  }

  isTrue(type: string): boolean {
    return this.conditions.some(({ type: own, status }) => own === type && status === 'True');
  }

  /** Sets a condition at the end of the list; false when it has that status and reason already. */
  set(
    type: string,
    status: MpiCondition['status'],
    told: { readonly reason: string; readonly message: string },
    at = this.now,
  ): boolean {
    const current = this.conditions.find(condition => condition.type === type);
    if (current?.status === status && current.reason === told.reason) return false;
    const lastTransitionTime = current?.status === status ? (current.lastTransitionTime ?? at) : at;
    const condition = { type, status, ...told, lastUpdateTime: at, lastTransitionTime };
    this.conditions = [...without(this.conditions, type), condition];
    return true;
  }

  count(type: string, counts: ReplicaStatus): void {
    const { active = 0, succeeded = 0, failed = 0 } = counts;
    this.replicas[type] = {
      ...(active > 0 && { active }),
      ...(succeeded > 0 && { succeeded }),
      ...(failed > 0 && { failed }),
    };
  }

  status(): JobStatus {
    const { startTime, completionTime } = this;
    const hasReplicas = Object.keys(this.replicas).length > 0;
    return {
      ...(completionTime !== undefined && { completionTime }),
      conditions: this.conditions,
      ...(hasReplicas && { replicaStatuses: { ...this.replicas } }),
      ...(startTime !== undefined && { startTime }),
    };
  }
}

function without(conditions: readonly MpiCondition[], type: string): readonly MpiCondition[] {
  const isEnd = type === 'Failed' || type === 'Succeeded';
  return conditions
    .filter(condition => condition.type !== type)
    .map(condition =>
      isEnd && (condition.type === 'Running' || condition.type === 'Failed')
        ? { ...condition, status: 'False' as const }
        : condition,
    );
}
