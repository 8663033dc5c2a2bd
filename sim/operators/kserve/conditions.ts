/**
 * Conditions as Knative's libraries keep them: sorted by type, with a Ready that follows from some.
 * @upstream knative.dev/pkg apis/condition_set.go
 */
import { rfc3339 } from '../../api/time.js';
import type { Condition } from './types.js';

const happy = 'Ready';
/** The conditions on which Ready depends. */
const dependents = ['PredictorReady', 'IngressReady'];

/** What a condition is set to. */
export interface ConditionState {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** The conditions of one service, which are being changed. */
export class Conditions {
  constructor(
    private conditions: readonly Condition[],
    private readonly nowMs: number,
  ) {}

  get all(): readonly Condition[] {
    return this.conditions;
  }

  get(type: string): Condition | undefined {
    return this.conditions.find(condition => condition.type === type);
  }

  isTrue(type: string): boolean {
    return this.get(type)?.status === 'True';
  }

  /** Ready and what it depends on are unknown until they are known. */
  initialize(): void {
    if (this.get(happy) === undefined) this.store(happy, { status: 'Unknown' });
    const status = this.isTrue(happy) ? 'True' : 'Unknown';
    for (const type of dependents) if (this.get(type) === undefined) this.set(type, { status });
  }

  /** Sets a condition, and Ready as it follows. */
  set(type: string, state: ConditionState): void {
    switch (state.status) {
      case 'True':
        this.store(type, state);
        this.recompute(type);
        break;
      case 'False':
        this.store(type, state);
        if (dependents.includes(type)) this.store(happy, state);
        break;
      case 'Unknown':
        this.store(type, state);
        this.unknown(type, state);
    }
  }

  clear(type: string): void {
    this.conditions = this.conditions.filter(condition => condition.type !== type);
  }

  /** A failure trumps what is not known. */
  private unknown(type: string, { reason, message }: ConditionState): void {
    const told = { ...(reason && { reason }), ...(message && { message }) };
    if (dependents.some(one => this.get(one)?.status === 'False')) {
      if (this.get(happy)?.status !== 'False') this.store(happy, { status: 'False', ...told });
    } else if (dependents.includes(type)) this.store(happy, { status: 'Unknown', ...told });
  }

  private recompute(type: string): void {
    const unhappy = this.unhappyDependent();
    if (unhappy !== undefined) this.store(happy, unhappy);
    else if (type !== happy) this.store(happy, { status: 'True' });
  }

  /** The latest that is false, or else the latest that is unknown. */
  private unhappyDependent(): ConditionState | undefined {
    const known = this.conditions
      .filter(({ type }) => dependents.includes(type))
      .sort((a, b) => ((a.lastTransitionTime ?? '') > (b.lastTransitionTime ?? '') ? -1 : 1));
    const found =
      known.find(({ status }) => status === 'False') ??
      known.find(({ status }) => status === 'Unknown');
    if (found !== undefined) return found;
    return known.length < dependents.length ? { status: 'Unknown' } : undefined;
  }

  private store(type: string, { status, reason, message }: ConditionState): void {
    const current = this.get(type);
    const isInfo = type !== happy && !dependents.includes(type);
    const isSame =
      current?.status === status &&
      (current.reason ?? '') === (reason ?? '') &&
      (current.message ?? '') === (message ?? '');
    if (isSame) return;
    const condition: Condition = {
      type,
      status,
      ...(isInfo && { severity: 'Info' as const }),
      ...(reason && { reason }),
      ...(message && { message }),
      lastTransitionTime: rfc3339(this.nowMs),
    };
    this.conditions = [...this.conditions.filter(one => one.type !== type), condition].sort(
      (a, b) => (a.type < b.type ? -1 : 1),
    );
  }
}
