/** Makes objects be as they are wanted. @upstream prometheus-operator v0.93 pkg/k8s/client.go */
import { deepEqual } from '../../api/equality.js';
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import type { ConfigMap, Secret, Service } from '../../api/kinds/core.js';
import type { Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, remove, update } from '../../client/requests.js';
import { keys } from './keys.js';

/** What went wrong; undefined: nothing. */
export type Failure = string | undefined;

/** Creates it, or changes what differs: labels and owners that others have put there stay. */
export function* ensure<T extends Secret | ConfigMap | Service>(
  kind: Kind<T>,
  wanted: T,
): Reconciliation<Failure> {
  const { namespace = '', name = '' } = wanted.metadata;
  const found = yield* call(get(kind, namespace, name));
  if (!found.isOk && found.status !== 404) return found.message;
  if (!found.isOk) {
    const made = yield* call(create(kind, wanted));
    return made.isOk ? undefined : made.message;
  }
  const old = found.object;
  const changed = mergedObject(old, wanted);
  if (deepEqual(old, changed)) return undefined;
  const answer = yield* call(update(kind, changed));
  return answer.isOk ? undefined : answer.message;
}

function mergedObject<T extends Secret | ConfigMap | Service>(old: T, wanted: T): T {
  const owners = wanted.metadata.ownerReferences ?? [];
  const uids = new Set(owners.map(({ uid }) => uid));
  const others = (old.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
  const isShared = 'spec' in wanted;
  const ownerReferences = isShared ? [...others, ...owners] : owners;
  const known = (old.metadata.ownerReferences ?? []).map(({ uid }) => uid);
  const isKnown = owners.every(({ uid }) => known.includes(uid));
  return {
    ...old,
    ...('data' in wanted && { data: wanted.data }),
    metadata: {
      ...old.metadata,
      labels: { ...old.metadata.labels, ...wanted.metadata.labels },
      ...(!isKnown && { ownerReferences }),
    },
  };
}

/** Creates the set, or changes it where it is made from something else than it was. */
export function* putSet(set: StatefulSet, old: StatefulSet | undefined): Reconciliation<Failure> {
  if (old === undefined) {
    const made = yield* call(create(statefulSets, set));
    return made.isOk ? undefined : `failed to create statefulset: ${made.message}`;
  }
  const hash = set.metadata.annotations?.[keys.inputHash];
  if (old.metadata.annotations?.[keys.inputHash] === hash) return undefined;
  const { resourceVersion = '' } = old.metadata;
  const changed = { ...set, metadata: { ...set.metadata, resourceVersion } };
  const answer = yield* call(update(statefulSets, changed));
  if (answer.isOk) return undefined;
  if (answer.status !== 422) return answer.message;
  // What may not change is made anew: when it has gone, the next pass does.
  const { namespace = '', name = '' } = set.metadata;
  return yield* removeSet(namespace, name);
}

/** Removes the set and, before it, its pods. */
export function* removeSet(namespace: string, name: string): Reconciliation<Failure> {
  const options = { propagationPolicy: 'Foreground' } as const;
  const answer = yield* call(remove(statefulSets, namespace, name, options));
  return answer.isOk || answer.status === 404 ? undefined : answer.message;
}
