/** Writes answers: objects and failures in the form that the client accepts. */
import { encodeProtobuf } from '../api/protobuf/encode-protobuf.js';
import type { ApiAnswer } from '../api/request.js';
import type { Failure } from '../api/status.js';
import { printYaml } from '../api/yaml-print.js';
import { contentTypeOf, errorMedia, plainJson, type Media } from './filters/negotiation.js';
import type { RequestContext } from './request-context.js';

/** The headers of an answer in compact JSON. */
export const jsonHeaders: Readonly<Record<string, string>> = { 'content-type': 'application/json' };
const yamlHeaders: Readonly<Record<string, string>> = { 'content-type': 'application/yaml' };
const textHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/plain; charset=utf-8',
};

/** An answer with a JSON value as its body, in the form that was agreed on. */
export function bodyAnswer(
  context: RequestContext,
  media: Media,
  status: number,
  body: unknown,
): ApiAnswer {
  const { warnings } = context;
  const answer =
    media === plainJson
      ? { status, headers: jsonHeaders, body }
      : { status, ...written(media, body) };
  return warnings.length === 0 ? answer : Object.assign({}, answer, { warnings });
}

function written(media: Media, body: unknown): Pick<ApiAnswer, 'headers' | 'body'> {
  switch (media.format) {
    case 'yaml':
      return { headers: yamlHeaders, body: printYaml(body) };
    case 'protobuf': {
      const bytes = encodeProtobuf(body as Readonly<Record<string, unknown>>);
      // What has no message (custom resources, tables) is answered as JSON, which every client takes.
      if (bytes === undefined) return { headers: jsonHeaders, body };
      return { headers: { 'content-type': contentTypeOf('protobuf') }, body: bytes };
    }
    case 'json':
      return {
        headers: jsonHeaders,
        body: media.isPretty ? JSON.stringify(body, undefined, 2) : body,
      };
  }
}

/** The answer of a request that failed. */
export function failureAnswer(context: RequestContext, failed: Failure): ApiAnswer {
  const media = context.request.headers === undefined ? plainJson : errorMedia(context);
  const answer = bodyAnswer(context, media, failed.code, failed);
  const seconds = failed.details?.retryAfterSeconds;
  if (seconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } };
}

/** Plain text. */
export function textAnswer(
  context: RequestContext,
  status: number,
  body: string,
  headers = textHeaders,
): ApiAnswer {
  const { warnings } = context;
  return { status, headers, body, ...(warnings.length > 0 && { warnings }) };
}

const unknownHeaders = { ...textHeaders, 'x-content-type-options': 'nosniff' };

/** What paths get that nobody serves. */
export function unknownPath(context: RequestContext): ApiAnswer {
  return textAnswer(context, 404, '404 page not found\n', unknownHeaders);
}
