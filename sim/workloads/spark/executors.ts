/** The executors that have registered, and what they do. */
import type { NetworkMessage } from '../workload.js';
import type { ContainerContext, NetworkReply } from '../workload.js';
import { logLine } from './log.js';
import { asRegister, type Order } from './messages.js';
import type { Launch, TaskScheduler } from './tasks.js';

/** What a driver hears of its executors. */
export interface ExecutorsListener {
  isGone(executorId: number): boolean;
  registered(): void;
  stageDone(): void;
  /** It was not heard of for too long. */
  silent(executorId: number, reason: string): void;
}

interface Executor {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly slots: number;
  readonly connection: NetworkMessage;
  heardMs: number;
  isEnabled: boolean;
}

const checkMs = 60_000;
const timeoutMs = 120_000;

/** Talks to the executors. */
export class Executors {
  private readonly all = new Map<number, Executor>();
  private mayStart = false;

  constructor(
    private readonly context: ContainerContext,
    private readonly tasks: TaskScheduler,
    private readonly listener: ExecutorsListener,
  ) {}

  get size(): number {
    return this.all.size;
  }

  listen(port: number): void {
    this.context.network.listen(port, message => this.register(message));
    this.checkLater();
  }

  /** Tasks may go out from now on. */
  start(): void {
    if (this.mayStart) return;
    this.mayStart = true;
    this.offer();
  }

  /** It takes no more tasks. Why the job is given up, if it is. */
  lose(executorId: number, isByApp: boolean): string | undefined {
    this.all.delete(executorId);
    const reason = this.tasks.lost(executorId, isByApp);
    if (reason === undefined) this.offer();
    return reason;
  }

  /** Tells all to end. */
  stop(): void {
    for (const { connection } of this.all.values()) connection.reply({ kind: 'stop' });
    this.all.clear();
  }

  private register(message: NetworkMessage): void {
    const request = asRegister(message.payload);
    if (request === undefined) return;
    const { executorId: id, slots, port } = request;
    if (this.listener.isGone(id)) return message.reply({ kind: 'stop' });
    const heardMs = this.context.clock.now();
    const host = message.from;
    const one = { id, host, port, slots, connection: message, heardMs, isEnabled: true };
    this.all.set(id, one);
    const text =
      'KubernetesClusterSchedulerBackend$KubernetesDriverEndpoint: Registered executor ' +
      `NettyRpcEndpointRef(spark-client://Executor) (${host}:${port}) with ID ${id},  ResourceProfileId 0`;
    logLine(this.context, 'INFO', text);
    this.listener.registered();
    this.offer();
  }

  /** Gives waiting tasks to those that are free, one after the other to each. */
  private offer(): void {
    if (!this.mayStart) return;
    let isAnyFree = true;
    while (isAnyFree && this.tasks.waiting > 0) {
      isAnyFree = false;
      for (const executor of this.all.values()) {
        if (!executor.isEnabled || this.tasks.load(executor.id) >= executor.slots) continue;
        const launch = this.tasks.launch(executor.id);
        if (launch === undefined) return;
        isAnyFree = true;
        this.send(executor, { kind: 'task', ms: launch.ms }, reply => this.done(launch, reply));
      }
    }
  }

  private send(to: Executor, order: Order, done: (reply: NetworkReply) => void): void {
    this.context.network.send({ host: to.host, port: to.port }, order, reply => {
      if (reply.isOk) to.heardMs = this.context.clock.now();
      // What became of it the API server will tell; if not, it is silent for too long.
      else to.isEnabled = false;
      done(reply);
    });
  }

  private done(launch: Launch, reply: NetworkReply): void {
    if (!reply.isOk) return;
    const isStageDone = this.tasks.finished(launch);
    if (isStageDone) this.listener.stageDone();
    if (!this.tasks.isDone) this.offer();
  }

  private checkLater(): void {
    this.context.clock.after(checkMs, 'spark driver checks its executors', () => {
      this.check();
      this.checkLater();
    });
  }

  private check(): void {
    const nowMs = this.context.clock.now();
    for (const executor of [...this.all.values()]) {
      const silentMs = nowMs - executor.heardMs;
      if (silentMs > timeoutMs) {
        const text = `Executor heartbeat timed out after ${Math.round(silentMs)} ms`;
        this.listener.silent(executor.id, text);
      } else this.send(executor, { kind: 'ping' }, () => undefined);
    }
  }
}
