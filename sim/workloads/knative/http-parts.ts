/** What Knative's programs say to each other over HTTP. */
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { textPage } from '../agnhost/http.js';
import type { NetworkReply } from '../workload.js';

/** Headers by which they know each other and the revision that is meant. */
export const headers = {
  probe: 'k-network-probe',
  proxied: 'k-proxy-request',
  revision: 'knative-serving-revision',
  namespace: 'knative-serving-namespace',
} as const;

/** The request with further headers. */
export function withHeaders(
  request: HttpRequest,
  more: Readonly<Record<string, string>>,
): HttpRequest {
  return { ...request, headers: { ...request.headers, ...more } };
}

/** A page of JSON. */
export function jsonPage(value: unknown): HttpResponse {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

/** What a proxy answers when the other side has not. */
export function replied(reply: NetworkReply, otherwise: HttpResponse): HttpResponse {
  return reply.isOk && isHttpResponse(reply.payload) ? reply.payload : otherwise;
}

/** Nobody answered: as Go's reverse proxy says it. */
export const badGateway = textPage('', 502);
