/** What of a component's scaling KEDA cannot do. @upstream kserve v0.20.0 inference_service_validation.go validateScalingKedaCompExtension */
import { compareQuantities } from '../../api/quantity.js';
import type { ComponentExtension, MetricTarget, ScalingMetric } from './types.js';

/** Why it is refused; undefined when it is not. */
export function kedaProblem({ scaleMetric, autoScaling }: ComponentExtension): string | undefined {
  if (scaleMetric !== undefined) return 'ScaleMetric is not supported for KEDA';
  for (const metric of autoScaling?.metrics ?? []) {
    const problem = metricProblem(metric);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function metricProblem({ type, resource, external, podmetric }: ScalingMetric) {
  switch (type) {
    case 'Resource':
      if (resource === undefined) {
        return 'metricSpec.Resource is not set for resource metric source type';
      }
      return resourceProblem(resource) ?? targetProblem(resource.target);
    case 'External':
      if (external === undefined) {
        return 'metricSpec.External is not set for external metric source type';
      }
      return queryProblem(external);
    case 'PodMetric':
      if (podmetric === undefined) {
        return 'metricSpec.PodMetric is not set for pod metric source type';
      }
      return queryProblem(podmetric);
    default:
      return `unknown KEDA metric type with value [${type}].Valid types are Resource,External,PodMetric`;
  }
}

function resourceProblem({ name, target }: NonNullable<ScalingMetric['resource']>) {
  const { type, averageValue } = target;
  if (name === 'cpu') {
    return type === 'Utilization' ? undefined : 'the cpu target value type should be Utilization';
  }
  if (name !== 'memory') return `resource type ${name} is not supported`;
  if (type === 'Utilization') return undefined;
  if (type !== 'AverageValue') {
    return 'the memory target value type should be AverageValue or Utilization';
  }
  const isSmall = compareQuantities(String(averageValue ?? 0), '1Mi') < 0;
  return isSmall ? 'the memory target value should be greater than 1 MiB' : undefined;
}

function queryProblem({
  metric,
  target,
}: {
  readonly metric: { readonly query?: string };
  readonly target: MetricTarget;
}): string | undefined {
  if ((metric.query ?? '') === '') return 'the query should not be empty';
  if (target.value === undefined) return 'the target threshold value should not be empty';
  return targetProblem(target);
}

function targetProblem({ type, averageUtilization, averageValue, value }: MetricTarget) {
  switch (type) {
    case 'Utilization':
      if (averageUtilization === undefined) return 'the AverageUtilization type should be set';
      return averageUtilization < 1 || averageUtilization > 100
        ? 'the target utilization percentage should be a [1-100] integer'
        : undefined;
    case 'AverageValue':
      return averageValue === undefined ? 'the AverageValue type should be set' : undefined;
    case 'Value':
      return value === undefined ? 'the Value type should be set' : undefined;
    default:
      return undefined;
  }
}
