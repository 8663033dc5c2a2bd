/** The order in which a patch is looked at, as the real kube-apiserver 1.36 answers. */
import { describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const maps = '/api/v1/namespaces/default/configmaps';

function start() {
  const server = createApiServer({ clock: new Loop(), random: new Random(1) });
  return (method: 'POST' | 'PATCH', path: string, body: string, type: string): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    const bytes = new TextEncoder().encode(body);
    const headers = { 'content-type': type };
    server.serve({ method, path, headers, body: bytes }, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
}

const messageOf = ({ body }: ApiAnswer) => (body as { readonly message?: string }).message;

describe('a patch that cannot be read', () => {
  it.each([
    [
      'application/merge-patch+json',
      'data:\n  a: y\n',
      "error decoding patch: invalid character 'd' looking for beginning of value",
    ],
    [
      'application/json-patch+json',
      '{}',
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
  ])('in form %s is told of only when the object is there', (type, patch, text) => {
    const send = start();
    const missing = send('PATCH', `${maps}/c`, patch, type);
    expect([missing.status, messageOf(missing)]).toEqual([404, 'configmaps "c" not found']);
    send('POST', maps, '{"metadata":{"name":"c"}}', 'application/json');
    const there = send('PATCH', `${maps}/c`, patch, type);
    expect([there.status, messageOf(there)]).toEqual([400, text]);
  });
});

it('is told of with the fields of what stands in maps in the order of their type', () => {
  const send = start();
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const properties = { b: { items: { type: 'string' }, type: 'array' }, a: { type: 'string' } };
  const schema = { openAPIV3Schema: { type: 'object', properties } };
  const definition = {
    metadata: { name: 'foos.a.b' },
    spec: {
      group: 'a.b',
      scope: 'Namespaced',
      names: { plural: 'foos', kind: 'Foo' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  send('POST', definitions, JSON.stringify(definition), 'application/json');
  const patch = '{"spec":{"names":{"kind":5}}}';
  const told = send('PATCH', `${definitions}/foos.a.b`, patch, 'application/merge-patch+json');
  expect(messageOf(told)?.replaceAll('\\"', '"')).toContain(
    '"properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"string"}}}',
  );
});
