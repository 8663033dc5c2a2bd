/** HTTP between programs of the simulated network: what the API server's proxies and webhooks speak. */
import { isRecord } from './equality.js';
import type { AnswerStream } from './request.js';

/** A request, as a server reads it. */
export interface HttpRequest {
  readonly protocol: 'http';
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  /** Names in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The user whose token or certificate it shows: `system:serviceaccount:...`, `kubeletClient`. Default: nobody's. */
  readonly account?: string;
}

/** As whom the API server calls kubelets, which let it do everything. */
export const kubeletClient = 'kube-apiserver-kubelet-client';

/** What a server answers. */
export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Further headers, names in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** An answer that goes on, such as a watch: it comes instead of the body. */
  readonly stream?: AnswerStream;
}

/** What a client sees: the answer, or the error that its connection ended in, as Go words it. */
export type HttpReply =
  | { readonly isOk: true; readonly response: HttpResponse }
  | { readonly isOk: false; readonly error: string };

/** Sends a request to a program of the cluster: to an address, or to a name that its DNS knows. */
export type SendHttp = (
  to: { readonly host: string; readonly port: number },
  request: HttpRequest,
  done: (reply: HttpReply) => void,
) => void;

/** Whether what came is a request of HTTP. */
export function isHttpRequest(payload: unknown): payload is HttpRequest {
  return isRecord(payload) && payload['protocol'] === 'http';
}

/** Whether what came back is an answer of HTTP. */
export function isHttpResponse(payload: unknown): payload is HttpResponse {
  return isRecord(payload) && typeof payload['status'] === 'number';
}

/** The error of a service behind which nobody is ready. */
export const noEndpoints = (service: string): string =>
  `no endpoints available for service "${service}"`;
