/**
 * Prometheus in a pod: configured by the file that is mounted, it finds its targets through its own
 * account, scrapes them over the network and through its policies, evaluates its rules, logs alerts and
 * answers its HTTP API. Left out: Alertmanager, remote storage, reloading, TLS and credentials of scrapes
 * (who is reached answers), time-outs of scrapes beyond the network's.
 * @upstream prometheus v3.5, cmd/prometheus/main.go
 */
import { isHttpResponse, type HttpRequest } from '../../api/http-message.js';
import { parseYamlBody } from '../../api/yaml.js';
import { answerHttp } from '../../metrics/prometheus/http-api.js';
import { scrapeRequest } from '../../metrics/prometheus/scrape.js';
import { PrometheusServer, type ScrapePlace } from '../../metrics/prometheus/server.js';
import { durationOf } from '../../metrics/promql/go-text.js';
import type { Alert } from '../../metrics/promql/rules/alerting.js';
import {
  readRuleGroups,
  type RuleGroup,
  type WrittenGroup,
} from '../../metrics/promql/rules/rule.js';
import { flagsOf } from '../agnhost/flags.js';
import { serveHttp } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import type { ContainerContext, NetworkReply, Program, Workload } from '../workload.js';
import { ConfigurationError, readConfiguration, type ReadConfiguration } from './configuration.js';
import { FollowedObjects, JobDiscovery } from './discovery.js';
import { mountedFile, mountedFiles } from './mounted-files.js';

const version = '3.5.3';
const usualFile = '/etc/prometheus/prometheus.yml';
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
  const { clock, pod } = context;
  const served = servedBy(context);
  const configuration = configurationOf(context, file);
  for (const problem of configuration.problems) context.log(`${file}: ${problem}`);
  const { groups, files } = groupsOf(context, configuration);
  const followed = new FollowedObjects(context);
  const server = new PrometheusServer(
    {
      jobs: configuration.jobs.map(job => ({
        name: job.name,
        intervalMs: job.intervalMs,
        names: [],
        targets: [],
        discovery: new JobDiscovery(context, job, followed),
        honorsLabels: job.honorsLabels,
        honorsTimes: job.honorsTimes,
        relabels: job.metricRelabels,
      })),
      groups,
      evaluationMs: configuration.evaluationMs,
      externalLabels: configuration.externalLabels,
      ...retentionOf(flags),
    },
    {
      clock,
      resolve: host => context.network.resolve(host),
      scrape: (place, done) => scrape(context, place, done),
      onAlert: alert => context.log(alertText(alert)),
    },
  );
  const [, port = '9090'] = /:(\d+)$/.exec(flags['web.listen-address'] ?? '') ?? [];
  serveHttp(served.context.network, Number(port), (request, respond) =>
    respond(answerHttp(server, request, { nowMs: clock.now(), version, files })),
  );
  const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
  context.log(`Server is ready to receive web requests. pod=${pod.metadata.name ?? ''}`);
  context.log(`scraping ${configuration.jobs.length} jobs, evaluating ${rules} rules`);
  context.use(usage);
  server.start();
  const { probe } = served;
  return { probe, terminate: () => context.exit(0), ended: () => followed.end() };
}

/** Without a mounted file it has that of its image, which scrapes itself. */
function configurationOf(context: ContainerContext, file: string): ReadConfiguration {
  const text = mountedFile(context, file);
  if (text === undefined && file !== usualFile) {
    throw new ConfigurationError(`open ${file}: no such file or directory`);
  }
  return readConfiguration(text ?? ownConfiguration, context.pod.metadata.namespace ?? '');
}

const ownConfiguration = `
global: { scrape_interval: 15s, evaluation_interval: 15s }
scrape_configs:
  - job_name: prometheus
    static_configs: [{ targets: ['localhost:9090'], labels: { app: prometheus } }]
`;

function groupsOf(context: ContainerContext, { ruleFiles }: ReadConfiguration) {
  const groups: RuleGroup[] = [];
  const files = new Map<string, string>();
  for (const [path, text] of ruleFiles.flatMap(pattern => mountedFiles(context, pattern))) {
    const parsed = parseYamlBody(text);
    if (!parsed.isOk) throw new ConfigurationError(`${path}: ${parsed.error}`);
    const written = parsed.value.value as { readonly groups?: readonly WrittenGroup[] } | null;
    const read = readRuleGroups(written?.groups ?? []);
    if ('problems' in read) {
      const told = read.problems.map(({ place, error }) => `${place}: ${error}`);
      throw new ConfigurationError(`loading groups failed: ${path}: ${told.join('; ')}`);
    }
    groups.push(...read.groups);
    for (const { name } of read.groups) files.set(name, path);
  }
  return { groups, files };
}

function retentionOf(flags: Readonly<Record<string, string>>) {
  const text = flags['storage.tsdb.retention.time'];
  const retentionMs = text === undefined ? 0 : durationOf(text);
  if (retentionMs === undefined) {
    throw new ConfigurationError(`not a valid duration string: "${text ?? ''}"`);
  }
  return retentionMs === 0 ? {} : { retentionMs };
}

function scrape(
  context: ContainerContext,
  { host, port, path = '/metrics', scheme = 'http' }: ScrapePlace,
  done: (text: string | undefined, error?: string) => void,
): void {
  // Programs of ours answer the first, servers of HTTP the second.
  const request: HttpRequest & typeof scrapeRequest = {
    ...scrapeRequest,
    protocol: 'http',
    method: 'GET',
    path,
    body: '',
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
