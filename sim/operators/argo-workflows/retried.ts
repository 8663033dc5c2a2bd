/** The tries of a node that is tried again. @upstream workflow/controller/operator.go getChildNodeIdsAndLastRetriedNode */
import type { Operation } from './operation.js';
import type { NodeStatus } from './types.js';

/** All tries, in order. */
export function triesOf(operation: Operation, node: NodeStatus): readonly NodeStatus[] {
  return operation.childrenOf(node).filter(({ nodeFlag }) => nodeFlag?.retried === true);
}

/** The last try of such a node; undefined for others. @upstream possiblyGetRetryChildNode */
export function lastTried(operation: Operation, node: NodeStatus): NodeStatus | undefined {
  if (node.type !== 'Retry') return undefined;
  return operation.childrenOf(node).findLast(({ nodeFlag }) => nodeFlag?.hooked !== true);
}
