/**
 * Runs processes: their informers, queues and workers. It drives the generators of the controllers,
 * sends what they yield and gives them the answers, over whatever transport it is given.
 */
import type { HasMetadata } from '../api/object.js';
import type { RecordedPast } from '../api/recorded-past.js';
import type { ApiAnswer } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import { invariant } from '../engine/invariant.js';
import type { Random } from '../engine/random.js';
import {
  defaultRetryPolicy,
  type Answer,
  type Beside,
  type ClientRate,
  type Connect,
  type Controller,
  type ControllerDefinition,
  type Identity,
  type Outcome,
  type ProcessDefinition,
  type Reconciliation,
  type Watch,
} from './contract.js';
import { CacheView, type AnyInformer } from './cache-view.js';
import { createEventRecorder } from './event-recorder.js';
import { Informer } from './informer.js';
import { ProcessClock } from './process-clock.js';
import type { ProcessMetrics } from './process-metrics.js';
import { ThrottledTransport } from './throttled-transport.js';
import { WorkQueue } from './work-queue.js';

/** kube-controller-manager's --kube-api-qps and --kube-api-burst. */
const defaultRate: ClientRate = { perSecond: 20, burst: 30 };

/** What processes run with. */
export interface RuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly connect: Connect;
  /** When the controllers of a recorded cluster tried again what had failed. */
  readonly triedAt?: RecordedPast['triedAt'];
  readonly beside?: Beside;
  /** What the process counts. Default: nothing. */
  readonly metrics?: ProcessMetrics | undefined;
}

/** A process that can be started, stopped and crashed. */
export interface Process {
  readonly name: string;
  readonly isRunning: boolean;
  /** Starts it with an empty memory; its informers begin to fill. */
  start(): void;
  /** Ends it at once: what it was about to do is not done, and what it knew is gone. */
  stop(): void;
  /** Whether all of its caches are filled. */
  hasSynced(): boolean;
}

/** Makes a process; it does nothing until it is started. */
export function createProcess(definition: ProcessDefinition, options: RuntimeOptions): Process {
  return new ProcessOfLives(definition, options);
}

/** A process, of which one life after the other runs. */
class ProcessOfLives implements Process {
  private running: RunningProcess | undefined;

  constructor(
    private readonly definition: ProcessDefinition,
    private readonly options: RuntimeOptions,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  start(): void {
    invariant(this.running === undefined, `${this.name} is not started twice`);
    this.options.metrics?.begin();
    this.running = new RunningProcess(this.definition, this.options);
    this.running.start();
  }

  stop(): void {
    this.running?.stop();
    this.running = undefined;
  }

  hasSynced(): boolean {
    return this.running?.hasSynced() ?? false;
  }
}

/** One life of a process. */
class RunningProcess {
  readonly clock: ProcessClock;
  private readonly informers = new Map<string, AnyInformer>();
  private readonly clients = new Map<string, ThrottledTransport>();
  private readonly controllers: RunningController[];
  private isStarted = false;

  constructor(
    readonly definition: ProcessDefinition,
    readonly options: RuntimeOptions,
  ) {
    this.clock = new ProcessClock(options.clock);
    this.controllers = definition.controllers.map(
      controller => new RunningController(controller, this),
    );
  }

  get triedAt(): RuntimeOptions['triedAt'] {
    return this.options.triedAt;
  }

  get random(): Random {
    return this.options.random.fork(this.definition.name);
  }

  start(): void {
    this.isStarted = true;
    for (const informer of this.informers.values()) informer.start();
    for (const controller of this.controllers) controller.startWhenSynced();
  }

  stop(): void {
    this.clock.stop();
    for (const informer of this.informers.values()) informer.stop();
    for (const client of this.clients.values()) client.stop();
    for (const controller of this.controllers) controller.stop();
  }

  hasSynced(): boolean {
    return [...this.informers.values()].every(informer => informer.hasSynced);
  }

  /** The shared informer of a scope: controllers that watch the same thing share one. */
  informer(watch: Watch): AnyInformer {
    const { kind, namespace, labelSelector, fieldSelector } = watch;
    const scope = [
      kind.group,
      kind.version,
      kind.resource,
      namespace,
      labelSelector,
      fieldSelector,
    ];
    const key = scope.join(' ');
    const known = this.informers.get(key);
    if (known !== undefined) return known;
    const informer = new Informer<HasMetadata>(
      { kind, namespace, labelSelector, fieldSelector },
      {
        clock: this.clock,
        random: this.random.fork(`informer ${key}`),
        transport: this.options.connect(this.definition.identity),
        label: this.definition.name,
        metrics: this.options.metrics,
      },
    );
    this.informers.set(key, informer);
    if (this.isStarted) informer.start();
    return informer;
  }

  /** The throttled client of an identity: those of one identity share its bucket. */
  client(identity: Identity, rate = this.definition.rate): ThrottledTransport {
    const known = this.clients.get(identity.user);
    if (known !== undefined) return known;
    const client = new ThrottledTransport(
      this.options.connect(identity),
      this.clock,
      rate ?? defaultRate,
      this.definition.name,
      this.options.metrics,
    );
    this.clients.set(identity.user, client);
    return client;
  }
}

/** A controller in one life of its process. */
class RunningController {
  private readonly controller: Controller;
  private readonly queue: WorkQueue;
  private readonly view: CacheView;
  private readonly client: ThrottledTransport;
  private readonly label: string;
  private readonly workersMax: number;
  private busyWorkers = 0;
  private isWorking = false;
  private isPumping = false;

  constructor(
    definition: ControllerDefinition,
    private readonly process: RunningProcess,
  ) {
    const { clock } = process;
    this.label = `${process.definition.name} ${definition.name}`;
    this.view = new CacheView(this.label);
    const { identity = process.definition.identity, rate } = definition;
    this.client = process.client(identity, rate);
    // The policy is known only when the controller exists, which needs a queue: so the queue is made through a relay.
    const relay: { queue?: WorkQueue } = {};
    const queueOf = (): WorkQueue => {
      if (relay.queue === undefined)
        invariant(false, `${this.label} uses its queue after it was created`);
      return relay.queue;
    };
    this.controller = definition.create({
      clock,
      random: process.random.fork(definition.name),
      view: this.view,
      queue: {
        add: key => queueOf().add(key),
        addAfter: (key, delayMs) => queueOf().addAfter(key, delayMs),
        addRateLimited: key => queueOf().addRateLimited(key),
        forget: key => queueOf().forget(key),
        retries: key => queueOf().retries(key),
      },
      events: createEventRecorder({
        clock,
        transport: this.client,
        component: definition.eventSource ?? definition.name,
        ...(definition.eventHost !== undefined && { host: definition.eventHost }),
        ...(definition.eventApi !== undefined && { api: definition.eventApi }),
      }),
      watch: watch => this.watch(watch),
      messenger: ({ label, request, done }) =>
        this.client.messenger({
          label,
          request,
          done: (answer, ms) => done(answerOf(answer) as Answer<never>, ms),
        }),
      ...process.options.beside,
      ...(process.options.metrics !== undefined && { metrics: process.options.metrics }),
    });
    const policy = this.controller.retry ?? defaultRetryPolicy;
    const { triedAt } = process;
    const tried = triedAt && ((each: string, ms: number) => triedAt(identity.user, each, ms));
    this.queue = new WorkQueue(clock, this.label, policy, () => this.pump(), tried);
    relay.queue = this.queue;
    this.count(definition);
    this.workersMax = this.controller.workers ?? 1;
    for (const watch of this.controller.watches) this.watch(watch);
  }

  private count({ queueName }: ControllerDefinition): void {
    if (queueName === undefined) return;
    const { queue } = this;
    queue.metrics = this.process.options.metrics?.queue(queueName, () => queue.waiting());
  }

  startWhenSynced(): void {
    const informers = this.controller.watches.map(watch => this.process.informer(watch));
    let missing = informers.length;
    const oneLess = (): void => {
      if (--missing > 0) return;
      this.begin();
    };
    if (missing === 0) this.begin();
    else for (const informer of informers) informer.whenSynced(oneLess);
  }

  stop(): void {
    this.isWorking = false;
    this.queue.clear();
    this.controller.stop?.();
  }

  private begin(): void {
    this.isWorking = true;
    this.controller.start?.();
    this.pump();
  }

  private watch(watch: Watch): () => void {
    const informer = this.process.informer(watch);
    for (const [name, keysOf] of Object.entries(watch.indexes ?? {})) {
      informer.cache.addIndex(name, keysOf);
    }
    this.view.add(watch.kind, informer);
    const { on, isNoNews } = watch;
    if (on === undefined) return () => undefined;
    let isActive = true;
    for (const object of informer.cache.list()) on({ type: 'added', object });
    informer.onChange(change => {
      if (isActive) on(change);
    }, isNoNews);
    return () => {
      isActive = false;
    };
  }

  /** Gives waiting keys to free workers. */
  private pump(): void {
    if (!this.isWorking || this.isPumping) return;
    this.isPumping = true;
    while (this.busyWorkers < this.workersMax) {
      const key = this.queue.take();
      if (key === undefined) break;
      this.busyWorkers++;
      this.advance(key, this.controller.reconcile(key, this.view), undefined);
    }
    this.isPumping = false;
  }

  /** Runs a reconciliation up to its next request. */
  private advance(
    key: string,
    reconciliation: Reconciliation,
    answer: Answer<unknown> | undefined,
  ): void {
    const step = reconciliation.next(answer as Answer<unknown>);
    if (step.done === true) return this.finish(key, step.value);
    const wanted = step.value;
    if ('pauseMs' in wanted) {
      this.process.clock.after(wanted.pauseMs, `${this.label} ${key} goes on`, () =>
        this.advance(key, reconciliation, undefined),
      );
      return;
    }
    if ('consult' in wanted) {
      // The answer comes from outside of virtual time: it is an event when it is here.
      wanted.consult(() =>
        this.process.clock.after(0, `${this.label} ${key} hears from outside`, () => {
          if (this.isWorking) this.advance(key, reconciliation, undefined);
        }),
      );
      return;
    }
    this.client.send(wanted, received => {
      if (this.isWorking) this.advance(key, reconciliation, answerOf(received));
    });
  }

  private finish(key: string, outcome: Outcome): void {
    this.busyWorkers--;
    this.queue.done(key);
    if (outcome === undefined) this.queue.forget(key);
    else if ('retry' in outcome) this.queue.addRateLimited(key);
    else {
      this.queue.forget(key);
      this.queue.addAfter(key, outcome.requeueAfterMs);
    }
    this.pump();
  }
}

/** What a reconciler learns of an answer. */
export function answerOf({ status, body, stream }: ApiAnswer): Answer<unknown> {
  // Who asked for a connection gets it.
  if (status === 101 && stream !== undefined) return { isOk: true, status, object: stream };
  if (status >= 200 && status < 300) return { isOk: true, status, object: body };
  const told = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly reason?: string;
    readonly message?: string;
  };
  const message = told.message ?? (typeof body === 'string' ? body : '');
  return { isOk: false, status, reason: told.reason ?? '', message, body };
}
