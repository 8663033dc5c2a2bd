/** gRPC over unix sockets, as clients of other languages speak it. */
import { mkdtempSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serviceOf } from './proto.js';
import { callGrpc, serveGrpc, socketPathMax } from './unix.js';

const service = serviceOf(
  {
    package: 'test',
    messages: {
      Word: { text: [1, 'string'], parts: [2, 'map Part'] },
      Part: { size: [1, 'int64'] },
    },
    services: { Echo: { Say: ['Word', 'Word'] } },
  },
  'Echo',
);
const services = [{ service, methods: { say: (word: object) => word } }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'st-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('carries text, maps and numbers both ways', async () => {
  const path = join(folder, 's');
  const server = await serveGrpc(path, services);
  const word = { text: 'ahoy', parts: { a: { size: 2n } } };
  expect(await callGrpc(path, service, 'say', word)).toMatchObject(word);
  await server.close();
});

it("answers Go's clients, whose authority is the path of the socket, escaped", async () => {
  const path = join(folder, 's');
  const server = await serveGrpc(path, services);
  const session = http2.connect('http://localhost', { createConnection: () => net.connect(path) });
  const status = await new Promise<unknown>((resolve, reject) => {
    const request = session.request({
      ':method': 'POST',
      ':path': '/test.Echo/Say',
      ':authority': encodeURIComponent(path),
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    request.on('trailers', trailers => resolve(trailers['grpc-status']));
    request.on('error', reject);
    request.resume();
    // An empty message: not compressed, of length 0.
    request.end(Buffer.alloc(5));
  });
  expect(status).toBe('0');
  session.destroy();
  await server.close();
});

it('says when a path is too long for a socket', async () => {
  const path = join(folder, 'x'.repeat(socketPathMax));
  await expect(serveGrpc(path, services)).rejects.toMatchObject({
    details: { code: 'no-socket', next: expect.stringContaining('TMPDIR') as string },
  });
});
