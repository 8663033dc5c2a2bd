/** What a proxy of the mesh does with a request that takes a route of a VirtualService. */
import type { HttpRequest, HttpResponse } from '../api/http-message.js';
import type { Pod } from '../api/kinds/core.js';
import { faultsOf, type Faults } from './mesh/fault.js';
import type { HttpRoute } from './mesh/kinds.js';
import type { Workload } from './mesh/request.js';
import { rewrittenPath, type TakenRoute } from './mesh/virtual-service.js';

/** A request that leaves the pod by a route. */
export interface Leaving {
  readonly taken: TakenRoute;
  readonly pod: Pod;
  readonly client: Workload;
  readonly port: number;
  readonly payload: HttpRequest;
}

/** What is done with a request, and what befalls some of its like before. */
export interface Decided {
  readonly faults: Faults;
  readonly next: Leaving | { readonly answer: HttpResponse };
}

/** What is done with a request that takes the route. */
export function decidedOn(
  taken: TakenRoute,
  { payload, authority, ...from }: Omit<Leaving, 'taken'> & { readonly authority: string },
): Decided {
  const { path, headers } = payload;
  const faults = faultsOf(taken.route);
  const answer = ownAnswer(taken.route, { authority, path });
  if (answer !== undefined) return { faults, next: answer };
  const changed = { ...payload, path: rewrittenPath(taken, path) };
  const host = taken.route.rewrite?.authority ?? '';
  const sent = host === '' ? changed : { ...changed, headers: { ...headers, host } };
  return { faults, next: { taken, ...from, payload: sent } };
}

/** What the sidecar answers by itself on a route. */
function ownAnswer(
  { redirect, directResponse }: HttpRoute,
  asked: { readonly authority: string; readonly path: string },
): { readonly answer: HttpResponse } | undefined {
  if (redirect !== undefined) return redirected(redirect, asked);
  if (directResponse === undefined) return undefined;
  return answered(directResponse.status ?? 200, directResponse.body?.string);
}

/** An answer of a proxy's own. */
export function answered(
  status: number,
  body = '',
  headers?: HttpResponse['headers'],
): { readonly answer: HttpResponse } {
  return { answer: { status, contentType: 'text/plain', body, ...(headers && { headers }) } };
}

function redirected(
  { uri, authority, scheme = 'http', redirectCode = 301 }: NonNullable<HttpRoute['redirect']>,
  asked: { readonly authority: string; readonly path: string },
): { readonly answer: HttpResponse } {
  const location = `${scheme}://${authority ?? asked.authority}${uri ?? asked.path}`;
  return answered(redirectCode, '', { location });
}
