/**
 * Asks Prometheus. Left out: certificates, OAuth2 and SigV4, warnings, range queries.
 * @upstream argo-rollouts metricproviders/prometheus/prometheus.go, prometheus/client_golang api
 */
import { base64OfBytes } from '../../../api/base64.js';
import { goQuote } from '../../../api/go-text.js';
import { isRecord } from '../../../api/equality.js';
import type { HttpRequest } from '../../../api/http-message.js';
import type { Reconciliation } from '../../../client/contract.js';
import { exchanged } from '../../../client/http-exchange.js';
import type { Measurement, Metric, PrometheusMetric } from '../analysis-types.js';
import type { Value } from '../../../expr/value.js';
import { failedMeasurement, type Means, type Provider } from './provider.js';
import { verdictOn } from './verdict.js';

const timeoutDefault = 30;

/** The provider. */
export const prometheus: Provider = {
  metadata: ({ provider }) => {
    const { query = '' } = provider.prometheus ?? {};
    return query === '' ? undefined : { ResolvedPrometheusQuery: query };
  },
  begin: measure,
};

function* measure(metric: Metric, means: Means): Reconciliation<Measurement> {
  const settings = metric.provider.prometheus ?? {};
  const begun = { startedAt: means.now };
  const found = yield* ask(settings, means);
  if ('error' in found) return failedMeasurement(begun, found.error, means.now);
  const verdict = verdictOn(found.result, metric);
  if ('error' in verdict) return failedMeasurement(begun, verdict.error, means.now);
  return { ...begun, phase: verdict.phase, value: found.text, finishedAt: means.now };
}

type Found = { readonly result: Value; readonly text: string } | { readonly error: string };

function* ask(settings: PrometheusMetric, means: Means): Reconciliation<Found> {
  const { address = '', query = '', timeout = timeoutDefault } = settings;
  if (settings.rangeQuery !== undefined) return { error: 'rangeQuery is not simulated' };
  if (address === '') return { error: 'prometheus address is not configured' };
  const place = /^(https?):\/\/([^/:?]+)(?::(\d+))?([^?]*)$/.exec(address);
  if (place === null) return { error: 'prometheus address is not is url format' };
  if (timeout < 0) return { error: 'prometheus timeout should not be negative' };
  const [, scheme = '', host = '', port = '', base = ''] = place;
  const url = `${address.replace(/\/$/, '')}/api/v1/query`;
  const { http, clock } = means.context;
  if (http === undefined) {
    return { error: `Post ${goQuote(url)}: dial tcp: lookup ${host}: no such host` };
  }
  const time = String(clock.now() / 1000);
  const request: HttpRequest = {
    protocol: 'http',
    method: 'POST',
    path: `${base.replace(/\/$/, '')}/api/v1/query`,
    body: new URLSearchParams({ query, time }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headersOf(settings) },
  };
  const number = port === '' ? (scheme === 'https' ? 443 : 80) : Number(port);
  const to = { host: qualified(host), port: number };
  const label = `argo-rollouts gives up on ${host}`;
  const answer = yield* exchanged(to, request, { clock, http, timeoutMs: timeout * 1000, label });
  if (!answer.isOk) return { error: `Post ${goQuote(url)}: ${answer.error}` };
  return resultIn(answer.response.status, answer.response.body);
}

function headersOf({ headers = [], authentication }: PrometheusMetric): Record<string, string> {
  const { username = '', password = '' } = authentication?.basicAuth ?? {};
  const basic = base64OfBytes(new TextEncoder().encode(`${username}:${password}`));
  return {
    ...Object.fromEntries(headers.map(({ key, value }) => [key.toLowerCase(), value])),
    ...(username !== '' && { authorization: `Basic ${basic}` }),
  };
}

/** As the search list of the controller's pod has it. Names of the world outside may come out as names of the cluster. */
function qualified(host: string): string {
  if (/^[0-9.]+$/.test(host)) return host;
  if (host.endsWith('.')) return host.slice(0, -1);
  const labels = host.split('.');
  if (labels.length === 1) return `${host}.argo-rollouts.svc.cluster.local`;
  if (labels.at(-1) === 'svc' && labels.length > 2) return `${host}.cluster.local`;
  return labels.length <= 3 ? `${host}.svc.cluster.local` : host;
}

/** What else Prometheus answers with, has JSON. */
const told = new Set([400, 422, 503]);

function resultIn(status: number, body: string): Found {
  if (Math.floor(status / 100) !== 2 && !told.has(status)) {
    const kind = status >= 500 ? 'server_error: server error' : 'client_error: client error';
    return { error: `${kind}: ${status}` };
  }
  const answer = parsed(body);
  if (!isRecord(answer)) {
    return { error: `bad_response: readObjectStart: expect { or n, but found ${body.charAt(0)}` };
  }
  const { status: outcome, errorType, error, data } = answer;
  if (outcome === 'error') return { error: `${String(errorType)}: ${String(error)}` };
  const { resultType = '', result = [] } = isRecord(data) ? data : {};
  const values = valuesOf(String(resultType), result);
  if (values === undefined) return { error: 'Prometheus metric type not supported' };
  const numbers = values.map(text => special[text] ?? Number(text));
  return resultType === 'scalar'
    ? { result: numbers[0], text: values[0] ?? '' }
    : { result: numbers, text: `[${values.join(',')}]` };
}

const special: Readonly<Record<string, number>> = {
  ...{ '+Inf': Infinity, '-Inf': -Infinity, NaN: Number.NaN },
};

/** Samples as Prometheus writes them: a time and a text. */
type Sample = readonly [number, string];

function valuesOf(type: string, result: unknown): readonly string[] | undefined {
  switch (type) {
    case 'scalar':
      return [(result as Sample)[1]];
    case 'vector':
      return (result as readonly { readonly value: Sample }[]).map(({ value }) => value[1]);
    default:
      return undefined;
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // What is no JSON is no answer of Prometheus: the caller says so.
    return undefined;
  }
}
