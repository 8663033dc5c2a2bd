/** HorizontalPodAutoscalers. @upstream pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go */
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
} from '../../api/kinds/autoscaling.js';
import { ageOf } from './columns/cell.js';
import { metricsText } from './columns/autoscaler-cells.js';
import { horizontalPodAutoscalerColumns } from './columns/workloads.js';
import { within } from './defaults/fill.js';
import { autoscalerDefaults, storedBehavior } from './defaults/horizontal-pod-autoscaler.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateAutoscaler, validateAutoscalerStatus } from './validation/autoscaler.js';

/** The strategy of HorizontalPodAutoscalers. */
export const horizontalPodAutoscaler = strategyOf<HorizontalPodAutoscaler>({
  kind: horizontalPodAutoscalers,
  defaults: autoscalerDefaults,
  prepareForCreate: object => readBack(fresh(object)),
  prepareForUpdate: (object, old) => readBack(keepStatus(object, old)),
  validate: object => validateAutoscaler(object),
  validateUpdate: validateAutoscaler,
  status: { prepareForUpdate: keepSpec, validateUpdate: validateAutoscalerStatus },
  columns: horizontalPodAutoscalerColumns,
  cells: autoscalerCells,
});

const fresh = freshStatus<HorizontalPodAutoscaler>({
  currentMetrics: null as never,
  desiredReplicas: 0,
});

/** What autoscaling/v1 wrote has the defaults of the stored version once it is read back. */
function readBack(object: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  return within(object, 'spec', spec => within(spec, 'behavior', storedBehavior));
}

/** The cells of an autoscaler, of either version. */
export function autoscalerCells(
  object: HorizontalPodAutoscaler,
  nowMs: number,
): readonly unknown[] {
  const { scaleTargetRef, minReplicas, maxReplicas, metrics } = object.spec;
  return [
    object.metadata.name,
    `${scaleTargetRef.kind}/${scaleTargetRef.name}`,
    metricsText(metrics ?? [], object.status?.currentMetrics ?? []),
    minReplicas === undefined ? '<unset>' : String(minReplicas),
    maxReplicas,
    object.status?.currentReplicas ?? 0,
    ageOf(object, nowMs),
  ];
}
