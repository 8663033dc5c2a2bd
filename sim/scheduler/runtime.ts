/**
 * Runs the plug-ins of one profile, extension point by extension point.
 * @upstream pkg/scheduler/framework/runtime/framework.go
 */
import type { HasMetadata, Kind } from '../api/object.js';
import type { Change } from '../client/contract.js';
import type { Random } from '../engine/random.js';
import type { ExtensionPoint, FeatureGates, Profile } from './configuration.js';
import type { CycleState } from './cycle-state.js';
import {
  isRejection,
  status,
  type Handle,
  type NodeStatuses,
  type ObjectReader,
  type ObjectWrite,
  type Plugin,
  type PostFilterResult,
  type PreFilterResult,
  type Status,
} from './framework.js';
import type { FrameworkOptions } from './framework-options.js';
import type { PodGroupLister } from './groups/group-state.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';
import { intersection, nothingLeft } from './narrowed-nodes.js';
import { PluginsLeft } from './plugins-left.js';
import { nameOnly, type Nominator } from './queue/nominator.js';
import type { NodeSnapshot } from './snapshot.js';
import { scoresOf, weigh } from './weigh-scores.js';

/** How Permit ended: a refusal, or how long the plug-ins let the pod wait at most. */
export interface PermitOutcome {
  readonly status?: Status;
  readonly waits: ReadonlyMap<string, number>;
}

const noGroups: PodGroupLister = { get: () => undefined };
const noWaits: ReadonlyMap<string, number> = new Map();

/** How PreFilter ended. */
export interface PreFilterOutcome {
  readonly status?: Status;
  /** The only nodes worth a look; absent: all. */
  readonly nodeNames?: ReadonlySet<string>;
  /** The plug-ins that narrowed the nodes. */
  readonly narrowedBy: readonly string[];
  readonly skipped: readonly string[];
}

/** The scores of the feasible nodes, plug-in by plug-in. */
export interface Scores {
  readonly plugins: readonly string[];
  readonly skipped: readonly string[];
  /** By plug-in and node: as the plug-in gave them; kept only when asked for. */
  readonly raw: readonly (readonly number[] | undefined)[];
  /** By plug-in and node: normalised, times the weight. */
  readonly weighted: readonly (readonly number[])[];
  readonly total: readonly number[];
}

const nothingSaid: PreFilterResult = {};

/** The names of the extension points' methods where they differ from the document's spelling. */
export const methods: Readonly<Partial<Record<ExtensionPoint, keyof Plugin>>> = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
};

/** The plug-ins of a profile, ready to run. */
export class Framework implements Handle {
  readonly objects: ObjectReader;
  readonly nodes: NodeSnapshot;
  readonly nominator: Nominator;
  readonly features: FeatureGates;
  readonly random?: Random;
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number | undefined;
  private readonly byName = new Map<string, Plugin>();
  private readonly points = new Map<ExtensionPoint, readonly Plugin[]>();
  private readonly weights = new Map<string, number>();
  private readonly filters: PluginsLeft<'filters' | 'extensions'>;
  private readonly scorers: PluginsLeft<'scores'>;

  constructor(
    profile: Profile,
    private readonly options: FrameworkOptions,
  ) {
    this.objects = options.objects;
    this.nodes = options.nodes;
    this.nominator = options.nominator;
    this.features = options.features;
    if (options.random !== undefined) this.random = options.random;
    this.schedulerName = profile.schedulerName;
    this.percentageOfNodesToScore = profile.percentageOfNodesToScore;
    for (const name of namesIn(profile)) {
      const factory = options.registry[name];
      if (factory !== undefined) this.byName.set(name, factory(profile.args.get(name), this));
    }
    for (const point of Object.keys(methods) as ExtensionPoint[]) {
      this.points.set(point, this.expand(profile, point));
    }
    this.filters = new PluginsLeft({
      filters: this.at('filter'),
      extensions: this.at('preFilter').filter(({ addPod }) => addPod !== undefined),
    });
    this.scorers = new PluginsLeft({ scores: this.at('score') });
    for (const { name, weight = 0 } of [
      ...profile.plugins.score.enabled,
      ...profile.plugins.multiPoint.enabled,
    ]) {
      if (!this.weights.has(name)) this.weights.set(name, weight === 0 ? 1 : weight);
    }
  }

  now(): number {
    return this.options.now();
  }

  isPreempting(uid: string): boolean {
    return this.options.isPreempting?.(uid) ?? false;
  }

  get podGroups(): PodGroupLister {
    return this.options.podGroups ?? noGroups;
  }

  activate(pods: readonly PodInfo[]): void {
    this.options.activate?.(pods);
  }

  allow(uid: string, plugin: string): void {
    this.options.allow?.(uid, plugin);
  }

  reject(uid: string, plugin: string, message: string): void {
    this.options.reject?.(uid, status('Unschedulable', plugin, message));
  }

  waitingPods(): readonly PodInfo[] {
    return this.options.waitingPods?.() ?? [];
  }

  observe<T extends HasMetadata>(kind: Kind<T>, on: (change: Change<T>) => void): void {
    // Only changes of that kind are handed on.
    this.options.observe?.(
      kind as unknown as Kind<HasMetadata>,
      on as (change: Change<HasMetadata>) => void,
    );
  }

  /** The plug-ins at an extension point, in order. */
  at(point: ExtensionPoint): readonly Plugin[] {
    return this.points.get(point) ?? [];
  }

  /** All plug-ins of the profile that can turn a pod away, for their events. */
  get plugins(): Iterable<Plugin> {
    return this.byName.values();
  }

  /** The weight of the plug-in's scores. */
  weightOf(plugin: string): number {
    return this.weights.get(plugin) ?? 1;
  }

  preFilter(state: CycleState, pod: PodInfo): PreFilterOutcome {
    const nodes = this.nodes.nodes;
    const narrowedBy: string[] = [];
    const skipped: string[] = [];
    let rejection: Status | undefined;
    let nodeNames: ReadonlySet<string> | undefined;
    for (const plugin of this.at('preFilter')) {
      const result = plugin.preFilter?.(state, pod, nodes) ?? nothingSaid;
      const code = result.status?.code;
      if (code === 'Skip') {
        skipped.push(plugin.name);
      } else if (code === 'Unschedulable') {
        // The others still run, so that preemption finds their state.
        rejection = result.status;
      } else if (result.status !== undefined) {
        rejection = isRejection(result.status)
          ? result.status
          : asError(`running PreFilter plugin "${plugin.name}"`, result.status);
        return this.filtered(state, { status: rejection, nodeNames, narrowedBy: [] }, skipped);
      } else if (result.nodeNames !== undefined) {
        narrowedBy.push(plugin.name);
        nodeNames = intersection(nodeNames, result.nodeNames);
        if (nodeNames.size > 0) continue;
        rejection = nothingLeft(narrowedBy);
        break;
      }
    }
    narrowedBy.sort();
    return this.filtered(state, { status: rejection, nodeNames, narrowedBy }, skipped);
  }

  /** Ends PreFilter: what has nothing to say of the pod is not asked about any node. */
  private filtered(
    state: CycleState,
    ended: {
      readonly status: Status | undefined;
      readonly nodeNames: ReadonlySet<string> | undefined;
      readonly narrowedBy: readonly string[];
    },
    skipped: readonly string[],
  ): PreFilterOutcome {
    const { plugins, sorted } = this.filters.without(skipped);
    state.filters = plugins.filters;
    state.extensions = plugins.extensions;
    const { status: why, nodeNames, narrowedBy } = ended;
    return {
      ...(why !== undefined && { status: why }),
      ...(nodeNames !== undefined && { nodeNames }),
      narrowedBy,
      skipped: sorted,
    };
  }

  /** The first refusal of the Filter plug-ins, if any. */
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    for (const plugin of state.filters) {
      const answer = plugin.filter?.(state, pod, node);
      if (answer === undefined) continue;
      if (isRejection(answer)) return answer;
      return asError(`running "${plugin.name}" filter plugin`, answer);
    }
    return undefined;
  }

  /**
   * Filters twice where pods of the same or a higher priority are nominated to the node: with them
   * and without. Both must pass. @upstream RunFilterPluginsWithNominatedPods
   */
  filterWithNominatedPods(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    if (this.nominator.isEmpty) return this.filter(state, pod, node);
    const nominated = this.nominator.podsOn(node.name);
    if (nominated.length === 0) return this.filter(state, pod, node);
    const rivals = nominated
      .map(other => (this.options.isInFlight?.(other.uid) === true ? nameOnly(other) : other))
      .filter(other => other.priority >= pod.priority && other.uid !== pod.uid);
    if (rivals.length === 0) return this.filter(state, pod, node);
    const stateWithRivals = state.clone();
    const nodeWithRivals = node.clone();
    for (const rival of rivals) {
      nodeWithRivals.addPod(rival);
      this.addPodToStates(stateWithRivals, pod, rival, nodeWithRivals);
    }
    return this.filter(stateWithRivals, pod, nodeWithRivals) ?? this.filter(state, pod, node);
  }

  addPodToStates(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void {
    for (const plugin of state.extensions) plugin.addPod?.(state, pod, added, node);
  }

  removePodFromStates(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void {
    for (const plugin of state.extensions) plugin.removePod?.(state, pod, removed, node);
  }

  /** Runs PostFilter until a plug-in succeeds or fails for good. */
  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterResult {
    const reasons: string[] = [];
    let nominating: PostFilterResult = {};
    let preemption: PostFilterResult['preemption'];
    let rejector = '';
    const writes: ObjectWrite[] = [];
    for (const plugin of this.at('postFilter')) {
      const result = plugin.postFilter?.(state, pod, statuses);
      if (result === undefined) continue;
      const { status: answer } = result;
      const isFinal =
        answer === undefined ||
        !isRejection(answer) ||
        answer.code === 'UnschedulableAndUnresolvable';
      if (isFinal) return { ...result, writes: [...writes, ...(result.writes ?? [])] };
      preemption = result.preemption ?? preemption;
      writes.push(...(result.writes ?? []));
      if (result.nomination !== undefined) nominating = result;
      reasons.push(...answer.reasons);
      if (rejector === '') rejector = plugin.name;
    }
    return {
      status: status('Unschedulable', rejector, ...reasons),
      ...(nominating.nomination !== undefined && { nomination: nominating.nomination }),
      ...(preemption !== undefined && { preemption }),
      writes,
    };
  }

  /** Scores the nodes; an error of a plug-in comes back in the place of the scores. */
  score(
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    options: { readonly keepsRaw?: boolean } = {},
  ): Scores | Status {
    const skipped: string[] = [];
    for (const plugin of this.at('preScore')) {
      const answer = plugin.preScore?.(state, pod, nodes);
      if (answer?.code === 'Skip') skipped.push(plugin.name);
      else if (answer !== undefined) {
        return asError(`running PreScore plugin "${plugin.name}"`, answer);
      }
    }
    const { plugins, sorted } = this.scorers.without(skipped);
    const total = new Array<number>(nodes.length).fill(0);
    const raw: (readonly number[] | undefined)[] = [];
    const weighted = plugins.scores.map(plugin => {
      const scores = scoresOf(plugin, state, pod, nodes);
      const isNormalized = plugin.normalizeScore !== undefined;
      raw.push(options.keepsRaw === true && isNormalized ? [...scores] : undefined);
      plugin.normalizeScore?.(state, scores, nodes);
      weigh(scores, this.weightOf(plugin.name), total, plugin.name);
      return scores;
    });
    return { plugins: plugins.scores.map(nameOf), skipped: sorted, raw, weighted, total };
  }

  /** The first refusal of the Reserve plug-ins, if any. @upstream RunReservePluginsReserve */
  reserve(state: CycleState, pod: PodInfo, node: string): Status | undefined {
    for (const plugin of this.at('reserve')) {
      const answer = plugin.reserve?.(state, pod, node);
      if (answer === undefined) continue;
      if (isRejection(answer)) return answer;
      return asError(`running Reserve plugin "${plugin.name}"`, answer);
    }
    return undefined;
  }

  /** Whether the pod may be bound: the first refusal, or who lets it wait. @upstream RunPermitPlugins */
  permit(state: CycleState, pod: PodInfo, node: string): PermitOutcome {
    const waits = new Map<string, number>();
    let waiting: Status | undefined;
    for (const plugin of this.at('permit')) {
      const { status: answer, waitMs = 0 } = plugin.permit?.(state, pod, node) ?? {};
      if (answer === undefined) continue;
      if (answer.code === 'Wait') {
        waits.set(plugin.name, waitMs);
        waiting = answer;
      } else if (isRejection(answer)) return { status: answer, waits: noWaits };
      else {
        const doing = `running Permit plugin "${plugin.name}"`;
        return { status: asError(doing, answer), waits: noWaits };
      }
    }
    if (waiting === undefined) return { waits: noWaits };
    const reason = 'one or more plugins asked to wait and no plugin rejected pod';
    return { status: { ...waiting, reasons: [...waiting.reasons, reason] }, waits };
  }

  /** @upstream expandMultiPointPlugins */
  private expand(profile: Profile, point: ExtensionPoint): readonly Plugin[] {
    const { enabled, disabled } = profile.plugins[point];
    const method = methods[point];
    const isDisabled = new Set(disabled.map(({ name }) => name));
    const explicit = new Set(enabled.map(({ name }) => name));
    const overriding: string[] = [];
    const general: string[] = [];
    if (!isDisabled.has('*')) {
      for (const { name } of profile.plugins.multiPoint.enabled) {
        const plugin = this.byName.get(name);
        if (plugin === undefined || method === undefined || plugin[method] === undefined) continue;
        if (isDisabled.has(name)) continue;
        (explicit.has(name) ? overriding : general).push(name);
      }
    }
    const first = [...explicit].filter(name => overriding.includes(name));
    const last = [...explicit].filter(name => !overriding.includes(name));
    return [...first, ...general, ...last].flatMap(name => this.byName.get(name) ?? []);
  }
}

function namesIn(profile: Profile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { enabled } of Object.values(profile.plugins)) {
    for (const { name } of enabled) names.add(name);
  }
  return names;
}

function asError(doing: string, answer: Status): Status {
  return status('Error', answer.plugin, `${doing}: ${answer.reasons.join(', ')}`);
}

function nameOf({ name }: Plugin): string {
  return name;
}
