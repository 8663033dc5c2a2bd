/** What becomes of requests that the gateway of a mesh may send to another pod. */
import type { Rates } from './rates.js';
import { isRetriable, type RetryPolicy } from '../../../sim/network/mesh/retries.js';

/** Whether it does so when a pod's program does not listen: a sidecar before it answers in its place. */
export function isTriedAgain(policy: RetryPolicy | undefined, hasProxy: boolean): boolean {
  if (policy === undefined) return false;
  return isRetriable(
    policy,
    hasProxy ? { kind: 'answer', status: 503 } : { kind: 'connect-failure' },
  );
}

/**
 * Of requests that go to so many pods alike, of which some are such: the part that goes to each of the others in
 * the end, and the part that each of those loses.
 */
export function sharesOf(
  pods: number,
  failing: number,
  policy: RetryPolicy | undefined,
): { readonly other: number; readonly lost: number } {
  if (pods === 0) return { other: 0, lost: 0 };
  if (policy === undefined || failing === 0) return { other: 1 / pods, lost: 1 / pods };
  let lost = failing / pods;
  // Each attempt is at another pod; with consistent hashing at the same.
  const attempts = policy.avoidsTried ? Math.min(policy.attempts, pods - 1) : 0;
  for (let tried = 1; tried <= attempts; tried++) {
    lost *= Math.max(failing - tried, 0) / (pods - tried);
  }
  const others = pods - failing;
  return { other: others === 0 ? 0 : (1 - lost) / others, lost: lost / failing };
}

/** Requests a second: all, those that come to the Service, and what each pod gets, serves or loses. */
export interface Given {
  readonly offered: number;
  readonly passed: number;
  readonly each: number;
  readonly eachLost: number;
  readonly served: number;
}

/** Pods to which requests go: the silent ones apart by whether others are tried after them. */
export interface Takers {
  readonly left: readonly unknown[];
  readonly again: readonly unknown[];
  readonly serving: readonly unknown[];
  readonly reached: readonly unknown[];
}

/** What comes of the requests at those pods. */
export function ratesOf(
  { offered, passed, each, eachLost, served }: Given,
  { left, again, serving, reached }: Takers,
): Pick<Rates, 'offered' | 'finished' | 'shed' | 'refused' | 'timedOut' | 'atGateway'> {
  const down = reached.length - serving.length - left.length - again.length;
  return {
    offered,
    finished: served * serving.length,
    shed: (each - served) * serving.length,
    refused: each * left.length + eachLost * again.length,
    timedOut: each * down,
    atGateway: offered - passed,
  };
}
