/**
 * How client-go words an answer that is no Status.
 * @upstream staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go NewGenericServerResponse
 */
import { goQuote } from '../../api/go-text.js';
import type { Answer } from '../../client/contract.js';

/** The error of a failed answer; `asked` is the verb, the resource and the name, as in `get pods.metrics.k8s.io`. */
export function serverErrorText(answer: Answer & { readonly isOk: false }, asked: string): string {
  const { body, status, message } = answer;
  const isStatus = typeof body === 'object' && body !== null && 'kind' in body;
  if (isStatus && message !== unknownPath) return message;
  return `${wordOf(status, typeof body === 'string' ? body.trim() : 'unknown')} (${asked})`;
}

function wordOf(code: number, said: string): string {
  // The server tells who may not do what, or what it would take.
  if (code === 403 || code === 415) return said;
  const known = words[code];
  if (known !== undefined) return known;
  if (code < 500) {
    return `the server responded with the status code ${code} but did not return more information`;
  }
  return `an error on the server (${goQuote(said)}) has prevented the request from succeeding`;
}

const unknownPath = 'the server could not find the requested resource';

const words: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: unknownPath,
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};
