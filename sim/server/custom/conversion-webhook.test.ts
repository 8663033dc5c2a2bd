/** What the texts and answers are was measured on kube-apiserver 1.36.2 with the same webhook. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import type { WebhookCall } from '../contract.js';
import { createApiServer } from '../index.js';

interface Review {
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Custom[];
  };
}
type Custom = KubeObject & { hostPort?: string; host?: string; port?: string };
type Reply = Record<string, unknown> & { convertedObjects: Custom[] };

const latencyMs = 3;
const path = (version: string) => `/apis/x.io/${version}/namespaces/default/crontabs`;
const tab = (version: string, fields: object) => ({
  apiVersion: `x.io/${version}`,
  kind: 'CronTab',
  ...fields,
});

const text = { type: 'string' };
const schemas = {
  v1: { hostPort: text, d: { ...text, default: 'v1' } },
  v2: { host: text, port: text, d: text, e: { ...text, default: 'v2' } },
};

function definition(reviewVersions: readonly string[]) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'crontabs.x.io' },
    spec: {
      group: 'x.io',
      scope: 'Namespaced',
      names: { plural: 'crontabs', kind: 'CronTab' },
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: reviewVersions,
          clientConfig: { url: 'https://hook/convert', caBundle: 'Q0E=' },
        },
      },
      versions: (['v1', 'v2'] as const).map(name => ({
        name,
        served: true,
        storage: name === 'v1',
        ...(name === 'v2' && { selectableFields: [{ jsonPath: '.host' }] }),
        schema: { openAPIV3Schema: { type: 'object', properties: schemas[name] } },
      })),
    },
  };
}

/** Converts as agnhost's example does. */
function converted(object: Custom, apiVersion: string): Custom {
  const { hostPort, host, port, ...rest } = structuredClone(object);
  if (apiVersion === 'x.io/v1') return { ...rest, apiVersion, hostPort: `${host}:${port}` };
  const [first, second] = hostPort?.split(':') ?? [];
  return { ...rest, apiVersion, host: first, port: second } as Custom;
}

function start(reviewVersions: readonly string[] = ['v1']) {
  const loop = new Loop();
  const calls: WebhookCall[] = [];
  let spoil = (reply: Reply): object => reply;
  const server = createApiServer({
    clock: loop,
    random: new Random(1),
    callWebhook: (call, done) => {
      calls.push(call);
      const { request, ...type } = structuredClone(call.body) as Review;
      const { uid, objects, desiredAPIVersion } = request;
      const convertedObjects = objects.map(object => converted(object, desiredAPIVersion));
      const response = spoil({ uid, convertedObjects, result: { status: 'Success' } });
      const body = JSON.stringify({ ...type, response });
      const answer = { isOk: true, code: 200, contentType: 'application/json', body } as const;
      loop.after(latencyMs, 'webhook', () => done(answer));
    },
  });
  const ask = (request: ApiRequest) => {
    let answer: ApiAnswer | undefined;
    const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
    server.serve(request, connection, given => (answer = given));
    loop.runUntil(loop.now() + 20 * latencyMs);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  const send = (
    method: ApiRequest['method'],
    url: string,
    body?: object,
    type = 'application/json',
  ) =>
    ask({ method, path: url, body, headers: { 'content-type': type } }) as ApiAnswer & {
      body: Custom & { items: Custom[]; message: string; code: number };
    };
  send(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    definition(reviewVersions),
  );
  const spoiled = (by: typeof spoil) => void (spoil = by);
  return { calls, send, spoiled, server };
}

describe('custom resources that a webhook converts', () => {
  it('are stored in one version and shown in all; a conversion sets no defaults', () => {
    const { send, calls } = start();
    const sent = tab('v2', { metadata: { name: 'a' }, host: 'h', port: '1' });
    const { status, body } = send('POST', path('v2'), sent);
    expect([status, body.host, body.port, body['e'], body['d']]).toEqual([
      201,
      'h',
      '1',
      undefined,
      'v1',
    ]);
    expect(calls.map(({ url }) => url)).toEqual(Array(2).fill('https://hook/convert?timeout=30s'));
    expect(send('GET', `${path('v1')}/a`).body.hostPort).toBe('h:1');
    expect(calls).toHaveLength(2);
    expect(send('GET', `${path('v2')}/a`).body.host).toBe('h');
    expect(calls).toHaveLength(3);
  });

  it('are selected by the fields of the version that is asked for', () => {
    const { send } = start();
    for (const host of ['h', 'i']) {
      send('POST', path('v1'), tab('v1', { metadata: { name: host }, hostPort: `${host}:1` }));
    }
    const { items } = send('GET', `${path('v2')}?fieldSelector=host%3Di`).body;
    expect(items.map(({ host }) => host)).toEqual(['i']);
    const deleted = send('DELETE', `${path('v2')}?fieldSelector=host%3Di`).body;
    expect(deleted.items).toHaveLength(1);
    expect(send('GET', path('v1')).body.items).toHaveLength(1);
  });

  it('are told to watches in their version, in order, before the bookmark', () => {
    const { send } = start();
    send('POST', path('v1'), tab('v1', { metadata: { name: 'a' }, hostPort: 'h:1' }));
    const options = 'sendInitialEvents=true&allowWatchBookmarks=true';
    const url = `${path('v2')}?watch=1&resourceVersionMatch=NotOlderThan&${options}`;
    const seen: unknown[] = [];
    send('GET', url).stream?.start({
      item: item => {
        const { type, object } = item as WatchEvent;
        seen.push([type, (object as Custom).port]);
      },
      end: () => void seen.push('end'),
    });
    const patch = { port: '2' };
    send('PATCH', `${path('v2')}/a`, patch, 'application/merge-patch+json');
    send('DELETE', `${path('v2')}/a`);
    expect(seen).toEqual([
      ['ADDED', '1'],
      ['BOOKMARK', undefined],
      ['MODIFIED', '2'],
      ['DELETED', '2'],
    ]);
  });

  it('keep the owners of fields of all versions', () => {
    const { send } = start();
    send('POST', path('v1'), tab('v1', { metadata: { name: 'a' }, hostPort: 'h:1' }));
    const changed = tab('v2', { metadata: { name: 'a' }, host: 'i', port: '1', d: 'v1' });
    const { resourceVersion } = send('GET', `${path('v2')}/a`).body.metadata;
    const metadata = { name: 'a', resourceVersion };
    const put = send('PUT', `${path('v2')}/a?fieldManager=m`, { ...changed, metadata });
    // Its default of `e` is nothing that v1 knows, so that the owners cannot be told.
    expect([put.status, put.body.metadata.managedFields]).toEqual([200, undefined]);
  });

  const spoilt: readonly [string, (reply: Reply) => object, string][] = [
    [
      'a failure with a text',
      () => ({ result: { status: 'Failure', message: 'no way' } }),
      'failed: expected response.uid=',
    ],
    ['nothing', ({ uid }) => ({ uid }), "failed: response.result.status was '', not 'Success'"],
    [
      'a failure',
      ({ uid }) => ({ uid, result: { status: 'Failure', message: 'no way' } }),
      'failed: no way',
    ],
    [
      'too few objects',
      reply => ({ ...reply, convertedObjects: [] }),
      'returned 0 objects, expected 1',
    ],
    [
      'another version',
      changing(object => ({ ...object, apiVersion: 'x.io/v9' })),
      'returned invalid object at index 0: invalid groupVersion (expected x.io/v2, received x.io/v9)',
    ],
    [
      'another kind',
      changing(object => ({ ...object, kind: 'X' })),
      'returned invalid object at index 0: invalid kind (expected CronTab, received X)',
    ],
    [
      'another name',
      changing(({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, name: 'b' } })),
      'returned invalid object: must have the same name: a != b',
    ],
    [
      'labels that are none',
      changing(({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: { a: 1 } },
      })),
      'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
    ],
  ];

  it.each(spoilt)('are not shown when the webhook answers %s', (_, by, text) => {
    const { send, spoiled } = start();
    send('POST', path('v1'), tab('v1', { metadata: { name: 'a' }, hostPort: 'h:1' }));
    spoiled(by);
    const failed = send('GET', `${path('v2')}/a`);
    const head = `conversion webhook for x.io/v1, Kind=CronTab ${text}`;
    expect([failed.status, failed.body.message.slice(0, head.length)]).toEqual([500, head]);
    const listed = send('GET', path('v2'));
    expect([listed.status, listed.body.message]).toEqual([
      429,
      expect.stringContaining(
        `storage is (re)initializing: failed to list x.io/v2, Kind=CronTab: ${head}`,
      ),
    ]);
    expect(send('GET', path('v1')).body.items).toHaveLength(1);
  });

  it('take labels and annotations from the webhook, and nothing else of the metadata', () => {
    const { send, spoiled } = start(['v1beta1', 'v1']);
    send('POST', path('v1'), tab('v1', { metadata: { name: 'a' }, hostPort: 'h:1' }));
    spoiled(
      changing(({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: { l: 'x' }, finalizers: ['x.io/f'] },
      })),
    );
    const { labels, finalizers } = send('GET', `${path('v2')}/a`).body.metadata;
    expect([labels, finalizers]).toEqual([{ l: 'x' }, undefined]);
  });
});

function changing(change: (object: Custom) => object): (reply: Reply) => object {
  return reply => ({ ...reply, convertedObjects: reply.convertedObjects.map(change) });
}
