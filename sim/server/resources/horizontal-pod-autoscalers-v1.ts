/**
 * HorizontalPodAutoscalers of autoscaling/v1: a view of v2's, the rest in annotations.
 * @upstream pkg/apis/autoscaling/v1/conversion.go
 */
import { apiVersionOf, type KubeObject } from '../../api/object.js';
import {
  horizontalPodAutoscalers as storedKind,
  type HorizontalPodAutoscaler as Stored,
  type MetricSpec,
  type MetricStatus,
} from '../../api/kinds/autoscaling.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
} from '../../api/kinds/autoscaling-v1.js';
import { horizontalPodAutoscalerColumns } from './columns/workloads.js';
import { fill, within, without } from './defaults/fill.js';
import { defaultMetrics } from './defaults/horizontal-pod-autoscaler.js';
import {
  behaviorFromText,
  behaviorText,
  metricFromV1,
  metricStatusFromV1,
  metricStatusToV1,
  metricToV1,
} from './horizontal-pod-autoscaler-metrics.js';
import { autoscalerCells } from './horizontal-pod-autoscalers.js';
import { strategyOf } from './strategy.js';

const metricsKey = 'autoscaling.alpha.kubernetes.io/metrics';
const statusesKey = 'autoscaling.alpha.kubernetes.io/current-metrics';
const behaviorKey = 'autoscaling.alpha.kubernetes.io/behavior';
const conditionsKey = 'autoscaling.alpha.kubernetes.io/conditions';
const allKeys = [
  metricsKey,
  statusesKey,
  behaviorKey,
  conditionsKey,
  'autoscaling.alpha.kubernetes.io/scale-up-tolerance',
  'autoscaling.alpha.kubernetes.io/scale-down-tolerance',
];

const noStatus: NonNullable<HorizontalPodAutoscaler['status']> = {
  currentReplicas: 0,
  desiredReplicas: 0,
};

/** The strategy of HorizontalPodAutoscalers as autoscaling/v1 shows them. */
export const horizontalPodAutoscalerV1 = strategyOf<HorizontalPodAutoscaler>({
  kind: horizontalPodAutoscalers,
  storedAs: storedKind as never,
  defaults: object => {
    const filled = within(fill(object, { status: noStatus }), 'status', status =>
      fill(status, noStatus),
    );
    const spec = within(filled, 'spec', given => fill(given, { minReplicas: 1 }));
    return withTarget(spec);
  },
  toStored,
  fromStored,
  // What only this version says in annotations is no metadata of the object.
  rowObject: object => ({
    ...object,
    metadata: withAnnotations(object.metadata, object.metadata.annotations ?? {}, {}),
  }),
  columns: horizontalPodAutoscalerColumns,
  cells: (object, nowMs) => autoscalerCells(toStored(object) as unknown as Stored, nowMs),
});

/** Without metrics of any sort the share of the CPU is looked at. */
function withTarget(object: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  if (object.spec === undefined || object.spec.targetCPUUtilizationPercentage !== undefined) {
    return object;
  }
  if (parsedList(object.metadata.annotations?.[metricsKey]).length > 0) return object;
  const target = { targetCPUUtilizationPercentage: defaultShare };
  return { ...object, spec: { ...object.spec, ...target } };
}

const defaultShare = 80;

function utilizationOf(metric: MetricSpec): number | undefined {
  if (metric.type !== 'Resource' || metric.resource?.name !== 'cpu') return undefined;
  return metric.resource.target.averageUtilization;
}

function currentUtilizationOf(metric: MetricStatus): number | undefined {
  if (metric.type !== 'Resource' || metric.resource?.name !== 'cpu') return undefined;
  return metric.resource.current.averageUtilization;
}

function cpuMetric(averageUtilization: number): MetricSpec {
  const target = { type: 'Utilization', averageUtilization };
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

function cpuStatus(averageUtilization: number): MetricStatus {
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } };
}

function parsedList(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    // Annotations that do not parse are as good as none, as upstream has it.
    return [];
  }
}

function toStored(object: HorizontalPodAutoscaler): KubeObject {
  const annotations = object.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: target, ...spec } = object.spec ?? {};
  const metrics = parsedList(annotations[metricsKey]).map(metricFromV1);
  if (target !== undefined) metrics.push(cpuMetric(target));
  const behavior = behaviorFromText(annotations[behaviorKey]);
  return {
    ...object,
    apiVersion: apiVersionOf(storedKind),
    metadata: withAnnotations(object.metadata, annotations, {}),
    spec: {
      ...spec,
      metrics: metrics.length === 0 ? defaultMetrics : metrics,
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: storedStatus(object, annotations),
  };
}

function storedStatus(
  object: HorizontalPodAutoscaler,
  annotations: Readonly<Record<string, string>>,
): unknown {
  const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? noStatus;
  const told = parsedList(annotations[statusesKey]).map(metricStatusFromV1);
  const currentMetrics =
    told.length > 0 ? told : current === undefined ? null : [cpuStatus(current)];
  const conditions = parsedList(annotations[conditionsKey]);
  const { currentReplicas } = status;
  return {
    ...without(status, 'currentReplicas'),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    currentMetrics,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function fromStored(stored: KubeObject): HorizontalPodAutoscaler {
  const object = stored as unknown as Stored;
  const { metrics = [], behavior, ...spec } = object.spec ?? {};
  const target = metrics.map(utilizationOf).find(value => value !== undefined);
  const others = metrics.filter(metric => utilizationOf(metric) === undefined).map(metricToV1);
  const { currentMetrics, conditions, ...status } = object.status ?? { desiredReplicas: 0 };
  const current = (currentMetrics ?? [])
    .map(currentUtilizationOf)
    .find(value => value !== undefined);
  const added: Record<string, string> = {};
  if (others.length > 0) added[metricsKey] = JSON.stringify(others);
  if ((currentMetrics ?? []).length > 0) {
    added[statusesKey] = JSON.stringify((currentMetrics ?? []).map(metricStatusToV1));
  }
  if (behavior !== undefined) added[behaviorKey] = behaviorText(behavior);
  if ((conditions ?? []).length > 0) added[conditionsKey] = JSON.stringify(conditions);
  return {
    ...object,
    apiVersion: apiVersionOf(horizontalPodAutoscalers),
    metadata: withAnnotations(object.metadata, object.metadata.annotations ?? {}, added),
    spec: {
      ...spec,
      ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }),
    },
    status: {
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  };
}

function withAnnotations(
  metadata: HorizontalPodAutoscaler['metadata'],
  annotations: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): HorizontalPodAutoscaler['metadata'] {
  const kept = Object.entries(annotations).filter(([key]) => !allKeys.includes(key));
  const all = { ...Object.fromEntries(kept), ...added };
  if (Object.keys(all).length === 0) return without(metadata, 'annotations');
  return { ...metadata, annotations: all };
}
