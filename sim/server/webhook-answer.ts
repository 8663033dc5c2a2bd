/**
 * Reads the review that a webhook sends back, or tells why there is none.
 * @upstream client-go/rest/request.go transformResponse, Into; apiserver/pkg/util/webhook/client.go
 */
import type { ClientConfig } from './resources/validation/webhook-client.js';
import { isRecord } from '../api/equality.js';
import { goQuote } from '../api/go-text.js';
import type { WebhookAnswer } from './contract.js';

type Json = Readonly<Record<string, unknown>>;

/** The review, or the text of the failure of the call. */
export type ReadReview = { readonly review: Json } | { readonly error: string };

/** Reads the answer of the webhook at the URL; it must be a review of one of these apiVersions. */
export function reviewIn(
  answer: WebhookAnswer,
  {
    url,
    kind: wanted,
    apiVersions,
    sent,
  }: {
    readonly url: string;
    readonly kind: string;
    readonly apiVersions: readonly string[];
    /** What was sent, where the answer is read as the same if it does not say what it is. */
    readonly sent?: { readonly kind: string; readonly apiVersion: string };
  },
): ReadReview {
  if (!answer.isOk) return { error: `Post ${goQuote(url)}: ${answer.error}` };
  const { code, contentType, body: text } = answer;
  const body = parsed(text);
  if (code < 200 || code > 206) {
    const said = isText(contentType) ? text.trim() : 'unknown';
    return { error: statusMessage(body) ?? serverError(code, said) };
  }
  if (text === '') {
    return {
      error: `0-length response with status code: ${code} and content type: ${contentType || 'application/json'}`,
    };
  }
  if (!isRecord(body)) return { error: unreadable(body) };
  const { kind = '', apiVersion = '' } = body as { kind?: string; apiVersion?: string };
  if (
    (kind || sent?.kind) === wanted &&
    apiVersions.includes(apiVersion || (sent?.apiVersion ?? ''))
  ) {
    if (sent === undefined || apiVersion === '' || sent.apiVersion === apiVersion)
      return { review: body };
    const [from, to] = [apiVersion, sent.apiVersion].map(
      one => `(${one.split('/')[1] ?? ''}.${wanted})`,
    );
    return { error: `converting ${from} to ${to}: unknown conversion` };
  }
  const scheme = '"k8s.io/apiserver/pkg/util/webhook/client.go:71"';
  const registered = `is registered for version ${goQuote(apiVersion)} in scheme ${scheme}`;
  return { error: `no kind ${goQuote(kind)} ${registered}` };
}

/** Where the webhook is: a URL, or a service of the cluster. */
export function webhookUrl({ url, service }: ClientConfig, timeoutSeconds: number): string {
  const { namespace = '', name = '', path = '', port = 443 } = service ?? {};
  const slash = path === '' || path.startsWith('/') ? '' : '/';
  const address = url ?? `https://${name}.${namespace}.svc:${port}${slash}${path}`;
  return `${address}?timeout=${timeoutSeconds}s`;
}

/** Only text is repeated. @upstream client-go/rest/request.go isTextResponse */
function isText(contentType: string): boolean {
  return contentType === '' || contentType.toLowerCase().startsWith('text/');
}

/** A server that fails may say why in a Status. */
function statusMessage(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { kind = 'Status', status, message } = body;
  if (kind !== 'Status' || status !== 'Failure') return undefined;
  return typeof message === 'string' ? message : '';
}

/** What is no JSON is taken for YAML: a word is a string. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body.trim();
  }
}

function unreadable(body: unknown): string {
  const struct =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  const type = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body;
  const error = `json: cannot unmarshal ${type} into Go value of type ${struct}`;
  return `couldn't get version/kind; json parse error: ${error}`;
}

const serverErrors: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  403: 'the server does not allow access to the requested resource',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  415: 'the server was unable to respond with a content type that the client supports',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

function serverError(code: number, body: string): string {
  const known = serverErrors[code];
  if (known !== undefined) return known;
  if (code < 500) return 'unknown';
  return `an error on the server (${goQuote(body)}) has prevented the request from succeeding`;
}
