/** Which groups may grow at all. @upstream core/scaleup/orchestrator.go filterValidScaleUpNodeGroups, clusterstate */
import type { Node } from '../../api/kinds/core.js';
import { goQuote } from '../../api/go-text.js';
import type { NodeGroup, NodeTemplate } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import type { Quota } from '../quota.js';
import { readinessOf } from '../readiness.js';
import { isToBeDeleted } from '../taints.js';

/** What a group is looked at with. */
export interface GroupSurroundings {
  readonly nodes: readonly Node[];
  readonly templates: ReadonlyMap<string, NodeTemplate>;
  readonly quota: Quota;
  readonly options: AutoscalerOptions;
}

/** Why the group is not to grow, if so. */
export function skipReason(group: NodeGroup, around: GroupSurroundings): string | undefined {
  const unsafe = unsafeReason(group, around);
  if (unsafe !== undefined) return unsafe;
  if (group.targetSize >= group.max) return 'max node group size reached';
  const template = around.templates.get(group.name);
  if (template === undefined) return notReady;
  return quotaReason(group, template, around.quota);
}

const notReady = 'not ready for scale-up';

/** Whether one more node of the group would be over a limit of the cluster, in the words of an event. */
export function quotaReason(
  group: NodeGroup,
  { node }: NodeTemplate,
  quota: Quota,
): string | undefined {
  const { exceeded } = quota.check({ node, group: group.name }, 1);
  if (exceeded.length === 0) return undefined;
  return `exceeded quota: ${goQuote('cluster-wide')}, resources: ${exceeded.join(', ')}`;
}

/** Why it would not be safe to let the group grow: most of it is not ready, or it failed to lately. */
export function unsafeReason(
  group: NodeGroup,
  { nodes, options }: Pick<GroupSurroundings, 'nodes' | 'options'>,
): string | undefined {
  if (!isGroupHealthy(group, nodes, options)) return notReady;
  return group.isBackedOff === true ? 'in backoff after failed scale-up' : undefined;
}

/** Whether most of the group is ready. @upstream clusterstate/clusterstate.go IsNodeGroupHealthy */
export function isGroupHealthy(
  { nodes: names, targetSize, upcoming = 0 }: NodeGroup,
  nodes: readonly Node[],
  { okTotalUnreadyCount, maxTotalUnreadyPercentage }: AutoscalerOptions,
): boolean {
  const own = nodes.filter(({ metadata }) => names.includes(metadata.name ?? ''));
  const expected = targetSize - upcoming;
  if (own.length === 0) return targetSize === 0 || expected === 0;
  const staying = own.filter(node => !isToBeDeleted(node));
  const ready = staying.filter(node => readinessOf(node).isReady).length;
  const lacking = expected - ready;
  if (lacking <= okTotalUnreadyCount) return true;
  return lacking <= (maxTotalUnreadyPercentage / 100) * staying.length;
}
