/** Whether allocated devices are ready to be used. @upstream dynamicresources.go isClaimReadyForBinding */
import { goQuote } from '../../../api/go-text.js';
import type { Condition } from '../../../api/kinds/meta.js';
import type { ResourceClaim } from '../../../api/kinds/resource.js';

/** Ready, not yet, or the error's text when a device has failed. */
export function readiness({ metadata, status }: ResourceClaim): boolean | string {
  if (status?.allocation === undefined) return false;
  for (const result of status.allocation.devices?.results ?? []) {
    const { bindingConditions = [], bindingFailureConditions = [], driver, pool, device } = result;
    if (bindingConditions.length === 0) continue;
    const conditions = status.devices?.find(
      each => each.driver === driver && each.pool === pool && each.device === device,
    )?.conditions;
    for (const type of bindingFailureConditions) {
      const failed = trueCondition(conditions, type);
      if (failed === undefined) continue;
      const { reason, message } = failed;
      const claim = metadata.name ?? '';
      return `device binding failed: claim=${claim}, reason=${reason}, message=${goQuote(message)}`;
    }
    if (bindingConditions.some(type => trueCondition(conditions, type) === undefined)) return false;
  }
  return true;
}

/** Whether the devices have had their time to become ready. @upstream isClaimTimeout */
export function isOverdue({ status }: ResourceClaim, nowMs: number, timeoutMs: number): boolean {
  const since = status?.allocation?.allocationTimestamp;
  if (since === undefined || !needsBinding(status?.allocation?.devices?.results)) return false;
  return Date.parse(since) + timeoutMs < nowMs;
}

/** Whether any of the devices has to be made ready. */
export function needsBinding(
  results: readonly { readonly bindingConditions?: readonly string[] }[] = [],
): boolean {
  return results.some(({ bindingConditions = [] }) => bindingConditions.length > 0);
}

function trueCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find(each => each.type === type && each.status === 'True');
}
