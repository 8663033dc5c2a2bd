/** Lets a program serve HTTP in the simulated network. */
import { isHttpRequest, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import type {
  NetworkMessage,
  ProbeRequest,
  ProbeResult,
  Program,
  WorkloadNetwork,
} from '../workload.js';

/** Answers one request, now or later. */
export type HttpHandler = (
  request: HttpRequest,
  respond: (response: HttpResponse) => void,
  message: NetworkMessage,
) => void;

/** A page of plain text. */
export const textPage = (body: string, status = 200): HttpResponse => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

/**
 * Serves HTTP on a port until the container ends; who speaks something else gets a 400. What comes back
 * is the part of the program that answers the kubelet's probes: as the server answers everybody.
 */
export function serveHttp(
  network: WorkloadNetwork,
  port: number,
  handler: HttpHandler,
): Pick<Program, 'probe'> {
  network.listen(port, message => {
    const { payload, reply } = message;
    if (isHttpRequest(payload)) handler(payload, reply, message);
    else reply(textPage('400 Bad Request', 400));
  });
  return { probe: request => probed(request, port, handler) };
}

function probed(request: ProbeRequest, port: number, handler: HttpHandler): ProbeResult {
  // The server's own process is not asked about commands: they run beside it.
  if (request.kind === 'exec') return { isSuccess: true };
  if (request.port !== port) return { isSuccess: false, isRefused: true };
  if (request.kind !== 'http') return { isSuccess: true };
  const payload: HttpRequest = { protocol: 'http', method: 'GET', path: request.path, body: '' };
  let status: number | undefined;
  const reply = (response: unknown) => void (status ??= (response as HttpResponse).status);
  handler(payload, reply, { from: '', payload, reply });
  // An answer that is not there at once comes later than a probe waits.
  if (status === undefined) return { isSuccess: false, afterMs: Infinity };
  // @upstream pkg/probe/http/http.go DoHTTPProbe
  if (status >= 200 && status < 400) return { isSuccess: true };
  return { isSuccess: false, message: `HTTP probe failed with statuscode: ${status}` };
}
