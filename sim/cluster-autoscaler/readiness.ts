/** Whether a node can be worked with, and since when that is so. @upstream utils/kubernetes/ready.go */
import type { Node } from '../api/kinds/core.js';
import { timeMs } from '../api/time.js';

/** What conditions and taints say together. */
export interface Readiness {
  readonly isReady: boolean;
  readonly sinceMs: number;
}

/** By condition, the statuses that make a node unready. */
const unreadyStatuses: Readonly<Record<string, readonly string[]>> = {
  Ready: ['False', 'Unknown'],
  DiskPressure: ['True'],
  NetworkUnavailable: ['True'],
};

const unreadyTaints: ReadonlySet<string> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
]);

/** The node's readiness; one that says nothing of it is not ready. */
export function readinessOf({ spec, status }: Node): Readiness {
  const conditions = status?.conditions ?? [];
  if (!conditions.some(({ type }) => type === 'Ready')) return { isReady: false, sinceMs: 0 };
  let isReady = true;
  let sinceMs = 0;
  for (const { type, status: value, lastTransitionTime } of conditions) {
    const unready = unreadyStatuses[type];
    if (unready === undefined) continue;
    if (unready.includes(value)) isReady = false;
    sinceMs = Math.max(sinceMs, timeMs(lastTransitionTime) ?? 0);
  }
  for (const { key, timeAdded } of spec?.taints ?? []) {
    if (!unreadyTaints.has(key)) continue;
    isReady = false;
    sinceMs = Math.max(sinceMs, timeMs(timeAdded) ?? 0);
  }
  return { isReady, sinceMs };
}
