/** How many replicas hold a latency objective: the fewest with which the whole log keeps to it. */
import type { RequestLog } from './request-log.js';
import { Replica, type Latencies, type ServerModel } from './server-model.js';

/** What must hold, in seconds; absent: anything will do. */
export interface Objective {
  /** 99th percentile of the time to the first token. */
  readonly firstTokenP99?: number;
  /** 95th percentile of the time between tokens. */
  readonly betweenTokensP95?: number;
}

/** What came of serving the log with so many replicas. */
export interface Served {
  readonly replicas: number;
  /** Sorted. */
  readonly first: Float64Array;
  /** Sorted, of answers of more than one token. */
  readonly between: Float64Array;
  /** Share of the replicas' time in which they did something. */
  readonly busyShare: number;
  readonly spanSeconds: number;
}

const replicasMax = 4096;

/** Serves the whole log; each request goes to the replica with the fewest. */
export function serve(log: RequestLog, model: ServerModel, replicas: number): Served {
  const count = log.arrivalSeconds.length;
  const latencies: Latencies = {
    first: new Float64Array(count),
    between: new Float64Array(count).fill(NaN),
  };
  const all = Array.from({ length: replicas }, () => new Replica(model, log, latencies));
  for (let request = 0; request < count; request++) {
    const at = log.arrivalSeconds[request] ?? 0;
    let best = all[0];
    for (const replica of all) {
      replica.advance(at);
      if (best === undefined || replica.load < best.load) best = replica;
    }
    best?.take(request);
  }
  for (const replica of all) {
    while (replica.load > 0) replica.advance(Infinity);
  }
  const spanSeconds = log.arrivalSeconds.at(-1) ?? 0;
  const busy = all.reduce((sum, { busySeconds }) => sum + busySeconds, 0);
  return {
    replicas,
    first: latencies.first.toSorted(),
    between: latencies.between.filter(value => !Number.isNaN(value)).sort(),
    busyShare: spanSeconds === 0 ? 0 : Math.min(1, busy / (replicas * spanSeconds)),
    spanSeconds,
  };
}

/** Whether the objective holds. */
export function holds({ first, between }: Served, objective: Objective): boolean {
  const { firstTokenP99 = Infinity, betweenTokensP95 = Infinity } = objective;
  return quantile(first, 0.99) <= firstTokenP99 && quantile(between, 0.95) <= betweenTokensP95;
}

/**
 * The fewest replicas that hold the objective, found by doubling and halving: more replicas are taken never
 * to serve worse. Undefined when not even the most do: then no number of GPUs helps, as a lone request is too slow.
 */
export function fewest(
  log: RequestLog,
  model: ServerModel,
  objective: Objective,
): Served | undefined {
  let low = 0;
  let high = 1;
  let found = serve(log, model, high);
  while (!holds(found, objective)) {
    low = high;
    high *= 2;
    if (high > replicasMax) return undefined;
    found = serve(log, model, high);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const served = serve(log, model, middle);
    if (holds(served, objective)) {
      high = middle;
      found = served;
    } else low = middle;
  }
  return found;
}

/** The smallest value that so large a share of the sorted values is not above; 0 of nothing. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
