/**
 * Which requests a proxy of the mesh sends once more: where nothing is said of it, twice, after what no server
 * has seen.
 * @upstream istio pilot/pkg/networking/core/route/retry/retry.go (ConvertPolicy, 1.30), envoy
 *   source/common/router/retry_state_impl.cc
 */
import { durationMs } from './duration.js';
import type { HttpRetries } from './kinds.js';

/** What a proxy does about failures. */
export interface RetryPolicy {
  /** After the first one. */
  readonly attempts: number;
  /** Envoy's conditions. */
  readonly on: ReadonlySet<string>;
  /** Those of `retriable-status-codes`. */
  readonly statuses: ReadonlySet<number>;
  /** How long one attempt may take; 0: as long as all. */
  readonly perTryTimeoutMs: number;
  /** The first wait is shorter than this; each later one may be twice as long, up to ten times this. */
  readonly backOffMs: number;
  /** Whether another pod is looked for. */
  readonly avoidsTried: boolean;
}

/** What came of an attempt: an answer, no connection, or one that ended before an answer came. */
export type AttemptOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly kind: 'connect-failure' }
  | { readonly kind: 'reset' };

const usual = {
  attempts: 2,
  on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
  backOffMs: 25,
} as const;

/** So often the choice of a pod that was tried before is made again. */
export const selectionsMax = 5;

/** The policy of a route; undefined: it wants none. With consistent hashing no other pod is looked for. */
export function retryPolicy(
  retries: HttpRetries | undefined,
  { isHashed = false }: { readonly isHashed?: boolean } = {},
): RetryPolicy | undefined {
  const { retryOn = '', perTryTimeout, backoff, retryIgnorePreviousHosts } = retries ?? {};
  const attempts = retries === undefined ? usual.attempts : (retries.attempts ?? 0);
  if (attempts <= 0) return undefined;
  const backOffMs = backoff === undefined ? usual.backOffMs : durationMs(backoff);
  return {
    attempts,
    ...conditionsOf(retryOn === '' ? usual.on : retryOn),
    perTryTimeoutMs: durationMs(perTryTimeout),
    backOffMs: Math.max(backOffMs, 1),
    avoidsTried: retryIgnorePreviousHosts ?? !isHashed,
  };
}

const statusMin = 100;
const statusMax = 599;

/** Numbers among the words are statuses. */
function conditionsOf(text: string): Pick<RetryPolicy, 'on' | 'statuses'> {
  const words = text.split(',').flatMap(word => (word.trim() === '' ? [] : [word.trim()]));
  const statuses = new Set(
    words.map(Number).filter(one => Number.isInteger(one) && one >= statusMin && one <= statusMax),
  );
  const on = new Set(words.filter(word => !statuses.has(Number(word))));
  if (statuses.size > 0) on.add('retriable-status-codes');
  return { on, statuses };
}

const gatewayErrors: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether the status is one of a proxy that got no answer. */
export function isGatewayError(status: number): boolean {
  return gatewayErrors.has(status);
}

const byGrpcStatus: Readonly<Record<string, string>> = {
  '1': 'cancelled',
  '4': 'deadline-exceeded',
  '8': 'resource-exhausted',
  '13': 'internal',
  '14': 'unavailable',
};

/** Whether the policy is about what came of an attempt. */
export function isRetriable({ on, statuses }: RetryPolicy, outcome: AttemptOutcome): boolean {
  switch (outcome.kind) {
    case 'answer': {
      const { status, headers } = outcome;
      const ofGrpc = byGrpcStatus[headers?.['grpc-status'] ?? ''];
      return (
        (on.has('5xx') && status >= 500 && status < 600) ||
        (on.has('gateway-error') && isGatewayError(status)) ||
        (on.has('retriable-4xx') && status === 409) ||
        (on.has('retriable-status-codes') && statuses.has(status)) ||
        (ofGrpc !== undefined && on.has(ofGrpc))
      );
    }
    case 'connect-failure':
      return isResetRetriable(on) || on.has('connect-failure') || on.has('reset-before-request');
    case 'reset':
      return isResetRetriable(on);
  }
}

function isResetRetriable(on: ReadonlySet<string>): boolean {
  return on.has('reset') || on.has('5xx') || on.has('gateway-error');
}

/** The wait before the next attempt, by how many there were and a draw from 0 to 1. */
export function backOffMs({ backOffMs: first }: RetryPolicy, tried: number, draw: number): number {
  return Math.floor(Math.min(first * 2 ** (tried - 1), first * 10) * draw);
}
