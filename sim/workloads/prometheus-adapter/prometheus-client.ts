/**
 * Asks Prometheus over its HTTP API. Left out: TLS (who is reached answers), credentials, headers.
 * @upstream pkg/client/{api,types,helpers}.go
 */
import { isHttpResponse, type HttpRequest } from '../../api/http-message.js';
import { goQuote } from '../../api/go-text.js';
import { isRecord } from '../../api/equality.js';
import type { ContainerContext, NetworkReply } from '../workload.js';

/** A series: its name, and its other labels. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A sample of a vector; a scalar has no labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>> | null;
  readonly timeMs: number;
  readonly value: number;
}

/** What a query gave. */
export interface QueryResult {
  readonly type: string;
  readonly samples: readonly Sample[];
}

/** What was asked for, or why it could not be had. */
export type Had<T> = { readonly value: T } | { readonly error: string };

/** One Prometheus. */
export class PrometheusClient {
  constructor(
    private readonly context: ContainerContext,
    private readonly url: string,
    private readonly verb: 'GET' | 'POST',
  ) {}

  /** The series of a selector that have samples since a time. */
  series(selector: string, startMs: number, done: (had: Had<readonly Series[]>) => void): void {
    const parameters = { 'match[]': selector, start: secondsText(startMs) };
    this.ask('/api/v1/series', parameters, had => {
      if ('error' in had) return done(had);
      const all = Array.isArray(had.value) ? (had.value as readonly Record<string, string>[]) : [];
      return done({ value: all.map(({ __name__: name = '', ...labels }) => ({ name, labels })) });
    });
  }

  /** What an expression gives now. */
  query(text: string, done: (had: Had<QueryResult>) => void): void {
    const parameters = { query: text, time: secondsText(this.context.clock.now()) };
    this.ask('/api/v1/query', parameters, had => {
      done('error' in had ? had : resultOf(had.value as WrittenResult));
    });
  }

  private ask(
    endpoint: string,
    parameters: Readonly<Record<string, string>>,
    done: (had: Had<unknown>) => void,
  ): void {
    const { url, verb, context } = this;
    const place = /^(https?):\/\/([^/:?]+)(?::(\d+))?([^?]*)/.exec(url);
    const query = new URLSearchParams(
      Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
    ).toString();
    const [, scheme = '', host = '', port = '', base = ''] = place ?? [];
    const path = `${base}${endpoint}`.replaceAll(/\/+/g, '/');
    const target = verb === 'GET' ? `${path}?${query}` : path;
    const what = `${verb === 'GET' ? 'Get' : 'Post'} "${scheme}://${host}${port && `:${port}`}${target}": `;
    if (place === null) return done({ error: `${what}unsupported protocol scheme ""` });
    const number = port === '' ? (scheme === 'https' ? 443 : 80) : Number(port);
    const request: HttpRequest = {
      protocol: 'http',
      method: verb,
      path: target,
      body: verb === 'POST' ? query : '',
      ...(verb === 'POST' && { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    };
    context.network.send({ host, port: number }, request, reply =>
      done(dataIn(reply, what, `${host}:${number}`)),
    );
    return undefined;
  }
}

const errors = {
  'unknown host': 'dial tcp: lookup %: no such host',
  'connection refused': 'dial tcp %: connect: connection refused',
  timeout: 'dial tcp %: i/o timeout',
  'connection reset': 'EOF',
} as const;

/** Others than these have no JSON. */
const told = new Set([400, 422, 503]);

function dataIn(reply: NetworkReply, what: string, address: string): Had<unknown> {
  if (!reply.isOk) {
    const [host = ''] = address.split(':');
    const where = reply.error === 'unknown host' ? host : address;
    return { error: what + errors[reply.error].replace('%', where) };
  }
  const { payload } = reply;
  if (!isHttpResponse(payload)) {
    return {
      error: `${what}net/http: HTTP/1.x transport connection broken: malformed HTTP response`,
    };
  }
  const { status, body } = payload;
  if (Math.floor(status / 100) !== 2 && !told.has(status)) {
    return { error: `bad_response: unknown response code ${status}` };
  }
  const answer = parsed(body);
  if (!isRecord(answer)) {
    const [first = ''] = body;
    return { error: `bad_response: invalid character '${first}' looking for beginning of value` };
  }
  const { status: outcome, errorType, error, data } = answer;
  if (outcome === 'error') return { error: `${String(errorType)}: ${String(error)}` };
  return { value: data };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // What is no JSON is no answer of Prometheus: the caller says so.
    return undefined;
  }
}

interface WrittenResult {
  readonly resultType: string;
  readonly result: unknown;
}

type WrittenValue = readonly [seconds: number, value: string];

function resultOf({ resultType: type, result }: WrittenResult): Had<QueryResult> {
  switch (type) {
    case 'scalar':
      return { value: { type, samples: [sampleOf(null, result as WrittenValue)] } };
    case 'vector': {
      const samples = (result as WrittenVector).map(({ metric, value }) => sampleOf(metric, value));
      return { value: { type, samples } };
    }
    case 'matrix':
      return { value: { type, samples: [] } };
    default:
      return { error: `unexpected value type ${goQuote(type)}` };
  }
}

type WrittenVector = readonly {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: WrittenValue;
}[];

const special: Readonly<Record<string, number>> = {
  '+Inf': Infinity,
  '-Inf': -Infinity,
  NaN: Number.NaN,
};

function sampleOf(labels: Sample['labels'], [seconds, text]: WrittenValue): Sample {
  return { labels, timeMs: seconds * 1000, value: special[text] ?? Number(text) };
}

/** As Prometheus' times are written: seconds with up to three places. */
const secondsText = (timeMs: number): string => String(timeMs / 1000);
