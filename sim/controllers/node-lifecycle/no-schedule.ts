/**
 * The NoSchedule taints of a node's conditions, and its beta labels.
 * @upstream pkg/controller/nodelifecycle/node_lifecycle_controller.go doNoScheduleTaintingPass
 */
import { nodes, type Node } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';
import { isSameTaint, swapTaints, type TaintKey } from '../control/node-taints.js';

const taintsByCondition: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: {
    False: 'node.kubernetes.io/not-ready',
    Unknown: 'node.kubernetes.io/unreachable',
  },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const unschedulableKey = 'node.kubernetes.io/unschedulable';
const ownKeys: ReadonlySet<string> = new Set([
  unschedulableKey,
  ...Object.values(taintsByCondition).flatMap(Object.values<string>),
]);
const betaLabels: readonly (readonly [stable: string, beta: string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

/** Brings the taints that forbid scheduling in line with the conditions; false when that failed. */
export function* taintByConditions(node: Node, nowMs: number): Reconciliation<boolean> {
  const wanted: TaintKey[] = [];
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = taintsByCondition[type]?.[status];
    if (key !== undefined) wanted.push({ key, effect: 'NoSchedule' });
  }
  if (node.spec?.unschedulable === true) {
    wanted.push({ key: unschedulableKey, effect: 'NoSchedule' });
  }
  const present = (node.spec?.taints ?? []).filter(({ key, effect }) => {
    return effect === 'NoSchedule' && ownKeys.has(key);
  });
  const add = wanted.filter(taint => !present.some(one => isSameTaint(one, taint)));
  const remove = present.filter(taint => !wanted.some(one => isSameTaint(one, taint)));
  if (add.length === 0 && remove.length === 0) return true;
  return yield* swapTaints(node, { add, remove }, nowMs);
}

/** Copies the labels of system and architecture to their beta names. */
export function* copyBetaLabels({ metadata }: Node): Reconciliation<void> {
  const { labels = {}, name = '' } = metadata;
  const missing: Record<string, string> = {};
  for (const [stable, beta] of betaLabels) {
    const value = labels[stable];
    if (value !== undefined && labels[beta] !== value) missing[beta] = value;
  }
  if (Object.keys(missing).length === 0) return;
  const body = { metadata: { labels: missing } };
  yield* call(patch(nodes, { namespace: '', name }, { type: 'strategic' }, body));
}
