/** How a DELETE is told what to do: as the real kube-apiserver 1.36 answers. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const maps = '/api/v1/namespaces/default/configmaps';

function start() {
  const server = createApiServer({ clock: new Loop(), random: new Random(1) });
  const send = (method: 'POST' | 'DELETE', path: string, body?: object) => {
    let answer: ApiAnswer | undefined;
    const bytes = body && { body: new TextEncoder().encode(JSON.stringify(body)) };
    server.serve({ method, path, headers: {}, ...bytes }, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    const { message, metadata } = answer.body as KubeObject & { readonly message?: string };
    return { status: answer.status, message, metadata };
  };
  const { metadata } = send('POST', maps, { metadata: { name: 'c' } });
  return { send, metadata };
}

it('takes preconditions from the query when there is no body', () => {
  const { send, metadata } = start();
  const head = 'Operation cannot be fulfilled on ConfigMap "c": the ';
  expect(send('DELETE', `${maps}/c?uid=abc`)).toMatchObject({
    status: 409,
    message: `${head}UID in the precondition (abc) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
  });
  expect(send('DELETE', `${maps}/c?resourceVersion=0`)).toMatchObject({
    status: 409,
    message: `${head}ResourceVersion in the precondition (0) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
  });
  expect(send('DELETE', `${maps}?uid=abc`).status).toBe(409);
  expect(send('DELETE', `${maps}/c?uid=${metadata.uid}&resourceVersion=`).status).toBe(200);
});

it('knows no other kind in a body', () => {
  const { send } = start();
  for (const path of [maps, `${maps}/c`]) {
    const { status, message } = send('DELETE', path, { apiVersion: 'v1', kind: 'Pod' });
    expect(status).toBe(400);
    expect(message).toMatch(
      /^no kind "Pod" is registered for version "v1" in scheme ".*internalversion\/scheme\/register.go:27"$/,
    );
  }
});
