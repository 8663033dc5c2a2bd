/** Reconciles Alertmanagers. @upstream prometheus-operator v0.93 pkg/alertmanager/operator.go, pkg/operator/{resource_reconciler,informers}.go */
import { configMaps, namespaces, secrets } from '../../../api/kinds/core.js';
import { isDeleting, keyOf } from '../../../api/meta.js';
import type { HasMetadata, Kind } from '../../../api/object.js';
import { selectorOf } from '../../../api/selectors.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
  type Watch,
} from '../../../client/contract.js';
import { splitKey, watch } from '../../../client/requests.js';
import {
  isNews,
  ownedSets,
  relabelledNamespaces,
  reported,
  type ReconcilerMemory,
} from '../resource-reconciler.js';
import { AlertmanagerPass } from './pass.js';
import { alertmanagerConfigs, alertmanagers, type Alertmanager } from './types.js';

/** What it keeps in mind between passes. */
interface Memory extends ReconcilerMemory {
  /** What their configurations were made from: `Secret/namespace/name`. */
  readonly references: Map<string, ReadonlySet<string>>;
}

/** The controller. */
export const alertmanagerController: ControllerDefinition = {
  name: 'alertmanager-controller',
  eventSource: 'alertmanager-controller',
  eventApi: 'events.k8s.io',
  create: context => {
    const memory: Memory = { changed: new Set(), reconciled: new Map(), references: new Map() };
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
  const alertmanager = view.get(alertmanagers, namespace, name);
  const isChanged = memory.changed.delete(key);
  if (alertmanager === undefined || isDeleting(alertmanager)) {
    // What it has made goes with it.
    memory.reconciled.delete(key);
    memory.references.delete(key);
    return undefined;
  }
  const pass = new AlertmanagerPass(alertmanager, view, {
    nowMs: context.clock.now(),
    record: event => context.events.record(event),
  });
  if (isChanged) {
    memory.reconciled.set(key, yield* pass.reconcile());
    memory.references.set(key, pass.references.names);
  }
  return yield* reported(key, pass, memory);
}

function watchesOf({ queue, view }: ControllerContext, memory: Memory): readonly Watch[] {
  const { changed } = memory;
  const add = (alertmanager: HasMetadata): void => {
    changed.add(keyOf(alertmanager));
    queue.add(keyOf(alertmanager));
  };
  const addOf = (namespace: string): void => {
    for (const each of interested(view, namespace)) add(each);
  };
  const ofData = <T extends HasMetadata>(kind: Kind<T>): Watch =>
    watch(kind, {
      on: ({ object }) => {
        const { namespace = '', name = '' } = object.metadata;
        if (isUsed(view, memory, { kind: kind.kind, namespace, name })) addOf(namespace);
      },
    });
  return [
    watch(alertmanagers, { on: change => void (isNews(change) && add(change.object)) }),
    watch(alertmanagerConfigs, {
      on: change => void (isNews(change) && addOf(change.object.metadata.namespace ?? '')),
    }),
    ofData(secrets),
    ofData(configMaps),
    relabelledNamespaces(() => {
      for (const each of view.list(alertmanagers)) add(each);
    }),
    ownedSets(alertmanagers, queue, memory),
  ];
}

/** Those of a namespace may be used by its Alertmanagers in ways that are not looked at. */
function isUsed(
  view: View,
  { references }: Memory,
  of: { readonly kind: string; readonly namespace: string; readonly name: string },
): boolean {
  const id = `${of.kind}/${of.namespace}/${of.name}`;
  return view
    .list(alertmanagers)
    .some(
      each =>
        each.metadata.namespace === of.namespace || references.get(keyOf(each))?.has(id) === true,
    );
}

/** Those of the namespace, and those that look for anything in it. */
function interested(view: View, namespace: string): readonly Alertmanager[] {
  const labels = view.get(namespaces, '', namespace)?.metadata.labels ?? {};
  return view
    .list(alertmanagers)
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === namespace ||
        selectorOf(spec.alertmanagerConfigNamespaceSelector).matches(labels),
    );
}
