/** The traffic of one Service, and what becomes of it when the node of a server is lost. */
import type { Demand } from './derived-traffic.js';
import type { Unheard } from './old-news.js';
import type { Rates } from './rates.js';

/** When clients begin to send: when all replicas serve, or a while after the first does. */
export interface Opening {
  servedMs: number;
  isLive: boolean;
  /** Replicas that serve, by Service. */
  readonly serving: Map<string, number>;
}

/** The traffic of one Service. */
export interface Flow {
  readonly demand: Demand;
  /** Shared by the backends of one route. */
  readonly opening: Opening;
  rates: Rates;
  /** Since the span began. */
  sums: Rates;
  reset: number;
  /** Of the refused and the reset: their servers had ended, and clients had not heard of it. */
  late: number;
  ended: Unheard['ended'];
  /** Others serve meanwhile: what is lost to old news need not be. */
  isServed: boolean;
  /** So much of it. */
  readonly savable: { late: number; early: number };
  /** Requests a second by the addresses of the servers that get them. */
  shares: ReadonlyMap<string, number>;
}

/**
 * The node of these servers is gone: it resets nothing. What was under way to them waits until its clients give
 * up, which counts as timed out.
 */
export function hang(
  flows: readonly Flow[],
  addresses: readonly string[],
  requestSeconds: number,
): void {
  for (const flow of flows) {
    const shares = new Map(flow.shares);
    for (const ip of addresses) {
      flow.sums.timedOut += (shares.get(ip) ?? 0) * requestSeconds;
      shares.delete(ip);
    }
    flow.shares = shares;
  }
}
