/**
 * Reads what a webhook answered, or tells why it cannot be used.
 * @upstream apiserver/pkg/admission/plugin/webhook/request/admissionreview.go, client-go/rest/request.go
 */
import { isRecord } from '../../../api/equality.js';
import { goQuote } from '../../../api/go-text.js';
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
  const read = reviewIn(answer, { url: sent.url, kind: 'AdmissionReview', apiVersions });
  if ('error' in read) return failed(read.error);
  const { response, apiVersion = '' } = read.review;
  if (!isRecord(response)) return invalid('webhook response was absent');
  return verified(response, String(apiVersion), sent);
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
