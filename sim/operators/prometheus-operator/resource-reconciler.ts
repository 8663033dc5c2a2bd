/** What the controllers of all kinds do alike. @upstream prometheus-operator v0.93 pkg/operator/resource_reconciler.go */
import { deepEqual } from '../../api/equality.js';
import { statefulSets } from '../../api/kinds/apps.js';
import { namespaces } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type {
  Change,
  ControllerContext,
  Outcome,
  Reconciliation,
  Watch,
} from '../../client/contract.js';
import { watch } from '../../client/requests.js';
import type { Reconciled } from './set-state.js';

/** What a controller keeps in mind between passes. */
export interface ReconcilerMemory {
  /** Those for which more than the status is to be looked at. */
  readonly changed: Set<string>;
  /** How their last passes went. */
  readonly reconciled: Map<string, Reconciled>;
}

/** Tells how an object does; one whose last pass failed is tried again. */
export function* reported(
  key: string,
  pass: { report(reconciled: Reconciled): Reconciliation },
  memory: ReconcilerMemory,
): Reconciliation {
  const reconciled = memory.reconciled.get(key) ?? {};
  const outcome: Outcome = yield* pass.report(reconciled);
  if (reconciled.error === undefined) return outcome;
  memory.changed.add(key);
  return { retry: reconciled.error };
}

/** Whether it is new, or more than its status has changed. */
export function isNews({ object, old }: Change<HasMetadata>): boolean {
  return old === undefined || isStateChanged(old, object);
}

/** What has no generation may have changed in any way. */
function isStateChanged(old: HasMetadata, now: HasMetadata): boolean {
  return (
    now.metadata.generation === undefined ||
    old.metadata.generation !== now.metadata.generation ||
    !deepEqual(old.metadata.labels, now.metadata.labels) ||
    !deepEqual(old.metadata.annotations, now.metadata.annotations)
  );
}

/** Calls back when a namespace has other labels than it had. */
export function relabelledNamespaces(act: () => void): Watch {
  return watch(namespaces, {
    on: ({ object, old }) => {
      if (old === undefined || deepEqual(old.metadata.labels, object.metadata.labels)) return;
      act();
    },
  });
}

/** Queues the owners of StatefulSets, among the changed where more than a status is another. */
export function ownedSets(
  kind: Pick<Kind, 'kind'>,
  queue: ControllerContext['queue'],
  { changed }: ReconcilerMemory,
): Watch {
  return watch(statefulSets, {
    on: change => {
      const { metadata } = change.object;
      const owner = controllerOf(change.object);
      if (owner?.kind !== kind.kind) return;
      const key = `${metadata.namespace ?? ''}/${owner.name}`;
      if (isNews(change)) changed.add(key);
      queue.add(key);
    },
  });
}
