/** CPU and memory: the autoscaler measures them itself. @upstream kedacore/keda v2.20.2 pkg/scalers/cpu_memory_scaler.go */
import { goQuote } from '../../../api/go-text.js';
import type { MetricTarget } from '../../../api/kinds/autoscaling.js';
import { parseQuantity } from '../../../api/quantity.js';
import { Parameters } from './parameters.js';
import type { MakeScaler } from './scaler.js';

/** The scaler. */
export const cpuMemoryScaler: MakeScaler = settings => {
  const { type: name, metricType = '', metadata } = settings.trigger;
  const failed = (problem: string) => ({ error: `error parsing ${name} metadata: ${problem}` });
  const parameters = new Parameters(settings);
  if ((metadata['type'] ?? '').trim() !== '') {
    parameters.refuse(
      `scaler ${name} info: The 'type' setting is DEPRECATED and is removed in v2.18 - Use 'metricType' instead.`,
    );
  }
  const value = parameters.text('value');
  const container = parameters.text('containerName', '');
  if (parameters.error !== undefined) return failed(parameters.error);
  const target = targetOf(metricType, value);
  if (typeof target === 'string') return failed(target);
  if (container === '') return { spec: { type: 'Resource', resource: { name, target } } };
  return { spec: { type: 'ContainerResource', containerResource: { name, container, target } } };
};

function targetOf(type: string, value: string): MetricTarget | string {
  switch (type) {
    case 'AverageValue': {
      const parsed = parseQuantity(value);
      // Upstream panics here, and takes the operator with it.
      if (!parsed.isOk) return `cannot parse '${value}': ${parsed.error}`;
      return { type, averageValue: parsed.value.toString() };
    }
    case 'Utilization':
      if (/^[+-]?[0-9]+$/.test(value)) return { type, averageUtilization: Number(value) };
      return `strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`;
    default:
      return `unknown metric type: ${type}, allowed values are 'Utilization' or 'AverageValue'`;
  }
}
