import { describe, expect, it } from 'vitest';
import { pods, type Pod } from '../api/kinds/core.js';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

const connection = {
  certificate: { user: 'admin', groups: ['system:masters'] },
  omitsManagedFields: true,
};

function start() {
  const loop = new Loop();
  const server = createApiServer({ clock: loop, random: new Random(1) });
  const send = (request: ApiRequest): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    server.serve(request, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  return { loop, server, send };
}

const path = '/api/v1/namespaces/default/configmaps';

describe('createApiServer', () => {
  it('creates, reads, changes and deletes', () => {
    const { send } = start();
    const body = { metadata: { name: 'a' }, data: { k: 'v' } };
    expect(send({ method: 'POST', path, body })).toMatchObject({
      status: 201,
      body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace: 'default' } },
    });
    expect(send({ method: 'GET', path: `${path}/a` }).body).toMatchObject({ data: { k: 'v' } });
    const changed = { metadata: { name: 'a' }, data: { k: 'w' } };
    const put = send({ method: 'PUT', path: `${path}/a`, body: changed });
    expect(put).toMatchObject({ status: 200, body: { data: { k: 'w' } } });
    const again = send({ method: 'PUT', path: `${path}/a`, body: changed });
    expect(again.body).toEqual(put.body);
    expect(send({ method: 'DELETE', path: `${path}/a` })).toMatchObject({ status: 200 });
    expect(send({ method: 'GET', path: `${path}/a` })).toMatchObject({ status: 404 });
  });

  it('tells extensions by whom and with which headers they are called', () => {
    const name = 'extension-apiserver-authentication';
    const { body } = start().send({
      method: 'GET',
      path: `/api/v1/namespaces/kube-system/configmaps/${name}`,
    });
    const { data } = body as { readonly data: object };
    expect(Object.keys(data).sort()).toEqual([
      'client-ca-file',
      'requestheader-allowed-names',
      'requestheader-client-ca-file',
      'requestheader-extra-headers-prefix',
      'requestheader-group-headers',
      'requestheader-username-headers',
    ]);
  });

  it('tells watches what there is and what comes', () => {
    const { send } = start();
    send({ method: 'POST', path, body: { metadata: { name: 'a' } } });
    const events: WatchEvent[] = [];
    const answer = send({ method: 'GET', path: `${path}?watch=1&allowWatchBookmarks=true` });
    const close = answer.stream?.start({
      item: item => void events.push(item as WatchEvent),
      end: () => undefined,
    });
    send({ method: 'POST', path, body: { metadata: { name: 'b' } } });
    send({ method: 'DELETE', path: `${path}/a` });
    close?.();
    send({ method: 'DELETE', path: `${path}/b` });
    expect(events.map(event => event.type)).toEqual(['ADDED', 'BOOKMARK', 'ADDED', 'DELETED']);
  });

  it('tells the pods of a node to its kubelet only', () => {
    const { send, server } = start();
    const podPath = '/api/v1/namespaces/default/pods';
    send({
      method: 'POST',
      path: '/api/v1/namespaces/default/serviceaccounts',
      body: { metadata: { name: 'default' } },
    });
    const seen: string[] = [];
    send({
      method: 'GET',
      path: '/api/v1/pods?watch=1&fieldSelector=spec.nodeName=n1',
    }).stream?.start({
      item: item => {
        const { type, object } = item as { type: string; object: Pod };
        seen.push(`${type} ${object.metadata.name ?? ''}`);
      },
      end: () => undefined,
    });
    for (const name of ['p', 'q']) {
      const spec = { containers: [{ name: 'c', image: 'i' }] };
      const made = send({ method: 'POST', path: podPath, body: { metadata: { name }, spec } });
      expect(made.status).toBe(201);
    }
    const bound = send({
      method: 'POST',
      path: `${podPath}/p/binding`,
      body: { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } },
    });
    expect(bound.status).toBe(201);
    expect(seen).toEqual(['ADDED p']);
    expect(pods.kind).toBe('Pod');
    expect([...server.history()].at(-1)?.resource).toBe('pods');
  });
});
