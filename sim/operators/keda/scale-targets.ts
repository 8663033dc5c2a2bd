/** What ScaledObjects scale. @upstream kedacore/keda v2.20.2 pkg/scaling/{resolver/scale_resolvers,executor/scale_scaledobjects}.go */
import { deployments, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Answer, Reconciliation, View } from '../../client/contract.js';
import { call, pathOf } from '../../client/requests.js';
import type { ScaledObject, TargetKind } from './types.js';

/** A Scale of autoscaling/v1. */
export interface Scale {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

const unknownKind =
  'failed to get ScaledObject.Status.ScaleTargetGVKR, probably invalid ScaledObject cache';

/** What all kinds have that are read from the cache. */
interface Scaled extends HasMetadata {
  readonly spec?: { readonly replicas?: number };
}

const cached: Readonly<Record<string, Kind<Scaled>>> = {
  Deployment: deployments,
  ReplicaSet: replicaSets,
  StatefulSet: statefulSets,
};

function pathOfTarget({ metadata, spec }: ScaledObject, kind: TargetKind, sub?: 'scale'): string {
  const { namespace = '' } = metadata;
  return pathOf({ ...kind, isNamespaced: true }, namespace, spec.scaleTargetRef.name, sub);
}

/** Why the target cannot be looked at. */
export function* targetProblem(
  object: ScaledObject,
  view: View,
): Reconciliation<string | undefined> {
  const kind = object.status?.scaleTargetGVKR;
  if (kind === undefined) return unknownKind;
  const { name } = object.spec.scaleTargetRef;
  const of = kind.group === 'apps' && kind.kind !== 'ReplicaSet' ? cached[kind.kind] : undefined;
  if (of !== undefined) {
    const found = view.get(of, object.metadata.namespace ?? '', name);
    return found === undefined ? `${kind.kind}.${kind.group} "${name}" not found` : undefined;
  }
  const answer = yield* call({ method: 'GET', path: pathOfTarget(object, kind) });
  return answer.isOk ? undefined : answer.message;
}

/** Reads the target itself, past the cache. */
export function* readTarget(object: ScaledObject, kind: TargetKind): Reconciliation<Answer> {
  return yield* call({ method: 'GET', path: pathOfTarget(object, kind) });
}

/** How many replicas the target is to have; or why nobody knows. */
export function* currentReplicas(
  object: ScaledObject,
  view: View,
): Reconciliation<number | { readonly error: string }> {
  const kind = object.status?.scaleTargetGVKR;
  if (kind === undefined) return { error: unknownKind };
  const of = kind.group === 'apps' ? cached[kind.kind] : undefined;
  if (of === undefined) {
    const answer = yield* scaleOf(object, kind);
    return answer.isOk ? (answer.object.spec?.replicas ?? 0) : { error: answer.message };
  }
  const { name } = object.spec.scaleTargetRef;
  const found = view.get(of, object.metadata.namespace ?? '', name);
  if (found === undefined) return { error: `${kind.kind}.${kind.group} "${name}" not found` };
  return found.spec?.replicas ?? 1;
}

/** Reads the scale of the target. */
export function* scaleOf(object: ScaledObject, kind: TargetKind): Reconciliation<Answer<Scale>> {
  return yield* call<Scale>({ method: 'GET', path: pathOfTarget(object, kind, 'scale') });
}

/** Writes another scale. */
export function* writeScale(
  object: ScaledObject,
  kind: TargetKind,
  scale: Scale,
  replicas: number,
): Reconciliation<Answer<Scale>> {
  const body = { ...scale, spec: { ...scale.spec, replicas } };
  return yield* call<Scale>({ method: 'PUT', path: pathOfTarget(object, kind, 'scale'), body });
}

/** Scales the target: how many replicas it had, or -1 and that it failed. */
export function* scaleTarget(
  object: ScaledObject,
  replicas: number,
): Reconciliation<{ readonly from: number; readonly isDone: boolean }> {
  const kind = object.status?.scaleTargetGVKR;
  if (kind === undefined) return { from: -1, isDone: false };
  const answer = yield* scaleOf(object, kind);
  if (!answer.isOk) return { from: -1, isDone: false };
  const from = answer.object.spec?.replicas ?? 0;
  const written = yield* writeScale(object, kind, answer.object, replicas);
  return { from, isDone: written.isOk };
}
