/** HTTP as the operator speaks it, from its pod in the namespace keda. */
import { goQuote } from '../../api/go-text.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { Reconciliation } from '../../client/contract.js';
import { exchanged } from '../../client/http-exchange.js';
import type { ScalerTools } from './scalers/scaler.js';

/** KEDA_HTTP_DEFAULT_TIMEOUT. */
const timeoutMs = 3_000;

const ports: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Asks with GET; the error as Go's client words it. */
export function* getUrl(
  url: string,
  { http, clock }: ScalerTools,
  headers: Readonly<Record<string, string>> = {},
): Reconciliation<HttpResponse | { readonly error: string }> {
  const failed = (problem: string) => ({ error: `Get ${goQuote(url)}: ${problem}` });
  const parsed = parseUrl(url);
  if (parsed === undefined) return failed(`unsupported protocol scheme ""`);
  const { protocol, hostname, pathname, search } = parsed;
  const known = ports[protocol];
  if (known === undefined) {
    return failed(`unsupported protocol scheme ${goQuote(protocol.slice(0, -1))}`);
  }
  if (http === undefined) return failed(`dial tcp: lookup ${hostname}: no such host`);
  const host = qualified(hostname);
  const port = parsed.port === '' ? known : Number(parsed.port);
  const path = pathname + search;
  const request: HttpRequest = { protocol: 'http', method: 'GET', path, body: '', headers };
  const label = `keda gives up on ${hostname}`;
  const answer = yield* exchanged({ host, port }, request, { clock, http, timeoutMs, label });
  // What cannot be found is told by the name that was asked for, not by one that the search made of it.
  return answer.isOk
    ? answer.response
    : failed(answer.error.replace(`lookup ${host} `, `lookup ${hostname} `));
}

function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    // What is no URL has no scheme that anybody speaks.
    return undefined;
  }
}

/**
 * The name by which the cluster knows a host, found as the search list of a pod in the namespace keda
 * finds it. Names of the world outside, which nobody here knows, may come out as names of the cluster.
 */
export function qualified(host: string): string {
  if (/^[0-9.]+$/.test(host) || host.startsWith('[')) return host;
  // A name that ends with a dot is not searched.
  if (host.endsWith('.')) return host.slice(0, -1);
  const labels = host.split('.');
  if (labels.length === 1) return `${host}.keda.svc.cluster.local`;
  if (labels.at(-1) === 'svc' && labels.length > 2) return `${host}.cluster.local`;
  // A Service and its namespace, or a pod of a headless Service before them.
  return labels.length <= 3 ? `${host}.svc.cluster.local` : host;
}
