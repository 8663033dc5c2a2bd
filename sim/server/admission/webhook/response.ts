/**
 * Reads what a webhook answered, or tells why it cannot be used.
 * @upstream apiserver/pkg/admission/plugin/webhook/request/admissionreview.go, client-go/rest/request.go
 */
import { isRecord } from '../../../api/equality.js';
import { goQuote } from '../../../api/go-text.js';
import { parseJson } from '../../../api/json-parse.js';
import type { WebhookAnswer } from '../../contract.js';
import { reviewIn } from '../../webhook-answer.js';

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

const apiVersions = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'];

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
  const { url, apiVersion } = sent;
  const kind = 'AdmissionReview';
  const read = reviewIn(answer, { url, kind, apiVersions, sent: { kind, apiVersion } });
  if ('error' in read) return failed(read.error);
  const { response } = read.review;
  const mistyped = isRecord(response) ? typeError(response) : undefined;
  if (mistyped !== undefined) return failed(mistyped);
  if (!isRecord(response)) return invalid('webhook response was absent');
  return verified(response, read.review, sent);
}

function verified(
  response: Readonly<Record<string, unknown>>,
  { apiVersion = '', kind = '' }: { readonly apiVersion?: unknown; readonly kind?: unknown },
  sent: { readonly uid: string; readonly apiVersion: string; readonly isMutating: boolean },
): ReadResponse {
  const { uid = '', patch, patchType } = response;
  const isFirst = sent.apiVersion === 'admission.k8s.io/v1';
  if (isFirst && uid !== sent.uid) {
    return invalid(`expected response.uid=${goQuote(sent.uid)}, got ${goQuote(String(uid))}`);
  }
  const told = `${String(apiVersion || '/')}, Kind=${String(kind)}`;
  const wanted = `${sent.apiVersion}, Kind=AdmissionReview`;
  if (isFirst && told !== wanted) {
    return invalid(`expected webhook response of ${wanted}, got ${told}`);
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

/** What makes the response none, as Go tells it. */
function typeError({ allowed, patch }: Readonly<Record<string, unknown>>): string | undefined {
  const mistyped = (value: unknown, field: string, type: string) =>
    `json: cannot unmarshal ${goType(value)} into Go struct field AdmissionResponse.response.${field} of type ${type}`;
  if (allowed !== undefined && allowed !== null && typeof allowed !== 'boolean') {
    return mistyped(allowed, 'allowed', 'bool');
  }
  if (patch === undefined || patch === null) return undefined;
  if (typeof patch !== 'string') return mistyped(patch, 'patch', '[]uint8');
  const wrong = /[^A-Za-z0-9+/=\r\n]/.exec(patch)?.index;
  const cut = patch.length % 4 === 0 ? undefined : patch.length - (patch.length % 4);
  const at = wrong ?? cut;
  return at === undefined ? undefined : `illegal base64 data at input byte ${at}`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
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
  const bytes = Uint8Array.from(atob(patch), character => character.charCodeAt(0));
  const parsed = parseJson(new TextDecoder().decode(bytes));
  if (!parsed.isOk) return parsed.error;
  const operations = parsed.value.value;
  const mistyped = (value: unknown, type: string) =>
    `json: cannot unmarshal ${goType(value)} into Go value of type jsonpatch.${type}`;
  if (!Array.isArray(operations)) return mistyped(operations, 'Patch');
  const wrong: unknown = operations.find(operation => !isRecord(operation));
  return wrong === undefined ? operations : mistyped(wrong, 'Operation');
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
