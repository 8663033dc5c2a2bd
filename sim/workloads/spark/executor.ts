/** An executor: it registers with its driver, does the tasks that it is given, and ends when it is told to. */
import { mebibytesOf } from '../../spark/memory.js';
import { ports } from '../../spark/names.js';
import type {
  ContainerContext,
  NetworkMessage,
  NetworkReply,
  Program,
  Workload,
} from '../workload.js';
import { logLine } from './log.js';
import type { Order, Register } from './messages.js';

/** The program of an executor's container. */
export const sparkExecutor: Workload = {
  name: 'spark-executor',
  start: context => new ExecutorProgram(context),
};

const bootMs = { from: 1_500, to: 3_000 };
const retryMs = 3_000;
const triesMax = 3;
const mebibyte = 2 ** 20;

/** As the accelerator's plug-in ends an executor whose device fails. */
const deviceFailureCode = 20;

class ExecutorProgram implements Program {
  private readonly id: number;
  private readonly slots: number;
  private readonly heapBytes: number;
  private readonly devices: readonly string[];
  private busy = 0;
  private brokenBy: string | undefined;

  constructor(private readonly context: ContainerContext) {
    const { env, clock, random } = context;
    this.id = Number(env['SPARK_EXECUTOR_ID'] ?? '0');
    this.slots = Number(env['SPARK_EXECUTOR_CORES'] ?? '1');
    const heap = mebibytesOf(env['SPARK_EXECUTOR_MEMORY'] ?? '1g');
    this.heapBytes = (heap.isOk ? heap.value : 0) * mebibyte;
    this.devices = Object.values(context.devices).flat();
    const delayMs = random.between(bootMs.from, bootMs.to);
    clock.after(delayMs, 'spark executor starts', () => this.begin());
  }

  terminate(): void {
    logLine(this.context, 'ERROR', 'CoarseGrainedExecutorBackend: RECEIVED SIGNAL TERM');
    this.context.exit(143);
  }

  deviceLost(deviceId: string, xid: number): void {
    this.brokenBy = `device ${deviceId} failed (Xid ${xid})`;
    if (this.busy > 0) this.breakDown();
  }

  private begin(): void {
    const { network } = this.context;
    network.listen(ports.blockManager, message => this.receive(message));
    this.use();
    this.register(1);
  }

  private register(tries: number): void {
    const url = this.context.env['SPARK_DRIVER_URL'] ?? '';
    const [host = '', port = ''] = url.slice(url.indexOf('@') + 1).split(':');
    logLine(this.context, 'INFO', `CoarseGrainedExecutorBackend: Connecting to driver: ${url}`);
    const message: Register = {
      kind: 'register',
      executorId: this.id,
      slots: this.slots,
      port: ports.blockManager,
    };
    const to = { host, port: Number(port) };
    this.context.network.send(to, message, reply => this.answered(reply, `${host}:${port}`, tries));
  }

  /** It is answered at its end only: the driver tells it to stop, or is gone. */
  private answered(reply: NetworkReply, driver: string, tries: number): void {
    const { context } = this;
    if (reply.isOk) {
      const text = 'CoarseGrainedExecutorBackend: Driver commanded a shutdown';
      logLine(context, 'INFO', text);
      return context.exit(0);
    }
    if (reply.error === 'connection reset') {
      const text = `CoarseGrainedExecutorBackend: Executor self-exiting due to : Driver ${driver} disassociated! Shutting down.`;
      logLine(context, 'ERROR', text);
      return context.exit(1);
    }
    if (tries < triesMax) {
      context.clock.after(retryMs, 'spark executor connects', () => this.register(tries + 1));
      return;
    }
    const reason = reply.error === 'unknown host' ? `UnknownHostException: ${driver}` : reply.error;
    context.log(`Caused by: java.io.IOException: Failed to connect to ${driver}: ${reason}`);
    return context.exit(1);
  }

  private receive({ payload, reply }: NetworkMessage): void {
    const order = payload as Order;
    if (order.kind === 'ping') return reply({});
    if (this.brokenBy !== undefined) return this.breakDown();
    this.busy++;
    this.use();
    this.context.clock.after(order.ms, 'spark task', () => {
      this.busy--;
      this.use();
      reply({});
    });
  }

  private breakDown(): void {
    const { context } = this;
    const text = `Executor: Stopping the Executor based on exception being a fatal CUDA error: ${this.brokenBy ?? ''}`;
    logLine(context, 'ERROR', text);
    context.exit(deviceFailureCode);
  }

  private use(): void {
    const share = this.busy > 0 ? Math.min(this.busy / this.slots, 1) : 0;
    const gpuUtilization = Object.fromEntries(this.devices.map(id => [id, share * 0.8]));
    this.context.use({
      cpuMillis: 50 + this.busy * 900,
      memoryBytes: this.heapBytes * (this.busy > 0 ? 0.7 : 0.3),
      gpuUtilization,
    });
  }
}
