/** Who scales what: HorizontalPodAutoscalers of both versions, read alike. */
import { horizontalPodAutoscalers } from '../../sim/api/kinds/autoscaling.js';
import type { HorizontalPodAutoscaler as ScalerV1 } from '../../sim/api/kinds/autoscaling-v1.js';
import type { CrossVersionObjectReference, MetricSpec } from '../../sim/api/kinds/autoscaling.js';
import type { FieldPath } from '../input/located.js';
import type { AnyEntry, Entry } from './entry.js';
import { listOf } from './pod-template.js';
import type { Survey } from './survey.js';

/** An autoscaler. */
export interface Scaler {
  readonly entry: AnyEntry;
  readonly target: CrossVersionObjectReference;
  /** Default 1. */
  readonly min: number;
  readonly max: number;
  readonly metrics: readonly { readonly metric: MetricSpec; readonly path: FieldPath }[];
}

/** All autoscalers of the input. */
export function scalersOf(survey: Survey): Scaler[] {
  return survey.of(horizontalPodAutoscalers).map(entry => {
    const { object } = entry;
    const { spec } = object;
    const base = {
      entry,
      target: spec?.scaleTargetRef ?? { kind: '', name: '' },
      min: spec?.minReplicas ?? 1,
      max: spec?.maxReplicas ?? 0,
    };
    if (entry.apiVersion !== 'autoscaling/v1') {
      const metrics = listOf(spec?.metrics).map((metric, index) => ({
        metric,
        path: ['spec', 'metrics', index],
      }));
      return { ...base, metrics };
    }
    // Of the group's older version, which says only this much.
    const percent = (object as unknown as ScalerV1).spec?.targetCPUUtilizationPercentage;
    const target = { type: 'Utilization', averageUtilization: percent ?? 80 };
    const metric: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target } };
    return { ...base, metrics: [{ metric, path: ['spec', 'targetCPUUtilizationPercentage'] }] };
  });
}

/** The entry that an autoscaler scales, when it is of the input. */
export function targetOf(survey: Survey, { entry, target }: Scaler): Entry | undefined {
  const slash = target.apiVersion?.indexOf('/') ?? -1;
  const group = slash < 0 ? '' : (target.apiVersion ?? '').slice(0, slash);
  return survey
    .ofKind(group, target.kind)
    .find(({ namespace, name }) => namespace === entry.namespace && name === target.name);
}
