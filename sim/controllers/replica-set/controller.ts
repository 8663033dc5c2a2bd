/** Keeps as many pods as a set wants. @upstream pkg/controller/replicaset/replica_set.go */
import { replicaSets } from '../../api/kinds/apps.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { controllerOf, isControlledBy, isDeleting, keyOf, splitKey } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import { selectorOf } from '../../api/selectors.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, get, update, watch } from '../../client/requests.js';
import { claim } from '../control/claim.js';
import { watchDependents } from '../control/dependents.js';
import { UidExpectations } from '../control/expectations.js';
import { orphanIndex, owned } from '../control/owner.js';
import { OwnWrites } from '../control/own-writes.js';
import { createExpected, deletePod, podFromTemplate } from '../control/pod-control.js';
import { rankForDeletion } from '../control/pod-ranking.js';
import {
  isActive,
  isReady,
  isTerminal,
  isTerminating,
  nextAvailabilityMs,
} from '../control/pod-state.js';
import { slowCreations } from '../control/slow-start.js';
import type { Flavor, SetSpec } from './flavor.js';
import { isNews, statusOf } from './status.js';

/** How many pods one pass creates or deletes at most. */
const burstMax = 500;

/** The controller of one of the two kinds of sets. */
export function setController<T extends HasMetadata>(flavor: Flavor<T>): ControllerDefinition {
  return {
    name: flavor.name,
    queueName: flavor.queueName,
    identity: serviceAccount('kube-system', flavor.account),
    eventSource: flavor.eventSource,
    create: context => new SetController(flavor, context),
  };
}

class SetController<T extends HasMetadata> implements Controller {
  readonly workers = 5;
  readonly watches;
  private readonly expectations: UidExpectations;
  private readonly ownWrites = new OwnWrites();

  constructor(
    private readonly flavor: Flavor<T>,
    private readonly context: ControllerContext,
  ) {
    const { clock, view, queue } = context;
    const expectations = new UidExpectations(clock);
    this.expectations = expectations;
    const onPod = watchDependents<T, Pod>({
      view,
      ownerKind: flavor.kind,
      selector: set => flavor.spec(set).selector,
      wake: set => queue.add(keyOf(set)),
      created: key => expectations.creationSeen(key),
      leaving: (key, pod) => expectations.deletionOfSeen(key, keyOf(pod)),
      updated: (set, old, pod) => {
        const { minReadySeconds } = flavor.spec(set);
        const isNewlyReady = !isReady(old) && isReady(pod);
        if (isNewlyReady && minReadySeconds > 0) queue.addAfter(keyOf(set), minReadySeconds * 1000);
      },
    });
    this.watches = [
      watch(flavor.kind, {
        on: ({ type, object }) => {
          if (type === 'deleted') {
            this.ownWrites.forget(keyOf(object), object.metadata.uid);
            expectations.forget(keyOf(object));
          }
          queue.add(keyOf(object));
        },
      }),
      watch(pods, { indexes: Object.assign({}, orphanIndex, liveIndex), on: onPod }),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation<Outcome> {
    const { flavor, expectations, ownWrites } = this;
    const { namespace, name } = splitKey(key);
    const delay = ownWrites.delay(key, view);
    if (delay !== undefined) return { retry: delay };
    const set = view.get(flavor.kind, namespace, name);
    if (set === undefined) {
      ownWrites.forget(key);
      return expectations.forget(key);
    }
    const mayManage = expectations.areMet(key);
    const spec = flavor.spec(set);
    const candidates = liveCandidates(view, set);
    const selector = selectorOf(spec.selector);
    const matches = (pod: Pod) => selector.matches(pod.metadata.labels);
    const claimed = yield* claim({
      owner: set,
      ownerKind: flavor.kind,
      kind: pods,
      candidates: candidates.filter(isActive),
      matches,
      adopted: pod => ownWrites.note(key, set, pods, pod),
    });
    if (claimed.error !== undefined) return { retry: claimed.error };
    const activePods = claimed.objects;
    const isLeaving = (pod: Pod) => isTerminating(pod) && isControlledBy(pod, set) && matches(pod);
    const terminating = flavor.tellsTerminating ? candidates.filter(isLeaving).length : undefined;
    const error =
      mayManage && !isDeleting(set) ? yield* this.manage(set, spec, activePods) : undefined;
    const nowMs = this.context.clock.now();
    const status = statusOf({
      spec,
      status: flavor.status(set),
      activePods,
      terminating,
      error,
      nowMs,
    });
    const failure = yield* this.writeStatus(set, status);
    if (failure !== undefined || error !== undefined) return { retry: failure ?? error ?? '' };
    if (spec.minReadySeconds === 0 || status.readyReplicas === status.availableReplicas) return;
    const requeueAfterMs = nextAvailabilityMs(activePods, spec.minReadySeconds, nowMs);
    return { requeueAfterMs: requeueAfterMs ?? spec.minReadySeconds * 1000 };
  }

  /** Creates what is missing or deletes what is too many; returns the first error. */
  private *manage(
    set: T,
    spec: SetSpec,
    activePods: readonly Pod[],
  ): Reconciliation<string | undefined> {
    const difference = activePods.length - spec.replicas;
    if (difference < 0) return yield* this.createPods(set, spec, Math.min(-difference, burstMax));
    if (difference === 0) return undefined;
    const count = Math.min(difference, burstMax);
    const ranked =
      count === activePods.length
        ? activePods
        : rankForDeletion(activePods, this.related(set), this.context.clock.now());
    return yield* this.deletePods(set, ranked.slice(0, count));
  }

  private *createPods(set: T, spec: SetSpec, count: number): Reconciliation<string | undefined> {
    const { flavor, expectations, ownWrites, context } = this;
    const key = keyOf(set);
    const owner = { key, object: set, kind: flavor.kind };
    const pod = podFromTemplate(spec.template, owner);
    expectations.expectCreations(key, count);
    const { error } = yield* slowCreations({ expectations, key }, count, () =>
      createExpected(context.events, { expectations, ownWrites }, owner, pod),
    );
    return error;
  }

  private *deletePods(set: T, victims: readonly Pod[]): Reconciliation<string | undefined> {
    const { flavor, expectations, context } = this;
    const key = keyOf(set);
    expectations.expectDeletionsOf(key, victims.map(keyOf));
    let error: string | undefined;
    for (const pod of victims) {
      const answer = yield* deletePod(context.events, { object: set, kind: flavor.kind }, pod);
      if (answer.isOk) continue;
      expectations.deletionOfSeen(key, keyOf(pod));
      if (answer.status !== 404) error ??= `unable to delete pods: ${answer.message}`;
    }
    return error;
  }

  /** The pods of all replica sets that have the same owner. */
  private related(set: T): readonly Pod[] {
    const { view } = this.context;
    const controller = controllerOf(set);
    if (controller === undefined) return [];
    return view
      .byIndex(replicaSets, 'owner', controller.uid)
      .flatMap(other => owned(view, pods, other));
  }

  /** Writes the status if it is news; once more on the latest version when that fails. */
  private *writeStatus(
    set: T,
    status: ReturnType<Flavor<T>['status']> & object,
  ): Reconciliation<string | undefined> {
    const { kind, withStatus, status: storedOf } = this.flavor;
    const observedGeneration = set.metadata.generation;
    if (!isNews(status, storedOf(set), observedGeneration)) return undefined;
    const next = Object.assign(
      {},
      status,
      observedGeneration === undefined ? undefined : { observedGeneration },
    );
    const first = yield* call(update(kind, withStatus(set, next), 'status'));
    const note = (object: T): undefined => {
      this.ownWrites.note(keyOf(set), set, kind, object);
      return undefined;
    };
    if (first.isOk) return note(first.object);
    const { namespace = '', name = '' } = set.metadata;
    const fresh = yield* call(get(kind, namespace, name));
    if (!fresh.isOk) return fresh.message;
    const second = yield* call(update(kind, withStatus(fresh.object, next), 'status'));
    return second.isOk ? note(second.object) : second.message;
  }
}

const noKeys: readonly string[] = [];

/** Finds, by the owner's uid, pods that have not ended: of those that a node rejects there may be thousands. */
const liveIndex = {
  live: (pod: Pod): readonly string[] => {
    const owner = isTerminal(pod) ? undefined : controllerOf(pod);
    return owner === undefined ? noKeys : [owner.uid];
  },
};

/** The pods of the set, and those that nobody controls; none that has ended. */
function liveCandidates(view: View, { metadata }: HasMetadata): readonly Pod[] {
  const own = view.byIndex(pods, 'live', metadata.uid ?? '');
  const orphans = view.byIndex(pods, 'orphan', metadata.namespace ?? '');
  if (orphans.length === 0) return own;
  return [...own, ...orphans.filter(pod => !isTerminal(pod))];
}
