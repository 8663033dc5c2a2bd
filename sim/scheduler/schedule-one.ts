/**
 * One attempt to find a node for a pod: from the nodes as they are to a decision, without any effect.
 * @upstream pkg/scheduler/schedule_one.go
 */
import { invariant } from '../engine/invariant.js';
import { CycleState, type GroupCycle } from './cycle-state.js';
import type { Consulting } from './extender.js';
import { extenderName, type Extenders } from './extenders.js';
import { fitErrorMessage } from './fit-error.js';
import { messageOf, status, type PostFilterResult, type Status } from './framework.js';
import { heapPick } from './heap-pick.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';
import { bestCandidates } from './preemption-order.js';
import type { Framework, PreFilterOutcome, Scores } from './runtime.js';

/** How an attempt is made. */
export interface AttemptOptions {
  /** Where to start in the list of nodes. */
  readonly startIndex: number;
  /** The scheduler's setting; the profile's own goes first. 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  /** Keeps the scores before normalisation. */
  readonly keepsRaw?: boolean;
  /** Picks among nodes of equal totals; default: the one at the root of Go's heap. */
  readonly pick?: (best: readonly string[], heap: string, pod: PodInfo) => string;
  /** Where the pod is tried as one of a group. */
  readonly group?: GroupCycle;
}

/** What came of an attempt. */
export interface Attempt {
  readonly pod: PodInfo;
  readonly state: CycleState;
  readonly preFilter: PreFilterOutcome | undefined;
  readonly nodeCount: number;
  readonly feasible: readonly NodeInfo[];
  /** What the refused nodes were refused for. */
  readonly statuses: ReadonlyMap<string, Status>;
  /** What goes for the nodes that were not looked at. */
  readonly absent: Status;
  readonly unschedulablePlugins: ReadonlySet<string>;
  readonly pendingPlugins: ReadonlySet<string>;
  readonly scores?: Scores;
  /** The nodes with the highest total, by name. */
  readonly best: readonly string[];
  readonly nextStartIndex: number;
  readonly outcome: Outcome;
}

/** A node, or why there is none. */
export type Outcome =
  | { readonly kind: 'scheduled'; readonly node: string; readonly heapPick: string }
  | {
      readonly kind: 'unschedulable';
      /** As it stands in the pod's condition. */
      readonly message: string;
      /** Absent where no PostFilter ran. */
      readonly postFilter?: PostFilterResult;
    }
  /** There are no nodes at all: Kubernetes backs off as after an error. */
  | { readonly kind: 'noNodes'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string };

const minFeasibleNodes = 100;
const minFeasiblePercentage = 5;
const noStatus = status('UnschedulableAndUnresolvable', '');

/** Tries to find a node for the pod; for a pod that fits nowhere, what could be done about it. */
export function scheduleOne(framework: Framework, pod: PodInfo, options: AttemptOptions): Attempt {
  const step = schedulingSteps(framework, pod, options).next();
  invariant(step.done === true, 'an attempt without extenders waits for nobody');
  return step.value;
}

/** The same where extenders may have to be waited for. */
export function schedulingSteps(
  framework: Framework,
  pod: PodInfo,
  options: AttemptOptions & { readonly extenders?: Extenders },
): Consulting<Attempt> {
  return new Search(framework, pod, options).run();
}

/** How many feasible nodes are enough. @upstream numFeasibleNodesToFind */
export function feasibleNodesToFind(percentage: number, nodeCount: number): number {
  if (nodeCount < minFeasibleNodes) return nodeCount;
  const adaptive = Math.max(50 - Math.trunc(nodeCount / 125), minFeasiblePercentage);
  const share = percentage === 0 ? adaptive : percentage;
  return Math.max(Math.trunc((nodeCount * share) / 100), minFeasibleNodes);
}

class Search {
  private readonly state = new CycleState();
  private readonly statuses = new Map<string, Status>();
  private readonly unschedulablePlugins = new Set<string>();
  private readonly pendingPlugins = new Set<string>();
  private absent = noStatus;
  private preFilter: PreFilterOutcome | undefined;
  private feasible: readonly NodeInfo[] = [];
  private startIndex: number;
  private error: string | undefined;

  constructor(
    private readonly framework: Framework,
    private readonly pod: PodInfo,
    private readonly options: AttemptOptions & { readonly extenders?: Extenders },
  ) {
    this.startIndex = options.startIndex;
    this.state.group = options.group;
  }

  *run(): Consulting<Attempt> {
    this.framework.nodes.refresh();
    if (this.framework.nodes.nodes.length === 0) {
      return this.ended({ kind: 'noNodes', message: 'no nodes available to schedule pods' });
    }
    yield* this.findNodes();
    if (this.error !== undefined) {
      this.unschedulablePlugins.clear();
      this.pendingPlugins.clear();
      return this.ended({ kind: 'error', message: this.error });
    }
    if (this.feasible.length === 0) return this.ended(yield* this.findRemedy());
    const [only] = this.feasible;
    if (this.feasible.length === 1 && only !== undefined) {
      return this.ended({ kind: 'scheduled', node: only.name, heapPick: only.name }, [only.name]);
    }
    return yield* this.choose();
  }

  /** @upstream findNodesThatFitPod */
  private *findNodes(): Consulting<void> {
    const { framework, pod, state } = this;
    const allNodes = framework.nodes.nodes;
    const outcome = framework.preFilter(state, pod);
    this.preFilter = outcome;
    for (const name of outcome.narrowedBy) this.unschedulablePlugins.add(name);
    if (outcome.status !== undefined) {
      if (outcome.status.code === 'Error') this.error = messageOf(outcome.status);
      else this.absent = outcome.status;
      this.note(outcome.status);
      return;
    }
    const nominated = framework.nodes.get(pod.pod.status?.nominatedNodeName ?? '');
    if (nominated !== undefined) {
      this.feasible = yield* this.passExtenders(this.findAmong([nominated]));
      if (this.feasible.length > 0) return;
      this.error = undefined;
    }
    const nodes = this.narrowed(outcome, allNodes);
    const found = this.findAmong(nodes);
    const processed = found.length + this.statuses.size;
    this.startIndex = (this.startIndex + processed) % allNodes.length;
    this.feasible = found;
    if (this.error !== undefined || this.options.extenders === undefined) return;
    this.feasible = yield* this.passExtenders(found);
    // No plug-in knows what the extender waits for: any event may bring the pod back.
    if (this.feasible.length !== found.length) this.unschedulablePlugins.add(extenderName);
  }

  private *passExtenders(nodes: readonly NodeInfo[]): Consulting<readonly NodeInfo[]> {
    const { options, pod, statuses } = this;
    if (options.extenders === undefined || nodes.length === 0) return nodes;
    const left = yield* options.extenders.filter(pod.pod, nodes, statuses);
    if (!('error' in left)) return left;
    this.error = left.error;
    return [];
  }

  private narrowed(outcome: PreFilterOutcome, nodes: readonly NodeInfo[]): readonly NodeInfo[] {
    const { nodeNames, narrowedBy } = outcome;
    if (nodeNames === undefined) return nodes;
    this.absent = status(
      'UnschedulableAndUnresolvable',
      '',
      `node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}]`,
    );
    return nodes.filter(({ name }) => nodeNames.has(name));
  }

  /** @upstream findNodesThatPassFilters */
  private findAmong(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
    const { framework, pod, state, options } = this;
    const percentage = framework.percentageOfNodesToScore ?? options.percentageOfNodesToScore;
    const { extenders } = options;
    const comparesNodes =
      framework.at('score').length > 0 ||
      extenders?.hasFilters === true ||
      extenders?.hasPriorities === true;
    const enough = comparesNodes ? feasibleNodesToFind(percentage, nodes.length) : 1;
    const feasible: NodeInfo[] = [];
    for (let offset = 0; offset < nodes.length; offset++) {
      const node = nodes[(options.startIndex + offset) % nodes.length];
      if (node === undefined) continue;
      const answer = framework.filterWithNominatedPods(state, pod, node);
      if (answer === undefined) {
        if (feasible.length === enough) break;
        feasible.push(node);
      } else if (answer.code === 'Error') {
        this.error = messageOf(answer);
        break;
      } else {
        this.statuses.set(node.name, answer);
        this.note(answer);
      }
    }
    return feasible;
  }

  private note({ code, plugin }: Status): void {
    if (plugin === '') return;
    if (code === 'Pending') this.pendingPlugins.add(plugin);
    if (code !== 'Error') this.unschedulablePlugins.add(plugin);
  }

  private *findRemedy(): Consulting<Outcome> {
    const { framework, pod, state, statuses, absent } = this;
    const explained = {
      nodeCount: framework.nodes.nodes.length,
      preFilterMessage: messageOf(this.preFilter?.status),
      statuses,
      absent,
    };
    if (framework.at('postFilter').length === 0) {
      return { kind: 'unschedulable', message: fitErrorMessage(explained) };
    }
    const found = framework.postFilter(state, pod, { byNode: statuses, absent });
    const postFilter = yield* this.askAboutVictims(found);
    const postFilterMessage = messageOf(postFilter.status);
    const message = fitErrorMessage(Object.assign({}, explained, { postFilterMessage }));
    return { kind: 'unschedulable', message, postFilter };
  }

  /** @upstream callExtenders */
  private *askAboutVictims(found: PostFilterResult): Consulting<PostFilterResult> {
    const { framework, pod, options } = this;
    const { preemption } = found;
    if (options.extenders === undefined || preemption?.chosen === undefined) return found;
    const { candidates } = preemption;
    const left = yield* options.extenders.preempt(pod.pod, candidates, framework.nodes);
    if (left === candidates) return found;
    const { writes = [] } = found;
    if ('error' in left) {
      return { status: status('Error', 'DefaultPreemption', `preemption: ${left.error}`), writes };
    }
    const best = left.length === 0 ? [] : bestCandidates(left, framework.now());
    const chosen = best.length === 0 ? undefined : (framework.random?.pick(best) ?? best[0]);
    const { chosen: _before, ...rest } = preemption;
    const changed = { ...rest, candidates: left, best, ...(chosen !== undefined && { chosen }) };
    if (chosen !== undefined) return { nomination: chosen.node, preemption: changed, writes };
    const reason = 'preemption: no candidate node for preemption';
    return {
      status: status('Unschedulable', 'DefaultPreemption', reason),
      preemption: changed,
      writes,
    };
  }

  /** @upstream prioritizeNodes */
  private *choose(): Consulting<Attempt> {
    const { framework, pod, state, feasible, options } = this;
    const keepsRaw = options.keepsRaw === true;
    const { extenders } = options;
    const isAlone = extenders === undefined || extenders.isEmpty;
    if (framework.at('score').length === 0 && isAlone) return this.taken(feasible.map(() => 1));
    const scores = framework.score(state, pod, feasible, { keepsRaw });
    if ('code' in scores) return this.ended({ kind: 'error', message: messageOf(scores) });
    if (isAlone) return this.taken(scores.total, scores);
    const total = [...scores.total];
    yield* extenders.prioritize(pod.pod, feasible, total);
    return this.taken(total, { ...scores, total });
  }

  private taken(total: readonly number[], scores?: Scores): Attempt {
    const { feasible, options } = this;
    let highest = -Infinity;
    for (const each of total) if (each > highest) highest = each;
    const ties: NodeInfo[] = [];
    for (let index = 0; index < feasible.length; index++) {
      const node = feasible[index];
      if (total[index] === highest && node !== undefined) ties.push(node);
    }
    const best = this.framework.nodes.sortedNames(ties);
    const root = feasible[heapPick(total)]?.name ?? '';
    const node = best.length === 1 ? root : (options.pick?.(best, root, this.pod) ?? root);
    return this.ended({ kind: 'scheduled', node, heapPick: root }, best, scores);
  }

  private ended(outcome: Outcome, best: readonly string[] = [], scores?: Scores): Attempt {
    return {
      pod: this.pod,
      state: this.state,
      preFilter: this.preFilter,
      nodeCount: this.framework.nodes.nodes.length,
      feasible: this.feasible,
      statuses: this.statuses,
      absent: this.absent,
      unschedulablePlugins: this.unschedulablePlugins,
      pendingPlugins: this.pendingPlugins,
      ...(scores !== undefined && { scores }),
      best,
      nextStartIndex: this.startIndex,
      outcome,
    };
  }
}
