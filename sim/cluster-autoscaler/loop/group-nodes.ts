/** How the machines of groups are. @upstream clusterstate/clusterstate.go updateReadinessStats */
import type { Node } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { NodeGroup } from '../node-group.js';
import { readinessOf } from '../readiness.js';

/** Counts of machines. */
export interface NodeCounts {
  readonly registered: number;
  readonly ready: number;
  /** Too young to be ready. */
  readonly notStarted: number;
  readonly unready: number;
  /** Machines that are expected to become nodes. */
  readonly unregistered: number;
  /** Machines from which nothing is expected any more. */
  readonly longUnregistered: number;
}

/** A node that young is not there yet, when it is not ready. @upstream clusterstate.go MaxNodeStartupTime */
export const nodeStartupMaxMs = 15 * 60_000;

const none: NodeCounts = {
  registered: 0,
  ready: 0,
  notStarted: 0,
  unready: 0,
  unregistered: 0,
  longUnregistered: 0,
};

/** The counts of nodes that have registered. */
export function registeredCounts(nodes: readonly Node[], nowMs: number): NodeCounts {
  let ready = 0;
  let notStarted = 0;
  for (const node of nodes) {
    const bornMs = timeMs(node.metadata.creationTimestamp) ?? 0;
    if (readinessOf(node).isReady) ready++;
    else if (bornMs + nodeStartupMaxMs > nowMs) notStarted++;
  }
  const registered = nodes.length;
  return Object.assign({}, none, {
    registered,
    ready,
    notStarted,
    unready: registered - ready - notStarted,
  });
}

/** The registered nodes of a group. */
export function nodesOf(group: NodeGroup, nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(({ metadata }) => group.nodes.includes(metadata.name ?? ''));
}
