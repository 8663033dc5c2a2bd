/**
 * dcgm-exporter: tells of the node's GPUs as metrics, in DCGM's words. The readings are as old as its
 * interval lets them be; whose a GPU is, and the last Xid error, are those of the scrape. A GPU that has
 * fallen off the bus has no reading but its error.
 * Left out: `fields.ts` says which fields; DCGM_EXP_*, per-process metrics of shared GPUs, NvSwitches,
 * CPUs, choosing devices, dynamic resources, hot reload, TLS.
 * @upstream NVIDIA/dcgm-exporter 4.5.3-4.8.2
 */
import { isRecord } from '../../api/equality.js';
import { serveHttp, sniffedPage, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import { mountedFile } from '../prometheus/mounted-files.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { CountersError, ownCounters, ownFiles, readCounters, type Counter } from './counters.js';
import { Exporter } from './exporter.js';
import { exporterOptions, type ExporterOptions } from './options.js';

const usage = { cpuMillis: 20, memoryBytes: 120 * 1024 ** 2 } as const;

/** Plays the image dcgm-exporter. */
export const dcgmExporter: Workload = {
  name: 'dcgm-exporter',
  readsGpus: true,
  start(context) {
    const options = exporterOptions(context);
    tell(context, 'INFO', 'Starting dcgm-exporter');
    for (const problem of options.problems) tell(context, 'WARN', problem);
    const hasGpus = (context.gpus?.() ?? []).length > 0;
    if (options.isKubernetes && !hasGpus) {
      tell(context, 'ERROR', 'Cannot init NVML library; err: ERROR_LIBRARY_NOT_FOUND');
      return fail(context, 'ERROR_LIBRARY_NOT_FOUND');
    }
    context.use(usage);
    return new Running(context, options).program();
  },
};

/** From when its counters are read; until then nobody listens. */
class Running {
  private readonly served: ReturnType<typeof servedBy>;
  private exporter: Exporter | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly options: ExporterOptions,
  ) {
    this.served = servedBy(context);
    if (options.countersMap === undefined) this.begin(() => fileCounters(context, options));
    else this.askForMap(options.countersMap);
  }

  program(): Program {
    const { context, served } = this;
    return {
      probe: served.probe,
      terminate: () => context.exit(0),
      ended: () => this.exporter?.end(),
    };
  }

  private begin(read: () => readonly Counter[]): void {
    const { context, options } = this;
    try {
      const counters = read();
      const untold = Exporter.untold(counters);
      if (untold.length > 0) tell(context, 'WARN', `no readings of ${untold.join(', ')}`);
      this.exporter = new Exporter(context, options, counters);
    } catch (error) {
      if (!(error instanceof CountersError)) throw error;
      fail(context, error.message);
      return;
    }
    tell(context, 'INFO', 'DCGM successfully initialized!');
    serveHttp(this.served.context.network, options.port, ({ path }, respond) =>
      respond(this.page(path.split('?')[0] ?? '')),
    );
    tell(context, 'INFO', 'Starting webserver');
  }

  private page(route: string) {
    if (route === '/metrics') return textPage(this.exporter?.text() ?? '');
    if (route === '/health') return textPage('OK');
    return sniffedPage(homePage);
  }

  /** Without the map it goes on with its file. */
  private askForMap(name: string): void {
    const { context, options } = this;
    const [namespace = '', map = '', ...more] = name.split(':');
    const fallBack = (why: string): void => {
      tell(context, 'ERROR', why);
      context.exit(1);
    };
    if (map === '' || more.length > 0) return fallBack(`malformed configmap-data '${name}'`);
    const path = `/api/v1/namespaces/${namespace}/configmaps/${map}`;
    context.api({ method: 'GET', path }, ({ status, body }) => {
      const data = isRecord(body) ? body['data'] : undefined;
      const text = isRecord(data) ? data['metrics'] : undefined;
      if (status !== 200) {
        const why = isRecord(body) ? String(body['message'] ?? status) : String(status);
        return fallBack(`could not retrieve ConfigMap '${options.countersMap}'; err: ${why}`);
      }
      if (typeof text !== 'string') {
        return fallBack(`malformed ConfigMap '${options.countersMap}'; no 'metrics' key`);
      }
      return this.begin(() => readCounters(text));
    });
  }
}

/** Of the volume that is mounted there, else of the image. */
function fileCounters(context: ContainerContext, { countersFile }: ExporterOptions) {
  const text = mountedFile(context, countersFile);
  if (text !== undefined) return readCounters(text);
  if (ownFiles.some(own => own === countersFile)) return readCounters(ownCounters);
  const why = `open ${countersFile}: no such file or directory`;
  tell(context, 'ERROR', `Could not read metrics file '${countersFile}'; err: ${why}`);
  throw new CountersError(why);
}

function fail(context: ContainerContext, why: string): Program {
  tell(context, 'ERROR', why);
  context.exit(1);
  return {};
}

/** As Go's slog writes it. */
function tell(context: ContainerContext, level: 'INFO' | 'WARN' | 'ERROR', message: string): void {
  const time = new Date(context.clock.now()).toISOString();
  context.log(`time=${time} level=${level} msg=${JSON.stringify(message)}`);
}

const homePage = `<html>
			<head><title>GPU Exporter</title></head>
			<body>
			<h1>GPU Exporter</h1>
			<p><a href="./metrics">Metrics</a></p>
			<p><a href="./health">Health</a></p>
			</body>
			</html>`;
