/** Requests whose failure ends the pass: it is begun anew with back-off, as a returned error does in Go. */
import type { Answer, Outcome, Reconciliation, Request } from '../../client/contract.js';
import { call } from '../../client/requests.js';

/** A refusal that ends the pass. Only `retrying` catches it. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    message: string,
    readonly answer?: Answer<unknown>,
  ) {
    // Where it was thrown tells nobody anything, and finding that out costs more than the request.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Yields the request and returns its object; a refusal ends the pass. */
export function* must<T>(request: Request<T>): Reconciliation<T> {
  return accepted(yield* call(request));
}

/** The object of an answer; a refusal ends the pass. */
export function accepted<T>(answer: Answer<T>): T {
  if (answer.isOk) return answer.object;
  throw new Refused(answer.message, answer);
}

/** Runs a pass; when a request was refused, it is to be tried again. */
export function* retrying(pass: Reconciliation): Reconciliation<Outcome> {
  try {
    return yield* pass;
  } catch (error) {
    if (error instanceof Refused) return { retry: error.message };
    throw error;
  }
}
