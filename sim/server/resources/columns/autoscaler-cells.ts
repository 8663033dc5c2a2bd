/** How an autoscaler's targets are shown. @upstream pkg/printers/internalversion/printers.go formatHPAMetrics */
import type {
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../../api/kinds/autoscaling.js';

const shownMax = 2;
const unknown = '<unknown>';

/** Current and target value of the first metrics. */
export function metricsText(
  specs: readonly MetricSpec[],
  statuses: readonly MetricStatus[],
): string {
  if (specs.length === 0) return '<none>';
  const all = specs.map((spec, index) => metricText(spec, statuses[index]));
  const shown = all.slice(0, shownMax).join(', ');
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return averageOrValue(spec.external?.target, status?.external?.current);
    case 'Object':
      return averageOrValue(spec.object?.target, status?.object?.current);
    case 'Pods': {
      const current =
        status?.pods === undefined ? unknown : (status.pods.current.averageValue ?? '0');
      return `${current}/${spec.pods?.target.averageValue ?? ''}`;
    }
    case 'Resource': {
      const text = resourceText(spec.resource?.target, status?.resource?.current);
      return `${spec.resource?.name}: ${text}`;
    }
    case 'ContainerResource': {
      const text = resourceText(spec.containerResource?.target, status?.containerResource?.current);
      return `${spec.containerResource?.name}: ${text}`;
    }
    default:
      return '<unknown type>';
  }
}

function averageOrValue(
  target: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  if (target?.averageValue !== undefined) {
    return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  }
  return `${current === undefined ? unknown : (current.value ?? '0')}/${target?.value ?? '0'}`;
}

function resourceText(
  target: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  if (target?.averageValue !== undefined) {
    const value = current === undefined ? unknown : (current.averageValue ?? '0');
    return `${value}/${target.averageValue}`;
  }
  const percent = (value: number | undefined, fallback: string): string =>
    value === undefined ? fallback : `${value}%`;
  const now = percent(current?.averageUtilization, unknown);
  return `${now}/${percent(target?.averageUtilization, '<auto>')}`;
}
