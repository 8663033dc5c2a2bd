/**
 * Prometheus in a pod: configured by the file that is mounted, it finds its targets through its own
 * account, scrapes them over the network and through its policies, evaluates its rules, logs alerts and
 * answers its HTTP API, by which it loads its files anew, and tells Alertmanagers. Left out: remote storage, SIGHUP, TLS and credentials of scrapes
 * (who is reached answers), time-outs of scrapes beyond the network's.
 * @upstream prometheus v3.5, cmd/prometheus/main.go
 */
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { answerHttp } from '../../metrics/prometheus/http-api.js';
import { scrapeRequest } from '../../metrics/prometheus/scrape.js';
import { PrometheusServer, type ScrapePlace } from '../../metrics/prometheus/server.js';
import type { Alert } from '../../metrics/promql/rules/alerting.js';
import { flagsOf } from '../agnhost/flags.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import type { ContainerContext, NetworkReply, Program, Workload } from '../workload.js';
import { ConfigurationError } from './configuration.js';
import { ownMetrics } from './own-metrics.js';
import { Loading, usualFile, type Loaded } from './loading.js';

const version = '3.5.3';
const usage = { cpuMillis: 200, memoryBytes: 400 * 1024 ** 2 } as const;

/** Plays the image prometheus. */
export const prometheusServer: Workload = {
  name: 'prometheus-server',
  start(context) {
    const flags = flagsOf(context.command);
    const file = flags['config.file'] ?? usualFile;
    try {
      return begin(context, flags, file);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      context.log(`Error loading config (--config.file=${file}): ${error.message}`);
      context.exit(2);
      return {};
    }
  },
};

function begin(
  context: ContainerContext,
  flags: Readonly<Record<string, string>>,
  file: string,
): Program {
  const { pod } = context;
  const served = servedBy(context);
  const loading = new Loading(context, flags, file);
  const running = new Running(context, loading, 'web.enable-lifecycle' in flags);
  const [, port = '9090'] = /:(\d+)$/.exec(flags['web.listen-address'] ?? '') ?? [];
  serveHttp(served.context.network, Number(port), (request, respond) =>
    respond(running.answer(request)),
  );
  context.log(`Server is ready to receive web requests. pod=${pod.metadata.name ?? ''}`);
  running.tell();
  context.use(usage);
  running.server.start();
  const { probe } = served;
  return { probe, terminate: () => context.exit(0), ended: () => loading.end() };
}

/** The server with what it has loaded last. */
class Running {
  readonly server: PrometheusServer;
  private loaded: Loaded;
  private readonly startedMs: number;
  private loadedMs: number;
  private isLoaded = true;

  constructor(
    private readonly context: ContainerContext,
    private readonly loading: Loading,
    private readonly hasLifecycle: boolean,
  ) {
    this.startedMs = context.clock.now();
    this.loadedMs = this.startedMs;
    this.loaded = loading.load();
    for (const problem of this.loaded.problems) context.log(`${loading.file}: ${problem}`);
    this.server = new PrometheusServer(this.loaded.configuration, {
      clock: context.clock,
      resolve: host => context.network.resolve(host),
      scrape: (place, done) => scrape(context, place, done),
      onAlert: alert => context.log(alertText(alert)),
      sendAlerts: alerts => this.loaded.alertmanagers.send(alerts),
    });
  }

  answer(request: HttpRequest): HttpResponse {
    if (request.path === '/-/reload') return this.reload(request.method);
    if (request.path.split('?')[0] === '/metrics') return this.ownMetrics();
    const nowMs = this.context.clock.now();
    return answerHttp(this.server, request, {
      nowMs,
      version,
      files: this.loaded.files,
      alertmanagers: this.loaded.alertmanagers.urls(),
    });
  }

  private ownMetrics(): HttpResponse {
    const { server, startedMs, isLoaded, loadedMs } = this;
    const alertmanagers = this.loaded.alertmanagers.urls().length;
    return ownMetrics({ server, version, startedMs, isLoaded, loadedMs, alertmanagers });
  }

  /** Says what it scrapes and evaluates. */
  tell(): void {
    const { jobs, groups } = this.loaded.configuration;
    const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
    this.context.log(`scraping ${jobs.length} jobs, evaluating ${rules} rules`);
  }

  /** What cannot be loaded changes nothing. @upstream web/web.go, cmd/prometheus/main.go reloadConfig */
  private reload(method: string): HttpResponse {
    const { context, loading } = this;
    if (method !== 'POST' && method !== 'PUT') {
      return textPage('Only POST or PUT requests allowed.\n', 405);
    }
    if (!this.hasLifecycle) return textPage('Lifecycle API is not enabled.', 403);
    context.log(`Loading configuration file filename=${loading.file}`);
    try {
      this.loaded = loading.load();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const why = `couldn't load configuration (--config.file=${JSON.stringify(loading.file)}): ${error.message}`;
      context.log(`Error reloading config: ${why}`);
      this.isLoaded = false;
      return textPage(`failed to reload config: ${why}\n`, 500);
    }
    for (const problem of this.loaded.problems) context.log(`${loading.file}: ${problem}`);
    this.server.reload(this.loaded.configuration);
    this.isLoaded = true;
    this.loadedMs = context.clock.now();
    context.log(`Completed loading of configuration file filename=${loading.file}`);
    this.tell();
    return textPage('');
  }
}

function scrape(
  context: ContainerContext,
  { host, port, path = '/metrics', scheme = 'http', showsToken = false }: ScrapePlace,
  done: (text: string | undefined, error?: string) => void,
): void {
  // Programs of ours answer the first, servers of HTTP the second.
  const request: HttpRequest & typeof scrapeRequest = {
    ...scrapeRequest,
    protocol: 'http',
    method: 'GET',
    path,
    body: '',
    ...(showsToken && { account: accountOf(context) }),
  };
  context.network.send({ host, port }, request, reply => {
    const told = answerOf(reply, `${host}:${port}`);
    if ('text' in told) done(told.text);
    else
      done(
        undefined,
        told.isAnswer ? told.error : `Get "${scheme}://${host}:${port}${path}": ${told.error}`,
      );
  });
}

function accountOf({ pod: { metadata, spec } }: ContainerContext): string {
  const { namespace = '' } = metadata;
  return `system:serviceaccount:${namespace}:${spec?.serviceAccountName ?? 'default'}`;
}

const errors = {
  'unknown host': 'dial tcp: lookup %: no such host',
  'connection refused': 'dial tcp %: connect: connection refused',
  timeout: 'context deadline exceeded',
  'connection reset': 'EOF',
} as const;

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function answerOf(
  reply: NetworkReply,
  address: string,
): { readonly text: string } | { readonly error: string; readonly isAnswer: boolean } {
  if (!reply.isOk) return { error: errors[reply.error].replace('%', address), isAnswer: false };
  const { payload } = reply;
  if (typeof payload === 'string') return { text: payload };
  if (!isHttpResponse(payload)) return { error: 'the answer is no text', isAnswer: true };
  const { status, body } = payload;
  if (status === 200 && typeof body === 'string') return { text: body };
  const text = `${status} ${statusTexts[status] ?? ''}`.trimEnd();
  return { error: `server returned HTTP status ${text}`, isAnswer: true };
}

function alertText({ labels, annotations, state }: Alert): string {
  const word = state === 'firing' ? 'firing' : 'resolved';
  const told = annotations['summary'] ?? annotations['description'] ?? '';
  return `alert ${labels.get('alertname')} ${word}: ${told}`;
}
