/** A Dask worker: registers with its scheduler, and works when it is told to. @upstream dask/distributed distributed/worker.py */
import type {
  ContainerContext,
  NetworkMessage,
  ProbeRequest,
  ProbeResult,
  Program,
} from '../workload.js';
import { error, isDaskMessage, logLine, result, startupMs } from './messages.js';
import { cpusOf, flagOf, portOf } from './words.js';

/** How soon it tries again where no scheduler answers. */
const retryMs = 1_000;
/** Where the system takes ports from that programs do not name. */
const ports = { from: 32_768, count: 28_232 } as const;

/** Starts one. */
export function startWorker(context: ContainerContext, words: readonly string[]): Program {
  return new DaskWorker(context, words);
}

class DaskWorker implements Program {
  private readonly port: number;
  private readonly name: string | undefined;
  private readonly threads: number;
  private readonly dashboardPort: number;
  private readonly scheduler: { readonly host: string; readonly port: number };
  private isUp = false;
  private busy = 0;

  constructor(
    private readonly context: ContainerContext,
    words: readonly string[],
  ) {
    const { env, container, random, clock } = context;
    const random16 = ports.from + random.integer(ports.count);
    this.port = portOf(flagOf(words, '--worker-port', '--listen-address'), random16);
    this.name = flagOf(words, '--name');
    this.threads = Number(flagOf(words, '--nthreads') ?? cpusOf(container));
    this.dashboardPort = portOf(flagOf(words, '--dashboard-address'), 0);
    const given = words.find(word => /^(tcp|tls):\/\//.test(word));
    this.scheduler = placeOf(given ?? env['DASK_SCHEDULER_ADDRESS'] ?? '');
    clock.after(startupMs, 'dask worker is up', () => this.open());
  }

  terminate(): void {
    this.context.exit(0);
  }

  probe(request: ProbeRequest): ProbeResult {
    if (request.kind === 'exec' || request.kind === 'grpc') return { isSuccess: this.isUp };
    const isServed = [this.port, this.dashboardPort].includes(request.port);
    return this.isUp && isServed ? { isSuccess: true } : { isSuccess: false, isRefused: true };
  }

  private tell(message: string): void {
    this.context.log(logLine(this.context.clock.now(), 'worker', message));
  }

  private open(): void {
    this.isUp = true;
    this.context.network.listen(this.port, message => this.hear(message));
    this.tell(`      Start worker at: tcp://${this.context.pod.status?.podIP ?? ''}:${this.port}`);
    this.register();
  }

  private register(): void {
    const { network, clock } = this.context;
    const { host, port } = this.scheduler;
    const message = {
      ...{ protocol: 'dask', op: 'register-worker', port: this.port, threads: this.threads },
      ...(this.name !== undefined && { name: this.name }),
    };
    // The scheduler does not answer: it lets the connection stand.
    network.send({ host, port }, message, reply => {
      if (reply.isOk) this.tell(`Unable to connect to scheduler: ${JSON.stringify(reply.payload)}`);
      clock.after(retryMs, 'dask worker registers again', () => this.register());
    });
    this.tell(`Waiting to connect to: tcp://${host}:${port}`);
  }

  private hear({ payload, reply }: NetworkMessage): void {
    if (!isDaskMessage(payload)) return reply(error('malformed message'));
    if (payload.op === 'compute-stream') {
      return this.tell(`Registered to: tcp://${this.scheduler.host}:${this.scheduler.port}`);
    }
    if (payload.op !== 'compute') return reply(error(`KeyError('${payload.op}')`));
    const count = Number(payload['count']);
    this.use(count);
    this.context.clock.after(Number(payload['seconds']) * 1_000, 'dask tasks are done', () => {
      this.use(-count);
      reply(result(null));
    });
  }

  /** Each task keeps one CPU busy. */
  private use(more: number): void {
    this.busy += more;
    this.context.use({ cpuMillis: this.busy * 1_000, memoryBytes: 0 });
  }
}

/** The host and the port of `tcp://host:8786`. */
export function placeOf(address: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = '8786'] = /^(?:[a-z]+:\/\/)?([^:/]+)(?::(\d+))?$/.exec(address) ?? [];
  return { host, port: Number(port) };
}
