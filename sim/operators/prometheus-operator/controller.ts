/** Reconciles Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/server/operator.go, pkg/operator/resource_reconciler.go */
import { configMaps, namespaces, secrets } from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { isDeleting, keyOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { selectorOf } from '../../api/selectors.js';
import {
  defaultRetryPolicy,
  type Change,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
  type Watch,
} from '../../client/contract.js';
import { splitKey, watch } from '../../client/requests.js';
import { Pass } from './pass.js';
import {
  isNews,
  ownedSets,
  relabelledNamespaces,
  reported,
  type ReconcilerMemory,
} from './resource-reconciler.js';
import {
  podMonitors,
  prometheuses,
  prometheusRules,
  serviceMonitors,
  type Prometheus,
} from './types.js';

/** The controller. */
export const prometheusController: ControllerDefinition = {
  name: 'prometheus-controller',
  eventSource: 'prometheus-controller',
  eventApi: 'events.k8s.io',
  create: context => {
    const memory: ReconcilerMemory = { changed: new Set(), reconciled: new Map() };
    return {
      retry: defaultRetryPolicy,
      watches: watchesOf(context, memory),
      reconcile: (key, view) => sync(key, { view, context, memory }),
    };
  },
};

function* sync(
  key: string,
  means: {
    readonly view: View;
    readonly context: ControllerContext;
    readonly memory: ReconcilerMemory;
  },
): Reconciliation {
  const { view, context, memory } = means;
  const { namespace, name } = splitKey(key);
  const prometheus = view.get(prometheuses, namespace, name);
  const isChanged = memory.changed.delete(key);
  if (prometheus === undefined || isDeleting(prometheus)) {
    // What it has made goes with it.
    memory.reconciled.delete(key);
    return undefined;
  }
  const pass = new Pass(prometheus, view, {
    nowMs: context.clock.now(),
    record: event => context.events.record(event),
  });
  if (isChanged) memory.reconciled.set(key, yield* pass.reconcile());
  return yield* reported(key, pass, memory);
}

function watchesOf({ queue, view }: ControllerContext, memory: ReconcilerMemory): readonly Watch[] {
  const add = (prometheus: HasMetadata): void => {
    memory.changed.add(keyOf(prometheus));
    queue.add(keyOf(prometheus));
  };
  const addSelecting = (change: Change<HasMetadata>): void => {
    if (!isNews(change)) return;
    for (const each of interested(view, change.object.metadata.namespace ?? '')) add(each);
  };
  const ofKind = <T extends HasMetadata>(kind: Kind<T>): Watch =>
    watch(kind, { on: change => addSelecting(change) });
  // The operator hears of all; those that it has not made itself are its business only when it reads them.
  const labelSelector = 'managed-by=prometheus-operator';
  return [
    watch(prometheuses, { on: change => void (isNews(change) && add(change.object)) }),
    ofKind(serviceMonitors),
    ofKind(podMonitors),
    ofKind(prometheusRules),
    watch(configMaps, { labelSelector, on: change => addSelecting(change) }),
    watch(secrets, { labelSelector, on: change => addSelecting(change) }),
    relabelledNamespaces(() => {
      for (const each of view.list(prometheuses)) add(each);
    }),
    ownedSets(prometheuses, queue, memory),
  ];
}

/** Those of the namespace, and those that look for anything in it. */
function interested(view: View, namespace: string): readonly Prometheus[] {
  const labels = view.get(namespaces, '', namespace)?.metadata.labels ?? {};
  return view.list(prometheuses).filter(({ metadata, spec }) => {
    if (metadata.namespace === namespace) return true;
    const selectors: readonly (LabelSelector | undefined)[] = [
      spec.serviceMonitorNamespaceSelector,
      spec.podMonitorNamespaceSelector,
      spec.ruleNamespaceSelector,
    ];
    return selectors.some(selector => selectorOf(selector).matches(labels));
  });
}
