/** Runs a reconciliation against an API server that is a function. */
import type { Answer, Reconciliation, Request } from '../../../../sim/client/contract.js';

/** Answers what a generator asks until it returns; pauses take no time. */
export function drive<R>(
  reconciliation: Reconciliation<R>,
  answer: (request: Request<unknown>) => Answer<unknown>,
): R {
  let step = reconciliation.next(undefined as unknown as Answer<unknown>);
  while (step.done !== true) {
    const wanted = step.value;
    const received = 'pauseMs' in wanted || 'consult' in wanted ? ok(undefined) : answer(wanted);
    step = reconciliation.next(received);
  }
  return step.value;
}

/** A request that succeeded. */
export function ok(object: unknown): Answer<unknown> {
  return { isOk: true, status: 200, object };
}

/** A request that failed inside the server. */
export function failed(message: string): Answer<unknown> {
  const body = { kind: 'Status', status: 'Failure', message, code: 500 };
  return { isOk: false, status: 500, reason: '', message, body };
}
