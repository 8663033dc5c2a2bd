/** Tells Alertmanagers of alerts; what does not get through is told of again a minute later. @upstream notifier */
import { isHttpResponse, type HttpRequest } from '../../api/http-message.js';
import type { SentAlert } from '../../metrics/prometheus/alert-sender.js';
import { relabel, type RelabelRule } from '../../metrics/prometheus/relabel.js';
import type { DiscoveredTarget, Discovery } from '../../metrics/prometheus/server.js';
import type { ContainerContext } from '../workload.js';

/** Whom, and what becomes of labels before. */
export interface AlertmanagersFacts {
  readonly found: readonly Discovery[];
  readonly relabels: readonly RelabelRule[];
  /** Those that an alert does not have itself. */
  readonly externalLabels: Readonly<Record<string, string>>;
}

/** All that the configuration names. */
export class Alertmanagers {
  constructor(
    private readonly context: ContainerContext,
    private readonly facts: AlertmanagersFacts,
  ) {}

  /** Where they are told. */
  urls(): readonly string[] {
    return this.targets().map(urlOf);
  }

  send(alerts: readonly SentAlert[]): void {
    const told = alerts.flatMap(alert => this.relabelled(alert));
    if (told.length === 0) return;
    const body = JSON.stringify(told);
    for (const target of this.targets()) this.post(target, body, told.length);
  }

  private targets(): readonly DiscoveredTarget[] {
    return this.facts.found.flatMap(found => found.targets());
  }

  private relabelled(alert: SentAlert): readonly SentAlert[] {
    const { externalLabels, relabels } = this.facts;
    const labels = new Map(Object.entries({ ...externalLabels, ...alert.labels }));
    if (!relabel(labels, relabels)) return [];
    const generatorURL = `http://${this.context.pod.metadata.name ?? ''}:9090${alert.generatorURL}`;
    return [{ ...alert, labels: Object.fromEntries(labels), generatorURL }];
  }

  private post(target: DiscoveredTarget, body: string, count: number): void {
    const { context } = this;
    const { host, port, path = '' } = target;
    const headers = { 'content-type': 'application/json' };
    const request: HttpRequest = { protocol: 'http', method: 'POST', path, headers, body };
    context.network.send({ host, port }, request, reply => {
      const status = reply.isOk && isHttpResponse(reply.payload) ? reply.payload.status : 0;
      if (status >= 200 && status < 300) return;
      const why = reply.isOk ? `bad response status ${status}` : reply.error;
      const where = `alertmanager=${urlOf(target)} count=${count}`;
      context.log(`Error sending alerts ${where} err=${JSON.stringify(why)}`);
    });
  }
}

const urlOf = ({ scheme = 'http', host, port, path = '' }: DiscoveredTarget): string =>
  `${scheme}://${host}:${port}${path}`;
