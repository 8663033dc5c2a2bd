/** Prometheus as a program in a pod: it scrapes over the network, through its policies, and logs alerts. */
import { scrapeRequest } from '../../../../sim/metrics/prometheus/scrape.js';
import { PrometheusServer } from '../../../../sim/metrics/prometheus/server.js';
import type { Alert } from '../../../../sim/metrics/promql/rules/alerting.js';
import type { ContainerContext, Program, Workload } from '../../../../sim/workloads/workload.js';
import { guarded } from '../guarded.js';
import { prometheusConfiguration } from './prometheus-configuration.js';

/** Who measures the platform from outside hears of alerts. */
export interface AlertObserver {
  alert(alert: Alert, timeMs: number): void;
}

const port = 9090;

/** The workload; it is configured by the volume at /etc/prometheus. */
export function prometheus(observer: AlertObserver): Workload {
  return {
    name: 'prometheus',
    start: context => guarded(context, () => begin(context, observer)) ?? {},
  };
}

function begin(context: ContainerContext, observer: AlertObserver): Program {
  const { clock, network } = context;
  const configuration = prometheusConfiguration(context);
  const server = new PrometheusServer(configuration, {
    clock,
    resolve: host => network.resolve(host),
    scrape: (target, done) =>
      network.send(target, scrapeRequest, reply =>
        done(reply.isOk && typeof reply.payload === 'string' ? reply.payload : undefined),
      ),
    onAlert: alert => {
      const { labels, annotations, state } = alert;
      const word = state === 'firing' ? 'firing' : 'resolved';
      context.log(`alert ${labels.get('alertname')} ${word}: ${annotations['summary'] ?? ''}`);
      observer.alert(alert, clock.now());
    },
  });
  const rules = configuration.groups.reduce((sum, group) => sum + group.rules.length, 0);
  context.log(`scraping ${configuration.jobs.length} jobs, evaluating ${rules} rules`);
  context.use({ cpuMillis: 200, memoryBytes: 400 * 1024 ** 2 });
  network.listen(port, ({ payload, reply }) => reply(server.query(String(payload))));
  server.start();
  return { terminate: () => context.exit(0) };
}
