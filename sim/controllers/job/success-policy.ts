/** Whether enough indexes have succeeded for a Job to be done early. @upstream pkg/controller/job/success_policy.go */
import type { SuccessPolicy } from '../../api/kinds/batch.js';
import { overlap, parsed, total, type Intervals } from './intervals.js';

/** What is told of the first rule that is met, or undefined. */
export function metRule(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: Intervals,
): string | undefined {
  if (policy === undefined || succeeded.length === 0) return undefined;
  const index = policy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) {
      return succeededCount !== undefined && total(succeeded) >= succeededCount;
    }
    const required = parsed(succeededIndexes, completions);
    if (required.length === 0) return false;
    const count = overlap(required, succeeded);
    return count === total(required) || (succeededCount !== undefined && count >= succeededCount);
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}
