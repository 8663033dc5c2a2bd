/** Lets a program serve HTTP in the simulated network. */
import { isHttpRequest, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import type { NetworkMessage, WorkloadNetwork } from '../workload.js';

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

/** What Go's server takes for a page, from how it begins. @upstream net/http DetectContentType */
const pageStart =
  /^\s*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[\s>]/i;

/** An answer whose program does not say what it is. */
export function sniffedPage(body: string): HttpResponse {
  const page = textPage(body);
  return pageStart.test(body) ? { ...page, contentType: 'text/html; charset=utf-8' } : page;
}

/** Serves HTTP on a port until the container ends; who speaks something else gets a 400. */
export function serveHttp(network: WorkloadNetwork, port: number, handler: HttpHandler): void {
  network.listen(port, message => {
    const { payload, reply } = message;
    if (isHttpRequest(payload)) handler(payload, reply, message);
    else reply(textPage('400 Bad Request', 400));
  });
}
