/** The workload `batching-server`: a model server that loads, gets ready, serves, drains. */
import type {
  ContainerContext,
  ProbeRequest,
  ProbeResult,
  Program,
  Workload,
} from '../../../sim/workloads/workload.js';
import type { Registration, ServedModel, ServingHooks, TrafficExchange, Work } from './contract.js';
import { batchingServerSettings, type BatchingServerSettings } from './program-settings.js';

/** The workload; its parameters are those of `batchingServerSettings`. */
export function batchingServer(
  exchange: TrafficExchange,
  hooks: ServingHooks = {},
  parameters: Readonly<Record<string, unknown>> = {},
): Workload {
  const settings = batchingServerSettings(parameters);
  return {
    name: 'batching-server',
    start: context => new ServerProgram(context, { exchange, hooks, settings, parameters }),
  };
}

/** What the program is made with. */
interface ServerTools {
  readonly exchange: TrafficExchange;
  readonly hooks: ServingHooks;
  readonly settings: BatchingServerSettings;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What serves goes on to serve, also while it drains. */
const healthy: ProbeResult = { isSuccess: true, isForGood: true };

/** CUDA's errors end a process by SIGABRT. */
const abortedCode = 134;

class ServerProgram implements Program {
  private registration: Registration | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly tools: ServerTools,
  ) {
    const { hooks, settings, parameters } = tools;
    this.use({ busy: 0 });
    const load = hooks.load ?? ((_, __, done) => done({ revision: settings.revision }));
    load(context, parameters, loaded => {
      if ('error' in loaded) {
        context.log(loaded.error);
        context.exit(1);
        return;
      }
      context.clock.after(settings.loadMs, 'load the model', () => this.serve(loaded));
    });
  }

  probe(request: ProbeRequest): ProbeResult {
    const { port } = this.tools.settings;
    if (request.kind !== 'exec' && (request.port !== port || this.registration === undefined)) {
      return request.kind === 'http' && request.port === port
        ? { isSuccess: false, message: 'HTTP probe failed with statuscode: 503' }
        : { isSuccess: false, isRefused: true };
    }
    return this.registration === undefined ? { isSuccess: false } : healthy;
  }

  terminate(): void {
    if (this.registration === undefined) this.context.exit(0);
    else this.registration.drain(() => this.context.exit(0));
  }

  deviceLost(id: string, xid: number): void {
    this.context.log(`CUDA error: Xid ${xid} (${id})`);
    this.context.exit(abortedCode);
  }

  ended(): void {
    this.registration?.end();
  }

  private serve(model: ServedModel): void {
    const { context, tools } = this;
    const { port, server } = tools.settings;
    this.registration = tools.exchange.registerReplica({
      pod: context.pod,
      ip: context.pod.status?.podIP ?? '',
      port,
      revision: model.revision,
      server,
      onWork: work => this.use(work),
      ...(model.onSample !== undefined && { onSample: model.onSample }),
    });
    context.log(`serving ${model.revision} on port ${port}`);
  }

  private use({ busy }: Pick<Work, 'busy'>): void {
    const { idleCpuMillis, busyCpuMillis, memoryMiB } = this.tools.settings;
    const devices = Object.values(this.context.devices).flat();
    this.context.use({
      cpuMillis: Math.round(idleCpuMillis + busy * (busyCpuMillis - idleCpuMillis)),
      memoryBytes: memoryMiB * 2 ** 20,
      ...(devices.length > 0 && {
        gpuUtilization: Object.fromEntries(devices.map(device => [device, busy])),
      }),
    });
  }
}
