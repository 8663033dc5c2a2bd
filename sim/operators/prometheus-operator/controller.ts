/** Reconciles Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/server/operator.go, pkg/operator/resource_reconciler.go */
import { deepEqual } from '../../api/equality.js';
import { statefulSets } from '../../api/kinds/apps.js';
import { configMaps, namespaces, secrets } from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { controllerOf, isDeleting, keyOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { selectorOf } from '../../api/selectors.js';
import {
  defaultRetryPolicy,
  type Change,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
  type Watch,
} from '../../client/contract.js';
import { splitKey, watch } from '../../client/requests.js';
import { Pass } from './pass.js';
import type { Reconciled } from './set-state.js';
import {
  podMonitors,
  prometheuses,
  prometheusRules,
  serviceMonitors,
  type Prometheus,
} from './types.js';

/** What it keeps in mind between passes. */
interface Memory {
  /** Those for which more than the status is to be looked at. */
  readonly changed: Set<string>;
  /** How their last passes went. */
  readonly reconciled: Map<string, Reconciled>;
}

/** The controller. */
export const prometheusController: ControllerDefinition = {
  name: 'prometheus-controller',
  eventSource: 'prometheus-controller',
  eventApi: 'events.k8s.io',
  create: context => {
    const memory: Memory = { changed: new Set(), reconciled: new Map() };
    return {
      retry: defaultRetryPolicy,
      watches: watchesOf(context, memory),
      reconcile: (key, view) => sync(key, { view, context, memory }),
    };
  },
};

function* sync(
  key: string,
  means: { readonly view: View; readonly context: ControllerContext; readonly memory: Memory },
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
  const reconciled = memory.reconciled.get(key) ?? {};
  const reported: Outcome = yield* pass.report(reconciled);
  if (reconciled.error === undefined) return reported;
  memory.changed.add(key);
  return { retry: reconciled.error };
}

function watchesOf({ queue, view }: ControllerContext, { changed }: Memory): readonly Watch[] {
  const add = (prometheus: HasMetadata): void => {
    changed.add(keyOf(prometheus));
    queue.add(keyOf(prometheus));
  };
  const addSelecting = ({ object, old }: Change<HasMetadata>): void => {
    if (old === undefined || isStateChanged(old, object)) {
      for (const each of interested(view, object.metadata.namespace ?? '')) add(each);
    }
  };
  const ofKind = <T extends HasMetadata>(kind: Kind<T>): Watch =>
    watch(kind, { on: change => addSelecting(change) });
  // The operator hears of all; those that it has not made itself are its business only when it reads them.
  const labelSelector = 'managed-by=prometheus-operator';
  return [
    watch(prometheuses, {
      on: ({ object, old }) => {
        if (old === undefined || isStateChanged(old, object)) add(object);
      },
    }),
    ofKind(serviceMonitors),
    ofKind(podMonitors),
    ofKind(prometheusRules),
    watch(configMaps, { labelSelector, on: change => addSelecting(change) }),
    watch(secrets, { labelSelector, on: change => addSelecting(change) }),
    watch(namespaces, {
      on: ({ object, old }) => {
        if (old === undefined || deepEqual(old.metadata.labels, object.metadata.labels)) return;
        for (const each of view.list(prometheuses)) add(each);
      },
    }),
    watch(statefulSets, {
      on: ({ object, old }) => {
        const owner = controllerOf(object);
        if (owner?.kind !== prometheuses.kind) return;
        const key = `${object.metadata.namespace ?? ''}/${owner.name}`;
        if (old === undefined || isStateChanged(old, object)) changed.add(key);
        queue.add(key);
      },
    }),
  ];
}

/** Whether more than the status has changed; what has no generation may have changed in any way. */
export function isStateChanged(old: HasMetadata, now: HasMetadata): boolean {
  return (
    now.metadata.generation === undefined ||
    old.metadata.generation !== now.metadata.generation ||
    !deepEqual(old.metadata.labels, now.metadata.labels) ||
    !deepEqual(old.metadata.annotations, now.metadata.annotations)
  );
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
