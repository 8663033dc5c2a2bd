/**
 * A number of what a program answers. JSON alone is read, by a path of names and places without
 * gjson's modifiers; endpoints are not asked one by one.
 * @upstream kedacore/keda v2.20.2 pkg/scalers/metrics_api_scaler.go
 */
import { goQuote } from '../../../api/go-text.js';
import type { MetricSpec } from '../../../api/kinds/autoscaling.js';
import { parseQuantity } from '../../../api/quantity.js';
import type { Reconciliation } from '../../../client/contract.js';
import { getUrl } from '../http.js';
import { Parameters } from './parameters.js';
import {
  externalSpec,
  type MakeScaler,
  type Reading,
  type Scaler,
  type ScalerTools,
} from './scaler.js';

/** The scaler. */
export const metricsApiScaler: MakeScaler = settings => {
  const parameters = new Parameters(settings);
  const target = parameters.number('targetValue', 0);
  const activation = parameters.number('activationTargetValue', 0);
  const url = parameters.text('url');
  const format = parameters.choice('format', ['prometheus', 'json', 'xml', 'yaml'], 'json');
  const location = parameters.text('valueLocation');
  const isEach = parameters.flag('aggregateFromKubeServiceEndpoints', false);
  const spec = externalSpec(settings, `metric-api-${location}`, target);
  if ('error' in spec) return spec;
  const parsing = 'error parsing metric API metadata';
  if (parameters.error !== undefined) {
    return { error: `${parsing}: error parsing metrics API metadata: ${parameters.error}` };
  }
  if (target === 0) return { error: `${parsing}: no targetValue given in metadata` };
  if (format !== 'json' || isEach) {
    const what = isEach ? 'aggregateFromKubeServiceEndpoints' : `the format ${format}`;
    return { error: `metrics-api: ${what} is not simulated` };
  }
  return new MetricsApiScaler(spec, { url, location, activation });
};

class MetricsApiScaler implements Scaler {
  constructor(
    readonly spec: MetricSpec,
    private readonly of: {
      readonly url: string;
      readonly location: string;
      readonly activation: number;
    },
  ) {}

  *read(tools: ScalerTools): Reconciliation<Reading> {
    const { url, location, activation } = this.of;
    const found = yield* valueAt(url, location, tools);
    if (typeof found === 'number') return { value: found, isActive: found > activation };
    return { error: `error requesting metrics endpoint: ${found.error}` };
  }
}

function* valueAt(
  url: string,
  location: string,
  tools: ScalerTools,
): Reconciliation<number | { readonly error: string }> {
  const response = yield* getUrl(url, tools);
  if ('error' in response) return response;
  if (response.status !== 200) return { error: `${url}: api returned ${response.status}` };
  const quoted = goQuote(location);
  const found = locate(response.body, location);
  if (typeof found === 'number') return found;
  if (typeof found === 'string') {
    const parsed = parseQuantity(found);
    if (parsed.isOk) return parsed.value.toNumber();
    return {
      error: `valueLocation ${quoted} points to a string that is not parseable as a Quantity`,
    };
  }
  return {
    error: `valueLocation ${quoted} must point to value of type number or a string representing a Quantity got: '${typeOf(found)}'`,
  };
}

function locate(body: string, location: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body) as unknown;
  } catch {
    // gjson finds nothing in what is no JSON.
    return undefined;
  }
  for (const step of location.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && step === '#') value = value.length;
    else value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'Null';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return 'JSON';
}
