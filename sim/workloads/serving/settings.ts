/** What a server of requests is made of: its service time, its queue, its patience. Times in ms. */

/** How long one request is served, where each is served alone. */
export type ServiceTime =
  | { readonly kind: 'exponential'; readonly meanMs: number }
  | { readonly kind: 'deterministic'; readonly ms: number }
  /** `cv2`: the squared coefficient of variation, variance / mean^2. */
  | { readonly kind: 'lognormal'; readonly meanMs: number; readonly cv2: number };

/**
 * Dynamic batching: a batch of b takes `fixedMs + perItemMs * b`, which fits published tables of
 * Triton's within some percent up to b = 32 (ResNet-50 FP16: T4 2.27 + .824 b, V100 2.47 + .422 b,
 * A100 1.73 + .273 b, A40 1.59 + .459 b ms).
 */
export interface BatchTime {
  readonly kind: 'batch';
  readonly fixedMs: number;
  readonly perItemMs: number;
  /** The most that one batch takes; Infinity: all that wait. */
  readonly batchMax: number;
  /**
   * How long the oldest may wait for the batch to fill, Triton's max_queue_delay. Default 0: a free
   * server takes at once what waits.
   */
  readonly delayMaxMs?: number;
}

/** A server, or several in parallel before one queue. */
export interface ServerSettings {
  readonly service: ServiceTime | BatchTime;
  /** How many serve in parallel: threads, or Triton's instances. Default 1. */
  readonly servers?: number;
  /** The most that wait; further ones are shed at once. Default Infinity. */
  readonly queueMax?: number;
  /** Those that waited longer are dropped when their turn comes. Default Infinity. */
  readonly queueTimeoutMs?: number;
}

/** The rate, in requests a second, at which a server is saturated: B / tau(B), or c / E[S]. */
export function capacityPerSecond({ service, servers = 1 }: ServerSettings): number {
  if (service.kind !== 'batch') return (servers * 1000) / meanServiceMs(service);
  const { fixedMs, perItemMs, batchMax } = service;
  const perItem = batchMax === Infinity ? perItemMs : fixedMs / batchMax + perItemMs;
  return (servers * 1000) / perItem;
}

/** The mean of a service time. */
export function meanServiceMs(service: ServiceTime): number {
  return service.kind === 'deterministic' ? service.ms : service.meanMs;
}
