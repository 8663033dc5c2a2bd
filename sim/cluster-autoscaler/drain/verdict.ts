/** What may happen to a pod when its node is drained. @upstream simulator/drainability/status.go, utils/drain/drain.go */
import type { Pod } from '../../api/kinds/core.js';
import type { ObjectReader } from '../../scheduler/framework.js';
import type { RemainingBudgets } from '../disruption-budgets.js';
import type { AutoscalerOptions } from '../options.js';

/** Why a pod keeps its node. */
export type BlockingReason =
  | 'ControllerNotFound'
  | 'MinReplicasReached'
  | 'NotReplicated'
  | 'LocalStorageRequested'
  | 'NotSafeToEvictAnnotation'
  | 'UnmovableKubeSystemPod'
  | 'NotEnoughPdb';

/** A rule's answer; `skip`: nothing needs to be done about the pod. */
export type DrainVerdict =
  | { readonly kind: 'drain' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'block'; readonly reason: BlockingReason; readonly error: string };

/** What the rules look at besides the pod. */
export interface DrainContext {
  readonly objects: ObjectReader;
  readonly budgets: RemainingBudgets;
  readonly options: AutoscalerOptions;
  readonly nowMs: number;
}

/** Answers for the pods that it is about. */
export type DrainRule = (pod: Pod, context: DrainContext) => DrainVerdict | undefined;

/** A refusal. */
export function blocked(reason: BlockingReason, error: string): DrainVerdict {
  return { kind: 'block', reason, error };
}
