/** Keeps one pod on each node that suits it. @upstream pkg/controller/daemon/daemon_controller.go */
import { deepEqual } from '../api/equality.js';
import {
  controllerRevisions,
  daemonSets,
  type ControllerRevision,
  type DaemonSet,
} from '../api/kinds/apps.js';
import { nodes, pods, type Node, type Pod } from '../api/kinds/core.js';
import { controllerOf, isDeleting, keyOf, splitKey } from '../api/meta.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { watchDependents } from './control/dependents.js';
import { Expectations } from './control/expectations.js';
import { retrying } from './control/must.js';
import { orphanIndex } from './control/owner.js';
import { OwnWrites } from './control/own-writes.js';
import { isReady } from './control/pod-state.js';
import { FailedPodBackOff } from './daemon-set/back-off.js';
import { fitOf } from './daemon-set/nodes.js';
import { DaemonSetSync, type DaemonTools } from './daemon-set/sync.js';

const nodePrefix = 'node:';

/** The controller of daemon sets. */
export const daemonSetController: ControllerDefinition = {
  name: 'daemonset-controller',
  queueName: { 'node:': 'daemonset-node-updates', '': 'daemonset' },
  identity: serviceAccount('kube-system', 'daemon-set-controller'),
  create: createController,
};

function createController(context: ControllerContext): Controller {
  const { view, queue, clock } = context;
  const expectations = new Expectations(clock);
  const ownWrites = new OwnWrites();
  const backOff = new FailedPodBackOff();
  const tools: DaemonTools = { context, expectations, ownWrites, backOff };
  const shared = {
    view,
    ownerKind: daemonSets,
    selector: ({ spec }: DaemonSet) => spec?.selector,
    wake: (set: DaemonSet) => queue.add(keyOf(set)),
  };
  const onPod = watchDependents<DaemonSet, Pod>({
    ...shared,
    created: key => expectations.creationSeen(key),
    leaving: key => expectations.deletionSeen(key),
    updated: (set, old, pod) => {
      const seconds = set.spec?.minReadySeconds ?? 0;
      const isNewlyReady = !isReady(old) && isReady(pod);
      if (seconds > 0 && isNewlyReady) queue.addAfter(keyOf(set), (seconds + 1) * 1000);
    },
  });
  const onRevision = watchDependents<DaemonSet, ControllerRevision>(shared);
  return {
    workers: 2,
    watches: [
      watch(daemonSets, {
        on: ({ type, object }) => {
          if (type === 'deleted') {
            ownWrites.forget(keyOf(object), object.metadata.uid);
            expectations.forget(keyOf(object));
          }
          queue.add(keyOf(object));
        },
      }),
      watch(pods, { indexes: { ...orphanIndex, nodeName: nodeIndex }, on: onPod }),
      watch(controllerRevisions, {
        indexes: orphanIndex,
        on: change => {
          // A revision that was just made by its own set wakes nobody.
          if (change.type === 'added' && controllerOf(change.object) !== undefined) return;
          onRevision(change);
        },
      }),
      watch(nodes, { on: change => onNode(change, context) }),
    ],
    reconcile: key => retrying(sync(key, tools)),
  };
}

function nodeIndex({ spec }: Pod): readonly string[] {
  const name = spec?.nodeName ?? '';
  return name === '' ? [] : [name];
}

function onNode({ type, object, old }: Change<Node>, { queue }: ControllerContext): void {
  if (type === 'deleted') return;
  const isSame =
    old !== undefined &&
    deepEqual(old.metadata.labels ?? {}, object.metadata.labels ?? {}) &&
    deepEqual(old.spec?.taints ?? [], object.spec?.taints ?? []);
  if (!isSame) queue.add(`${nodePrefix}${object.metadata.name ?? ''}`);
}

/** Wakes the sets for which the node has changed sides. @upstream syncNodeUpdate */
function wakeForNode(name: string, { view, queue }: ControllerContext): undefined {
  const node = view.get(nodes, '', name);
  if (node === undefined) return undefined;
  const scheduled = new Set<string>();
  for (const pod of view.byIndex(pods, 'nodeName', name)) {
    const controller = controllerOf(pod);
    if (controller?.kind !== daemonSets.kind) continue;
    scheduled.add(`${pod.metadata.namespace ?? ''}/${controller.name}`);
  }
  for (const set of view.list(daemonSets)) {
    const { shouldRun, mayStay } = fitOf(set, node);
    const isScheduled = scheduled.has(keyOf(set));
    const isMisplaced = isScheduled && (set.status?.numberMisscheduled ?? 0) > 0;
    if ((shouldRun && !isScheduled) || (!mayStay && isScheduled) || isMisplaced) {
      queue.add(keyOf(set));
    }
  }
  return undefined;
}

function* sync(key: string, tools: DaemonTools): Reconciliation<Outcome> {
  const { context, expectations, ownWrites } = tools;
  if (key.startsWith(nodePrefix)) return wakeForNode(key.slice(nodePrefix.length), context);
  const { namespace, name } = splitKey(key);
  const delay = ownWrites.delay(key, context.view);
  if (delay !== undefined) return { retry: delay };
  const set = context.view.get(daemonSets, namespace, name);
  if (set === undefined) {
    ownWrites.forget(key);
    return expectations.forget(key);
  }
  if (deepEqual(set.spec?.selector, {})) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
    context.events.record({ regarding: set, type: 'Warning', reason: 'SelectingAll', message });
    return undefined;
  }
  if (isDeleting(set)) return undefined;
  return yield* new DaemonSetSync(key, set, tools).run();
}
