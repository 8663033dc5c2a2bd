/** Metrics of autoscalers. @upstream kube-state-metrics v2.20 internal/store/horizontalpodautoscaler.go */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
} from '../../../api/kinds/autoscaling.js';
import {
  amount,
  conditionRows,
  created,
  deletion,
  gauge,
  generation,
  information,
  series,
  type Row,
  type StateResource,
} from '../family.js';

const prefix = 'kube_horizontalpodautoscaler';

interface Told {
  readonly name: string;
  readonly container: string;
  readonly value: string | undefined;
  readonly average: string | undefined;
  readonly utilization: number | undefined;
}

/** A target, or what is current: both have the same three numbers. */
interface Numbers {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

const told = (name: string, numbers: Numbers, container = ''): Told => ({
  name,
  container,
  value: numbers.value,
  average: numbers.averageValue,
  utilization: numbers.averageUtilization,
});

function target({ object, pods, resource, containerResource, external }: MetricSpec): Told[] {
  if (object !== undefined) return [told(object.metric.name, object.target)];
  if (pods !== undefined) return [told(pods.metric.name, pods.target)];
  if (resource !== undefined) return [told(resource.name, resource.target)];
  if (external !== undefined) return [told(external.metric.name, external.target)];
  if (containerResource === undefined) return [];
  return [told(containerResource.name, containerResource.target, containerResource.container)];
}

function current({ object, pods, resource, containerResource, external }: MetricStatus): Told[] {
  if (object !== undefined) return [told(object.metric.name, object.current)];
  if (pods !== undefined) return [told(pods.metric.name, pods.current)];
  if (resource !== undefined) return [told(resource.name, resource.current)];
  if (external !== undefined) return [told(external.metric.name, external.current)];
  if (containerResource === undefined) return [];
  return [told(containerResource.name, containerResource.current, containerResource.container)];
}

function targetRows({ name, container, value, average, utilization }: Told): Row[] {
  const labelled = (type: string, number: number): Row => ({
    labels: { metric_name: name, metric_target_type: type, container },
    value: number,
  });
  return [
    ...(value === undefined ? [] : [labelled('value', amount(value))]),
    ...(utilization === undefined ? [] : [labelled('utilization', utilization)]),
    ...(average === undefined ? [] : [labelled('average', amount(average))]),
  ];
}

/** Horizontal pod autoscalers. */
export const autoscalers: StateResource<HorizontalPodAutoscaler> = {
  name: 'horizontalpodautoscalers',
  api: '/apis/autoscaling/v2',
  isNamespaced: true,
  prefix,
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    horizontalpodautoscaler: metadata.name ?? '',
  }),
  families: [
    information(`${prefix}_info`, 'Information about this autoscaler.', ({ spec }) => {
      const { apiVersion = '', kind = '', name = '' } = spec?.scaleTargetRef ?? {};
      return [
        {
          ...(apiVersion !== '' && { scaletargetref_api_version: apiVersion }),
          scaletargetref_kind: kind,
          scaletargetref_name: name,
        },
      ];
    }),
    generation(prefix, 'The generation observed by the HorizontalPodAutoscaler controller.'),
    gauge(
      `${prefix}_spec_max_replicas`,
      'Upper limit for the number of pods that can be set by the autoscaler; cannot be smaller than MinReplicas.',
      ({ spec }) => spec?.maxReplicas ?? 0,
    ),
    gauge(
      `${prefix}_spec_min_replicas`,
      'Lower limit for the number of pods that can be set by the autoscaler, default 1.',
      ({ spec }) => spec?.minReplicas ?? 1,
    ),
    series(
      `${prefix}_spec_target_metric`,
      'The metric specifications used by this autoscaler when calculating the desired replica count.',
      ({ spec }) => (spec?.metrics ?? []).flatMap(target).flatMap(targetRows),
    ),
    gauge(
      `${prefix}_spec_behavior_scale_down_tolerance`,
      'The tolerance on the ratio between the current and desired metric value below which no scale down occurs.',
      ({ spec }) => toleranceOf(spec?.behavior?.scaleDown),
    ),
    gauge(
      `${prefix}_spec_behavior_scale_up_tolerance`,
      'The tolerance on the ratio between the current and desired metric value below which no scale up occurs.',
      ({ spec }) => toleranceOf(spec?.behavior?.scaleUp),
    ),
    series(
      `${prefix}_status_target_metric`,
      'The current metric status used by this autoscaler when calculating the desired replica count.',
      ({ status }) => (status?.currentMetrics ?? []).flatMap(current).flatMap(targetRows),
    ),
    gauge(
      `${prefix}_status_current_replicas`,
      'Current number of replicas of pods managed by this autoscaler.',
      ({ status }) => status?.currentReplicas ?? 0,
    ),
    gauge(
      `${prefix}_status_desired_replicas`,
      'Desired number of replicas of pods managed by this autoscaler.',
      ({ status }) => status?.desiredReplicas ?? 0,
    ),
    series(`${prefix}_status_condition`, 'The condition of this autoscaler.', ({ status }) =>
      (status?.conditions ?? []).flatMap(condition =>
        conditionRows(condition.status, 'status', { condition: condition.type }),
      ),
    ),
    created(prefix),
    deletion(prefix),
  ],
};

const toleranceOf = (rules: { readonly tolerance?: string } | undefined): number | undefined =>
  rules?.tolerance === undefined ? undefined : amount(rules.tolerance);
