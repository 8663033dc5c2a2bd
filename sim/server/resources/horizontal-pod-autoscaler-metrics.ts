/**
 * Metrics as autoscaling/v1 writes them into annotations, and back.
 * @upstream pkg/apis/autoscaling/v1/conversion.go
 */
import type {
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from '../../api/kinds/autoscaling.js';

type Fields = Readonly<Record<string, unknown>>;

/** The fields that are set. */
function set(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A metric's target as v1 writes it. */
export function metricToV1(metric: MetricSpec): Fields {
  const { type, object, pods, resource, containerResource, external } = metric;
  return set({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? '0',
      ...set({ selector: object.metric.selector, averageValue: object.target.averageValue }),
    },
    pods: pods && {
      metricName: pods.metric.name,
      targetAverageValue: pods.target.averageValue ?? '0',
      ...set({ selector: pods.metric.selector }),
    },
    resource: resource && resourceTarget(resource),
    containerResource: containerResource && {
      ...resourceTarget(containerResource),
      container: containerResource.container,
    },
    external:
      external &&
      set({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  });
}

function resourceTarget({ name, target }: NonNullable<MetricSpec['resource']>): Fields {
  return set({
    name,
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
  });
}

interface V1Metric {
  readonly type: string;
  readonly object?: {
    readonly target: { readonly kind: string; readonly name: string; readonly apiVersion?: string };
    readonly metricName: string;
    readonly targetValue?: string;
    readonly averageValue?: string;
    readonly currentValue?: string;
    readonly selector?: object;
  };
  readonly pods?: {
    readonly metricName: string;
    readonly targetAverageValue?: string;
    readonly currentAverageValue?: string;
    readonly selector?: object;
  };
  readonly resource?: V1Resource;
  readonly containerResource?: V1Resource & { readonly container: string };
  readonly external?: {
    readonly metricName: string;
    readonly metricSelector?: object;
    readonly targetValue?: string;
    readonly targetAverageValue?: string;
    readonly currentValue?: string;
    readonly currentAverageValue?: string;
  };
}

interface V1Resource {
  readonly name: string;
  readonly targetAverageUtilization?: number;
  readonly targetAverageValue?: string;
  readonly currentAverageUtilization?: number;
  readonly currentAverageValue?: string;
}

/** A metric's target from what v1 wrote. */
export function metricFromV1(value: unknown): MetricSpec {
  const { type, object, pods, resource, containerResource, external } = value as V1Metric;
  return set({
    type,
    object: object && {
      describedObject: object.target,
      metric: set({ name: object.metricName, selector: object.selector }),
      target: objectTarget(object),
    },
    pods: pods && {
      metric: set({ name: pods.metricName, selector: pods.selector }),
      target: { type: 'AverageValue', averageValue: pods.targetAverageValue ?? '0' },
    },
    resource: resource && { name: resource.name, target: targetFromV1(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      target: targetFromV1(containerResource),
      container: containerResource.container,
    },
    external: external && {
      metric: set({ name: external.metricName, selector: external.metricSelector }),
      target: set({
        type: external.targetValue === undefined ? 'AverageValue' : 'Value',
        value: external.targetValue,
        averageValue: external.targetAverageValue,
      }),
    },
  }) as unknown as MetricSpec;
}

function objectTarget({
  targetValue = '0',
  averageValue,
}: NonNullable<V1Metric['object']>): Fields {
  if (averageValue === undefined) return { type: 'Value', value: targetValue };
  return set({
    type: 'AverageValue',
    value: targetValue === '0' ? undefined : targetValue,
    averageValue,
  });
}

function targetFromV1(resource: V1Resource): Fields {
  const { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue } =
    resource;
  const type = averageUtilization === undefined ? 'AverageValue' : 'Utilization';
  return set({ type, averageValue, averageUtilization });
}

/** A metric's current value as v1 writes it. */
export function metricStatusToV1(metric: MetricStatus): Fields {
  const { type, object, pods, resource, containerResource, external } = metric;
  return set({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? '0',
      ...set({ selector: object.metric.selector, averageValue: object.current.averageValue }),
    },
    pods: pods && {
      metricName: pods.metric.name,
      currentAverageValue: pods.current.averageValue ?? '0',
      ...set({ selector: pods.metric.selector }),
    },
    resource: resource && resourceStatus(resource),
    containerResource: containerResource && {
      ...resourceStatus(containerResource),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      ...set({ metricSelector: external.metric.selector }),
      currentValue: external.current.value ?? '0',
      ...set({ currentAverageValue: external.current.averageValue }),
    },
  });
}

function resourceStatus({ name, current }: NonNullable<MetricStatus['resource']>): Fields {
  return {
    name,
    ...set({ currentAverageUtilization: current.averageUtilization }),
    currentAverageValue: current.averageValue ?? '0',
  };
}

/** A metric's current value from what v1 wrote. */
export function metricStatusFromV1(value: unknown): MetricStatus {
  const { type, object, pods, resource, containerResource, external } = value as V1Metric;
  const current = (each: V1Resource) =>
    set({
      averageValue: each.currentAverageValue,
      averageUtilization: each.currentAverageUtilization,
    });
  return set({
    type,
    object: object && {
      describedObject: object.target,
      metric: set({ name: object.metricName, selector: object.selector }),
      current: set({ value: object.currentValue, averageValue: object.averageValue }),
    },
    pods: pods && {
      metric: set({ name: pods.metricName, selector: pods.selector }),
      current: set({ averageValue: pods.currentAverageValue }),
    },
    resource: resource && { name: resource.name, current: current(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      current: current(containerResource),
      container: containerResource.container,
    },
    external: external && {
      metric: set({ name: external.metricName, selector: external.metricSelector }),
      current: set({
        value: external.currentValue,
        averageValue: external.currentAverageValue,
      }),
    },
  }) as unknown as MetricStatus;
}

/** The behavior as v1 keeps it: in the words of the internal type. */
export function behaviorText(behavior: HorizontalPodAutoscalerBehavior): string {
  const rules = (each: HPAScalingRules | undefined) =>
    each && {
      StabilizationWindowSeconds: each.stabilizationWindowSeconds ?? null,
      SelectPolicy: each.selectPolicy ?? null,
      Policies:
        each.policies?.map(({ type, value, periodSeconds }) => ({
          Type: type,
          Value: value,
          PeriodSeconds: periodSeconds,
        })) ?? null,
      Tolerance: each.tolerance ?? null,
    };
  const { scaleUp, scaleDown } = behavior;
  return JSON.stringify({ ScaleUp: rules(scaleUp) ?? null, ScaleDown: rules(scaleDown) ?? null });
}

interface InternalRules {
  readonly StabilizationWindowSeconds?: number | null;
  readonly SelectPolicy?: string | null;
  readonly Policies?:
    | readonly { readonly Type: string; readonly Value: number; readonly PeriodSeconds: number }[]
    | null;
  readonly Tolerance?: string | null;
}

/** The behavior from v1's annotation; undefined when there is none that can be read. */
export function behaviorFromText(
  text: string | undefined,
): HorizontalPodAutoscalerBehavior | undefined {
  if (text === undefined) return undefined;
  const parsed = parsedBehavior(text);
  if (parsed === undefined) return undefined;
  const rules = (each: InternalRules | null | undefined) =>
    each
      ? (set({
          stabilizationWindowSeconds: each.StabilizationWindowSeconds ?? undefined,
          selectPolicy: each.SelectPolicy ?? undefined,
          policies: each.Policies?.map(policy => ({
            type: policy.Type,
            value: policy.Value,
            periodSeconds: policy.PeriodSeconds,
          })),
          tolerance: each.Tolerance ?? undefined,
        }) as HPAScalingRules)
      : undefined;
  const behavior = { scaleUp: rules(parsed.ScaleUp), scaleDown: rules(parsed.ScaleDown) };
  if (behavior.scaleUp === undefined && behavior.scaleDown === undefined) return undefined;
  return set(behavior) as HorizontalPodAutoscalerBehavior;
}

function parsedBehavior(
  text: string,
): { readonly ScaleUp?: InternalRules; readonly ScaleDown?: InternalRules } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
