/**
 * Hands a request on to the program that serves its group, with the name of the user who asks.
 * @upstream kube-aggregator/pkg/apiserver/handler_proxy.go, client-go/transport/round_trippers.go
 */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { findCondition } from '../../api/meta.js';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { textAnswer } from '../answers.js';
import type { Core } from '../core.js';
import type { RequestState } from '../request-state.js';
import type { Steps } from '../steps.js';
import type { RemoteApi } from './remote-apis.js';
import { callRemote, placeOf } from './remote-call.js';

/** As long as any request may take that does not last. */
const timeoutMs = 60_000;
/** Of the client's own headers; who it is says the aggregator. */
const handedOn = ['accept', 'content-type', 'user-agent'];

/** Answers what the program answers, or why it cannot be asked. */
export function* proxyToRemote(
  core: Core,
  context: RequestState,
  api: RemoteApi,
): Steps<ApiAnswer> {
  const available = findCondition(api.apiService.status?.conditions, 'Available');
  const to = placeOf(core, api);
  if (available?.status !== 'True' || to === undefined) {
    return unavailable(context, 'service unavailable');
  }
  const request = requestFor(context);
  const reply = yield* callRemote(core, api, { to, request, timeoutMs });
  return reply.isOk ? answerFrom(reply.response) : unavailable(context, reply.error);
}

function unavailable(context: RequestState, text: string): ApiAnswer {
  return textAnswer(context, 503, `${text}\n`, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
}

function requestFor({ request, user }: RequestState): HttpRequest {
  const headers: Record<string, string> = { 'x-remote-user': user.name };
  if (user.groups.length > 0) headers['x-remote-group'] = user.groups.join(',');
  for (const name of handedOn) {
    const value = request.headers?.[name];
    if (value !== undefined) headers[name] = value;
  }
  const { method, path } = request;
  return { protocol: 'http', method, path, headers, body: bodyText(request) };
}

function bodyText({ body }: ApiRequest): string {
  if (body === undefined) return '';
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : JSON.stringify(body);
}

function answerFrom({ status, contentType, body, stream }: HttpResponse): ApiAnswer {
  const headers = { 'content-type': contentType };
  if (stream !== undefined) return { status, headers, stream };
  const isJson = contentType.startsWith('application/json');
  return { status, headers, body: isJson ? (JSON.parse(body) as unknown) : body };
}
