/**
 * Reads what a webhook answered, or tells why it cannot be used.
 * @upstream apiserver/pkg/admission/plugin/webhook/request/admissionreview.go, client-go/rest/request.go
 */
import { isRecord } from '../../../api/equality.js';
import { goQuote } from '../../../api/go-text.js';
import type { WebhookAnswer } from '../../contract.js';

/** The response of a webhook. */
export interface ReviewResponse {
  readonly isAllowed: boolean;
  readonly patch?: readonly unknown[];
  readonly status?: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** The response, or the text of the failure of the call. */
export type ReadResponse = { readonly response: ReviewResponse } | { readonly error: string };

const failed = (text: string): ReadResponse => ({ error: `failed to call webhook: ${text}` });
const invalid = (text: string): ReadResponse => ({
  error: `received invalid webhook response: ${text}`,
});

/** Reads the answer to the review with this uid, sent to this URL. */
export function readResponse(
  answer: WebhookAnswer,
  sent: {
    readonly url: string;
    readonly uid: string;
    readonly apiVersion: string;
    readonly isMutating: boolean;
  },
): ReadResponse {
  if (!answer.isOk) return failed(`Post ${goQuote(sent.url)}: ${answer.error}`);
  if (answer.code < 200 || answer.code > 206) return failed(serverError(answer.code, answer.body));
  const body = parsed(answer.body);
  if (!isRecord(body)) return failed(unreadable(body));
  const { kind = '', apiVersion = '' } = body as { kind?: string; apiVersion?: string };
  const group = 'admission.k8s.io';
  const isKnown = apiVersion === `${group}/v1` || apiVersion === `${group}/v1beta1`;
  if (kind !== 'AdmissionReview' || !isKnown) {
    const scheme = '"k8s.io/apiserver/pkg/util/webhook/client.go:71"';
    const registered = `is registered for version ${goQuote(apiVersion)} in scheme ${scheme}`;
    return failed(`no kind ${goQuote(kind)} ${registered}`);
  }
  const { response } = body;
  if (!isRecord(response)) return invalid('webhook response was absent');
  return verified(response, apiVersion, sent);
}

function verified(
  response: Readonly<Record<string, unknown>>,
  apiVersion: string,
  sent: { readonly uid: string; readonly apiVersion: string; readonly isMutating: boolean },
): ReadResponse {
  const { uid = '', patch, patchType } = response;
  const isFirst = sent.apiVersion === 'admission.k8s.io/v1';
  if (isFirst && uid !== sent.uid) {
    return invalid(`expected response.uid=${goQuote(sent.uid)}, got ${goQuote(String(uid))}`);
  }
  if (isFirst && apiVersion !== sent.apiVersion) {
    const [wanted, got] = [sent.apiVersion, apiVersion].map(one => `${one}, Kind=AdmissionReview`);
    return invalid(`expected webhook response of ${wanted}, got ${got}`);
  }
  const hasPatch = typeof patch === 'string' && patch !== '';
  if (isFirst) {
    const error = patchError(hasPatch, patchType, sent.isMutating);
    if (error !== undefined) return invalid(error);
  }
  const operations = hasPatch && sent.isMutating ? patchOf(patch) : undefined;
  if (typeof operations === 'string') {
    return { error: `received undecodable patch in webhook response: ${operations}` };
  }
  return {
    response: {
      isAllowed: response['allowed'] === true,
      ...(operations && { patch: operations }),
      ...(isRecord(response['status']) && { status: response['status'] }),
      warnings: textsOf(response['warnings']),
      auditAnnotations: annotationsOf(response['auditAnnotations']),
    },
  };
}

function patchError(hasPatch: boolean, patchType: unknown, isMutating: boolean) {
  const hasType = patchType !== undefined && patchType !== null;
  if (!isMutating) {
    if (hasPatch) return 'validating webhook may not return response.patch';
    return hasType ? 'validating webhook may not return response.patchType' : undefined;
  }
  if (hasPatch && !hasType) return 'webhook returned response.patch but not response.patchType';
  if (!hasPatch && hasType) return 'webhook returned response.patchType but not response.patch';
  return hasType && patchType === ''
    ? 'webhook returned invalid response.patchType of ""'
    : undefined;
}

function patchOf(patch: string): readonly unknown[] | string {
  try {
    const bytes = Uint8Array.from(atob(patch), character => character.charCodeAt(0));
    const operations: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(operations) ? operations : 'json: cannot unmarshal object';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
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
