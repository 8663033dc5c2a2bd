/** What one scheduling cycle sees of queues, quotas and admitted workloads. @upstream kueue v0.19.2 pkg/cache/scheduler/snapshot.go */
import { isDeleting, keyOf } from '../../api/meta.js';
import { isConditionTrue } from '../../api/meta.js';
import type { View } from '../../client/contract.js';
import { flavorResource, QuotaNode, quotasOf, type FlavorAmounts } from './quota-node.js';
import { requestsOf, type PodSetRequests } from './requests.js';
import {
  admissionChecks,
  clusterQueues,
  cohorts,
  resourceFlavors,
  type ClusterQueue,
  type ClusterQueueSpec,
  type ResourceFlavor,
  type ResourceGroup,
  type Workload,
} from './types.js';
import { hasQuota, isActive, isFinished } from './workload-status.js';

/** A workload that holds quota. */
export interface Holder {
  readonly workload: Workload;
  readonly queue: string;
  readonly requests: readonly PodSetRequests[];
}

/** A ClusterQueue in a snapshot. */
export interface QueueSnapshot {
  readonly name: string;
  readonly spec: ClusterQueueSpec;
  readonly groups: readonly ResourceGroup[];
  readonly node: QuotaNode;
  readonly holders: Map<string, Holder>;
}

/** Why a ClusterQueue takes no work; undefined: it does. @upstream clusterQueue.inactiveReason */
export function inactiveReason(
  queue: ClusterQueue,
  view: View,
): { readonly reason: string; readonly message: string } | undefined {
  const cannot = "Can't admit new workloads";
  if (isDeleting(queue)) {
    return { reason: 'Terminating', message: `${cannot}; clusterQueue is terminating` };
  }
  const { spec = {} } = queue;
  const found: (readonly [reason: string, message: string])[] = [];
  if ((spec.stopPolicy ?? 'None') !== 'None') found.push(['Stopped', 'is stopped']);
  const flavors = new Set(spec.resourceGroups?.flatMap(group => group.flavors.map(f => f.name)));
  const missing = [...flavors].filter(name => view.get(resourceFlavors, '', name) === undefined);
  if (missing.length > 0) {
    found.push(['FlavorNotFound', `references missing ResourceFlavor(s): ${missing.join(',')}`]);
  }
  found.push(...checkProblems(spec, view));
  const [first] = found;
  if (first === undefined) return undefined;
  const messages = found.map(([, message]) => message).join(', ');
  return { reason: first[0], message: `${cannot}: ${messages}.` };
}

function checkProblems(
  spec: ClusterQueueSpec,
  view: View,
): readonly (readonly [reason: string, message: string])[] {
  const names = spec.admissionChecksStrategy?.admissionChecks.map(({ name }) => name) ?? [];
  const checks = names.map(name => ({ name, check: view.get(admissionChecks, '', name) }));
  const missing = checks.filter(({ check }) => check === undefined).map(({ name }) => name);
  const inactive = checks
    .filter(({ check }) => check !== undefined)
    .filter(({ check }) => !isConditionTrue(check?.status?.conditions, 'Active'))
    .map(({ name }) => name);
  const told = (all: readonly string[]): string => all.join(',');
  return [
    ...(missing.length > 0
      ? [
          [
            'AdmissionCheckNotFound',
            `references missing AdmissionCheck(s): ${told(missing)}`,
          ] as const,
        ]
      : []),
    ...(inactive.length > 0
      ? [
          [
            'AdmissionCheckInactive',
            `references inactive AdmissionCheck(s): ${told(inactive)}`,
          ] as const,
        ]
      : []),
  ];
}

/** The state that a cycle plans on; it is changed to try things out. */
export class Snapshot {
  readonly queues = new Map<string, QueueSnapshot>();
  readonly flavors = new Map<string, ResourceFlavor>();

  constructor(view: View, holders: readonly Workload[]) {
    for (const flavor of view.list(resourceFlavors)) {
      this.flavors.set(flavor.metadata.name ?? '', flavor);
    }
    const above = new CohortTree(view);
    const roots = new Set<QuotaNode>();
    for (const queue of view.list(clusterQueues)) {
      const { metadata, spec = {} } = queue;
      const name = metadata.name ?? '';
      const node = new QuotaNode(name, quotasOf(spec.resourceGroups ?? []));
      const cohort = above.nodeOf(spec.cohortName ?? '');
      if (cohort !== undefined) node.joins(cohort);
      roots.add(node.ancestors.at(-1) ?? node);
      const groups = spec.resourceGroups ?? [];
      this.queues.set(name, { name, spec, groups, node, holders: new Map() });
    }
    for (const root of roots) root.gather();
    for (const workload of holders) this.hold(workload);
  }

  /** Takes a workload out, to see what would fit then. */
  remove(holder: Holder): void {
    const queue = this.queues.get(holder.queue);
    if (queue === undefined || !queue.holders.delete(keyOf(holder.workload))) return;
    for (const [key, amount] of usageOf(holder)) queue.node.remove(key, amount);
  }

  /** Puts it back. */
  add(holder: Holder): void {
    const queue = this.queues.get(holder.queue);
    if (queue === undefined) return;
    queue.holders.set(keyOf(holder.workload), holder);
    for (const [key, amount] of usageOf(holder)) queue.node.add(key, amount);
  }

  private hold(workload: Workload): void {
    const queue = workload.status?.admission?.clusterQueue;
    if (queue === undefined || !isHolding(workload)) return;
    this.add({ workload, queue, requests: requestsOf(workload) });
  }
}

/** Whether the workload uses quota. */
export function isHolding(workload: Workload): boolean {
  return hasQuota(workload) && !isFinished(workload) && isActive(workload);
}

/** What a workload uses of which flavour. */
export function usageOf({ requests }: Holder): FlavorAmounts {
  const usage = new Map<string, number>();
  for (const set of requests) {
    for (const [resource, amount] of set.requests) {
      const key = flavorResource(set.flavors?.[resource] ?? '', resource);
      usage.set(key, (usage.get(key) ?? 0) + amount);
    }
  }
  return usage;
}

/** How deep cohorts may lie: deeper ones, and circles, are cut off. */
const depthMax = 32;

/** The cohorts: those that are objects, and those that are only named. */
class CohortTree {
  private readonly nodes = new Map<string, QuotaNode>();

  constructor(private readonly view: View) {}

  nodeOf(name: string, depth = 0): QuotaNode | undefined {
    if (name === '' || depth > depthMax) return undefined;
    const known = this.nodes.get(name);
    if (known !== undefined) return known;
    const { spec } = this.view.get(cohorts, '', name) ?? {};
    const node = new QuotaNode(name, quotasOf(spec?.resourceGroups ?? []));
    this.nodes.set(name, node);
    const parent = this.nodeOf(spec?.parentName ?? '', depth + 1);
    if (parent !== undefined && parent !== node && !parent.ancestors.includes(node)) {
      node.joins(parent);
    }
    return node;
  }
}
