/**
 * Faults that a route injects: the client's sidecar waits, or answers in the server's place. Without a share
 * there are none: Envoy takes it for none at all.
 * @upstream pilot/pkg/networking/core/route/route.go TranslateFault (1.30), Envoy's fault filter
 */
import { durationMs } from './duration.js';
import type { HttpRoute, Percentage } from './kinds.js';

/** What befalls a part of the requests. */
export interface Faults {
  /** How long they wait, and which part of all, from 0 to 1. */
  readonly delay?: { readonly ms: number; readonly share: number };
  /** With which status they are answered. */
  readonly abort?: { readonly status: number; readonly share: number };
}

/** What Envoy says to a request that it aborts. */
export const abortText = 'fault filter abort';

/** The faults of a route; aborts by a status of gRPC are left out. */
export function faultsOf({ fault = {} }: HttpRoute): Faults {
  const { delay, abort } = fault;
  const ms = delay === undefined ? 0 : durationMs(delay.fixedDelay);
  const delayShare = shareOf(delay?.percentage) ?? (delay?.percent ?? 0) / 100;
  const abortShare = shareOf(abort?.percentage) ?? 0;
  const status = abort?.httpStatus;
  return {
    ...(ms > 0 && delayShare > 0 && { delay: { ms, share: delayShare } }),
    ...(status !== undefined && abortShare > 0 && { abort: { status, share: abortShare } }),
  };
}

function shareOf(percentage: Percentage | undefined): number | undefined {
  // The value's own default is 0.
  return percentage && (percentage.value ?? 0) / 100;
}
