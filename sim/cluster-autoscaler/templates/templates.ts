/** What a new node of each group would be like. @upstream processors/nodeinfosprovider/mixed_nodeinfos_processor.go */
import type { DaemonSet } from '../../api/kinds/apps.js';
import type { Node, Pod } from '../../api/kinds/core.js';
import type { NodeGroup, NodeTemplate } from '../node-group.js';
import { readinessOf } from '../readiness.js';
import { isToBeDeleted, lastingTaints } from '../taints.js';
import { expectedPods } from './expected-pods.js';
import { movedPod, renamedNode } from './sanitize.js';

/** What templates are made from. */
export interface TemplateSources {
  readonly groups: readonly NodeGroup[];
  readonly nodes: readonly Node[];
  readonly podsOn: (node: string) => readonly Pod[];
  readonly daemonSets: readonly DaemonSet[];
  readonly nowMs: number;
}

const stabilizationMs = 60_000;
const templateLabel = 'cluster-autoscaler.kubernetes.io/template-node';

/** By group: made from a good node of it, else from what the provider says, else from any node of it. */
export function templatesOf(sources: TemplateSources): ReadonlyMap<string, NodeTemplate> {
  const templates = new Map<string, NodeTemplate>();
  for (const group of sources.groups) {
    const own = sources.nodes.filter(({ metadata }) => group.nodes.includes(metadata.name ?? ''));
    const good = own.find(node => isGoodExample(node, sources.nowMs));
    const template =
      good === undefined && group.template !== undefined
        ? fromProvider(group, group.template, sources)
        : fromNode(group, good ?? own[0], sources);
    if (template !== undefined) templates.set(group.name, template);
  }
  return templates;
}

function isGoodExample(node: Node, nowMs: number): boolean {
  const { isReady, sinceMs } = readinessOf(node);
  const isStable = sinceMs + stabilizationMs < nowMs;
  return isReady && isStable && node.spec?.unschedulable !== true && !isToBeDeleted(node);
}

function fromNode(
  group: NodeGroup,
  example: Node | undefined,
  { podsOn, daemonSets }: TemplateSources,
): NodeTemplate | undefined {
  if (example === undefined) return undefined;
  const node = templateNode(group, example);
  const pods = podsOn(example.metadata.name ?? '').map(pod =>
    movedPod(pod, node.metadata.name ?? '', 'template'),
  );
  return { node, pods: expectedPods({ node, pods, daemonSets, expectsAllDaemons: false }) };
}

/** Providers tell labels under their new names only. */
function fromProvider(
  group: NodeGroup,
  example: Node,
  { daemonSets }: TemplateSources,
): NodeTemplate {
  const node = templateNode(group, example);
  const pods = expectedPods({ node, pods: [], daemonSets, expectsAllDaemons: true });
  const labels = { ...node.metadata.labels };
  for (const [key, old] of deprecatedLabels) {
    const value = labels[key];
    if (value !== undefined) labels[old] = value;
  }
  return { node: { ...node, metadata: { ...node.metadata, labels } }, pods };
}

const deprecatedLabels: readonly (readonly [string, string])[] = [
  ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'],
  ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
];

function templateNode({ name }: NodeGroup, example: Node): Node {
  const node = renamedNode(example, `template-node-for-${name}`);
  const labels = { ...node.metadata.labels, [templateLabel]: 'true' };
  return {
    ...node,
    metadata: { ...node.metadata, labels },
    spec: { ...node.spec, taints: lastingTaints(node.spec?.taints) },
  };
}
