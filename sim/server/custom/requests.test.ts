/** What requests for custom resources are refused for first: as the real kube-apiserver 1.36 answers. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const definition = {
  metadata: { name: 'gizmos.o.io' },
  spec: {
    group: 'o.io',
    scope: 'Namespaced',
    names: { plural: 'gizmos', kind: 'Gizmo' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { a: { type: 'integer' } },
                'x-kubernetes-validations': [{ rule: 'self.a < 5' }],
              },
            },
          },
        },
      },
    ],
  },
};

function start() {
  const loop = new Loop();
  const server = createApiServer({ clock: loop, random: new Random(1) });
  const send = (
    method: ApiRequest['method'],
    path: string,
    body: object,
    type = 'application/json',
  ) => {
    let answer: ApiAnswer | undefined;
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const headers = { 'content-type': type };
    server.serve({ method, path, headers, body: bytes }, connection, given => {
      answer = given;
    });
    loop.runUntil(loop.now() + 5000);
    if (answer === undefined) throw new Error('no answer');
    const { message } = answer.body as { readonly message?: string };
    return { status: answer.status, message };
  };
  send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  return send;
}

const gizmos = '/apis/o.io/v1/namespaces/default/gizmos';
const unknown = 'the body of the request was in an unknown format - accepted media types include: ';

it('name protobuf among the forms of a body', () => {
  const message = `${unknown}application/json, application/yaml, application/vnd.kubernetes.protobuf`;
  const send = start();
  const type = 'application/x-foo';
  expect(send('POST', gizmos, {}, type)).toEqual({ status: 415, message });
  expect(send('PUT', `${gizmos}/x`, {}, type)).toEqual({ status: 415, message });
});

it("look at a patch's form before its name", () => {
  const send = start();
  const message = `${unknown}application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`;
  expect(send('PATCH', gizmos, {})).toEqual({ status: 415, message });
  const merge = 'application/merge-patch+json';
  const nameless = { status: 400, message: 'name must be provided' };
  expect(send('PATCH', gizmos, {}, merge)).toEqual(nameless);
});

it('ask no rules of an object without a name', () => {
  const kind = { apiVersion: 'o.io/v1', kind: 'Gizmo' };
  const { message } = start()('POST', gizmos, { ...kind, metadata: {}, spec: { a: 7 } });
  expect(message).toBe(
    'Gizmo.o.io "" is invalid: [metadata.name: Required value: name or generateName is required, ' +
      '<nil>: Invalid value: null: some validation rules were not checked because the object was ' +
      'invalid; correct the existing errors to complete validation]',
  );
});

it('go by verb and not by route: to look at the head is to get, and what is posted to a name is made', () => {
  const send = start();
  const named = (name: string) => ({
    apiVersion: 'o.io/v1',
    kind: 'Gizmo',
    metadata: { name },
  });
  expect(send('POST', `${gizmos}/x`, named('a')).status).toBe(201);
  expect(send('POST', `${gizmos}/a`, named('a'))).toEqual({
    status: 409,
    message: 'gizmos.o.io "a" already exists',
  });
  const heads = [`${gizmos}/a`, gizmos, `${gizmos}/x`, `${gizmos}/a/status`, '/apis/o.io/v1'];
  expect(heads.map(path => send('HEAD', path, {}).status)).toEqual([200, 200, 404, 404, 200]);
  expect(send('OPTIONS', `${gizmos}/a`, {})).toEqual({
    status: 405,
    message: ' is not supported on resources of kind "gizmos.o.io"',
  });
  // Built-in resources have routes.
  expect(send('HEAD', '/api/v1/namespaces/default', {}).status).toBe(405);
});

it('are nowhere without their namespace, but for lists', () => {
  const send = start();
  const everywhere = '/apis/o.io/v1/gizmos';
  const statuses = (['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const).map(
    method => send(method, everywhere, {}).status,
  );
  expect(statuses).toEqual([200, 200, 404, 404, 404, 404]);
  expect(send('GET', `${everywhere}/a`, {}).status).toBe(404);
});

it('warn of what is deprecated where a route is', () => {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const warningsOf = (method: ApiRequest['method'], path: string) => {
    const answers: ApiAnswer[] = [];
    serve({ method, path }, connection, given => void answers.push(given));
    return answers[0]?.warnings ?? [];
  };
  const endpoints = '/api/v1/namespaces/default/endpoints';
  expect(warningsOf('GET', endpoints)).toHaveLength(1);
  expect(warningsOf('PUT', endpoints)).toEqual([]);
  expect(warningsOf('POST', `${endpoints}/kubernetes/scale`)).toEqual([]);
});
