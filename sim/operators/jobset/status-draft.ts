/** The status of a JobSet while a pass writes it, with the events that go with it. @upstream jobset pkg/controllers/jobset_controller.go */
import { deepEqual } from '../../api/equality.js';
import { findCondition, type AnyCondition } from '../../api/meta.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import type { JobSetStatus, ReplicatedJobStatus } from './types.js';

type Told = Omit<EventToRecord, 'regarding'>;

/** What a condition says, and how its event is told. */
export interface NewCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly eventType?: 'Normal' | 'Warning';
}

const startup = ['StartupPolicyInProgress', 'StartupPolicyCompleted'];
const completedMessage = 'jobset completed successfully';
const suspendedMessage = 'jobset is suspended';

/** Begins as the stored status. */
export class StatusDraft {
  restarts: number;
  private counted: number;
  private terminalState: string | undefined;
  private conditions: readonly AnyCondition[];
  private statuses: readonly ReplicatedJobStatus[];
  private isChanged = false;
  readonly events: Told[] = [];

  constructor(
    stored: JobSetStatus,
    private readonly now: string,
  ) {
    this.restarts = stored.restarts ?? 0;
    this.counted = stored.restartsCountTowardsMax ?? 0;
    this.terminalState = stored.terminalState;
    this.conditions = stored.conditions ?? [];
    this.statuses = stored.replicatedJobsStatus ?? [];
  }

  get hasChanged(): boolean {
    return this.isChanged;
  }

  get restartsThatCount(): number {
    return this.counted;
  }

  count(statuses: readonly ReplicatedJobStatus[]): void {
    if (deepEqual(this.statuses, statuses)) return;
    this.statuses = statuses;
    this.isChanged = true;
  }

  complete(): void {
    this.set({
      type: 'Completed',
      status: 'True',
      reason: 'AllJobsCompleted',
      message: completedMessage,
    });
    this.endRestart('JobSetCompleted', completedMessage);
    this.terminalState = 'Completed';
  }

  fail(reason: string, message: string): void {
    this.set({ type: 'Failed', status: 'True', reason, message, eventType: 'Warning' });
    this.endRestart('JobSetFailed', 'jobset failed');
    this.terminalState = 'Failed';
  }

  suspend(): void {
    const reason = 'SuspendedJobs';
    this.set({ type: 'Suspended', status: 'True', reason, message: suspendedMessage });
    this.endRestart('JobSetSuspended', suspendedMessage);
  }

  resume(): void {
    const message = 'jobset is resumed';
    this.set({ type: 'Suspended', status: 'False', reason: 'ResumeJobs', message });
  }

  restart(condition: NewCondition, event: Told, isCounted: boolean): void {
    this.restarts += 1;
    if (isCounted) this.counted += 1;
    this.isChanged = true;
    this.set(condition);
    this.events.push(event);
  }

  endRestart(reason: string, message: string): void {
    this.set({ type: 'Restarting', status: 'False', reason, message });
  }

  startInOrder(): void {
    const message = 'in order startup policy is in progress';
    const reason = 'InOrderStartupPolicyInProgress';
    this.set({ type: 'StartupPolicyInProgress', status: 'True', reason, message });
  }

  endInOrder(): void {
    const message = 'in order startup policy has completed';
    const reason = 'InOrderStartupPolicyCompleted';
    this.set({ type: 'StartupPolicyCompleted', status: 'True', reason, message });
  }

  status(): JobSetStatus {
    const { conditions, statuses, restarts, counted, terminalState } = this;
    return {
      ...(conditions.length > 0 && { conditions }),
      restarts,
      ...(counted > 0 && { restartsCountTowardsMax: counted }),
      ...(terminalState !== undefined && { terminalState }),
      ...(statuses.length > 0 && { replicatedJobsStatus: statuses }),
    };
  }

  /** A condition that would be new and false is not set. */
  private set({ eventType = 'Normal', ...condition }: NewCondition): void {
    const { type, status, reason, message } = condition;
    const old = findCondition(this.conditions, type);
    const isTold = old?.status === status && old.reason === reason && old.message === message;
    const hasEnded = this.endOther(condition);
    if (isTold || (old === undefined && status === 'False')) {
      if (!hasEnded) return;
    } else {
      const isKept = old?.status === status && old.lastTransitionTime !== undefined;
      const lastTransitionTime = isKept ? old.lastTransitionTime : this.now;
      this.place({ ...condition, lastTransitionTime }, old);
    }
    this.isChanged = true;
    this.events.push({ type: eventType, reason, message, action: 'Reconciling' });
  }

  private place(condition: AnyCondition, old: AnyCondition | undefined): void {
    this.conditions =
      old === undefined
        ? [...this.conditions, condition]
        : this.conditions.map(one => (one === old ? condition : one));
  }

  /** A startup is either in progress or completed. */
  private endOther({ type, status }: NewCondition): boolean {
    if (!startup.includes(type) || status !== 'True') return false;
    const other = this.conditions.find(
      one => startup.includes(one.type) && one.type !== type && one.status === 'True',
    );
    if (other === undefined) return false;
    this.conditions = this.conditions.map(one =>
      one === other ? { ...one, status: 'False' } : one,
    );
    return true;
  }
}
