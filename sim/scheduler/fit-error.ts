/** The sentence that tells why a pod fits on no node. @upstream pkg/scheduler/framework/types.go FitError */
import type { Status } from './framework.js';

/** What is known of the refusal. */
export interface FitError {
  readonly nodeCount: number;
  readonly statuses: ReadonlyMap<string, Status>;
  readonly absent: Status;
  readonly preFilterMessage?: string;
  readonly postFilterMessage?: string;
}

/** `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) were unschedulable. ...`. */
export function fitErrorMessage(error: FitError): string {
  const { nodeCount, preFilterMessage = '', postFilterMessage = '' } = error;
  let message = `0/${nodeCount} nodes are available:`;
  if (preFilterMessage !== '') message += ` ${preFilterMessage}.`;
  else {
    const reasons = countedReasons(error);
    if (reasons.length > 0) message += ` ${reasons.join(', ')}.`;
  }
  return postFilterMessage === '' ? message : `${message} ${postFilterMessage}`;
}

/** What is told of a pod that its one node was refused for after all. */
export function refusalMessage(node: string, refusal: Status): string {
  return fitErrorMessage({ nodeCount: 1, statuses: new Map([[node, refusal]]), absent: refusal });
}

function countedReasons({ nodeCount, statuses, absent }: FitError): string[] {
  const counts = new Map<string, number>();
  const count = (reason: string, nodes: number) =>
    counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  for (const { reasons } of statuses.values()) for (const reason of reasons) count(reason, 1);
  const others = nodeCount - statuses.size;
  if (others > 0) for (const reason of absent.reasons) count(reason, others);
  return [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort();
}
