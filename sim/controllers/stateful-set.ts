/** Keeps pods with names and storage of their own. @upstream pkg/controller/statefulset/stateful_set.go */
import { controllerRevisions, statefulSets, type StatefulSet } from '../api/kinds/apps.js';
import { persistentVolumeClaims, pods, type Pod } from '../api/kinds/core.js';
import { keyOf, splitKey } from '../api/meta.js';
import { selectorOf } from '../api/selectors.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { claim } from './control/claim.js';
import { watchDependents } from './control/dependents.js';
import { Refused, retrying } from './control/must.js';
import { orphanIndex, ownedAndOrphans } from './control/owner.js';
import { OwnWrites } from './control/own-writes.js';
import { isReady, nextAvailabilityMs } from './control/pod-state.js';
import { isMember } from './stateful-set/ordinals.js';
import {
  adoptRevisions,
  findRevisions,
  listRevisions,
  truncateRevisions,
  type Revisions,
} from './stateful-set/revisions.js';
import { StatefulSetSync } from './stateful-set/sync.js';

/** The controller of stateful sets. */
export const statefulSetController: ControllerDefinition = {
  name: 'statefulset-controller',
  queueName: 'statefulset',
  identity: serviceAccount('kube-system', 'statefulset-controller'),
  create: createController,
};

function createController(context: ControllerContext): Controller {
  const { view, queue } = context;
  const ownWrites = new OwnWrites();
  const onPod = watchDependents<StatefulSet, Pod>({
    view,
    ownerKind: statefulSets,
    selector: ({ spec }) => spec?.selector,
    wake: set => queue.add(keyOf(set)),
    updated: (set, old, pod) => {
      const seconds = set.spec?.minReadySeconds ?? 0;
      if (seconds > 0 && !isReady(old) && isReady(pod)) queue.addAfter(keyOf(set), seconds * 1000);
    },
  });
  return {
    workers: 5,
    watches: [
      watch(statefulSets, { on: ({ object }) => queue.add(keyOf(object)) }),
      watch(pods, { indexes: orphanIndex, on: onPod }),
      watch(persistentVolumeClaims),
      watch(controllerRevisions, { indexes: orphanIndex }),
    ],
    reconcile: key => retrying(sync(key, context, ownWrites)),
  };
}

function* sync(
  key: string,
  context: ControllerContext,
  ownWrites: OwnWrites,
): Reconciliation<Outcome> {
  const { namespace, name } = splitKey(key);
  const { view, clock } = context;
  const delay = ownWrites.delay(key, view);
  if (delay !== undefined) return { retry: delay };
  const set = view.get(statefulSets, namespace, name);
  if (set === undefined) return ownWrites.forget(key);
  const selector = selectorOf(set.spec?.selector);
  yield* adoptRevisions(set, view);
  const claimed = yield* claim({
    owner: set,
    ownerKind: statefulSets,
    kind: pods,
    candidates: ownedAndOrphans(view, pods, set),
    matches: pod => selector.matches(pod.metadata.labels) && isMember(set, pod),
    adopted: pod => ownWrites.note(key, set, pods, pod),
  });
  if (claimed.error !== undefined) return { retry: claimed.error };
  const nowMs = clock.now();
  const revisions = listRevisions(view, set);
  let used: Partial<Revisions> = {};
  const truncate = () => truncateRevisions(set, claimed.objects, revisions, used);
  try {
    const found = yield* findRevisions(set, revisions);
    used = found;
    const status = yield* new StatefulSetSync(
      set,
      claimed.objects,
      found,
      context,
      ownWrites,
    ).run();
    yield* truncate();
    const seconds = set.spec?.minReadySeconds ?? 0;
    if (seconds === 0 || (status.readyReplicas ?? 0) === status.availableReplicas) return undefined;
    const requeueAfterMs = nextAvailabilityMs(claimed.objects, seconds, nowMs);
    return { requeueAfterMs: requeueAfterMs ?? seconds * 1000 };
  } catch (error) {
    if (error instanceof Refused) yield* truncate();
    throw error;
  }
}
