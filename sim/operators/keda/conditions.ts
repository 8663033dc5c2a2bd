/** Conditions as KEDA keeps them: in the order in which they came, without times. @upstream condition_types.go */
import type { Condition } from './types.js';

const initialized: readonly Condition[] = [
  { type: 'Ready', status: 'Unknown' },
  { type: 'Active', status: 'Unknown' },
  { type: 'Fallback', status: 'Unknown' },
  { type: 'Paused', status: 'False' },
];

/** The conditions of an object that is new. */
export function initialConditions(): readonly Condition[] {
  return initialized;
}

/** Whether all of those are there. */
export function areInitialized(conditions: readonly Condition[] = []): boolean {
  return initialized.every(({ type }) => conditions.some(one => one.type === type));
}

/** The status of one; '' where it is not there. */
export function statusOf(conditions: readonly Condition[] | undefined, type: string): string {
  return (conditions ?? initialized).find(one => one.type === type)?.status ?? '';
}

/** With one of them set. */
export function withOne(
  conditions: readonly Condition[],
  condition: Condition,
): readonly Condition[] {
  const all = conditions.length === 0 ? initialized : conditions;
  return all.some(({ type }) => type === condition.type)
    ? all.map(one => (one.type === condition.type ? condition : one))
    : [...all, condition];
}

/** Makes one. */
export function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
): Condition {
  return { type, status, reason, message };
}
