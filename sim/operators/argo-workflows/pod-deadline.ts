/** How long a pod may run. @upstream workflow/controller/workflowpod.go createWorkflowPod */
import type { Container } from '../../api/kinds/core.js';
import type { Operation } from './operation.js';
import { numberOf } from './retry.js';
import type { Template } from './types.js';

/** Seconds; undefined: as long as it takes; `late`: the Workflow's time is over. */
export function deadlineSeconds(
  operation: Operation,
  { activeDeadlineSeconds }: Template,
  of: { readonly isOnExit: boolean; readonly containers: readonly Container[] },
): number | 'late' | undefined {
  const own = numberOf(activeDeadlineSeconds);
  if (of.containers.some(isDebugged)) return undefined;
  const { deadlineMs } = operation;
  if (deadlineMs === undefined || of.isOnExit) return own;
  const left = Math.trunc((deadlineMs - operation.nowMs()) / 1000);
  if (left <= 0) return 'late';
  return own === undefined ? left : Math.min(left, own);
}

function isDebugged({ env = [] }: Container): boolean {
  return env.some(({ name }) => /^ARGO_DEBUG_PAUSE_(?:BEFORE|AFTER)$/.test(name));
}
