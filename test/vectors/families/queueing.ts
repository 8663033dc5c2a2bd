/**
 * The family of queues with known answers: each is simulated by the servers that carry the traffic.
 * A pass, as the vectors' README has it: the 99 % confidence interval of the mean wait (batch means)
 * holds the exact one, or the mean is within 12 % of an approximation; the 99th percentile is within
 * 5 %. Where there is no closed form at all, the recorded simulation is the measure, with 5 %.
 */
import { Random } from '../../../sim/engine/random.js';
import { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import { RequestBlock } from '../../../sim/workloads/serving/requests.js';
import { requestServer, ServerOutcome } from '../../../sim/workloads/serving/server.js';
import {
  capacityPerSecond,
  type ServerSettings,
  type ServiceTime,
} from '../../../sim/workloads/serving/settings.js';
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';

/** A model of the file; times in seconds. */
interface QueueCase {
  readonly model: string;
  readonly lambda: number;
  readonly mu?: number;
  readonly D?: number;
  readonly tau0?: number;
  readonly alpha?: number;
  readonly pWait?: number;
  readonly meanWait?: number;
  readonly p99Wait?: number;
  /** Of a batching server's mean latency: an approximation. */
  readonly bound?: number;
  readonly sim?: { readonly meanLatency?: number; readonly p99?: number };
}

/** Simulates all queues of the folder. */
export const queueing: VectorFamily = {
  name: 'queueing',
  *replay(folder: string, options: ReplayOptions): Iterable<CaseResult> {
    for (const path of vectorFiles(folder, '.json')) {
      for (const one of JSON.parse(readText(path)) as readonly QueueCase[]) {
        const id = `${one.model}, lambda=${Number(one.lambda.toPrecision(6))}`;
        if (options.id?.test(id) === false) continue;
        const settings = settingsOf(one);
        if (settings === undefined) {
          yield { id, result: 'skipped', reason: 'a model that is not known here' };
          continue;
        }
        const reason = problemOf(one, simulate(settings, one.lambda, new Random(1).fork(id)));
        yield reason === undefined ? { id, result: 'passed' } : { id, result: 'failed', reason };
      }
    }
  },
};

const batchCount = 40;
/** Student's t with 39 degrees of freedom, two-sided 99 %. */
const t99 = 2.708;
/** The share of the run until the empty start is forgotten. */
const warmUp = 0.05;
const arrivalsMin = 2_000_000;
/** Runs are so many times as long as a queue remembers. */
const relaxations = 6_000;

/** In seconds. */
interface Simulated {
  readonly wait: Mean;
  readonly latency: Mean;
  readonly waitP99: number;
  readonly latencyP99: number;
  readonly waited: number;
}

interface Mean {
  readonly value: number;
  /** Half of the 99 % confidence interval. */
  readonly margin: number;
}

function problemOf(one: QueueCase, found: Simulated): string | undefined {
  const { meanWait, p99Wait, pWait, bound, sim } = one;
  if (meanWait === undefined) {
    const { meanLatency = NaN, p99 = NaN } = sim ?? {};
    return (
      (bound === undefined ? undefined : far('mean latency', found.latency.value, bound, 0.12)) ??
      far('mean latency', found.latency.value, meanLatency, 0.05) ??
      far('p99 of latency', found.latencyP99, p99, 0.05)
    );
  }
  const { value, margin } = found.wait;
  if (one.model.includes('approx')) return far('mean wait', value, meanWait, 0.12);
  if (Math.abs(value - meanWait) > margin) {
    return `the mean wait is ${value} +- ${margin} (99 %), which does not hold ${meanWait}`;
  }
  return (
    (pWait === undefined ? undefined : far('share that waits', found.waited, pWait, 0.05)) ??
    (p99Wait === undefined ? undefined : far('p99 of waits', found.waitP99, p99Wait, 0.05))
  );
}

function far(what: string, value: number, wanted: number, share: number): string | undefined {
  if (Math.abs(value - wanted) <= share * wanted) return undefined;
  return `the ${what} is ${value}, not within ${share * 100} % of ${wanted}`;
}

/** What the name says: M/M/c, M/D/c, M/G/c lognormal, dynamic batching. */
function settingsOf(one: QueueCase): ServerSettings | undefined {
  const { model, mu = 1, D = 1 } = one;
  const [, kind, count] = /^M\/([MDG])\/(\d+)/.exec(model) ?? [];
  const cv2 = numberIn(model, /cv2=([\d.]+)/);
  const services: Readonly<Record<string, ServiceTime | undefined>> = {
    M: { kind: 'exponential', meanMs: 1000 / mu },
    D: { kind: 'deterministic', ms: 1000 * D },
    G: cv2 === undefined ? undefined : { kind: 'lognormal', meanMs: 1000 / mu, cv2 },
  };
  const service = services[kind ?? ''];
  if (service !== undefined) return { service, servers: Number(count) };
  const perItem = one.alpha ?? numberIn(model, /tau=([\d.]+)b/);
  const fixed = one.tau0 ?? numberIn(model, /b\+([\d.]+)/);
  if (!model.startsWith('dynamic batching') || perItem === undefined || fixed === undefined) {
    return undefined;
  }
  return {
    service: {
      kind: 'batch',
      fixedMs: fixed * 1000,
      perItemMs: perItem * 1000,
      batchMax: numberIn(model, /B=(\d+)/) ?? Infinity,
      delayMaxMs: (numberIn(model, /delay=([\d.]+)/) ?? 0) * 1000,
    },
  };
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function simulate(settings: ServerSettings, lambda: number, random: Random): Simulated {
  const load = lambda / capacityPerSecond(settings);
  // A queue forgets in about 1 / (1 - sqrt(rho))^2 services.
  const memory = load / (1 - Math.sqrt(load)) ** 2;
  const arrivals = Math.max(arrivalsMin, relaxations * memory);
  const meanMs = 1000 / lambda;
  const run = new QueueRun(settings, meanMs, random);
  run.advance(arrivals * meanMs * warmUp);
  run.forget();
  const spanMs = (arrivals * meanMs * (1 - warmUp)) / batchCount;
  const waits: number[] = [];
  const latencies: number[] = [];
  for (let batch = 0; batch < batchCount; batch++) {
    const before = run.sums();
    run.advance(spanMs);
    const after = run.sums();
    waits.push((after.waitMs - before.waitMs) / (after.begun - before.begun));
    latencies.push((after.latencyMs - before.latencyMs) / (after.done - before.done));
  }
  return run.result(meanOf(waits), meanOf(latencies));
}

function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1) / values.length);
  return { value: mean / 1000, margin: (t99 * deviation) / 1000 };
}

/** A server, and Poisson arrivals that go to it. */
class QueueRun {
  private readonly server;
  private readonly stream: FastRandom;
  private outcome = new ServerOutcome({ keepsWaits: true });
  private readonly block = new RequestBlock();
  private nowMs = 0;
  private nextMs: number;

  constructor(
    settings: ServerSettings,
    private readonly meanMs: number,
    random: Random,
  ) {
    this.server = requestServer(settings, random.fork('service'));
    this.stream = new FastRandom(random.fork('arrivals'));
    this.nextMs = this.stream.exponential() * meanMs;
  }

  /** Goes on, in windows of some thousand arrivals. */
  advance(spanMs: number): void {
    const endMs = this.nowMs + spanMs;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + 4000 * this.meanMs);
      const { block, stream, meanMs } = this;
      block.count = 0;
      for (; this.nextMs < this.nowMs; this.nextMs += stream.exponential() * meanMs) {
        block.push(this.nextMs, 0);
      }
      this.server.advance(block, this.nowMs, this.outcome);
    }
  }

  /** Begins to record anew. */
  forget(): void {
    this.outcome = new ServerOutcome({ keepsWaits: true });
  }

  sums() {
    const { waits, latencies } = this.outcome;
    return {
      waitMs: waits?.sumMs ?? 0,
      begun: waits?.count ?? 0,
      latencyMs: latencies.sumMs,
      done: latencies.count,
    };
  }

  result(wait: Mean, latency: Mean): Simulated {
    const { waits, latencies } = this.outcome;
    const atOnce = waits?.counts[0] ?? 0;
    return {
      wait,
      latency,
      waitP99: (waits?.quantile(0.99) ?? NaN) / 1000,
      latencyP99: (latencies.quantile(0.99) ?? NaN) / 1000,
      waited: 1 - atOnce / (waits?.count ?? 1),
    };
  }
}
