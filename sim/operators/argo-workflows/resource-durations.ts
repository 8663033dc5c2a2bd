/** How long how much was asked for. @upstream util/resource */
import type { Pod } from '../../api/kinds/core.js';
import { milliValueOf } from '../../api/quantity.js';
import { timeMs } from '../../api/time.js';
import type { Operation } from './operation.js';
import { isFulfilled } from './phases.js';
import type { NodeStatus } from './types.js';

/** Seconds by resource. */
export type Durations = Readonly<Record<string, number>>;

/** What counts as one of a resource. */
const denominators: Readonly<Record<string, string>> = {
  memory: '100Mi',
  storage: '10Gi',
  'ephemeral-storage': '10Gi',
};

/** Seconds times what the containers of a pod asked for. */
export function podDuration({ spec, status }: Pod): Durations {
  const { initContainers = [], containers = [] } = spec ?? {};
  const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  let sum: Durations = {};
  for (const { name, resources } of [...initContainers, ...containers]) {
    const terminated = states.find(one => one.name === name)?.state?.terminated;
    const [fromMs, toMs] = [timeMs(terminated?.startedAt), timeMs(terminated?.finishedAt)];
    const age = fromMs === undefined || toMs === undefined ? 0 : Math.trunc((toMs - fromMs) / 1000);
    const asked = { cpu: '100m', memory: '100Mi', ...resources?.limits, ...resources?.requests };
    sum = added(
      sum,
      Object.fromEntries(
        Object.entries(asked).map(([resource, quantity]) => [
          resource,
          secondsOf(resource, String(quantity), age),
        ]),
      ),
    );
  }
  return sum;
}

function secondsOf(resource: string, quantity: string, age: number): number {
  const one = milliValueOf(denominators[resource] ?? '1');
  return Math.trunc((milliValueOf(quantity) * age) / one);
}

function added(left: Durations, right: Durations): Durations {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return Object.fromEntries(names.map(name => [name, (left[name] ?? 0) + (right[name] ?? 0)]));
}

/** Sums them for all nodes that are over, and for the Workflow. @upstream UpdateResourceDurations */
export function sumDurations(operation: Operation): void {
  let all: Durations = {};
  for (const node of [...operation.nodes.values()]) {
    if (node.type === 'Pod') all = added(all, node.resourcesDuration ?? {});
    else if (isFulfilled(node)) {
      const sum = below(operation, node, new Set());
      if (Object.keys(sum).length > 0) operation.set({ ...node, resourcesDuration: sum });
    }
  }
  if (Object.keys(all).length > 0) operation.status.resourcesDuration = all;
}

function below(operation: Operation, node: NodeStatus, visited: Set<string>): Durations {
  let sum: Durations = {};
  for (const child of operation.childrenOf(node)) {
    if (visited.has(child.id)) continue;
    visited.add(child.id);
    if (child.type === 'Pod') sum = added(sum, child.resourcesDuration ?? {});
    sum = added(sum, below(operation, child, visited));
  }
  return sum;
}
