/** The operator's way to a head's dashboard. @upstream kuberay v1.7.0 controllers/ray/utils/dashboardclient */
import { isRecord } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import type { HttpRequest, HttpResponse, SendHttp } from '../../api/http-message.js';
import type { Reconciliation } from '../../client/contract.js';
import { exchanged } from '../../client/http-exchange.js';
import type { Clock } from '../../engine/clock.js';

/** @upstream RayHTTPClientDirectTimeoutSeconds */
const timeoutMs = 2_000;

/** What the operator's client needs. */
export interface DashboardMeans {
  readonly clock: Clock;
  readonly http: SendHttp | undefined;
}

/** What came of a request. */
export type DashboardAnswer =
  | { readonly isOk: true; readonly status: number; readonly text: string; readonly body: unknown }
  | { readonly isOk: false; readonly error: string };

/** Asks a program at `host:port`. */
export function* askAt(
  place: string,
  request: { readonly method: string; readonly path: string; readonly body?: unknown },
  { clock, http }: DashboardMeans,
): Reconciliation<DashboardAnswer> {
  const { method, path, body } = request;
  const word = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
  const failed = (problem: string) => ({
    isOk: false as const,
    error: `${word} ${goQuote(`http://${place}${path}`)}: ${problem}`,
  });
  const [host = '', port = ''] = place.split(':');
  if (http === undefined || host === '') return failed('dial tcp: no such host');
  const sent: HttpRequest = {
    ...{ protocol: 'http', method, path },
    body: body === undefined ? '' : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
  const label = `kuberay gives up on ${host}`;
  const to = { host, port: Number(port) };
  const answer = yield* exchanged(to, sent, { clock, http, timeoutMs, label });
  return answer.isOk ? read(answer.response) : failed(answer.error);
}

function read({ status, body: text }: HttpResponse): DashboardAnswer {
  return { isOk: true, status, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Errors come in words.
    return undefined;
  }
}

/** A field of an answer that is an object. */
export function fieldOf(body: unknown, name: string): unknown {
  return isRecord(body) ? body[name] : undefined;
}
