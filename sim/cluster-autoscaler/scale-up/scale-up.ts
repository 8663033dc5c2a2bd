/** Decides which group grows, and by how much. @upstream core/scaleup/orchestrator/orchestrator.go */
import { daemonSets } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import type { Random } from '../../engine/random.js';
import { ClusterSnapshot, type Scene } from '../cluster-snapshot.js';
import { bestOption, type ExpansionOption } from '../expanders.js';
import type { NodeGroup, NodeTemplate } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import { Quota } from '../quota.js';
import { areSimilar } from '../similar.js';
import { templatesOf } from '../templates/templates.js';
import { balance, type GroupGrowth } from './balance.js';
import { estimate } from './binpacking.js';
import { quotaReason, skipReason, unsafeReason } from './group-readiness.js';
import { podGroupsOf, type PodGroup } from './pod-groups.js';

/** What is decided about. */
export interface ScaleUpScene extends Scene {
  readonly groups: readonly NodeGroup[];
  /** Pods that fit on no node, and on none that is awaited. */
  readonly unschedulable: readonly Pod[];
  readonly options: AutoscalerOptions;
  /** Breaks ties; absent: the first. */
  readonly random?: Random;
}

/** By group, why it does not help a pod. */
export type Reasons = ReadonlyMap<string, readonly string[]>;

/** A pod that no group can help. */
export interface HelplessPod {
  readonly pod: Pod;
  readonly reasons: Reasons;
}

/** What was decided, and on what grounds. */
export interface ScaleUp {
  readonly result: 'ScaleUpSuccessful' | 'ScaleUpNoOptionsAvailable' | 'ScaleUpError';
  /** All that would help, before the limits of the cluster. */
  readonly options: readonly ExpansionOption[];
  readonly best?: ExpansionOption;
  readonly growth: readonly GroupGrowth[];
  /** The pods for which it is done. */
  readonly triggered: readonly Pod[];
  /** Pods that another group can help, in a later round. */
  readonly awaiting: readonly Pod[];
  readonly remain: readonly HelplessPod[];
}

/** One round: at most one group grows, with those like it. */
export function scaleUp(scene: ScaleUpScene): ScaleUp {
  return new Round(scene).decide();
}

class Round {
  private readonly snapshot: ClusterSnapshot;
  private readonly podGroups: readonly PodGroup[];
  private readonly templates: ReadonlyMap<string, NodeTemplate>;
  private readonly quota: Quota;
  private readonly skipped = new Map<string, readonly string[]>();
  /** By group, the pods that could run on a new node of it. */
  private readonly helped = new Map<string, readonly PodGroup[]>();
  /** By kind of pods and group, why not. */
  private readonly refusals = new Map<PodGroup, Map<string, readonly string[]>>();

  constructor(private readonly scene: ScaleUpScene) {
    const { nodes, groups, objects, options, nowMs } = scene;
    this.snapshot = new ClusterSnapshot(scene);
    this.podGroups = podGroupsOf(scene.unschedulable);
    this.templates = templatesOf({
      groups,
      nodes,
      podsOn: name => this.snapshot.podsOn(name),
      daemonSets: objects.list(daemonSets),
      nowMs,
    });
    const byNode = new Map(groups.flatMap(({ name, nodes: own }) => own.map(each => [each, name])));
    const grouped = nodes.map(node => ({ node, group: byNode.get(node.metadata.name ?? '') }));
    this.quota = Quota.forGrowth(grouped, options);
    for (const podGroup of this.podGroups) this.refusals.set(podGroup, new Map());
  }

  decide(): ScaleUp {
    const valid = this.validGroups();
    for (const group of valid) this.helped.set(group.name, this.helpedBy(group));
    const options = valid.flatMap(group => this.optionOf(group) ?? []);
    const { random, options: flags } = this.scene;
    const best = bestOption(options, flags.expanders, random);
    if (best === undefined) {
      return this.ended({ result: 'ScaleUpNoOptionsAvailable', options, growth: [] });
    }
    const count = this.capped(best);
    if (count < 1) return this.ended({ result: 'ScaleUpError', options, best, growth: [] });
    const growth = this.split(best.group, count);
    return this.ended({ result: 'ScaleUpSuccessful', options, best, growth });
  }

  private validGroups(): readonly NodeGroup[] {
    const { nodes, options } = this.scene;
    const around = { nodes, options, templates: this.templates, quota: this.quota };
    return this.scene.groups.filter(group => {
      const reason = skipReason(group, around);
      if (reason !== undefined) this.skipped.set(group.name, [reason]);
      return reason === undefined;
    });
  }

  private helpedBy(group: NodeGroup): readonly PodGroup[] {
    const template = this.templates.get(group.name);
    if (template === undefined) return [];
    this.snapshot.fork();
    this.snapshot.addNode(template);
    const helped = this.podGroups.filter(podGroup => {
      const refusal = this.snapshot.check(podGroup.sample, template.node.metadata.name ?? '');
      if (refusal !== undefined) this.refusals.get(podGroup)?.set(group.name, refusal.reasons);
      return refusal === undefined;
    });
    this.snapshot.revert();
    return helped;
  }

  private optionOf(group: NodeGroup): ExpansionOption | undefined {
    const podGroups = this.helped.get(group.name) ?? [];
    const template = this.templates.get(group.name);
    if (podGroups.length === 0 || template === undefined) return undefined;
    const nodesMax = this.nodesMax([group, ...this.similarTo(group)]);
    const { snapshot } = this;
    const { nodeCount, pods } = estimate({ snapshot, template, podGroups, nodesMax });
    if (nodeCount === 0 || pods.length === 0) return undefined;
    return { group, nodeCount, pods, node: template.node };
  }

  /** How many nodes the groups may get together. */
  private nodesMax(groups: readonly NodeGroup[]): number {
    const { options, nodes } = this.scene;
    const room = groups.reduce(
      (sum, { max, targetSize }) => sum + Math.max(0, max - targetSize),
      0,
    );
    const { maxNodesTotal, maxNodesPerScaleUp } = options;
    const inCluster = maxNodesTotal === 0 ? Infinity : Math.max(0, maxNodesTotal - nodes.length);
    return Math.min(room, inCluster, maxNodesPerScaleUp === 0 ? Infinity : maxNodesPerScaleUp);
  }

  /** The groups that make nodes like this one's, and help the same pods. */
  private similarTo(group: NodeGroup): readonly NodeGroup[] {
    const { groups, options, nodes } = this.scene;
    const own = this.templates.get(group.name);
    if (!options.balanceSimilarNodeGroups || own === undefined) return [];
    const helped = this.helped.get(group.name) ?? [];
    return groups.filter(other => {
      const template = this.templates.get(other.name);
      if (other === group || template === undefined) return false;
      if (!areSimilar(own, template, options.balancingIgnoreLabels)) return false;
      if (unsafeReason(other, { nodes, options }) !== undefined) return false;
      const alsoHelped = this.helped.get(other.name);
      return alsoHelped !== undefined && helped.every(each => alsoHelped.includes(each));
    });
  }

  /** How many of the option's nodes the cluster's limits allow. */
  private capped({ group, node, nodeCount }: ExpansionOption): number {
    const { options, nodes } = this.scene;
    const { maxNodesTotal } = options;
    const inCluster = maxNodesTotal === 0 ? Infinity : maxNodesTotal - nodes.length;
    return this.quota.check({ node, group: group.name }, Math.min(nodeCount, inCluster)).allowed;
  }

  private split(group: NodeGroup, count: number): readonly GroupGrowth[] {
    const similar = this.similarTo(group).filter(other => {
      const template = this.templates.get(other.name);
      return template !== undefined && quotaReason(other, template, this.quota) === undefined;
    });
    return balance([group, ...similar], count).flatMap(growth => {
      const node = this.templates.get(growth.group.name)?.node;
      if (node === undefined) return [];
      const grouped = { node, group: growth.group.name };
      const add = this.quota.check(grouped, growth.add).allowed;
      this.quota.consume(grouped, add);
      return add > 0 ? [{ group: growth.group, add }] : [];
    });
  }

  private ended(ended: Pick<ScaleUp, 'result' | 'options' | 'best' | 'growth'>): ScaleUp {
    const isDone = ended.result === 'ScaleUpSuccessful';
    const triggered = ended.best?.pods ?? [];
    const awaiting = isDone ? this.awaiting(ended.best?.group.name ?? '') : [];
    return { ...ended, triggered, awaiting, remain: this.remaining(ended.result) };
  }

  private awaiting(best: string): readonly Pod[] {
    return this.podGroups
      .filter(each => this.isHelped(each) && this.refusals.get(each)?.has(best) === true)
      .flatMap(({ pods }) => pods);
  }

  /** After an error all pods remain. */
  private remaining(result: ScaleUp['result']): readonly HelplessPod[] {
    return this.podGroups
      .filter(each => result === 'ScaleUpError' || !this.isHelped(each))
      .flatMap(each => {
        const reasons = new Map([...(this.refusals.get(each) ?? []), ...this.skipped]);
        return each.pods.map(pod => ({ pod, reasons }));
      });
  }

  private isHelped(podGroup: PodGroup): boolean {
    return [...this.helped.values()].some(helped => helped.includes(podGroup));
  }
}
