/**
 * Prometheus' HTTP API. Left out, and answered as a path that there is not: federation, format_query,
 * parse_query, the administration, status/config, status/flags, status/tsdb.
 * @upstream web/api/v1/api.go, web/web.go
 */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { rfc3339Micro } from '../../api/time.js';
import { exponentNumber, plainNumber } from '../../api/go-number.js';
import { histogramRecord } from '../promql/histogram/text.js';
import { compareLabels, type Labels } from '../promql/labels.js';
import { queryAt, queryRange, stepsMax, type Answer } from '../promql/query.js';
import type { Alert } from '../promql/rules/alerting.js';
import type { RuleHealth } from '../promql/rules/evaluator.js';
import type { Value } from '../promql/value.js';
import {
  ApiFault,
  lengthOf,
  limitOf,
  refuseParameter,
  selection,
  timeOf,
} from './api-parameters.js';
import type { PrometheusServer, ToldTarget } from './server.js';

/** What is told of the server besides what it knows itself. */
export interface AboutServer {
  readonly nowMs: number;
  readonly version: string;
  /** The file of a group of rules, by its name. Default: none. */
  readonly files?: ReadonlyMap<string, string>;
  /** The addresses of the Alertmanagers. Default: none. */
  readonly alertmanagers?: readonly string[];
}

interface Asked {
  readonly server: PrometheusServer;
  readonly parameters: URLSearchParams;
  readonly about: AboutServer;
}

interface Told {
  readonly data: unknown;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

type Handler = (asked: Asked, segment: string) => Told;

const forms = new Set(['query', 'query_range', 'series', 'labels', 'query_exemplars']);

/** Answers one request. */
export function answerHttp(
  server: PrometheusServer,
  request: HttpRequest,
  about: AboutServer,
): HttpResponse {
  const [path = '/', query = ''] = request.path.split('?');
  if (path === '/-/healthy') return page('Prometheus Server is Healthy.\n');
  if (path === '/-/ready') return page('Prometheus Server is Ready.\n');
  const [, route = '', segment = ''] =
    /^\/api\/v1\/(label(?=\/)|[^?]*)(?:\/([^/]+)\/values)?$/.exec(path) ?? [];
  const handler = handlers[route];
  if (handler === undefined) return page('404 page not found\n', 404);
  const isForm = request.method === 'POST' && forms.has(route);
  if (request.method !== 'GET' && !isForm) return page('Method Not Allowed\n', 405);
  const parameters = new URLSearchParams(query);
  if (isForm)
    for (const [name, value] of new URLSearchParams(request.body)) parameters.append(name, value);
  return answered(() => handler({ server, parameters, about }, decodeURIComponent(segment)));
}

const page = (body: string, status = 200): HttpResponse => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

const statuses = { bad_data: 400, execution: 422 } as const;

function answered(handle: () => Told): HttpResponse {
  try {
    const { data, warnings = [], infos = [] } = handle();
    return json(200, {
      status: 'success',
      data,
      ...(warnings.length > 0 && { warnings }),
      ...(infos.length > 0 && { infos }),
    });
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    const { kind, message } = error;
    return json(statuses[kind], { status: 'error', errorType: kind, error: message });
  }
}

const json = (status: number, body: unknown): HttpResponse => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
});

const handlers: Readonly<Record<string, Handler>> = {
  query: asked => {
    const { server, parameters, about } = asked;
    const time = parameters.get('time');
    const atMs = time === null ? about.nowMs : timeOf('time', time);
    const limit = limitOf(parameters.get('limit'));
    const text = parameters.get('query') ?? '';
    return toldAnswer(queryAt(server.store, text, atMs, optionsOf(server)), atMs, limit);
  },
  query_range: asked => {
    const { server, parameters } = asked;
    const span = spanOf(parameters);
    const limit = limitOf(parameters.get('limit'));
    const text = parameters.get('query') ?? '';
    const answer = queryRange(server.store, text, span, optionsOf(server));
    return toldAnswer(answer, span.endMs, limit);
  },
  series: ({ server, parameters }) => {
    const chosen = parameters.getAll('match[]');
    if (chosen.length === 0) throw new ApiFault('bad_data', 'no match[] parameter provided');
    const found = labelsIn(server, parameters, chosen).sort(compareLabels);
    return limited(
      found.map(labels => labels.record()),
      limitOf(parameters.get('limit')),
    );
  },
  labels: ({ server, parameters }) => {
    const found = labelsIn(server, parameters, parameters.getAll('match[]'));
    const names = new Set(found.flatMap(({ pairs }) => pairs.map(([name]) => name)));
    return limited([...names].sort(), limitOf(parameters.get('limit')));
  },
  label: ({ server, parameters }, name) => {
    const found = labelsIn(server, parameters, parameters.getAll('match[]'));
    const values = new Set(found.map(labels => labels.get(name)));
    values.delete('');
    return limited([...values].sort(), limitOf(parameters.get('limit')));
  },
  rules: asked => ({ data: { groups: toldGroups(asked) } }),
  alerts: ({ server }) => {
    const alerts = server.rules().flatMap(({ alerts: own }) => own);
    return { data: { alerts: alerts.filter(isActive).map(toldAlert) } };
  },
  targets: ({ server, parameters }) => {
    const state = parameters.get('state') ?? 'any';
    const pools = server.configuration.jobs.map(({ name }) => [name, 0] as const);
    const told = state === 'dropped' ? [] : server.targets().map(toldTarget);
    const dropped = state === 'active' ? {} : { droppedTargetCounts: Object.fromEntries(pools) };
    return { data: { activeTargets: told, droppedTargets: [], ...dropped } };
  },
  metadata: ({ server, parameters }) => {
    const only = parameters.get('metric');
    const all = new Map<string, Metadata>();
    for (const target of server.targets()) {
      for (const [metric, told] of metadataOf(target)) if (!all.has(metric)) all.set(metric, told);
    }
    const shown = [...all]
      .filter(([metric]) => only === null || only === metric)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return { data: Object.fromEntries(shown.map(([metric, told]) => [metric, [told]])) };
  },
  'targets/metadata': ({ server, parameters }) => {
    const only = parameters.get('metric');
    const data = server.targets().flatMap(target =>
      [...metadataOf(target)].flatMap(([metric, { type, help, unit }]) => {
        if (only !== null && only !== metric) return [];
        const name = only === null ? { metric } : {};
        return [{ target: target.labels, ...name, type, help, unit }];
      }),
    );
    return { data };
  },
  scrape_pools: ({ server }) => ({
    data: { scrapePools: server.configuration.jobs.map(({ name }) => name).sort() },
  }),
  alertmanagers: ({ about }) => {
    const activeAlertmanagers = (about.alertmanagers ?? []).map(url => ({ url }));
    return { data: { activeAlertmanagers, droppedAlertmanagers: [] } };
  },
  query_exemplars: () => ({ data: [] }),
  'status/buildinfo': ({ about }) => ({
    data: {
      version: about.version,
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    },
  }),
};

const optionsOf = ({ configuration }: PrometheusServer) => ({
  intervalMs: configuration.evaluationMs,
});

function spanOf(parameters: URLSearchParams) {
  const startMs = timeOf('start', parameters.get('start') ?? '');
  const endMs = timeOf('end', parameters.get('end') ?? '');
  if (endMs < startMs) refuseParameter('end', 'end timestamp must not be before start time');
  const stepMs = lengthOf('step', parameters.get('step') ?? '');
  if (stepMs <= 0) {
    refuseParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if ((endMs - startMs) / stepMs > stepsMax) {
    throw new ApiFault(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  return { startMs, endMs, stepMs };
}

function toldAnswer(answer: Answer, atMs: number, limit: number): Told {
  if ('error' in answer) {
    if (answer.kind === 'parse') refuseParameter('query', answer.error);
    throw new ApiFault('execution', answer.error);
  }
  const { value, warnings, infos } = answer;
  const { data, isCut } = toldValue(value, atMs / 1000, limit);
  const cut = isCut ? ['results truncated due to limit'] : [];
  return { data, warnings: [...warnings, ...cut], infos };
}

function toldValue(value: Value, at: number, limit: number) {
  const within = <T>(all: readonly T[]): readonly T[] => (limit > 0 ? all.slice(0, limit) : all);
  switch (value.kind) {
    case 'scalar':
      return {
        data: { resultType: 'scalar', result: [at, plainNumber(value.value)] },
        isCut: false,
      };
    case 'string':
      return { data: { resultType: 'string', result: [at, value.value] }, isCut: false };
    case 'vector': {
      const { elements } = value;
      const result = within(elements).map(({ labels, value: own, histogram }) => ({
        metric: labels.record(),
        ...(histogram === undefined
          ? { value: [at, plainNumber(own)] }
          : { histogram: [at, histogramRecord(histogram)] }),
      }));
      return { data: { resultType: 'vector', result }, isCut: result.length < elements.length };
    }
    case 'matrix': {
      const { ranges } = value;
      const result = within(ranges).map(({ labels, times, values, histograms }) => ({
        metric: labels.record(),
        ...(times.length > 0 && {
          values: times.map((timeMs, index) => [timeMs / 1000, plainNumber(values[index] ?? NaN)]),
        }),
        ...(histograms !== undefined && {
          histograms: histograms.map(({ timeMs, histogram }) => [
            timeMs / 1000,
            histogramRecord(histogram),
          ]),
        }),
      }));
      return { data: { resultType: 'matrix', result }, isCut: result.length < ranges.length };
    }
  }
}

function limited(data: readonly unknown[], limit: number): Told {
  if (limit === 0 || data.length <= limit) return { data };
  return { data: data.slice(0, limit), warnings: ['results truncated due to limit'] };
}

/** The labels of series that have samples in the time that is asked for. */
function labelsIn(
  { store }: PrometheusServer,
  parameters: URLSearchParams,
  chosen: readonly string[],
): Labels[] {
  const start = parameters.get('start');
  const end = parameters.get('end');
  const startMs = start === null ? -Infinity : timeOf('start', start);
  const endMs = end === null ? Infinity : timeOf('end', end);
  const isChosen = selection(chosen);
  return store
    .select([])
    .filter(series => {
      const newest = series.newest(endMs);
      return newest >= 0 && (series.times[newest] as number) >= startMs;
    })
    .map(({ labels }) => labels)
    .filter(isChosen);
}

const isActive = ({ state }: Alert): boolean => state !== 'inactive';

const toldAlert = ({ labels, annotations, state, activeMs, value }: Alert) => ({
  labels: labels.record(),
  annotations,
  state,
  activeAt: rfc3339Micro(activeMs),
  value: exponentNumber(value),
});

function toldGroups({ server, parameters, about }: Asked): readonly unknown[] {
  const type = parameters.get('type');
  if (type !== null && type !== 'alert' && type !== 'record') {
    refuseParameter('type', `not supported value "${type}"`);
  }
  const kind = type === 'alert' ? 'alert' : 'record';
  return server.groups().flatMap(({ group, lastMs, rules }) => {
    const lastEvaluation = rfc3339Micro(lastMs ?? 0);
    const told = rules
      .filter(({ rule }) => type === null || rule.kind === kind)
      .map(health => ({ ...toldRule(health), evaluationTime: 0, lastEvaluation }));
    if (told.length === 0) return [];
    return [
      {
        name: group.name,
        file: about.files?.get(group.name) ?? '',
        rules: told,
        interval: (group.intervalMs ?? server.configuration.evaluationMs) / 1000,
        limit: group.limit,
        evaluationTime: 0,
        lastEvaluation,
      },
    ];
  });
}

function toldRule({ rule, error, alerts }: RuleHealth) {
  const health = {
    health: error === undefined ? 'ok' : 'err',
    ...(error !== undefined && { lastError: error }),
  };
  const { name, text: query } = rule;
  if (rule.kind === 'record') {
    const isLabelled = Object.keys(rule.labels).length > 0;
    return {
      name,
      query,
      ...(isLabelled && { labels: rule.labels }),
      ...health,
      type: 'recording',
    };
  }
  const active = alerts.filter(isActive);
  const isFiring = active.some(({ state }) => state === 'firing');
  return {
    state: isFiring ? 'firing' : active.length > 0 ? 'pending' : 'inactive',
    name,
    query,
    duration: rule.forMs / 1000,
    keepFiringFor: rule.keepFiringMs / 1000,
    labels: textsOf(rule.labels),
    annotations: textsOf(rule.annotations),
    alerts: active.map(toldAlert),
    ...health,
    type: 'alerting',
  };
}

const textsOf = (templates: ReadonlyMap<string, { readonly text: string }>) =>
  Object.fromEntries(Array.from(templates, ([name, { text }]) => [name, text]));

function toldTarget({ job, place, labels, discovered, health, lastMs, error }: ToldTarget) {
  const { host, port, path = '/metrics', scheme = 'http' } = place;
  const url = `${scheme}://${host}:${port}${path}`;
  const interval = `${job.intervalMs / 1000}s`;
  return {
    discoveredLabels: discovered,
    labels,
    scrapePool: job.name,
    scrapeUrl: url,
    globalUrl: url,
    lastError: error,
    lastScrape: rfc3339Micro(lastMs ?? 0),
    lastScrapeDuration: 0,
    health,
    scrapeInterval: interval,
    scrapeTimeout: interval,
  };
}

interface Metadata {
  type: string;
  unit: string;
  help: string;
}

function metadataOf({ metadata }: ToldTarget): ReadonlyMap<string, Metadata> {
  const all = new Map<string, Metadata>();
  for (const [kind, metric, text] of metadata) {
    const told = all.get(metric) ?? { type: 'unknown', unit: '', help: '' };
    told[kind] = text;
    all.set(metric, told);
  }
  return all;
}
