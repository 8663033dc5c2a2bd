/** Which node groups Cluster Autoscaler would let grow for pods that wait, and why others do not help. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { ClusterSnapshot } from '../../sim/cluster-autoscaler/cluster-snapshot.js';
import type { NodeGroup } from '../../sim/cluster-autoscaler/node-group.js';
import { defaultOptions } from '../../sim/cluster-autoscaler/options.js';
import { scaleUpEvents } from '../../sim/cluster-autoscaler/scale-up/events.js';
import { upcomingOf, withoutPlace } from '../../sim/cluster-autoscaler/scale-up/pending-pods.js';
import { scaleUp, type ScaleUpScene } from '../../sim/cluster-autoscaler/scale-up/scale-up.js';
import { templatesOf } from '../../sim/cluster-autoscaler/templates/templates.js';
import { templateNode } from '../../sim/nodes/template-node.js';
import type { NodeAutoscaling } from '../../sim/simulation.js';
import { nodeGroupLabel, type AutoscalerConfig } from '../gpu/autoscaler-config.js';
import { nodeAutoscaling } from '../gpu/node-groups.js';
import { podKey, type World } from './world.js';

/** What would come of the node groups. */
export interface Growth {
  readonly groups: readonly {
    readonly group: string;
    readonly from: number;
    readonly to: number;
    readonly max: number;
  }[];
  /** The pods that would then have a place. */
  readonly helped: readonly string[];
  /** The pods that no group helps, with what the autoscaler would tell them. */
  readonly helpless: readonly { readonly pod: string; readonly message: string }[];
}

/** One group grows in a round, with those like it. */
const roundsMax = 50;
/** Nodes are taken to be as they are for long. */
const nowMs = Number.MAX_SAFE_INTEGER;

/**
 * Plays rounds of scale-up for the pods. A group has the nodes that bear its label; its machines are taken to
 * come up, and pods of DaemonSets on new nodes are not reckoned with.
 */
export function growthFor(
  world: World,
  waiting: readonly Pod[],
  autoscaler: AutoscalerConfig,
): Growth {
  const about = { config: { file: 'the node groups', name: 'new' }, seed: 0 };
  const { groups: described, flags } = nodeAutoscaling(autoscaler, about);
  const options = { ...defaultOptions, ...flags };
  let groups = described.map(group => groupIn(world, group));
  const before = new Map(groups.map(({ name, targetSize }) => [name, targetSize]));
  let left: readonly Pod[] = [];
  let helpless: Growth['helpless'] = [];
  for (let round = 0; round < roundsMax; round++) {
    const scene = sceneOf(world, groups);
    left = withoutPlace(new ClusterSnapshot(scene), waiting);
    if (left.length === 0) break;
    const decided = scaleUp({ ...scene, groups, unschedulable: left, options });
    helpless = scaleUpEvents(decided)
      .filter(({ reason }) => reason === 'NotTriggerScaleUp')
      .map(({ pod, message }) => ({ pod: podKey(pod), message }));
    if (decided.growth.length === 0) break;
    const added = new Map(decided.growth.map(({ group, add }) => [group.name, add]));
    groups = groups.map(group => {
      const add = added.get(group.name) ?? 0;
      const { targetSize, upcoming = 0 } = group;
      return { ...group, targetSize: targetSize + add, upcoming: upcoming + add };
    });
  }
  const lacking = new Set(left.map(podKey));
  return {
    groups: groups.flatMap(({ name, targetSize, max }) => {
      const from = before.get(name) ?? 0;
      return targetSize === from ? [] : [{ group: name, from, to: targetSize, max }];
    }),
    helped: waiting.map(podKey).filter(pod => !lacking.has(pod)),
    helpless: left.length === 0 ? [] : helpless,
  };
}

function groupIn(
  { nodes }: World,
  { name, min, max, prefix, shapeOf }: NodeAutoscaling['groups'][number],
): NodeGroup {
  const own = nodes
    .filter(({ metadata }) => metadata.labels?.[nodeGroupLabel] === name)
    .map(({ metadata }) => metadata.name ?? '');
  const template = templateNode(shapeOf(`${prefix}-0`));
  return { name, min, max, targetSize: own.length, nodes: own, template };
}

/** The cluster as if the machines that were asked for were there. */
function sceneOf(
  world: World,
  groups: readonly NodeGroup[],
): Pick<ScaleUpScene, 'nodes' | 'pods' | 'objects' | 'nowMs'> {
  const { nodes } = world;
  const pods = world.pods.filter(isHeld);
  const podsOn = (name: string): readonly Pod[] =>
    pods.filter(({ spec }) => spec?.nodeName === name);
  const templates = templatesOf({ groups, nodes, podsOn, daemonSets: [], nowMs });
  const upcoming = upcomingOf(groups, templates);
  return {
    nodes: [...nodes, ...upcoming.map(({ node }) => node)],
    pods: [...pods, ...upcoming.flatMap(each => each.pods)],
    objects: world,
    nowMs,
  };
}

function isHeld({ spec, status }: Pod): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return (spec?.nodeName ?? '') !== '' && !hasEnded;
}

/** The growth in lines. */
export function growthLines({ groups, helped, helpless }: Growth): string[] {
  const grown = groups.map(({ group, from, to, max }) => `${group} ${from}->${to} (max: ${max})`);
  return [
    ...(grown.length === 0
      ? []
      : [`Cluster Autoscaler would let ${grown.join(', ')} grow for ${helped.join(', ')}`]),
    ...helpless.map(({ pod, message }) => `${pod}: ${message}`),
  ];
}
