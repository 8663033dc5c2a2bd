/**
 * Prometheus' HTTP API for the past, behind the socket of a served run: GET or POST
 * /seatrial/v1/prometheus/api/v1/query and query_range. Without a time it is the instant that is served.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
import type { ApiAnswer } from '../../../sim/api/request.js';
import { plainNumber } from '../../../sim/api/go-number.js';
import { durationOf } from '../../../sim/metrics/promql/go-text.js';
import type { Labels } from '../../../sim/metrics/promql/labels.js';
import type { Answer } from '../../../sim/metrics/promql/query.js';
import type { Intercept } from '../../backends/time-door.js';
import type { PastMetrics } from './past-metrics.js';

/** Where it lies: what Prometheus' clients are given as its address ends with this. */
export const prometheusPath = '/seatrial/v1/prometheus';

/** Answers queries; everything else goes on. */
export function metricsDoor(metrics: PastMetrics, now: () => number): Intercept {
  return (request, connection, done) => {
    const [path = '', query = ''] = request.path.split('?');
    if (!path.startsWith(`${prometheusPath}/api/v1/query`)) return false;
    if (!(connection.certificate?.groups ?? []).includes('system:masters')) {
      done(failed(403, 'forbidden', 'only the admin of the cluster may do that'));
      return true;
    }
    const body = request.body instanceof Uint8Array ? new TextDecoder().decode(request.body) : '';
    const asked = new URLSearchParams(`${query}&${body}`);
    done(
      path.endsWith('/query_range') ? ranged(metrics, asked, now) : instant(metrics, asked, now),
    );
    return true;
  };
}

function instant(metrics: PastMetrics, asked: URLSearchParams, now: () => number): ApiAnswer {
  const atMs = timeOf(asked.get('time')) ?? now();
  if (atMs > now()) return failed(422, 'execution', 'that is still to come');
  return shown(metrics.at(asked.get('query') ?? '', atMs), atMs);
}

function ranged(metrics: PastMetrics, asked: URLSearchParams, now: () => number): ApiAnswer {
  const endMs = Math.min(timeOf(asked.get('end')) ?? now(), now());
  const startMs = timeOf(asked.get('start'));
  const stepMs = stepOf(asked.get('step') ?? '');
  if (startMs === undefined || stepMs === undefined || stepMs <= 0) {
    return failed(400, 'bad_data', 'start and step are needed: a time, and 15s or 60');
  }
  return shown(metrics.over(asked.get('query') ?? '', { startMs, endMs, stepMs }), endMs);
}

/** Seconds since the epoch, or RFC 3339. */
function timeOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const seconds = Number(text);
  const ms = Number.isNaN(seconds) ? Date.parse(text) : seconds * 1000;
  return Number.isNaN(ms) ? undefined : ms;
}

function stepOf(text: string): number | undefined {
  const seconds = Number(text);
  return Number.isNaN(seconds) ? durationOf(text) : seconds * 1000;
}

function shown(answer: Answer, atMs: number): ApiAnswer {
  if ('error' in answer) {
    const type = answer.kind === 'parse' ? 'bad_data' : 'execution';
    return failed(answer.kind === 'parse' ? 400 : 422, type, answer.error);
  }
  const { value, warnings, infos } = answer;
  const point = (ms: number, number: number) => [ms / 1000, plainNumber(number)];
  const metric = (labels: Labels) => Object.fromEntries(labels.pairs);
  const result =
    value.kind === 'scalar'
      ? point(atMs, value.value)
      : value.kind === 'string'
        ? [atMs / 1000, value.value]
        : value.kind === 'vector'
          ? value.elements.map(({ labels, value: number }) => ({
              metric: metric(labels),
              value: point(atMs, number),
            }))
          : value.ranges.map(({ labels, times, values }) => ({
              metric: metric(labels),
              values: times.map((ms, index) => point(ms, values[index] ?? NaN)),
            }));
  return answered(200, {
    status: 'success',
    data: { resultType: value.kind, result },
    ...(warnings.length > 0 && { warnings }),
    ...(infos.length > 0 && { infos }),
  });
}

function failed(status: number, errorType: string, error: string): ApiAnswer {
  return answered(status, { status: 'error', errorType, error });
}

function answered(status: number, body: unknown): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}
