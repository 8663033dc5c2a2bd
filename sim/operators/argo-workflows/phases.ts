/** What the phases of nodes and Workflows mean. @upstream pkg/apis/workflow/v1alpha1/workflow_types.go */
import type { NodeStatus } from './types.js';

type Phased = Pick<NodeStatus, 'phase' | 'taskResultSynced' | 'daemoned'>;

/** Whether it came to a bad end. */
export function isFailed({ phase }: Phased): boolean {
  return phase === 'Failed' || phase === 'Error';
}

/** Whether it ran and came to an end. */
export function isCompleted(node: Phased): boolean {
  return isFailed(node) || node.phase === 'Succeeded';
}

/** Whether those that wait for it need not wait any more: a daemon is there once it is up. */
export function isFulfilled(node: Phased): boolean {
  return isEnded(node) || (node.daemoned === true && node.phase !== 'Pending');
}

/** Whether nothing more will happen to it, its executor's report included. */
export function isEnded(node: Phased): boolean {
  const isSettled = node.phase === 'Skipped' || node.phase === 'Omitted';
  return isSettled || (isCompleted(node) && node.taskResultSynced !== false);
}

/** Whether a Workflow of this phase is over. */
export function isOver(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}
