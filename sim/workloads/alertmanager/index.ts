/**
 * Alertmanager in a pod: takes alerts, groups them, keeps back what is inhibited, silenced or mute, and
 * tells webhooks of the cluster. Other receivers are outside of it: what they would be sent stands in the log.
 * Left out: clustering, templates (of webhooks' own payloads and URLs too), credentials, TLS, limits.
 * @upstream prometheus/alertmanager v0.28
 */
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { flagsOf } from '../agnhost/flags.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import { mountedFile } from '../prometheus/mounted-files.js';
import type { ContainerContext, NetworkReply, Program, Workload } from '../workload.js';
import { AlertStore } from './alerts.js';
import { answerApi } from './api.js';
import {
  AlertmanagerConfigError,
  readAlertmanagerConfiguration,
  type AlertmanagerConfiguration,
} from './configuration.js';
import { Dispatcher, type Notification } from './dispatcher.js';
import { webhookMessage } from './message.js';

const version = '0.28.1';
const usage = { cpuMillis: 10, memoryBytes: 40 * 1024 ** 2 } as const;
/** @upstream cenkalti/backoff: the first wait, how it grows, and how far it strays. */
const retry = { firstMs: 500, factor: 1.5, maxMs: 60_000, strays: 0.5 } as const;

/** Plays the image alertmanager. */
export const alertmanager: Workload = {
  name: 'alertmanager',
  start(context) {
    const flags = flagsOf(context.command);
    const file = flags['config.file'] ?? 'alertmanager.yml';
    try {
      return new Running(context, flags, file).begin();
    } catch (error) {
      if (!(error instanceof AlertmanagerConfigError)) throw error;
      context.log(`Loading configuration file failed file=${file} err=${quoted(error.message)}`);
      context.exit(1);
      return {};
    }
  },
};

const quoted = (text: string): string => JSON.stringify(text);

/** The program with what it has loaded last. */
class Running {
  private readonly store = new AlertStore();
  private configuration: AlertmanagerConfiguration;
  private dispatcher: Dispatcher;
  private readonly startedMs: number;
  private readonly externalURL: string;
  private readonly port: number;
  private readonly counts = { sent: 0, failed: 0, received: 0 };

  constructor(
    private readonly context: ContainerContext,
    flags: Readonly<Record<string, string>>,
    private readonly file: string,
  ) {
    const { clock, pod } = context;
    const [, port = '9093'] = /:(\d+)$/.exec(flags['web.listen-address'] ?? '') ?? [];
    this.port = Number(port);
    const host = pod.spec?.hostname ?? pod.metadata.name ?? '';
    const { 'web.external-url': url = `http://${host}:${port}` } = flags;
    this.externalURL = url.replace(/\/$/, '');
    this.startedMs = clock.now();
    this.configuration = this.load();
    this.dispatcher = new Dispatcher(this.configuration, {
      clock,
      store: this.store,
      notify: (notification, done) => this.notify(notification, done),
    });
  }

  begin(): Program {
    const { context } = this;
    const served = servedBy(context);
    serveHttp(served.context.network, this.port, (request, respond) =>
      respond(this.answer(request)),
    );
    context.log(`Listening on address=[::]:${this.port}`);
    context.use(usage);
    return { probe: served.probe, terminate: () => context.exit(0) };
  }

  private load(): AlertmanagerConfiguration {
    const { context, file } = this;
    const text = mountedFile(context, file);
    if (text === undefined && file !== ownFile) {
      throw new AlertmanagerConfigError(`open ${file}: no such file or directory`);
    }
    const read = readAlertmanagerConfiguration(text ?? ownConfiguration);
    for (const problem of read.problems) context.log(`${file}: ${problem}`);
    context.log(`Completed loading of configuration file file=${file}`);
    return read;
  }

  private answer(request: HttpRequest): HttpResponse {
    const [path = ''] = request.path.split('?');
    if (path === '/-/healthy' || path === '/-/ready') return textPage('OK');
    if (path === '/-/reload') return this.reload(request.method);
    if (path === '/metrics') return textPage(this.metrics());
    if (!path.startsWith('/api/v2/')) return textPage('404 page not found\n', 404);
    if (path === '/api/v2/alerts' && request.method === 'POST') this.counts.received++;
    const { store, configuration, dispatcher, startedMs, context } = this;
    const nowMs = context.clock.now();
    const uuid = (): string => context.random.uuid();
    const served = { store, configuration, dispatcher, nowMs, startedMs, version, uuid };
    return answerApi(served, request);
  }

  private reload(method: string): HttpResponse {
    if (method !== 'POST') return textPage('Method Not Allowed\n', 405);
    try {
      this.configuration = this.load();
    } catch (error) {
      if (!(error instanceof AlertmanagerConfigError)) throw error;
      const why = `failed to reload config: ${error.message}`;
      this.context.log(why);
      return textPage(`${why}\n`, 500);
    }
    this.dispatcher = this.dispatcher.followedBy(this.configuration);
    return textPage('');
  }

  private notify(notification: Notification, done: (isSent: boolean) => void): void {
    const { integration, receiver, alerts } = notification;
    if (integration.kind === 'webhook') return this.try(notification, { attempt: 1, done });
    const told = `receiver=${quotedIf(receiver)} integration=${integration.kind} ${this.shown(alerts)}`;
    this.context.log(`Notify outside of the cluster, not sent ${told}`);
    return done(true);
  }

  /** @upstream prometheus/common model/alert.go */
  private shown(alerts: Notification['alerts']): string {
    const nowMs = this.context.clock.now();
    const each = alerts.map(({ labels, fingerprint, endsMs }) => {
      const state = endsMs <= nowMs ? 'resolved' : 'active';
      return `${labels['alertname'] ?? ''}[${fingerprint.slice(0, 7)}][${state}]`;
    });
    return `alerts="[${each.join(' ')}]"`;
  }

  /** What fails for a while is tried again until the group is due; what is refused is not. */
  private try(
    notification: Notification,
    { attempt, done }: { readonly attempt: number; readonly done: (isSent: boolean) => void },
  ): void {
    const { context } = this;
    this.post(notification, (problem, isFinal) => {
      if (problem === undefined) {
        this.counts.sent++;
        const told = `receiver=${quotedIf(notification.receiver)} integration=webhook[0] attempts=${attempt}`;
        context.log(
          `Notify success component=dispatcher ${told} ${this.shown(notification.alerts)}`,
        );
        return done(true);
      }
      const way = `${notification.receiver}/webhook[0]`;
      const waitMs = retryMs(attempt) * (1 + retry.strays * (2 * context.random.float() - 1));
      if (isFinal || context.clock.now() + waitMs >= notification.untilMs) {
        this.counts.failed++;
        const why = `${way}: notify retry canceled after ${attempt} attempts: ${problem}`;
        context.log(
          `Notify for alerts failed num_alerts=${notification.alerts.length} err=${quoted(why)}`,
        );
        return done(false);
      }
      if (attempt === 1)
        context.log(`Notify attempt failed, will retry later err=${quoted(problem)}`);
      context.clock.after(waitMs, 'alertmanager notifies again', () =>
        this.try(notification, { attempt: attempt + 1, done }),
      );
      return undefined;
    });
  }

  private post(
    { integration, receiver, groupKey, groupLabels, alerts }: Notification,
    done: (problem?: string, isFinal?: boolean) => void,
  ): void {
    const { context, externalURL } = this;
    const url = URL.canParse(integration.url) ? new URL(integration.url) : undefined;
    if (url === undefined) return done(`unsupported URL ${quoted(integration.url)}`, true);
    const { alertsMax } = integration;
    const group = { receiver, groupKey, groupLabels, externalURL, alertsMax };
    const usualPort = url.protocol === 'https:' ? 443 : 80;
    const port = url.port === '' ? usualPort : Number(url.port);
    const request: HttpRequest = {
      protocol: 'http',
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: { 'content-type': 'application/json', 'user-agent': `Alertmanager/${version}` },
      body: webhookMessage(group, alerts, context.clock.now()),
    };
    context.network.send({ host: url.hostname, port }, request, reply => {
      const { problem, isFinal } = problemOf(reply, url.href);
      done(problem, isFinal);
    });
    return undefined;
  }

  private metrics(): string {
    const { sent, failed, received } = this.counts;
    const nowMs = this.context.clock.now();
    const all = this.store.all().filter(({ endsMs }) => endsMs > nowMs);
    const kept = all.filter(alert => {
      const { inhibitRules } = this.configuration;
      const { inhibitedBy, silencedBy } = this.store.keptBack(alert, inhibitRules, nowMs);
      return inhibitedBy.length + silencedBy.length > 0;
    }).length;
    return `# TYPE alertmanager_alerts gauge
alertmanager_alerts{state="active"} ${all.length - kept}
alertmanager_alerts{state="suppressed"} ${kept}
# TYPE alertmanager_alerts_received_total counter
alertmanager_alerts_received_total{status="firing",version="v2"} ${received}
# TYPE alertmanager_notifications_total counter
alertmanager_notifications_total{integration="webhook"} ${sent + failed}
# TYPE alertmanager_notifications_failed_total counter
alertmanager_notifications_failed_total{integration="webhook",reason="other"} ${failed}
# TYPE alertmanager_config_last_reload_successful gauge
alertmanager_config_last_reload_successful 1
`;
  }
}

const quotedIf = (text: string): string => (/[\s"=]/.test(text) ? quoted(text) : text);

const retryMs = (attempt: number): number =>
  Math.min(retry.firstMs * retry.factor ** (attempt - 1), retry.maxMs);

const errors = {
  'unknown host': 'dial tcp: lookup: no such host',
  'connection refused': 'connect: connection refused',
  timeout: 'context deadline exceeded',
  'connection reset': 'EOF',
} as const;

function problemOf(reply: NetworkReply, url: string) {
  if (!reply.isOk) {
    return { problem: `Post "${url}": ${errors[reply.error]}`, isFinal: false };
  }
  // Programs that answer something else than HTTP have taken it.
  const status = isHttpResponse(reply.payload) ? reply.payload.status : 200;
  if (Math.floor(status / 100) === 2) return { problem: undefined, isFinal: false };
  return {
    problem: `unexpected status code ${status}`,
    isFinal: Math.floor(status / 100) !== 5,
  };
}

const ownFile = '/etc/alertmanager/alertmanager.yml';
/** That of the image. @upstream doc/examples/simple.yml, shortened to what is in it */
const ownConfiguration = `
route:
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
  receiver: web.hook
receivers:
  - name: web.hook
    webhook_configs: [{ url: 'http://127.0.0.1:5001/' }]
inhibit_rules:
  - source_match: { severity: critical }
    target_match: { severity: warning }
    equal: [alertname, dev, instance]
`;
