/** Conditions of the Gateway API's kinds. */
import type { Condition } from '../../api/kinds/meta.js';
import { rfc3339 } from '../../api/time.js';

/** What a condition is to say. */
export interface Said {
  readonly type: string;
  readonly isTrue: boolean;
  readonly reason: string;
  readonly message: string;
}

/** The conditions anew; one that says the same keeps its time of transition. */
export function conditionsOf(
  before: readonly Condition[] | undefined,
  said: readonly Said[],
  at: { readonly generation: number | undefined; readonly nowMs: number },
): readonly Condition[] {
  return said.map(({ type, isTrue, reason, message }) => {
    const status = isTrue ? 'True' : 'False';
    const known = before?.find(condition => condition.type === type);
    const lastTransitionTime =
      known?.status === status ? known.lastTransitionTime : rfc3339(at.nowMs);
    return {
      type,
      status,
      ...(at.generation !== undefined && { observedGeneration: at.generation }),
      lastTransitionTime,
      reason,
      message,
    };
  });
}
