/** The door keeps its promises to clients that are many, slow, rude or far behind. */
import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { ApiAnswer, ApiRequest, Connection, StreamSink } from '../api/request.js';
import { createAuthority, type KeyPair } from './certificates.js';
import { openDoor, type Door } from './door.js';

const json = { 'content-type': 'application/json' };
const sinks = new Set<StreamSink>();
const seen: { readonly request: ApiRequest; readonly connection: Connection }[] = [];
const later: (() => void)[] = [];
let door: Door;
let ca = '';
let client: KeyPair;

/** The writes whose outcome was encoded ahead. */
const encoded: number[] = [];

/** An API server that answers by the path alone. */
function answerTo({ path }: ApiRequest): ApiAnswer {
  if (path === '/long') return { status: 200, headers: json, body: { text: 'x'.repeat(200_000) } };
  if (path.startsWith('/watch')) {
    const start = (sink: StreamSink): (() => void) => {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    };
    return { status: 200, headers: json, stream: { start } };
  }
  if (path.startsWith('/exec')) {
    const start = (sink: StreamSink): (() => void) => {
      sink.item({ channel: 1, data: 'hello' });
      sink.item({ channel: 3, data: { status: 'Success' } });
      sink.end();
      return () => undefined;
    };
    return { status: 101, headers: {}, stream: { start } };
  }
  if (path === '/pods/p/log') return { status: 200, headers: {}, body: 'a line\n' };
  if (path === '/refused') return { status: 403, headers: json, body: { kind: 'Status' } };
  return { status: 200, headers: json, warnings: ['a "quoted" one', 'two'], body: { ok: true } };
}

beforeAll(async () => {
  const authority = await createAuthority();
  ca = authority.certificate;
  client = await authority.client('jane', ['one', 'two']);
  door = await openDoor({
    serve: (asked, connection, done) => {
      seen.push({ request: asked, connection });
      if (asked.path === '/later') later.push(() => done(answerTo(asked)));
      else done(answerTo(asked));
    },
    host: '127.0.0.1',
    port: 0,
    keys: await authority.server(['127.0.0.1']),
    clientAuthority: ca,
    ahead: (afterRevision, writesMax) => {
      const revision = Math.min(afterRevision + writesMax, 100);
      return { revision, objects: [{ toJSON: () => encoded.push(revision) }] };
    },
  });
});
afterAll(() => door.close());

function open(path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const tls = { ca, cert: client.certificate, key: client.key };
    request({ host: '127.0.0.1', port: door.port, path, ...tls, ...options }, resolve)
      .on('error', reject)
      .end();
  });
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Looks now and then, until it holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let looks = 0; !condition() && looks < 200; looks++) {
    await new Promise(resolve => void setTimeout(resolve, 10));
  }
  expect(condition()).toBe(true);
}

it('knows clients by their certificates, on connections that are resumed too', async () => {
  const agent = new Agent({ maxCachedSessions: 10 });
  for (let count = 0; count < 3; count++) await read(await open('/', { agent }));
  for (const { connection } of seen.slice(-3)) {
    expect(connection.certificate).toEqual({ user: 'jane', groups: ['one', 'two'] });
  }
  await read(await open('/', { cert: undefined, key: undefined, agent: new Agent() }));
  expect(seen.at(-1)?.connection.certificate).toBeUndefined();
});

it('sends warnings each as a header, and no body after HEAD', async () => {
  const answer = await open('/');
  await read(answer);
  expect(answer.headers['warning']).toBe('299 - "a \\"quoted\\" one", 299 - "two"');
  const head = await open('/', { method: 'HEAD' });
  expect([head.statusCode, (await read(head)).length]).toEqual([200, 0]);
});

it('reads requests as long as Go does: kubectl exec says its command in the URL', async () => {
  const command = 'a'.repeat(100_000);
  await read(await open(`/?command=${command}`));
  expect(seen.at(-1)?.request.path).toBe(`/?command=${command}`);
  const own = { ca, maxSendHeaderBlockLength: 1 << 20 };
  const session = connect(`https://127.0.0.1:${door.port}`, own);
  const stream = session.request({ ':path': `/?command=b${command}` });
  await once(stream, 'response');
  session.destroy();
  expect(seen.at(-1)?.request.path).toBe(`/?command=b${command}`);
});

it('encodes what was written before it is asked for, a little at a time', async () => {
  await read(await open('/'));
  await until(() => encoded.includes(100));
  expect(encoded.slice(0, 3)).toEqual([40, 80, 100]);
});

it('packs long answers for those who ask for it', async () => {
  const packed = await open('/long', { headers: { 'accept-encoding': 'gzip' } });
  expect(packed.headers['content-encoding']).toBe('gzip');
  const plain = await open('/long');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(gunzipSync(await read(packed)).equals(await read(plain))).toBe(true);
  const short = await open('/', { headers: { 'accept-encoding': 'gzip' } });
  expect(short.headers['content-encoding']).toBeUndefined();
  await read(short);
});

it('carries hundreds of watches on one connection, and forgets those whose client is gone', async () => {
  const session: ClientHttp2Session = connect(`https://127.0.0.1:${door.port}`, { ca });
  session.on('error', () => undefined);
  const streams = Array.from({ length: 300 }, (_, index) => {
    const stream = session.request({ ':path': `/watch/${index}` });
    stream.on('error', () => undefined);
    return stream;
  });
  let lines = 0;
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (text: string) => (lines += text.split('\n').length - 1));
  }
  await until(() => sinks.size === 300);
  const event = { type: 'ADDED', object: { metadata: { name: 'a' } } };
  for (const sink of sinks) sink.item(event);
  await until(() => lines === 300);
  session.destroy();
  await until(() => sinks.size === 0);
  expect(lines).toBe(300);
});

it.each(['HTTP/1.1', 'HTTP/2'])('cuts off a watcher that does not read: %s', async version => {
  if (version === 'HTTP/2') {
    const session = connect(`https://127.0.0.1:${door.port}`, { ca });
    session.on('error', () => undefined);
    session.request({ ':path': '/watch' }).on('error', () => undefined);
  } else {
    (await open('/watch', { agent: new Agent() })).on('error', () => undefined);
  }
  await until(() => sinks.size === 1);
  const text = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 64 && sinks.size === 1; count++) {
    for (const sink of sinks) sink.item({ type: 'ADDED', object: { text, count } });
    await new Promise(resolve => void setTimeout(resolve, 1));
  }
  expect(sinks.size).toBe(0);
});

it('bears a client that leaves before its answer is there', async () => {
  const asked = request({ host: '127.0.0.1', port: door.port, path: '/later', ca });
  asked.on('error', () => undefined);
  asked.end();
  await until(() => later.length === 1);
  asked.destroy();
  await new Promise(resolve => void setTimeout(resolve, 30));
  for (const answer of later) answer();
  expect((await open('/')).statusCode).toBe(200);
});

it('changes the protocol only when the API server says so', async () => {
  const url = `wss://127.0.0.1:${door.port}`;
  const socket = new WebSocket(`${url}/exec`, ['v4.channel.k8s.io', 'v5.channel.k8s.io'], { ca });
  const frames: string[] = [];
  socket.on('message', data => frames.push((data as Buffer).toString('latin1')));
  await once(socket, 'close');
  expect(socket.protocol).toBe('v5.channel.k8s.io');
  expect(frames).toEqual(['\u0001hello', '\u0003{"status":"Success"}']);

  const framesOf = async (path: string, protocol: string) => {
    const other = new WebSocket(`${url}${path}`, [protocol], { ca });
    const seenThere: string[] = [];
    other.on('message', data => seenThere.push((data as Buffer).toString('latin1')));
    await once(other, 'close');
    return seenThere;
  };
  expect(await framesOf('/exec', 'channel.k8s.io')).toEqual(['\u0001hello']);
  expect(await framesOf('/exec', 'base64.channel.k8s.io')).toEqual(['1aGVsbG8=']);
  expect(await framesOf('/pods/p/log', 'binary.k8s.io')).toEqual(['a line\n']);

  const refused = new WebSocket(`${url}/refused`, ['v5.channel.k8s.io'], { ca });
  refused.on('error', () => undefined);
  const [, answer] = (await once(refused, 'unexpected-response')) as [unknown, IncomingMessage];
  expect([answer.statusCode, (await read(answer)).toString()]).toEqual([
    403,
    '{"kind":"Status"}\n',
  ]);
});
