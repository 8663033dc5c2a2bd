/** Sails plans in processes: as many at a time as there are processes. */
import type { ChildProcess } from 'node:child_process';
import type { PlantedFault } from '../../sim/engine/planted.js';
import { expectShortRuns, onProcessExit, yieldToHost } from '../host.js';
import { laws as allLaws } from '../laws/index.js';
import type { Law, LawSettings } from '../laws/law.js';
import { Packer } from './cargo.js';
import type { VoyagePlan } from './plan.js';
import { sailBrief, type Brief } from './sail-brief.js';
import { startSailor } from './start-sailor.js';
import type { Order, Report } from './worker.js';

/** Those who sail. */
export interface Fleet extends AsyncDisposable {
  /** How many plans can be under way at once. */
  readonly size: number;
  sail(plan: VoyagePlan): Promise<Brief>;
}

/** What a fleet sails with. */
export interface FleetOptions {
  readonly workers: number;
  readonly laws: readonly Law[];
  readonly planted: readonly PlantedFault[];
  /** Thresholds by law. Default: the laws' own. */
  readonly settings?: Readonly<Record<string, LawSettings>>;
  /** Starts one of the processes. Default: one that sails. */
  readonly start?: () => ChildProcess;
}

/** Makes a fleet: of processes, or of this thread when it is one or has laws that a process cannot know. */
export function assemble(options: FleetOptions): Fleet {
  const { workers, laws } = options;
  const isKnown = laws.every(law => allLaws.includes(law));
  if (workers > 1 && isKnown) return new Processes(options);
  expectShortRuns();
  return new OwnThread(options);
}

/**
 * What is planted is of the whole thread: it sails one voyage after another. Between the events of a
 * voyage the thread hears of signals, and it sails no further when nobody waits for it.
 */
class OwnThread implements Fleet {
  readonly size = 1;
  private isLeft = false;
  private before: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: FleetOptions) {}

  sail(plan: VoyagePlan): Promise<Brief> {
    const { laws, planted, settings = {} } = this.options;
    const tell = async (): Promise<void> => {
      await yieldToHost();
      if (this.isLeft) throw new Error('nobody waits for this voyage');
    };
    const brief = this.before.then(() => sailBrief(plan, { laws, planted, settings, tell }));
    this.before = brief.catch(() => undefined);
    return brief;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isLeft = true;
    return Promise.resolve();
  }
}

interface Waiting {
  readonly plan: VoyagePlan;
  readonly order: Omit<Order, 'cargo'>;
  readonly resolve: (brief: Brief) => void;
  readonly reject: (error: Error) => void;
}

/** A process, and who packs for it. */
interface Sailor {
  readonly process: ChildProcess;
  readonly packer: Packer;
}

class Processes implements Fleet {
  readonly size: number;
  private readonly idle: Sailor[] = [];
  private readonly all: Sailor[] = [];
  private readonly queue: Waiting[] = [];
  private readonly underWay = new Map<Sailor, Waiting>();
  private nextId = 0;
  private readonly forget = onProcessExit(() => this.sink());
  /** Why the last process has ended, if it has. */
  private failure: Error | undefined;

  constructor(private readonly options: FleetOptions) {
    this.size = options.workers;
    for (let index = 0; index < options.workers; index++) this.hire();
  }

  sail(plan: VoyagePlan): Promise<Brief> {
    const { laws, planted, settings = {} } = this.options;
    const names = laws.map(({ name }) => name);
    const order = { id: this.nextId++, laws: names, planted, settings };
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.queue.push({ plan, order, resolve, reject });
      this.assign();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.sink();
    return Promise.resolve();
  }

  /** Whatever they are doing: nobody waits for it. */
  private sink(): void {
    this.forget();
    for (const { process } of this.all.splice(0)) process.kill('SIGKILL');
  }

  private hire(): void {
    const { start = startSailor } = this.options;
    const process = start();
    const sailor: Sailor = { process, packer: new Packer() };
    keep(process, false);
    this.all.push(sailor);
    this.idle.push(sailor);
    process.on('message', (report: Report) => {
      const waiting = this.underWay.get(sailor);
      this.underWay.delete(sailor);
      this.idle.push(sailor);
      keep(process, false);
      if ('brief' in report) waiting?.resolve(report.brief);
      else waiting?.reject(report.error);
      this.assign();
    });
    process.on('error', error => this.lose(sailor, error));
    process.on('exit', (code, signal) => {
      const how = code === null ? `by ${signal ?? 'a signal'}` : `with code ${code}`;
      this.lose(sailor, new Error(`a process that sails ended ${how}`));
    });
  }

  /** It is given nothing more. What nobody is left to sail fails with the last process. */
  private lose(sailor: Sailor, error: Error): void {
    const { all, idle, underWay, queue } = this;
    if (!all.includes(sailor)) return;
    all.splice(all.indexOf(sailor), 1);
    if (idle.includes(sailor)) idle.splice(idle.indexOf(sailor), 1);
    underWay.get(sailor)?.reject(error);
    underWay.delete(sailor);
    if (all.length > 0) return;
    this.failure = error;
    for (const { reject } of queue.splice(0)) reject(error);
  }

  private assign(): void {
    while (this.queue.length > 0) {
      const sailor = this.idle.shift();
      const waiting = sailor && this.queue.shift();
      if (sailor === undefined || waiting === undefined) return;
      this.underWay.set(sailor, waiting);
      const { process, packer } = sailor;
      keep(process, true);
      const cargo = packer.pack(waiting.plan);
      process.send({ ...waiting.order, cargo } satisfies Order);
    }
  }
}

/** Whether this process stays for that one: it may end while the others have nothing to do. */
function keep(process: ChildProcess, isAwaited: boolean): void {
  for (const handle of [process, process.channel]) {
    if (isAwaited) handle?.ref();
    else handle?.unref();
  }
}
