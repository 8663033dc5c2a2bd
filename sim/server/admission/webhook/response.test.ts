/** What is said of answers that cannot be used, as it was measured on kube-apiserver 1.36.2. */
import { expect, it } from 'vitest';
import { readResponse } from './response.js';

const apiVersion = 'admission.k8s.io/v1';
const kind = 'AdmissionReview';
const sent = { url: 'https://w', uid: 'u', apiVersion, isMutating: true };

/** What is read of a review with this response. */
function read(response: object | undefined, rest: object = { apiVersion, kind }) {
  const body = JSON.stringify({
    ...rest,
    ...(response && { response: { uid: 'u', ...response } }),
  });
  return readBody(body);
}

function readBody(body: string, code = 200, contentType = 'application/json') {
  const got = readResponse({ isOk: true, code, contentType, body }, sent);
  return 'error' in got ? got.error : got.response;
}

it('reads an answer that does not say what it is as a review, and refuses it for that', () => {
  expect(readBody('{}')).toBe('received invalid webhook response: webhook response was absent');
  const wanted = `received invalid webhook response: expected webhook response of ${apiVersion}, Kind=${kind}, got`;
  expect(read({ allowed: true }, { kind })).toBe(`${wanted} /, Kind=${kind}`);
  expect(read({ allowed: true }, { apiVersion })).toBe(`${wanted} ${apiVersion}, Kind=`);
  expect(read({ allowed: true }, { kind, apiVersion: 'admission.k8s.io/v1beta1' })).toBe(
    'failed to call webhook: converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
  );
});

it('repeats what a failing server says only where it is text', () => {
  const failed = (said: string) =>
    `failed to call webhook: an error on the server ("${said}") has prevented the request from succeeding`;
  expect(readBody('boom', 500)).toBe(failed('unknown'));
  expect(readBody('boom\n', 500, 'text/plain; charset=utf-8')).toBe(failed('boom'));
});

it('tells of fields of other types as Go does', () => {
  const into = 'failed to call webhook: json: cannot unmarshal';
  const field = 'into Go struct field AdmissionResponse.response';
  expect(read({ allowed: 'yes' })).toBe(`${into} string ${field}.allowed of type bool`);
  expect(read({ allowed: true, patch: 5 })).toBe(`${into} number ${field}.patch of type []uint8`);
});

it('tells why a patch cannot be decoded', () => {
  const patched = (patch: string) => read({ allowed: true, patchType: 'JSONPatch', patch });
  expect(patched('ab$d')).toBe('failed to call webhook: illegal base64 data at input byte 2');
  expect(patched('abc')).toBe('failed to call webhook: illegal base64 data at input byte 0');
  const undecodable = 'received undecodable patch in webhook response:';
  expect(patched(btoa('{'))).toBe(`${undecodable} unexpected end of JSON input`);
  const into = `${undecodable} json: cannot unmarshal`;
  expect(patched(btoa('{}'))).toBe(`${into} object into Go value of type jsonpatch.Patch`);
  expect(patched(btoa('[1]'))).toBe(`${into} number into Go value of type jsonpatch.Operation`);
});
