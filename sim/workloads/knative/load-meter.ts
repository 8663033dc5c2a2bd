/** Measures how many requests are under way on average, and how many come. @upstream knative/serving v1.22.1 vendor knative.dev/networking/pkg/http/stats/request.go */

/** What was measured since it was asked last: per second, on average. */
export interface Load {
  readonly concurrency: number;
  readonly requests: number;
  /** The part that came through a proxy, which has counted it. */
  readonly proxiedConcurrency: number;
  readonly proxiedRequests: number;
}

/** A request that is counted. */
export interface Counted {
  readonly isProxied: boolean;
}

/** Counts requests from their beginning to their end. */
export class LoadMeter {
  private sinceMs: number;
  private changedMs: number;
  private underWay = 0;
  private proxiedUnderWay = 0;
  private busyMs = 0;
  private proxiedBusyMs = 0;
  private begun = 0;
  private proxiedBegun = 0;

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
    this.changedMs = nowMs;
  }

  /** Those that have begun and not ended. */
  get active(): number {
    return this.underWay;
  }

  begin(nowMs: number, { isProxied }: Counted): void {
    this.elapse(nowMs);
    this.underWay++;
    this.begun++;
    if (!isProxied) return;
    this.proxiedUnderWay++;
    this.proxiedBegun++;
  }

  end(nowMs: number, { isProxied }: Counted): void {
    this.elapse(nowMs);
    this.underWay--;
    if (isProxied) this.proxiedUnderWay--;
  }

  /** The averages since the last time, and begins anew. */
  take(nowMs: number): Load {
    this.elapse(nowMs);
    const spanMs = nowMs - this.sinceMs;
    const average = (busyMs: number): number => (spanMs > 0 ? busyMs / spanMs : 0);
    const rate = (count: number): number => (spanMs > 0 ? (count * 1000) / spanMs : 0);
    const load = {
      concurrency: average(this.busyMs),
      requests: rate(this.begun),
      proxiedConcurrency: average(this.proxiedBusyMs),
      proxiedRequests: rate(this.proxiedBegun),
    };
    this.sinceMs = nowMs;
    this.busyMs = 0;
    this.proxiedBusyMs = 0;
    this.begun = 0;
    this.proxiedBegun = 0;
    return load;
  }

  private elapse(nowMs: number): void {
    const spanMs = nowMs - this.changedMs;
    this.busyMs += this.underWay * spanMs;
    this.proxiedBusyMs += this.proxiedUnderWay * spanMs;
    this.changedMs = nowMs;
  }
}
