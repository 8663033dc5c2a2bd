/**
 * What a query of Prometheus gives. Left out: CAs and certificates, and the identities of clouds.
 * @upstream kedacore/keda v2.20.2 pkg/scalers/prometheus_scaler.go
 */
import { base64OfBytes } from '../../../api/base64.js';
import { goQuote } from '../../../api/go-text.js';
import type { MetricSpec } from '../../../api/kinds/autoscaling.js';
import { rfc3339 } from '../../../api/time.js';
import type { Reconciliation } from '../../../client/contract.js';
import { getUrl } from '../http.js';
import { Parameters } from './parameters.js';
import {
  externalSpec,
  type MakeScaler,
  type Reading,
  type Scaler,
  type ScalerSettings,
  type ScalerTools,
} from './scaler.js';

interface Query {
  readonly serverAddress: string;
  readonly query: string;
  readonly namespace: string;
  /** `a=b,c=d`. */
  readonly parameters: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly ignoresNull: boolean;
}

/** The scaler. */
export const prometheusScaler: MakeScaler = settings => {
  const parameters = new Parameters(settings);
  const query: Query = {
    serverAddress: parameters.text('serverAddress'),
    query: parameters.text('query'),
    namespace: parameters.text('namespace', ''),
    parameters: pairsOf(parameters, 'queryParameters'),
    headers: {
      ...Object.fromEntries(pairsOf(parameters, 'customHeaders')),
      ...credentialsOf(settings),
    },
    ignoresNull: parameters.flag('ignoreNullValues', true),
  };
  const threshold = parameters.number('threshold');
  const activation = parameters.number('activationThreshold', 0);
  const spec = externalSpec(settings, 'prometheus', threshold);
  if ('error' in spec) return spec;
  const { error } = parameters;
  const parsing = 'error parsing prometheus metadata';
  if (error !== undefined) return { error: `${parsing}: ${parsing}: ${error}` };
  return new PrometheusScaler(spec, query, activation);
};

class PrometheusScaler implements Scaler {
  constructor(
    readonly spec: MetricSpec,
    private readonly query: Query,
    private readonly activation: number,
  ) {}

  *read(tools: ScalerTools): Reconciliation<Reading> {
    const found = yield* ask(this.query, tools);
    if (typeof found !== 'number') return found;
    return { value: found, isActive: found > this.activation };
  }
}

function pairsOf(parameters: Parameters, name: string): readonly (readonly [string, string])[] {
  const text = parameters.text(name, '');
  if (text === '') return [];
  return text.split(',').flatMap(part => {
    const [key = '', value, ...rest] = part.split('=').map(one => one.trim());
    if (value !== undefined && rest.length === 0) return [[key, value] as const];
    parameters.refuse(
      `unable to set param ${goQuote(name)} value ${goQuote(text)}: expected format key=value, got ${goQuote(part.trim())}`,
    );
    return [];
  });
}

function credentialsOf({ trigger, authParams }: ScalerSettings): Record<string, string> {
  const modes = (trigger.metadata['authModes'] ?? '').split(',').map(mode => mode.trim());
  const { bearerToken = '', username = '', password = '' } = authParams;
  const { customAuthHeader = '', customAuthValue = '' } = authParams;
  if (modes.includes('bearer')) return { authorization: `Bearer ${bearerToken}` };
  if (modes.includes('basic')) {
    const bytes = new TextEncoder().encode(`${username}:${password}`);
    return { authorization: `Basic ${base64OfBytes(bytes)}` };
  }
  if (modes.includes('custom')) return { [customAuthHeader.toLowerCase()]: customAuthValue };
  return {};
}

interface QueryAnswer {
  readonly data?: { readonly result?: readonly { readonly value?: readonly unknown[] }[] };
}

function* ask(
  { serverAddress, query, namespace, parameters, headers, ignoresNull }: Query,
  tools: ScalerTools,
): Reconciliation<number | { readonly error: string }> {
  const escaped = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
  const time = rfc3339(tools.clock.now());
  const more = [
    ...(namespace === '' ? [] : [`&namespace=${namespace}`]),
    ...parameters.map(([key, value]) => `&${escaped(key)}=${escaped(value)}`),
  ].join('');
  const url = `${serverAddress}/api/v1/query?query=${escaped(query)}&time=${time}${more}`;
  const response = yield* getUrl(url, tools, headers);
  if ('error' in response) return response;
  if (response.status < 200 || response.status > 299) {
    return { error: `prometheus query api returned error. status: ${response.status}` };
  }
  let answer: QueryAnswer;
  try {
    answer = JSON.parse(response.body) as QueryAnswer;
  } catch {
    const [first = ''] = response.body;
    return { error: `invalid character '${first}' looking for beginning of value` };
  }
  return valueIn(answer, query, ignoresNull);
}

function valueIn(
  { data }: QueryAnswer,
  query: string,
  ignoresNull: boolean,
): number | { readonly error: string } {
  const result = data?.result ?? [];
  const lost = (what: string) =>
    ignoresNull ? 0 : { error: `prometheus metrics 'prometheus' target may be lost, ${what}` };
  if (result.length === 0) return lost('the result is empty');
  if (result.length > 1) return { error: `prometheus query ${query} returned multiple elements` };
  const value = result[0]?.value ?? [];
  if (value.length === 0) return lost('the value list is empty');
  if (value.length < 2) return { error: `prometheus query ${query} didn't return enough values` };
  const text = String(value[1]);
  const number = special[text] ?? Number(text);
  if (Number.isFinite(number)) return number;
  return ignoresNull ? 0 : { error: `prometheus query returns ${text}` };
}

const special: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity };
