/** The API server as a server of the cluster's network: programs reach it as they reach each other. */
import type { HttpRequest, HttpResponse } from './api/http-message.js';
import type { ApiAnswer, ApiRequest, Connection, Serve } from './api/request.js';
import { accountNamed } from './client/contract.js';
import type { ApiDoor } from './network/host-servers.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The server at this place. */
export function apiDoor(
  { address, port }: { readonly address: string; readonly port: number },
  serve: () => Serve,
): ApiDoor {
  return {
    address,
    port,
    answer(request, done) {
      const method = methods.find(known => known === request.method);
      if (method === undefined) return done({ status: 405, contentType: '', body: '' });
      serve()(requestOf(method, request), connectionOf(request), answer => done(pageOf(answer)));
    },
  };
}

function requestOf(method: ApiRequest['method'], { path, body, headers = {} }: HttpRequest) {
  const bytes = body === '' ? {} : { body: new TextEncoder().encode(body) };
  return { method, path, headers, ...bytes } satisfies ApiRequest;
}

function connectionOf({ account = '' }: HttpRequest): Connection {
  const certificate = accountNamed(account);
  return certificate === undefined ? {} : { certificate };
}

function pageOf({ status, headers, body, stream }: ApiAnswer): HttpResponse {
  const { 'content-type': contentType = '', ...others } = headers;
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const page = { status, contentType, headers: others, body: text };
  return stream === undefined ? page : { ...page, stream };
}
