/**
 * Programs of monitoring stacks that are watched themselves, as far as they say how they are: Grafana, the
 * Prometheus operator's own pod and blackbox_exporter. Left out: dashboards and all that Grafana shows to who
 * has logged in, probes of blackbox_exporter, and how often the operator did what (a process of the
 * simulation does it, wherever the pod runs).
 * @upstream grafana/grafana pkg/api/{health,metrics}.go, prometheus/blackbox_exporter main.go,
 *   prometheus-operator cmd/operator/main.go
 */
import { expositionOf, expositionType, type Family } from '../../api/exposition.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { Counters, gaugeNow, processStart } from '../../api/metric-vector.js';
import { flagsOf, type Flags } from '../agnhost/flags.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import type { ContainerContext, Workload } from '../workload.js';

/** What such a program is like. */
interface Monitored {
  readonly name: string;
  readonly usage: { readonly cpuMillis: number; readonly memoryBytes: number };
  port(flags: Flags, context: ContainerContext): number;
  /** The pages besides `/metrics`; undefined: there is none. */
  page(request: HttpRequest, version: string): HttpResponse | undefined;
  families(version: string, startedMs: number): readonly Family[];
}

const mebibyte = 1024 ** 2;
const json = (status: number, body: unknown): HttpResponse => ({
  ...{ status, contentType: 'application/json; charset=UTF-8', body: JSON.stringify(body) },
});

/** Plays the image of Grafana. */
export const grafana = monitored({
  name: 'grafana',
  usage: { cpuMillis: 10, memoryBytes: 90 * mebibyte },
  port: (_flags, { env }) => Number(env['GF_SERVER_HTTP_PORT'] ?? 3000),
  page({ path }, version) {
    const [plain = ''] = path.split('?');
    if (plain === '/api/health') return json(200, { database: 'ok', version });
    if (plain === '/healthz') return textPage('Ok');
    if (plain.startsWith('/api/')) return json(401, { message: 'Unauthorized' });
    if (plain === '/login') return textPage('');
    return { ...textPage('', 302), headers: { location: '/login' } };
  },
  families: version => [
    gaugeNow(
      {
        name: 'grafana_build_info',
        help: "A metric with a constant '1' value labeled by version, revision, branch, goversion and edition from which Grafana was built.",
        labels: ['version'],
      },
      [[[version], 1]],
    ),
  ],
});

/** Plays the image of blackbox_exporter. */
export const blackboxExporter = monitored({
  name: 'blackbox-exporter',
  usage: { cpuMillis: 1, memoryBytes: 15 * mebibyte },
  port: flags => portOf(flags['web.listen-address']) ?? 9115,
  page({ path, method }) {
    const [plain = ''] = path.split('?');
    if (plain === '/-/healthy') return textPage('Healthy');
    if (plain === '/-/reload') return method === 'POST' ? textPage('') : textPage('', 405);
    if (plain === '/probe') return textPage('Probes are not simulated\n', 501);
    return undefined;
  },
  families: (version, startedMs) => {
    const unknown = new Counters({
      name: 'blackbox_module_unknown_total',
      help: 'Count of unknown modules requested by probes',
    });
    unknown.add([], 0);
    return [
      buildInfo('blackbox_exporter', version),
      gaugeNow(
        {
          name: 'blackbox_exporter_config_last_reload_successful',
          help: 'Blackbox exporter config loaded successfully.',
        },
        [[[], 1]],
      ),
      gaugeNow(
        {
          name: 'blackbox_exporter_config_last_reload_success_timestamp_seconds',
          help: 'Timestamp of the last successful configuration reload.',
        },
        [[[], startedMs / 1000]],
      ),
      unknown.family(),
    ];
  },
});

/** Plays the image of the Prometheus operator. */
export const prometheusOperatorPod = monitored({
  name: 'prometheus-operator',
  usage: { cpuMillis: 5, memoryBytes: 40 * mebibyte },
  port: flags => portOf(flags['web.listen-address']) ?? 8080,
  page: ({ path }) =>
    path.split('?')[0] === '/healthz'
      ? { ...json(200, { status: 'up' }), contentType: 'application/json' }
      : undefined,
  families: version => [buildInfo('prometheus_operator', version)],
});

function monitored(program: Monitored): Workload {
  return {
    name: program.name,
    start(context) {
      const served = servedBy(context);
      const startedMs = context.clock.now();
      const version = versionOf(context.container.image ?? '');
      const port = program.port(flagsOf(context.command), context);
      serveHttp(served.context.network, port, (request, respond) => {
        if (request.path.split('?')[0] !== '/metrics') {
          return respond(program.page(request, version) ?? textPage('404 page not found\n', 404));
        }
        const families = [...program.families(version, startedMs), processStart(startedMs)];
        respond({ status: 200, contentType: expositionType, body: expositionOf(families) });
      });
      context.use(program.usage);
      return { probe: served.probe, terminate: () => context.exit(0) };
    },
  };
}

/** @upstream client_golang prometheus/collectors/version */
function buildInfo(program: string, version: string): Family {
  return gaugeNow(
    {
      name: `${program}_build_info`,
      help: `A metric with a constant '1' value labeled by version, revision, branch, goversion from which ${program} was built, and the goos and goarch for the build.`,
      labels: ['version'],
    },
    [[[version], 1]],
  );
}

function portOf(address: string | undefined): number | undefined {
  const [, port] = /:(\d+)$/.exec(address ?? '') ?? [];
  return port === undefined ? undefined : Number(port);
}

/** By the tag of the image, without a leading `v`. */
function versionOf(image: string): string {
  const [, tag = ''] = /:v?([\w.-]+)(?:@.*)?$/.exec(image) ?? [];
  return tag;
}
