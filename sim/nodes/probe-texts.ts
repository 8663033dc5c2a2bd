/** What Go's clients say of a probe that was not answered. */
import { goQuote } from '../api/go-text.js';
import type { ProbeRequest } from '../workloads/workload.js';

/** A probe that goes over the network. */
export type NetworkProbe = Exclude<ProbeRequest, { kind: 'exec' }>;

function urlOf(request: Extract<ProbeRequest, { kind: 'http' }>, host: string): string {
  const path = request.path.startsWith('/') ? request.path : `/${request.path}`;
  return `${request.scheme}://${host}:${request.port}${path}`;
}

/** Why nobody answered, as the prober words it. */
export function refusedText(request: NetworkProbe, host: string, limitMs: number): string {
  const dial = `dial tcp ${host}:${request.port}: connect: connection refused`;
  if (request.kind === 'http') return `Get ${goQuote(urlOf(request, host))}: ${dial}`;
  return request.kind === 'tcp' ? dial : grpcTimeout(request.port, host, limitMs);
}

/** Why the answer came too late. */
export function timeoutText(request: NetworkProbe, host: string, limitMs: number): string {
  if (request.kind === 'http') {
    const why = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    return `Get ${goQuote(urlOf(request, host))}: ${why}`;
  }
  if (request.kind === 'tcp') return `dial tcp ${host}:${request.port}: i/o timeout`;
  return grpcTimeout(request.port, host, limitMs);
}

function grpcTimeout(port: number, host: string, limitMs: number): string {
  const within = `within ${limitMs / 1_000}s: context deadline exceeded`;
  return `timeout: failed to connect service "${host}:${port}" ${within}`;
}
