/**
 * What a program counts of its queues and of its requests to the API server, in virtual time. Left out:
 * how large bodies are, since its requests have none that are encoded, and its transports.
 * @upstream component-base/metrics/prometheus/{workqueue,restclient}/metrics.go, client-go/util/workqueue/metrics.go
 */
import type { Family } from '../api/exposition.js';
import {
  Counters,
  exponentialBounds,
  gaugeNow,
  Histograms,
  type MetricDefinition,
} from '../api/metric-vector.js';
import type { ApiAnswer, ApiRequest } from '../api/request.js';
import type { Clock } from '../engine/clock.js';

const queueBounds = exponentialBounds(10e-9, 10, 10);
const requestBounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** The counts of one life of a program. */
class Counts {
  readonly requests = new Counters({
    name: 'rest_client_requests_total',
    help: '[ALPHA] Number of HTTP requests, partitioned by status code, method, and host.',
    labels: ['code', 'method', 'host'],
  });
  readonly durations = new Histograms(
    {
      name: 'rest_client_request_duration_seconds',
      help: '[ALPHA] Request latency in seconds. Broken down by verb, and host.',
      labels: ['verb', 'host'],
    },
    requestBounds,
  );
  readonly throttled = new Histograms(
    {
      name: 'rest_client_rate_limiter_duration_seconds',
      help: '[ALPHA] Client side rate limiter latency in seconds. Broken down by verb, and host.',
      labels: ['verb', 'host'],
    },
    requestBounds,
  );
  readonly adds = new Counters(
    queueMetric('adds_total', 'Total number of adds handled by workqueue'),
  );
  readonly retries = new Counters(
    queueMetric('retries_total', 'Total number of retries handled by workqueue'),
  );
  readonly waits = new Histograms(
    queueMetric(
      'queue_duration_seconds',
      'How long in seconds an item stays in workqueue before being requested.',
    ),
    queueBounds,
  );
  readonly works = new Histograms(
    queueMetric(
      'work_duration_seconds',
      'How long in seconds processing an item from workqueue takes.',
    ),
    queueBounds,
  );
}

function queueMetric(name: string, help: string): MetricDefinition {
  return { name: `workqueue_${name}`, help: `[BETA] ${help}`, labels: ['name'] };
}

/** The name of a queue, or those of several by what their keys begin with; the first that fits counts, '' is none. */
export type QueueNames = string | Readonly<Record<string, string>>;

/** Where controllers keep what they count of themselves. */
export interface MetricBook {
  /** Whether anybody looks. */
  readonly isCounting: boolean;
  /** Adds what is to be told in this life of the process. */
  add(families: () => readonly Family[]): void;
  /** All that is counted; whoever looks for the first time lets the counting begin. */
  families(): readonly Family[];
}

/** What a program counts: from its start where somebody is sure to look, else from the first look on. */
export class ProcessMetrics implements MetricBook {
  /** When its life began. */
  startedMs = 0;
  private counts: Counts | undefined;
  private queues: QueueMetrics[] = [];
  private others: (() => readonly Family[])[] = [];

  /** `host`: where it reaches the API server. */
  constructor(
    private readonly clock: Clock,
    private readonly options: { readonly host: string; readonly isCounting: boolean },
  ) {}

  /** Whether anybody looks. */
  get isCounting(): boolean {
    return this.counts !== undefined;
  }

  /** The program begins anew, and knows nothing of what was. */
  begin(): void {
    const { isCounting } = this;
    this.startedMs = this.clock.now();
    this.queues = [];
    this.others = [];
    this.counts = isCounting || this.options.isCounting ? new Counts() : undefined;
  }

  add(families: () => readonly Family[]): void {
    this.others.push(families);
  }

  /** The metrics of the queues of a controller, which tells what keys wait. */
  queue(names: QueueNames, waiting: () => readonly string[]): QueueMetrics {
    const queue = new QueueMetrics(names, waiting, this.clock, () => this.counts);
    this.queues.push(queue);
    return queue;
  }

  /** A request was answered; `waitedMs`: how long the throttle had kept it. */
  answered(method: string, told: { status: number; tookMs: number; waitedMs: number }): void {
    const { host } = this.options;
    this.counts?.requests.add([String(told.status), method, host]);
    this.counts?.durations.observe([method, host], told.tookMs / 1000);
    this.counts?.throttled.observe([method, host], told.waitedMs / 1000);
  }

  /** A watch was opened, or refused: upstream counts it, and not how long that took. */
  watched(status: number): void {
    this.counts?.requests.add([String(status), 'GET', this.options.host]);
  }

  /** Whoever waits for the answer, after it was counted. */
  counted(
    { method }: Pick<ApiRequest, 'method'>,
    waitedMs: number,
    done: (answer: ApiAnswer) => void,
  ): (answer: ApiAnswer) => void {
    const leftMs = this.clock.now() + waitedMs;
    return answer => {
      const tookMs = this.clock.now() - leftMs;
      this.answered(method, { status: answer.status, tookMs, waitedMs });
      done(answer);
    };
  }

  families(): readonly Family[] {
    const counts = (this.counts ??= new Counts());
    const queues = this.queues.flatMap(queue => queue.now());
    for (const { name } of queues) {
      counts.adds.add([name], 0);
      counts.retries.add([name], 0);
      counts.waits.touch([name]);
      counts.works.touch([name]);
    }
    const now = (name: string, help: string, valueOf: (queue: QueueNow) => number) =>
      gaugeNow(
        queueMetric(name, help),
        queues.map(queue => [[queue.name], valueOf(queue)] as const),
      );
    return [
      ...Object.values(counts).map((each: Counters | Histograms) => each.family()),
      now('depth', 'Current depth of workqueue', ({ depth }) => depth),
      now(
        'unfinished_work_seconds',
        "How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
        ({ unfinished }) => unfinished,
      ),
      now(
        'longest_running_processor_seconds',
        'How many seconds has the longest running processor for workqueue been running.',
        ({ longest }) => longest,
      ),
      ...this.others.flatMap(families => families()),
    ];
  }
}

/** How a queue is at the moment; ages in seconds. */
interface QueueNow {
  readonly name: string;
  readonly depth: number;
  readonly unfinished: number;
  readonly longest: number;
}

/** What is counted of the queues of a controller. */
export class QueueMetrics {
  private readonly addedMs = new Map<string, number>();
  private readonly startedMs = new Map<string, number>();

  constructor(
    private readonly names: QueueNames,
    private readonly waiting: () => readonly string[],
    private readonly clock: Clock,
    private readonly counts: () => Counts | undefined,
  ) {}

  /** A key came that did not wait yet. */
  added(key: string): void {
    const counts = this.counts();
    const name = counts && this.nameOf(key);
    if (counts === undefined || name === undefined) return;
    counts.adds.add([name]);
    if (!this.addedMs.has(key)) this.addedMs.set(key, this.clock.now());
  }

  /** A key will come later. */
  retried(key: string): void {
    const counts = this.counts();
    const name = counts && this.nameOf(key);
    if (name !== undefined) counts?.retries.add([name]);
  }

  /** A worker takes the key. */
  taken(key: string): void {
    const counts = this.counts();
    const name = counts && this.nameOf(key);
    if (counts === undefined || name === undefined) return;
    const nowMs = this.clock.now();
    this.startedMs.set(key, nowMs);
    const addedMs = this.addedMs.get(key);
    if (addedMs === undefined) return;
    counts.waits.observe([name], (nowMs - addedMs) / 1000);
    this.addedMs.delete(key);
  }

  /** The worker has done with it. */
  done(key: string): void {
    const startedMs = this.startedMs.get(key);
    const name = startedMs === undefined ? undefined : this.nameOf(key);
    if (startedMs === undefined || name === undefined) return;
    this.counts()?.works.observe([name], (this.clock.now() - startedMs) / 1000);
    this.startedMs.delete(key);
  }

  /** How they are at the moment. */
  now(): readonly QueueNow[] {
    const { names, clock } = this;
    const waiting = this.waiting().map(key => this.nameOf(key));
    const working = [...this.startedMs].map(([key, startedMs]) => ({
      name: this.nameOf(key),
      age: (clock.now() - startedMs) / 1000,
    }));
    const all = new Set(typeof names === 'string' ? [names] : Object.values(names));
    return [...all].filter(Boolean).map(name => {
      const ages = working.filter(one => one.name === name).map(({ age }) => age);
      return {
        name,
        depth: waiting.filter(one => one === name).length,
        unfinished: ages.reduce((sum, age) => sum + age, 0),
        longest: Math.max(0, ...ages),
      };
    });
  }

  private nameOf(key: string): string | undefined {
    const { names } = this;
    if (typeof names === 'string') return names;
    const name = Object.entries(names).find(([prefix]) => key.startsWith(prefix))?.[1];
    return name === '' ? undefined : name;
  }
}
