/**
 * Conditions as Knative's libraries keep them: sorted by type, with a Ready that follows from some.
 * @upstream knative.dev/pkg apis/condition_set.go, reconciler/reconcile_common.go
 */
import { rfc3339 } from '../../api/time.js';
import type { KnativeCondition } from './types.js';

const happy = 'Ready';

/** What a condition is set to. */
export interface ConditionState {
  readonly status: KnativeCondition['status'];
  readonly reason?: string;
  readonly message?: string;
}

/** The conditions of one object, which are being changed. */
export class ConditionSet {
  private conditions: readonly KnativeCondition[];
  /** Those that were set in this pass, in the order in which they were: they are the latest. */
  private readonly touched: string[] = [];

  /** @param dependents The conditions on which Ready depends. */
  constructor(
    private readonly before: readonly KnativeCondition[],
    private readonly dependents: readonly string[],
    private readonly nowMs: number,
  ) {
    this.conditions = before;
  }

  get all(): readonly KnativeCondition[] {
    return this.conditions;
  }

  get(type: string): KnativeCondition | undefined {
    return this.conditions.find(condition => condition.type === type);
  }

  is(type: string, status: KnativeCondition['status']): boolean {
    return this.get(type)?.status === status;
  }

  /** Ready and what it depends on are unknown until they are known. */
  initialize(): void {
    if (this.get(happy) === undefined) this.store(happy, { status: 'Unknown' });
    const status = this.is(happy, 'True') ? 'True' : 'Unknown';
    for (const type of this.dependents) {
      if (this.get(type) === undefined) this.store(type, { status });
    }
  }

  setTrue(type: string, told: { readonly reason?: string; readonly message?: string } = {}): void {
    this.store(type, { status: 'True', ...told });
    const unhappy = this.unhappyDependent();
    if (unhappy !== undefined) this.store(happy, unhappy);
    else if (type !== happy) this.store(happy, { status: 'True' });
  }

  setFalse(type: string, reason = '', message = ''): void {
    const state = { status: 'False', reason, message } as const;
    this.store(type, state);
    if (this.dependents.includes(type)) this.store(happy, state);
  }

  /** A failure trumps what is not known. */
  setUnknown(type: string, reason = '', message = ''): void {
    this.store(type, { status: 'Unknown', reason, message });
    if (this.dependents.some(one => this.is(one, 'False'))) {
      if (!this.is(happy, 'False')) this.store(happy, { status: 'False', reason, message });
    } else if (this.dependents.includes(type)) {
      this.store(happy, { status: 'Unknown', reason, message });
    }
  }

  /** Sets a condition to what another object says, and Ready as it follows. */
  set(type: string, { status, reason, message }: ConditionState): void {
    switch (status) {
      case 'True':
        return this.setTrue(type, {
          ...(reason !== undefined && { reason }),
          ...(message !== undefined && { message }),
        });
      case 'False':
        return this.setFalse(type, reason, message);
      case 'Unknown':
        return this.setUnknown(type, reason, message);
    }
  }

  clear(type: string): void {
    this.conditions = this.conditions.filter(condition => condition.type !== type);
  }

  /** Sets a condition without any effect on Ready. */
  setAlone(type: string, state: ConditionState): void {
    this.store(type, state);
  }

  /** As they are stored: what says the same as before keeps its time. */
  groomed(): readonly KnativeCondition[] {
    const lastTransitionTime = rfc3339(this.nowMs);
    return this.conditions.map(condition => {
      const old = this.before.find(({ type }) => type === condition.type);
      if (old === condition) return condition;
      const isSame = old !== undefined && saysSame(old, condition);
      return isSame ? old : { ...condition, lastTransitionTime };
    });
  }

  /** The latest that is false, or else the latest that is unknown. */
  private unhappyDependent(): ConditionState | undefined {
    if (this.dependents.length === 0) return undefined;
    const known = this.conditions
      .filter(({ type }) => this.dependents.includes(type))
      .sort((a, b) => this.compareTimes(b, a));
    const found =
      known.find(({ status }) => status === 'False') ??
      known.find(({ status }) => status === 'Unknown');
    if (found !== undefined) return found;
    return known.length < this.dependents.length ? { status: 'Unknown' } : undefined;
  }

  private compareTimes(a: KnativeCondition, b: KnativeCondition): number {
    const touched = this.touched.lastIndexOf(a.type) - this.touched.lastIndexOf(b.type);
    if (touched !== 0) return touched;
    const [one, other] = [a.lastTransitionTime ?? '', b.lastTransitionTime ?? ''];
    return one === other ? 0 : one < other ? -1 : 1;
  }

  private store(type: string, { status, reason, message }: ConditionState): void {
    const isInfo = type !== happy && !this.dependents.includes(type);
    const condition: KnativeCondition = {
      type,
      status,
      ...(isInfo && { severity: 'Info' as const }),
      ...(reason && { reason }),
      ...(message && { message }),
      lastTransitionTime: rfc3339(this.nowMs),
    };
    const current = this.get(type);
    if (current !== undefined && saysSame(current, condition)) return;
    this.touched.push(type);
    this.conditions = [...this.conditions.filter(one => one.type !== type), condition].sort(
      (a, b) => (a.type < b.type ? -1 : 1),
    );
  }
}

function saysSame(one: KnativeCondition, other: KnativeCondition): boolean {
  return (
    one.status === other.status &&
    (one.reason ?? '') === (other.reason ?? '') &&
    (one.message ?? '') === (other.message ?? '') &&
    one.severity === other.severity
  );
}
