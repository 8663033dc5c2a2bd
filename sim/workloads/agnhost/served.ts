/** What the kubelet's probes find of a program that serves: they knock at the ports that it has opened. */
import { isHttpResponse, type HttpRequest } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import type { ContainerContext, NetworkMessage, ProbeRequest, ProbeResult } from '../workload.js';

type Handler = (message: NetworkMessage) => void;

/** A question of the gRPC health protocol. */
export interface HealthQuestion {
  readonly protocol: 'grpc';
  readonly service: string;
}

/** What answers it: the status, or the error of a call that failed. */
export type HealthAnswer =
  { readonly status: 'SERVING' | 'NOT_SERVING' } | { readonly error: string };

/** A context that remembers who listens, and the probe that asks them. */
export function servedBy(context: ContainerContext): {
  readonly context: ContainerContext;
  readonly probe: (request: ProbeRequest) => ProbeResult;
} {
  const handlers = new Map<number, Handler>();
  const { network } = context;
  const listen: typeof network.listen = (port, handle, protocol = 'TCP') => {
    if (protocol === 'TCP') handlers.set(port, handle);
    network.listen(port, handle, protocol);
  };
  return {
    context: { ...context, network: { ...network, listen } },
    probe: request => {
      if (request.kind === 'exec') return { isSuccess: true };
      const handle = handlers.get(request.port);
      if (handle === undefined) return { isSuccess: false, isRefused: true };
      return request.kind === 'tcp' ? { isSuccess: true } : asked(handle, request);
    },
  };
}

function asked(
  handle: Handler,
  request: Extract<ProbeRequest, { kind: 'http' | 'grpc' }>,
): ProbeResult {
  let reply: unknown;
  const payload: HttpRequest | HealthQuestion =
    request.kind === 'http'
      ? { protocol: 'http', method: 'GET', path: request.path, body: '' }
      : { protocol: 'grpc', service: request.service };
  handle({ from: '', payload, reply: content => (reply ??= content) });
  if (request.kind === 'grpc') return healthResult(reply);
  // An answer that is not there yet comes too late for a probe.
  if (!isHttpResponse(reply)) return { isSuccess: false, afterMs: Infinity };
  const { status } = reply;
  if (status >= 200 && status < 400) return { isSuccess: true };
  return { isSuccess: false, message: `HTTP probe failed with statuscode: ${status}` };
}

function healthResult(reply: unknown): ProbeResult {
  if (isRecord(reply) && reply['status'] === 'SERVING') return { isSuccess: true };
  if (isRecord(reply) && typeof reply['status'] === 'number') {
    return { isSuccess: false, message: 'error: health rpc failed: not a gRPC server' };
  }
  const answer = (reply ?? { error: 'no answer' }) as HealthAnswer;
  const message =
    'status' in answer
      ? `service unhealthy (responded with "${answer.status}")`
      : `error: health rpc failed: ${answer.error}`;
  return { isSuccess: false, message };
}
