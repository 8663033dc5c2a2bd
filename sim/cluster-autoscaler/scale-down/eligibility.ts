/** Which nodes are worth a try to remove. @upstream core/scaledown/eligibility/eligibility.go */
import type { Node, Pod } from '../../api/kinds/core.js';
import { gpuResourceOf } from '../gpu.js';
import type { AutoscalerOptions } from '../options.js';
import { readinessOf } from '../readiness.js';
import { isBeingDeleted } from '../taints.js';
import { utilizationOf } from '../utilization.js';
import type { UnremovableReason } from './removal.js';

const scaleDownDisabledKey = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** Whether someone asks that the node be left alone. */
export function isScaleDownDisabled({ metadata }: Node): boolean {
  return metadata.annotations?.[scaleDownDisabledKey] === 'true';
}

/** What a node is judged by. */
export interface Candidate {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly isAutoscaled: boolean;
}

/** Why the node is not worth a try, if so. A node just at the threshold is. */
export function ineligibility(
  { node, pods, isAutoscaled }: Candidate,
  { options, nowMs }: { readonly options: AutoscalerOptions; readonly nowMs: number },
): UnremovableReason | undefined {
  if (isBeingDeleted(node, nowMs)) return 'CurrentlyBeingDeleted';
  if (isScaleDownDisabled(node)) return 'ScaleDownDisabledAnnotation';
  if (!isAutoscaled) return 'NotAutoscaled';
  const utilization = utilizationOf(node, pods, { options, nowMs });
  if (utilization === undefined) return 'UnexpectedError';
  if (!options.scaleDownUnreadyEnabled && !readinessOf(node).isReady) {
    return 'ScaleDownUnreadyDisabled';
  }
  const hasGpus = gpuResourceOf(node, options.gpuLabel) !== undefined;
  const threshold = hasGpus
    ? options.scaleDownGpuUtilizationThreshold
    : options.scaleDownUtilizationThreshold;
  return utilization.value > threshold ? 'NotUnderutilized' : undefined;
}
