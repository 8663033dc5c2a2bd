/** Sails plans in threads: as many at a time as there are threads. */
import type { Worker } from 'node:worker_threads';
import type { PlantedFault } from '../../sim/engine/planted.js';
import { allocateYoung, inlineLess } from '../host.js';
import { laws as allLaws } from '../laws/index.js';
import type { Law, LawSettings } from '../laws/law.js';
import { startThread } from '../thread.js';
import { Packer } from './cargo.js';
import type { VoyagePlan } from './plan.js';
import { sailBrief, type Brief } from './sail-brief.js';
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
  /** Starts one of the threads. Default: one that sails. */
  readonly start?: () => Worker;
}

/** Makes a fleet: of threads, or of this thread when it is one or has laws that threads cannot know. */
export function assemble(options: FleetOptions): Fleet {
  const { workers, laws } = options;
  allocateYoung();
  inlineLess();
  const isKnown = laws.every(law => allLaws.includes(law));
  if (workers > 1 && isKnown) return new Threads(options);
  return new OwnThread(options);
}

/** What is planted is of the whole thread: it sails one voyage after another. */
class OwnThread implements Fleet {
  readonly size = 1;
  private before: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: FleetOptions) {}

  sail(plan: VoyagePlan): Promise<Brief> {
    const { laws, planted, settings = {} } = this.options;
    const brief = this.before.then(() => sailBrief(plan, { laws, planted, settings }));
    this.before = brief.catch(() => undefined);
    return brief;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Of a thread: room for what a voyage allocates, so that it is mostly over when the young are collected.
 * V8 divides it by three, and by default gives 48. Twice as much again took more memory and no less time.
 */
const maxYoungGenerationSizeMb = 96;

function startSailor(): Worker {
  const file = { name: 'voyage-worker', source: 'voyages/worker' };
  return startThread(file, { resourceLimits: { maxYoungGenerationSizeMb } });
}

interface Waiting {
  readonly plan: VoyagePlan;
  readonly order: Omit<Order, 'cargo'>;
  readonly resolve: (brief: Brief) => void;
  readonly reject: (error: Error) => void;
}

/** A thread, and who packs for it. */
interface Sailor {
  readonly worker: Worker;
  readonly packer: Packer;
}

class Threads implements Fleet {
  readonly size: number;
  private readonly idle: Sailor[] = [];
  private readonly all: Sailor[] = [];
  private readonly queue: Waiting[] = [];
  private readonly underWay = new Map<Sailor, Waiting>();
  private nextId = 0;
  /** Why the last thread has ended, if it has. */
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

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.splice(0).map(({ worker }) => worker.terminate()));
  }

  private hire(): void {
    const { start = startSailor } = this.options;
    const worker = start();
    const sailor: Sailor = { worker, packer: new Packer() };
    worker.unref();
    this.all.push(sailor);
    this.idle.push(sailor);
    worker.on('message', (report: Report) => {
      const waiting = this.underWay.get(sailor);
      this.underWay.delete(sailor);
      this.idle.push(sailor);
      // A process may end while its threads have nothing to do.
      worker.unref();
      if ('brief' in report) waiting?.resolve(report.brief);
      else waiting?.reject(report.error);
      this.assign();
    });
    worker.on('error', error => this.lose(sailor, error as Error));
    worker.on('exit', code => this.lose(sailor, new Error(`a thread ended with code ${code}`)));
  }

  /** It is given nothing more. What nobody is left to sail fails with the last thread. */
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
      const { worker, packer } = sailor;
      worker.ref();
      const cargo = packer.pack(waiting.plan);
      worker.postMessage({ ...waiting.order, cargo } satisfies Order);
    }
  }
}
