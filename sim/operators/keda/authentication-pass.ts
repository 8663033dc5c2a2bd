/** One pass over a trigger authentication. @upstream kedacore/keda v2.20.2 controllers/keda/triggerauthentication_controller.go */
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { Outcome, Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import { keys } from './annotations.js';
import type { OperatorState } from './operator-state.js';
import { clusterTriggerAuthentications, triggerAuthentications } from './types.js';

/** Keeps its finalizer, and tells that it is there. */
export function* authenticationPass(
  state: OperatorState,
  kindName: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Reconciliation<Outcome> {
  const isOfCluster = kindName === clusterTriggerAuthentications.kind;
  const kind = isOfCluster ? clusterTriggerAuthentications : triggerAuthentications;
  const found = state.context.view.get(kind, namespace, name);
  if (found === undefined) return undefined;
  const isGoing = isDeleting(found);
  let object = found;
  if (hasFinalizer(found, keys.finalizer) === isGoing) {
    const others = (found.metadata.finalizers ?? []).filter(one => one !== keys.finalizer);
    const finalizers = isGoing ? others : [...others, keys.finalizer];
    const next = { ...found, metadata: { ...found.metadata, finalizers } };
    const answer = yield* call(update(kind, next));
    if (!answer.isOk) return { retry: answer.message };
    object = answer.object;
  }
  const isNew = object.metadata.generation === 1;
  if (isGoing) {
    const message = `${kind.kind} was deleted`;
    state.emit(object, { type: 'Normal', reason: `${kind.kind}Deleted`, message });
  } else if (isNew) {
    const message = `New ${kind.kind} configured`;
    state.emit(object, { type: 'Normal', reason: `${kind.kind}Added`, message });
  } else {
    // Upstream names the cluster's kind for both.
    const message = `ClusterTriggerAuthentication ${name} is updated`;
    const reason = 'ClusterTriggerAuthenticationUpdated';
    state.emit(object, { type: 'Normal', reason, message });
  }
  return undefined;
}
