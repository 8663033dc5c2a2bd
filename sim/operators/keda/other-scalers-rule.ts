/**
 * Nobody else may scale the target of a ScaledObject.
 * @upstream kedacore/keda v2.20.2 scaledobject_webhook.go verifyScaledObjects, verifyHpas
 */
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
} from '../../api/kinds/autoscaling.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, list } from '../../client/requests.js';
import { keys } from './annotations.js';
import { hpaNameOf, usesModifiers } from './scaled-object-rules.js';
import { printedTarget, targetKindOf } from './target-kind.js';
import { scaledObjects, type ScaledObject } from './types.js';

/** Why a request is refused. */
export interface Refusal {
  readonly message: string;
  readonly code?: number;
}

/** Whether another ScaledObject has the same target, or the same autoscaler. */
export function* scaledObjectsProblem(object: ScaledObject): Reconciliation<Refusal | undefined> {
  const { namespace = '', name = '' } = object.metadata;
  const listed = yield* call(list(scaledObjects, namespace));
  if (!listed.isOk) return { message: listed.message };
  const own = yield* targetKindOf(object.spec.scaleTargetRef);
  if ('error' in own) return { message: own.error };
  for (const other of listed.object.items) {
    const otherName = other.metadata.name ?? '';
    if (otherName === name) continue;
    const { scaleTargetRef: target } = other.spec;
    const kind = yield* targetKindOf(target);
    if ('error' in kind) return { message: kind.error };
    const isSame = printedTarget(kind) === printedTarget(own);
    if (isSame && target.name === object.spec.scaleTargetRef.name) {
      const workload = `the workload '${target.name}' of type '${printedTarget(own)}'`;
      return { message: `${workload} is already managed by the ScaledObject '${otherName}'` };
    }
    const hpa = hpaNameOf(other);
    if (hpa === hpaNameOf(object)) {
      return { message: `the HPA '${hpa}' is already managed by the ScaledObject '${otherName}'` };
    }
  }
  return modifiersProblem(object);
}

function modifiersProblem(object: ScaledObject): Refusal | undefined {
  const { formula = '', target = '' } = object.spec.advanced?.scalingModifiers ?? {};
  if (usesModifiers(object)) {
    if (formula === '') return { message: 'error ScalingModifiers.Formula is mandatory' };
    const invalid = 'error validating formula in ScalingModifiers\n';
    if (target === '') return { message: `${invalid}formula is given but target is empty` };
  }
  if (object.spec.fallback?.behavior !== 'scalingModifiers' || formula !== '') return undefined;
  return {
    message: 'scalingModifiers fallback behavior requires scalingModifiers.formula to be defined',
  };
}

/** Whether an autoscaler that is not its own scales its target. */
export function* hpaProblem(object: ScaledObject): Reconciliation<Refusal | undefined> {
  const listed = yield* call(list(horizontalPodAutoscalers, object.metadata.namespace ?? ''));
  if (!listed.isOk) return { message: listed.message };
  const { scaleTargetRef: target } = object.spec;
  const own = yield* targetKindOf(target);
  if ('error' in own) return { message: own.error };
  for (const hpa of listed.object.items) {
    if (hpa.metadata.annotations?.[keys.hpaOwnership] === 'false') continue;
    const kind = yield* targetKindOf(hpa.spec.scaleTargetRef);
    if ('error' in kind) return { message: kind.error };
    const isSame = printedTarget(kind) === printedTarget(own);
    if (!isSame || hpa.spec.scaleTargetRef.name !== target.name || isOwn(hpa, object)) continue;
    const problem = takingOver(object, hpa.metadata.name ?? '', printedTarget(own));
    if (problem !== undefined) return { message: problem };
  }
  return undefined;
}

function isOwn({ metadata }: HorizontalPodAutoscaler, object: ScaledObject): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, name }) => kind === 'ScaledObject' && name === object.metadata.name,
  );
}

function takingOver(object: ScaledObject, hpa: string, type: string): string | undefined {
  const workload = object.spec.scaleTargetRef.name;
  if (object.metadata.annotations?.[keys.transfer] !== 'true') {
    return `the workload '${workload}' of type '${type}' is already managed by the hpa '${hpa}'`;
  }
  if (object.spec.advanced?.horizontalPodAutoscalerConfig?.name === hpa) return undefined;
  return `the existing hpa '${hpa}' for workload '${workload}' of type '${type}' must be specified by name in advanced settings to enable ownership transfer`;
}
