/** What is told of custom resources was compared with kube-apiserver 1.36.2's documents of the same definition. */
import { expect, it } from 'vitest';
import type { ApiAnswer } from '../../sim/api/request.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import { createApiServer } from '../../sim/server/index.js';
import { openapiDocuments } from './openapi-documents.js';

interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name?: string; readonly $ref?: string }[];
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions: Readonly<Record<string, { readonly properties?: object }>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

function start() {
  const loop = new Loop();
  const options = { clock: loop, random: new Random(1), openapi: openapiDocuments };
  const { serve } = createApiServer(options);
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const ask = (method: 'GET' | 'POST', path: string, body?: object) => {
    let answer: ApiAnswer | undefined;
    const headers = { accept: 'application/json' };
    serve({ method, path, headers, body }, connection, given => (answer = given));
    loop.runUntil(loop.now() + 1000);
    const given = answer?.body;
    return (typeof given === 'string' ? JSON.parse(given) : given) as Document;
  };
  return ask;
}

function definition(kind: string, scope: string) {
  const plural = `${kind.toLowerCase()}s`;
  const schema = {
    type: 'object',
    properties: {
      port: { 'x-kubernetes-int-or-string': true },
      pod: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { spec: { type: 'object' } },
      },
      size: { type: 'integer', default: 1 },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.acme.example.com` },
    spec: {
      group: 'acme.example.com',
      scope,
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}

it('has the documents of the built-in kinds', () => {
  const ask = start();
  const index = Object.keys(ask('GET', '/openapi/v3').paths);
  expect(index).toContain('apis/flowcontrol.apiserver.k8s.io/v1');
  const { paths } = ask('GET', '/openapi/v3/api/v1');
  expect(paths['/api/v1/namespaces/{namespace}/pods']?.['post']?.description).toBe('create a Pod');
  expect(JSON.stringify(ask('GET', '/openapi/v2').definitions)).toContain(
    'ConfigMap holds configuration data for pods to consume.',
  );
});

it('tells of custom resources what it tells of the others', () => {
  const ask = start();
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  ask('POST', path, definition('Engine', 'Namespaced'));
  ask('POST', path, definition('Widget', 'Cluster'));
  const { paths, components } = ask('GET', '/openapi/v3/apis/acme.example.com/v1');
  expect(Object.keys(paths)).toEqual([
    '/apis/acme.example.com/v1/engines',
    '/apis/acme.example.com/v1/namespaces/{namespace}/engines',
    '/apis/acme.example.com/v1/namespaces/{namespace}/engines/{name}',
    '/apis/acme.example.com/v1/namespaces/{namespace}/engines/{name}/status',
    '/apis/acme.example.com/v1/widgets',
    '/apis/acme.example.com/v1/widgets/{name}',
    '/apis/acme.example.com/v1/widgets/{name}/status',
  ]);
  expect(paths['/apis/acme.example.com/v1/namespaces/{namespace}/engines']?.['post']).toMatchObject(
    {
      operationId: 'createAcmeExampleComV1NamespacedEngine',
      description: 'create an Engine',
      tags: ['acmeExampleCom_v1'],
    },
  );
  const read = paths['/apis/acme.example.com/v1/widgets/{name}'];
  expect(read?.['get']?.operationId).toBe('readAcmeExampleComV1Widget');
  expect((read?.['parameters'] as Operation['parameters'])?.map(({ name }) => name)).toEqual([
    'name',
    'pretty',
  ]);
  expect(components.schemas['com.example.acme.v1.Widget']).toMatchObject({
    properties: {
      port: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      pod: { required: ['kind', 'apiVersion'] },
      size: { default: 1 },
    },
  });
  expect(components.schemas).toHaveProperty([
    'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry',
  ]);
  const old = ask('GET', '/openapi/v2');
  expect(old.definitions['com.example.acme.v1.Widget']?.properties).toMatchObject({
    size: { type: 'integer' },
    metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
  });
  const oldRead = old.paths['/apis/acme.example.com/v1/widgets/{name}']?.['get'];
  expect(oldRead?.parameters).toEqual([{ $ref: '#/parameters/resourceVersion-5WAnf1kx' }]);
});

it('leaves out what a gate that is off would add', () => {
  const ask = start();
  const name = 'apis/scheduling.k8s.io/v1alpha2';
  expect(openapiDocuments.names()).toContain(name);
  expect(Object.keys(ask('GET', '/openapi/v3').paths)).not.toContain(name);
  const { paths, definitions } = ask('GET', '/openapi/v2');
  expect(Object.keys(paths).filter(path => path.startsWith(`/${name}`))).toEqual([]);
  expect(Object.keys(definitions).filter(type => type.includes('v1alpha2'))).toEqual([]);
});

it('spares clients what they have: an entity tag changes with what is served', () => {
  const { serve } = createApiServer({
    clock: new Loop({ startMs: Date.UTC(2026, 0, 1) }),
    random: new Random(1),
    openapi: openapiDocuments,
  });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const get = (path: string, tag = '', accept = 'application/json'): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    const headers = { accept, 'if-none-match': tag };
    serve({ method: 'GET', path, headers }, connection, given => (answer = given));
    return answer ?? { status: 0, headers: {} };
  };
  const define = () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const body = definition('Widget', 'Namespaced');
    serve({ method: 'POST', path, headers: {}, body }, connection, () => undefined);
  };
  for (const path of ['/openapi/v2', '/openapi/v3/apis/apps/v1']) {
    const { status, headers } = get(path);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const again = get(path, headers['etag']);
    expect([again.status, again.body]).toEqual([304, undefined]);
    expect(again.headers['etag']).toBe(headers['etag']);
    expect(get(path, '"other"').status).toBe(200);
  }
  const encoded = (): Uint8Array =>
    get('/openapi/v2', '', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf')
      .body as Uint8Array;
  const before = encoded();
  expect(encoded()).toBe(before);
  const tag = get('/openapi/v2').headers['etag'] ?? '';
  define();
  expect(get('/openapi/v2', tag).status).toBe(200);
  // Other bytes: the kinds that are served may be others.
  expect(encoded()).not.toBe(before);
  const { paths } = JSON.parse(String(get('/openapi/v3').body)) as {
    paths: Record<string, Record<string, string>>;
  };
  const kept = get(paths['apis/apps/v1']?.['serverRelativeURL'] ?? '').headers;
  expect(kept['cache-control']).toBe('public, immutable');
  expect(kept['expires']).toBe('Fri, 01 Jan 2027 00:00:00 UTC');
});
