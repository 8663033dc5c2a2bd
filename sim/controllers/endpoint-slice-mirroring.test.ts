import { expect, it } from 'vitest';
import { boot } from '../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

interface Answered {
  readonly metadata: object;
  readonly items?: readonly {
    readonly metadata: { readonly generateName?: string; readonly generation?: number };
  }[];
}

it('rewrites the slice of changed Endpoints without its generateName', () => {
  // @upstream pkg/controller/endpointslicemirroring/utils.go newEndpointSlice
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'GET' | 'POST' | 'PUT', path: string, sent?: object): Answered => {
    let body: unknown;
    const request = { method, path, ...(sent && { body: sent }) };
    serve(request, admin, answer => (body = answer.body));
    loop.runUntil(loop.now() + 3_000);
    return body as Answered;
  };
  const core = '/api/v1/namespaces/default';
  const slices = () =>
    (
      ask('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=a=b')
        .items ?? []
    ).map(({ metadata }) => [metadata.generateName, metadata.generation]);
  const subsets = (ip: string) => [{ addresses: [{ ip }], ports: [{ port: 80 }] }];
  ask('POST', `${core}/services`, { metadata: { name: 'db' }, spec: { ports: [{ port: 80 }] } });
  const { metadata } = ask('POST', `${core}/endpoints`, {
    metadata: { name: 'db', labels: { a: 'b' } },
    subsets: subsets('192.0.2.1'),
  });
  expect(slices()).toEqual([['db-', 1]]);
  ask('PUT', `${core}/endpoints/db`, { metadata, subsets: subsets('192.0.2.2') });
  expect(slices()).toEqual([[undefined, 2]]);
});
