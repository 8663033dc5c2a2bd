/** One container of the runtime: its record, its program and its log. */
import type { Container as ContainerSpec, Pod } from '../api/kinds/core.js';
import { valueOf } from '../api/quantity.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import { freshLayer } from '../workloads/files/image-files.js';
import type { MemoryFiles } from '../workloads/files/memory-files.js';
import { shellBeside, talkBeside, waitBeside } from '../workloads/shell/program.js';
import type {
  ContainerContext,
  ExecResult,
  Conversation,
  Program,
  Usage,
  VolumeFiles,
  Workload,
  WorkloadNetwork,
} from '../workloads/workload.js';
import { kernelFiles } from './kernel-files.js';
import { MortalClock } from './container-clock.js';
import { ContainerLog } from './container-log.js';
import type { ContainerRecord } from './container-records.js';
import { Signal } from './task.js';
import { UsageMeter } from './usage-meter.js';

/** All that a container is created from. */
export interface ContainerConfig {
  readonly pod: Pod;
  readonly container: ContainerSpec;
  readonly workload: Workload;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly volumes: (mountPath: string) => VolumeFiles | undefined;
  readonly objects: NonNullable<ContainerContext['objects']>;
  readonly network: WorkloadNetwork;
  readonly api: ContainerContext['api'];
  readonly gpus?: NonNullable<ContainerContext['gpus']>;
  readonly node?: NonNullable<ContainerContext['node']>;
  readonly beside?: NonNullable<ContainerContext['beside']>;
  readonly stopSignal: string;
  readonly record: ContainerRecord;
}

/** What a container tells its runtime. */
export interface ContainerListener {
  changed(container: RuntimeContainer): void;
  /** The program wrote a line to its log. */
  logged(line: string): void;
  /** The program uses more or less memory than before. */
  used(container: RuntimeContainer): void;
  /** One of its GPUs is so busy from now on: 0 to 1. */
  gpuUsed(deviceId: string, utilization: number): void;
}

/** A container from its creation to its removal. */
export class RuntimeContainer {
  readonly log = new ContainerLog();
  readonly exited = new Signal();
  /** Its program runs: only then can it be probed. */
  readonly launched = new Signal();
  record: ContainerRecord;
  usage: Usage = { cpuMillis: 0, memoryBytes: 0 };
  meter = new UsageMeter(0);
  /** What it wrote to its own layer. */
  storageBytes = 0;
  private program: Program = {};
  /** What its program was started with. */
  private context: ContainerContext | undefined;
  /** Runs commands for a program that runs none, once somebody asks. */
  private beside: ReturnType<typeof shellBeside> | undefined;
  private waiting: ReturnType<typeof waitBeside> | undefined;
  private readonly programClock: MortalClock;
  private messageFile = '';
  private ownLayer: MemoryFiles | undefined;

  constructor(
    readonly config: ContainerConfig,
    private readonly clock: Clock,
    private readonly makeRandom: () => Random,
    private readonly listener: ContainerListener,
  ) {
    this.record = config.record;
    this.programClock = new MortalClock(clock);
  }

  /** Its own layer: most programs never look at it. */
  private get layer(): MemoryFiles {
    return (this.ownLayer ??= freshLayer(this.config.container.image));
  }

  /** Starts the program; it may end at once. `launchMs`: until its first instruction. */
  start(launchMs: number): void {
    const startedMs = this.clock.now();
    this.change({ state: 'running', startedMs });
    this.meter = new UsageMeter(startedMs);
    this.programClock.after(launchMs, 'nodes/launch', () => this.launch());
  }

  /** Its program went on since `startedMs`: it is as far as if it had been simulated all the time. */
  goOn(startedMs: number, nowMs: number): void {
    this.meter = new UsageMeter(nowMs);
    this.programClock.after(0, 'nodes/launch', () => this.launch(nowMs - startedMs));
  }

  /** The runtime could not start it: no such command, and the like. */
  failToStart(error: string): void {
    this.end({ exitCode: 128, reason: 'StartError', startError: error });
  }

  private launch(ageMs = 0): void {
    const { config } = this;
    let isLaunched = false;
    let early: (() => void) | undefined;
    const exit = (code: number, reason?: 'OOMKilled') => {
      if (isLaunched) this.exit(code, reason);
      else early ??= () => this.exit(code, reason);
    };
    // As nearly all servers do, those in Go in these words.
    config.network.whenTaken?.(port => {
      this.write(`listen tcp :${port}: bind: address already in use`);
      exit(1);
    });
    const context: ContainerContext = {
      pod: config.pod,
      container: config.container,
      env: config.env,
      command: config.command,
      devices: config.devices,
      restartCount: this.record.restartCount,
      ageMs,
      clock: this.programClock,
      random: this.makeRandom(),
      log: (line, options) => this.write(line, options?.isPartial),
      exit,
      use: usage => this.use(usage),
      useStorage: bytes => {
        this.storageBytes = bytes;
      },
      terminationMessage: text => {
        this.messageFile = text;
      },
      volume: config.volumes,
      objects: config.objects,
      user: config.record.user,
      layer: () => this.layer,
      kernelFiles: () => kernelFiles(config.pod, config.container, this.record.resources),
      network: config.network,
      api: config.api,
      ...(config.gpus !== undefined && { gpus: config.gpus }),
      ...(config.node !== undefined && { node: config.node }),
      ...(config.beside !== undefined && { beside: config.beside }),
    };
    this.context = context;
    this.program = config.workload.start(context);
    isLaunched = true;
    this.launched.fire();
    early?.();
  }

  private write(line: string, isPartial = false): void {
    if (this.exited.isFired) return;
    this.log.write(this.clock.now(), line, { isPartial });
    this.listener.logged(line);
  }

  /** The kernel kills what uses more memory than its cgroup may. */
  private use(usage: Usage): void {
    this.useGpus(usage.gpuUtilization);
    this.usage = usage;
    this.meter.use(usage, this.clock.now());
    const limit = this.record.resources?.limits?.['memory'];
    if (limit !== undefined && usage.memoryBytes > valueOf(limit)) this.kill('OOMKilled');
    else this.listener.used(this);
  }

  private useGpus(utilization: Usage['gpuUtilization'] = noGpus): void {
    const { gpuUtilization: before = noGpus } = this.usage;
    for (const id in before) if (utilization[id] === undefined) this.listener.gpuUsed(id, 0);
    for (const id in utilization) this.listener.gpuUsed(id, utilization[id] as number);
  }

  private exit(code: number, reason?: 'OOMKilled'): void {
    const exitCode = reason === 'OOMKilled' ? 137 : code;
    this.end({ exitCode, reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error') });
  }

  private end(how: { exitCode: number; reason: string; startError?: string }): void {
    if (this.exited.isFired) return;
    const { program } = this;
    this.programClock.stop();
    this.program = {};
    this.useGpus();
    this.usage = { cpuMillis: 0, memoryBytes: 0 };
    this.log.close();
    this.config.network.close?.();
    this.config.network.close?.();
    this.change({
      state: 'exited',
      finishedMs: this.clock.now(),
      terminationMessage: this.messageFile,
      ...how,
    });
    program.ended?.();
    this.launched.fire();
    this.exited.fire();
  }

  /** The stop signal of the image, SIGTERM as a rule. */
  terminate(): void {
    if (this.record.state !== 'running') return;
    // Between the start and the first instruction nothing handles signals: the kernel drops them.
    if (!this.launched.isFired) return;
    const { program } = this;
    if (program.terminate === undefined) this.exit(signalExitCode(this.config.stopSignal));
    else program.terminate(this.config.stopSignal);
  }

  /** SIGKILL, or what the kernel does when memory runs out. */
  kill(reason?: 'OOMKilled'): void {
    if (this.record.state === 'running') this.exit(137, reason);
  }

  /** All CPU that it has used, up to its end if it has one. */
  cpuNanoCoreSeconds(): number {
    const { state, finishedMs } = this.record;
    return this.meter.cpuNanoCoreSeconds(state === 'exited' ? finishedMs : this.clock.now());
  }

  /** The program, while it runs. */
  get running(): Program | undefined {
    return this.record.state === 'running' ? this.program : undefined;
  }

  /**
   * Runs a command in it; `done` hears undefined when it does not run, or nothing in it knows the
   * command. Returns what kills the command.
   */
  exec(
    command: readonly string[],
    stdin: string,
    done: (result: ExecResult | undefined) => void,
  ): () => void {
    const { running, context } = this;
    let isOver = false;
    const end = (result: ExecResult | undefined): void => {
      if (isOver) return;
      isOver = true;
      done(result);
    };
    let stop: (() => void) | undefined;
    if (running === undefined || context === undefined) end(undefined);
    else if (running.run !== undefined) stop = running.run(command, stdin, end);
    else if (running.exec !== undefined) end(running.exec(command, stdin));
    else {
      this.beside ??= shellBeside(context);
      stop = this.beside(command, stdin, end);
      if (stop === undefined) end(undefined);
    }
    // A command dies with its container.
    if (!isOver) this.exited.wait(() => end({ stdout: '', stderr: '', exitCode: 137 }));
    return () => {
      isOver = true;
      stop?.();
    };
  }

  /**
   * Who is attached types. At the end of that the input of the container ends, where it asks for that (`stdinOnce`); else
   * it stays open, and who typed leaves. @upstream containerd internal/cri/io/container_io.go Attach
   */
  input(piece: string | undefined): 'attached' | 'detached' {
    const { stdin, stdinOnce, tty } = this.config.container;
    if (stdin !== true) return 'attached';
    const isLeft = piece === undefined && (stdinOnce !== true || tty === true);
    // What comes before its program runs waits in the pipe.
    if (!isLeft) this.launched.wait(() => this.running?.input?.(piece));
    return isLeft ? 'detached' : 'attached';
  }

  /** Runs a command while its input still comes; undefined for one that is given it as a whole. */
  converse(
    ...[command, write, done]: Parameters<NonNullable<Program['converse']>>
  ): Conversation | undefined {
    const { running, context } = this;
    if (running === undefined || context === undefined) return undefined;
    let isOver = false;
    const end = (result: ExecResult): void => {
      if (isOver) return;
      isOver = true;
      done(result);
    };
    const isPlain = running.run === undefined && running.exec === undefined;
    const talk = isPlain ? talkBeside(context) : running.converse?.bind(running);
    const conversation = talk?.(command, write, end);
    // A command dies with its container.
    if (conversation !== undefined && !isOver) {
      this.exited.wait(() => end({ stdout: '', stderr: '', exitCode: 137 }));
    }
    return conversation;
  }

  /**
   * Waits as long as a command would that nothing in it knows; `done` hears of its end. Undefined when it would
   * not wait. Returns what kills the command.
   */
  waitOut(command: readonly string[], done: () => void): (() => void) | undefined {
    if (this.context === undefined) return undefined;
    this.waiting ??= waitBeside(this.context);
    const stop = this.waiting(command, '', done);
    if (stop !== undefined) this.exited.wait(done);
    return stop;
  }

  /** Changes what is told of the container. */
  change(part: Partial<ContainerRecord>): void {
    this.record = Object.assign({}, this.record, part);
    this.listener.changed(this);
  }
}

const noGpus: NonNullable<Usage['gpuUtilization']> = {};

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
};

/** With what a program ends that a signal ends. */
export function signalExitCode(signal: string): number {
  return 128 + (signalNumbers[signal] ?? 15);
}
