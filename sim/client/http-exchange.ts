/** One HTTP request of a program of Go's, and its answer. @upstream net/http Client.Timeout */
import type { HttpReply, HttpRequest, SendHttp } from '../api/http-message.js';
import type { Clock } from '../engine/clock.js';
import type { Reconciliation } from './contract.js';

/** Sends it and waits for the answer, but no longer than the client's time-out. */
export function* exchanged(
  to: { readonly host: string; readonly port: number },
  request: HttpRequest,
  means: {
    readonly clock: Clock;
    readonly http: SendHttp;
    readonly timeoutMs: number;
    /** The label of the time-out's timer. */
    readonly label: string;
  },
): Reconciliation<HttpReply> {
  const { clock, http, timeoutMs, label } = means;
  let reply: HttpReply | undefined;
  yield {
    consult: done => {
      const end = (what: HttpReply): void => {
        if (reply !== undefined) return;
        reply = what;
        timer.cancel();
        done();
      };
      const timer = clock.after(timeoutMs, label, () =>
        end({
          isOk: false,
          error: 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        }),
      );
      http(to, request, end);
    },
  };
  return reply ?? { isOk: false, error: 'EOF' };
}
