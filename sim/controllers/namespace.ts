/**
 * Empties namespaces that are being deleted, and lets them go.
 * @upstream pkg/controller/namespace/namespace_controller.go
 */
import { namespaces, type Namespace } from '../api/kinds/core.js';
import { isDeleting, keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type Answer,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, get, update, watch } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';
import { must, retrying } from './control/must.js';
import { deleteContent } from './namespace/content.js';

/** The controller of namespaces. Its client is chatty, so kube-controller-manager gives it more than others. */
export const namespaceController: ControllerDefinition = {
  name: 'namespace-controller',
  queueName: 'namespace',
  identity: serviceAccount('kube-system', 'namespace-controller'),
  rate: { perSecond: 400, burst: 3000 },
  create: createController,
};

/** Late writes of other API servers are waited for. */
const graceMs = 5000;
const finalizer = 'kubernetes';
const conflictsMax = 10;

function createController({ clock, queue }: ControllerContext): Controller {
  return {
    watches: [
      watch(namespaces, {
        on: ({ type, object }) => {
          if (type !== 'deleted' && isDeleting(object)) queue.addAfter(keyOf(object), graceMs);
        },
      }),
    ],
    workers: 10,
    retry: { baseMs: 5, maxMs: 60_000, bucket: { perSecond: 10, burst: 100 } },
    reconcile: (name, view) => emptyKnown(name, view, clock),
  };
}

/** What the cache no longer has was emptied by an earlier pass. */
function* emptyKnown(name: string, view: View, clock: Clock): Reconciliation {
  if (view.get(namespaces, '', name) === undefined) return;
  return yield* retrying(empty(name, () => clock.now()));
}

function* empty(name: string, now: () => number): Reconciliation {
  const read = yield* call(get(namespaces, '', name));
  if (isGone(read)) return undefined;
  if (!read.isOk) return { retry: read.message };
  const namespace = yield* asTerminating(read.object);
  if (namespace === undefined || !isDeleting(namespace)) return undefined;
  if ((namespace.spec?.finalizers ?? []).length === 0) return undefined;
  const { estimateSeconds, error } = yield* deleteContent(namespace, now);
  if (error !== undefined) return { retry: error };
  if (estimateSeconds > 0) {
    return { requeueAfterMs: (Math.floor(estimateSeconds / 2) + 1) * 1000 };
  }
  yield* onLatest(namespace, latest => update(namespaces, finalized(latest), 'finalize'));
  return undefined;
}

/** The namespace once its phase says that it terminates; undefined when it has gone. */
function* asTerminating(namespace: Namespace): Reconciliation<Namespace | undefined> {
  if (!isDeleting(namespace)) return undefined;
  if (namespace.status?.phase === 'Terminating') return namespace;
  return yield* onLatest(namespace, latest => {
    const status = { ...latest.status, phase: 'Terminating' };
    return update(namespaces, { ...latest, status }, 'status');
  });
}

/** Writes, and writes again to a fresh copy after a conflict; undefined when the namespace has gone. */
function* onLatest(
  namespace: Namespace,
  write: (latest: Namespace) => ReturnType<typeof update<Namespace>>,
): Reconciliation<Namespace | undefined> {
  let latest = namespace;
  for (let conflicts = 0; ; conflicts++) {
    const answer = yield* call(write(latest));
    if (isGone(answer)) return undefined;
    if (answer.isOk) return answer.object;
    if (answer.reason !== 'Conflict' || conflicts === conflictsMax) {
      return yield* must(write(latest));
    }
    latest = yield* must(get(namespaces, '', latest.metadata.name ?? ''));
  }
}

function finalized(namespace: Namespace): Namespace {
  const finalizers = (namespace.spec?.finalizers ?? []).filter(one => one !== finalizer);
  return { ...namespace, spec: { ...namespace.spec, finalizers } };
}

function isGone(answer: Answer<unknown>): boolean {
  return !answer.isOk && answer.status === 404;
}
