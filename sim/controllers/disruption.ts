/**
 * Tells in the status of disruption budgets how many pods may be evicted.
 * @upstream pkg/controller/disruption/disruption.go
 */
import { deepEqual } from '../api/equality.js';
import { goQuote } from '../api/go-text.js';
import { deployments, replicaSets, statefulSets } from '../api/kinds/apps.js';
import { pods, replicationControllers, type Pod } from '../api/kinds/core.js';
import { podDisruptionBudgets, type PodDisruptionBudget } from '../api/kinds/policy.js';
import { controllerOf, findCondition, isDeleting, keyOf, withCondition } from '../api/meta.js';
import { selectorOf } from '../api/selectors.js';
import { rfc3339, timeMs } from '../api/time.js';
import {
  serviceAccount,
  type Answer,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, splitKey, update, watch } from '../client/requests.js';
import { isReady } from './control/pod-state.js';
import { expectedPods, knownScale } from './disruption/expected-pods.js';
import { clearStaleDisruption, staleInMs } from './disruption/stale-pods.js';
import { labelSelectorText } from './control/label-selector-text.js';
import { RestMapper } from './control/rest-mapper.js';

/** The controller of disruption budgets. */
export const disruptionController: ControllerDefinition = {
  name: 'disruption-controller',
  queueName: { 'budget/': 'disruption', 'pod/': 'stale_pod_disruption' },
  eventSource: 'controllermanager',
  identity: serviceAccount('kube-system', 'disruption-controller'),
  create: context => new DisruptionController(context),
};

/** A pod whose eviction was allowed is expected to go within that time. */
const deletionTimeoutMs = 2 * 60_000;
/** A budget to look at again goes through the rate limiter, which takes this long at first. */
const recheckMs = 5;

type Status = NonNullable<PodDisruptionBudget['status']>;

/** What a pass that told nothing counted by, and left. */
interface Settled {
  readonly scales: ReadonlyMap<string, number>;
  readonly generation: number | undefined;
  readonly status: Status;
}

type DisruptedPods = Readonly<Record<string, string>>;

class DisruptionController implements Controller {
  private readonly mapper: RestMapper;
  /**
   * Budgets whose last pass told nothing: a change of a pod that a pass would not see needs none.
   */
  private readonly settled = new Map<string, Settled>();

  constructor(private readonly context: ControllerContext) {
    this.mapper = new RestMapper(context.clock);
  }

  readonly watches = [
    watch(pods, { on: change => this.onPod(change) }),
    watch(podDisruptionBudgets, {
      on: ({ type, object }) => {
        if (type === 'deleted') this.settled.delete(keyOf(object));
        else if (!this.isOwnWrite(object)) this.context.queue.add(`budget/${keyOf(object)}`);
      },
    }),
    watch(replicationControllers),
    watch(replicaSets),
    watch(deployments),
    watch(statefulSets),
  ];

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace: what, name: rest } = splitKey(key);
    const { namespace, name } = splitKey(rest);
    if (what === 'pod') {
      const pod = view.get(pods, namespace, name);
      return pod && (yield* clearStaleDisruption(pod, this.context.clock.now()));
    }
    const budget = view.get(podDisruptionBudgets, namespace, name);
    if (budget === undefined) return undefined;
    const result = yield* this.sync(budget, view);
    if (result === undefined || result.isOk) return undefined;
    if (result.reason === 'Conflict') return { retry: result.message };
    const failed = yield* this.fail(budget, result.message);
    return failed.isOk ? undefined : { retry: failed.message };
  }

  private onPod(change: Change<Pod>): void {
    const { type, object: pod, old } = change;
    this.wakeBudget(pod, change);
    if (old !== undefined && old.metadata.labels !== pod.metadata.labels) this.wakeBudget(old);
    if (type === 'deleted') return;
    const waitMs = staleInMs(pod, this.context.clock.now());
    if (waitMs !== undefined) this.context.queue.addAfter(`pod/${keyOf(pod)}`, waitMs);
  }

  /** Whether the budget is as the last pass left it. */
  private isOwnWrite(budget: PodDisruptionBudget): boolean {
    const settled = this.settled.get(keyOf(budget));
    if (settled === undefined || settled.generation !== budget.metadata.generation) return false;
    return isSameStatus(budget.status, settled.status);
  }

  private wakeBudget(pod: Pod, change?: Change<Pod>): void {
    const { namespace = '', name = '', labels } = pod.metadata;
    const matching = this.context.view
      .list(podDisruptionBudgets, namespace)
      .filter(({ spec }) => selectorOf(spec?.selector).matches(labels));
    const [first] = matching;
    if (first === undefined) return;
    if (matching.length > 1) {
      const which = `Pod ${goQuote(namespace)}/${goQuote(name)} matches multiple`;
      const chosen = `Chose ${goQuote(first.metadata.name ?? '')} arbitrarily.`;
      const message = `${which} PodDisruptionBudgets.  ${chosen}`;
      const reason = 'MultiplePodDisruptionBudgets';
      this.context.events.record({ regarding: pod, type: 'Warning', reason, message });
    }
    const key = keyOf(first);
    const scales = matching.length === 1 ? this.settled.get(key)?.scales : undefined;
    if (scales !== undefined && change !== undefined && this.isSame(change, scales)) return;
    this.context.queue.add(`budget/${key}`);
  }

  /** Whether a pass would find the pod as before, and its owner too. */
  private isSame(
    { object: pod, old, type }: Change<Pod>,
    scales: ReadonlyMap<string, number>,
  ): boolean {
    // One more that is not ready counts for nothing where its owner's scale is what counts.
    const isOneMore = type === 'added' && scales.size > 0 && !isReady(pod);
    if (!isOneMore && (old === undefined || !isAlike(pod, old))) return false;
    if (scales.size === 0) return true;
    const { namespace = '' } = pod.metadata;
    const owner = controllerOf(pod);
    const scale = owner && knownScale(owner, namespace, this.context.view);
    return scale !== undefined && scales.get(owner?.uid ?? '') === scale.replicas;
  }

  /** The answer to the write, a failure to count, or undefined when nothing had to be written. */
  private *sync(
    budget: PodDisruptionBudget,
    view: View,
  ): Reconciliation<Answer<PodDisruptionBudget> | undefined> {
    this.settled.delete(keyOf(budget));
    const selector = selectorOf(budget.spec?.selector);
    const selected = view
      .list(pods, budget.metadata.namespace)
      .filter(pod => selector.matches(pod.metadata.labels));
    if (selected.length === 0) this.tell(budget, 'Normal', 'NoPods', 'No matching pods found');
    const counts = yield* expectedPods(budget, selected, view, this.mapper);
    if ('error' in counts) {
      const message = `Failed to calculate the number of expected pods: ${counts.error}`;
      this.tell(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
      return { isOk: false, status: 0, reason: '', message: counts.error, body: undefined };
    }
    if (counts.unmanaged.length > 0) {
      this.tell(budget, 'Warning', 'UnmanagedPods', unmanagedText(budget));
    }
    const nowMs = this.context.clock.now();
    const disrupted = this.stillDisrupted(budget, selected, nowMs);
    let healthy = 0;
    for (const pod of selected) if (isHealthy(pod, disrupted, nowMs)) healthy++;
    const { expected, desiredHealthy } = counts;
    const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desiredHealthy);
    const numbers = {
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy,
      expectedPods: expected,
    };
    const status = this.statusOf(budget, numbers, disrupted);
    const answer = yield* this.write(budget, status);
    if (answer !== undefined && !answer.isOk) return answer;
    this.recheck(budget, disrupted, nowMs);
    const isQuiet = selected.length > 0 && counts.unmanaged.length === 0;
    if (isQuiet && Object.keys(disrupted).length === 0) {
      const { generation } = budget.metadata;
      this.settled.set(keyOf(budget), { scales: counts.scales, generation, status });
    }
    return answer;
  }

  private statusOf(
    budget: PodDisruptionBudget,
    numbers: Omit<Status, 'conditions'>,
    disruptedPods: DisruptedPods,
  ): Status {
    const { generation } = budget.metadata;
    const hasAny = (numbers.disruptionsAllowed ?? 0) > 0;
    const condition = {
      type: 'DisruptionAllowed',
      status: hasAny ? 'True' : 'False',
      observedGeneration: generation,
      lastTransitionTime: rfc3339(this.context.clock.now()),
      reason: hasAny ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    };
    return {
      observedGeneration: generation,
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
      ...numbers,
      conditions: withCondition(budget.status?.conditions, condition),
    };
  }

  private *write(
    budget: PodDisruptionBudget,
    status: Status,
  ): Reconciliation<Answer<PodDisruptionBudget> | undefined> {
    if (isSameStatus(budget.status, status)) return undefined;
    return yield* call(update(podDisruptionBudgets, { ...budget, status }, 'status'));
  }

  /** Nothing may be evicted from a budget that cannot be reckoned. */
  private *fail(
    budget: PodDisruptionBudget,
    message: string,
  ): Reconciliation<Answer<PodDisruptionBudget>> {
    const old = budget.status;
    const condition = {
      type: 'DisruptionAllowed',
      status: 'False',
      observedGeneration: old?.observedGeneration,
      lastTransitionTime: rfc3339(this.context.clock.now()),
      reason: 'SyncFailed',
      message,
    };
    const status = {
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      ...old,
      disruptionsAllowed: 0,
      conditions: withCondition(old?.conditions, condition),
    };
    return yield* call(update(podDisruptionBudgets, { ...budget, status }, 'status'));
  }

  private stillDisrupted(
    budget: PodDisruptionBudget,
    selected: readonly Pod[],
    nowMs: number,
  ): DisruptedPods {
    const { namespace } = budget.metadata;
    const kept: Record<string, string> = {};
    const known = budget.status?.disruptedPods;
    if (known === undefined) return kept;
    for (const pod of selected) {
      const time = known[pod.metadata.name ?? ''];
      if (time === undefined || isDeleting(pod)) continue;
      if ((timeMs(time) ?? 0) + deletionTimeoutMs >= nowMs) {
        kept[pod.metadata.name ?? ''] = time;
        continue;
      }
      // The name that upstream prints is the namespace, twice.
      const by = `PDB ${namespace}/${namespace}`;
      const message = `Pod was expected by ${by} to be deleted but it wasn't`;
      const event = { type: 'Warning', reason: 'NotDeleted', message } as const;
      this.context.events.record({ regarding: pod, ...event });
    }
    return kept;
  }

  private recheck(budget: PodDisruptionBudget, disrupted: DisruptedPods, nowMs: number): void {
    const times = Object.values(disrupted).map(time => timeMs(time) ?? 0);
    if (times.length === 0) return;
    const delayMs = Math.min(...times) + deletionTimeoutMs - nowMs + recheckMs;
    this.context.queue.addAfter(`budget/${keyOf(budget)}`, Math.max(0, delayMs));
  }

  private tell(
    budget: PodDisruptionBudget,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.context.events.record({ regarding: budget, type, reason, message });
  }
}

/** Whether two versions of a pod are the same to a budget. */
function isAlike(pod: Pod, old: Pod): boolean {
  return (
    isReady(pod) === isReady(old) &&
    isDeleting(pod) === isDeleting(old) &&
    deepEqual(pod.metadata.labels, old.metadata.labels) &&
    deepEqual(pod.metadata.ownerReferences, old.metadata.ownerReferences)
  );
}

function isHealthy(pod: Pod, disrupted: DisruptedPods, nowMs: number): boolean {
  // Many pods of a set have ended at times: what most pods are not is asked first.
  if (!isReady(pod) || isDeleting(pod)) return false;
  const time = disrupted[pod.metadata.name ?? ''];
  return time === undefined || (timeMs(time) ?? 0) + deletionTimeoutMs <= nowMs;
}

function isSameStatus(old: PodDisruptionBudget['status'], status: Status): boolean {
  if (old === undefined) return false;
  const told = (one: typeof status) => {
    const condition = findCondition(one.conditions, 'DisruptionAllowed');
    return [
      one.currentHealthy ?? 0,
      one.desiredHealthy ?? 0,
      one.expectedPods ?? 0,
      one.disruptionsAllowed ?? 0,
      one.observedGeneration,
      one.disruptedPods ?? {},
      condition?.status,
      condition?.reason,
      condition?.observedGeneration,
    ];
  };
  return deepEqual(told(old), told(status));
}

function unmanagedText({ spec }: PodDisruptionBudget): string {
  const selector = labelSelectorText(spec?.selector);
  const which = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged.`;
  const result =
    'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior.';
  const advice =
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
  return `${which} ${result} ${advice}`;
}
