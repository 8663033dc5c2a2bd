import { constants, createDeflate } from 'node:zlib';
import { expect, it } from 'vitest';
import { RequestReader, responseBytes } from './http-text.js';
import { SpdyConnection } from './spdy.js';
import { headerDictionary, headerDictionaryChecksum } from './spdy-dictionary.js';

/** Compresses headers as moby/spdystream does: one stream for a connection, flushed after each list. */
function compressor() {
  const deflate = createDeflate({ dictionary: headerDictionary });
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  const word = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return [length, Buffer.from(text)];
  };
  return (headers: Readonly<Record<string, string>>) =>
    new Promise<Buffer>(done => {
      const count = Buffer.alloc(4);
      count.writeUInt32BE(Object.keys(headers).length);
      const pairs = Object.entries(headers).flatMap(pair => pair.flatMap(word));
      deflate.write(Buffer.concat([count, ...pairs]));
      deflate.flush(constants.Z_SYNC_FLUSH, () => done(Buffer.concat(parts.splice(0))));
    });
}

function opening(stream: number, headers: Buffer): Buffer {
  const frame = Buffer.alloc(18);
  frame.writeUInt32BE(0x80030001);
  frame.writeUIntBE(10 + headers.length, 5, 3);
  frame.writeUInt32BE(stream, 8);
  return Buffer.concat([frame, headers]);
}

function data(stream: number, text: string, flags = 0): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(stream);
  frame.writeUInt8(flags, 4);
  frame.writeUIntBE(text.length, 5, 3);
  return Buffer.concat([frame, Buffer.from(text)]);
}

it('reads streams and their data, however the bytes are cut', async () => {
  const seen: unknown[] = [];
  const sent: string[] = [];
  const connection = new SpdyConnection(
    {
      opened: (stream, headers) => seen.push([stream, Object.fromEntries(headers)]),
      data: (stream, bytes) => seen.push([stream, bytes.toString()]),
      ended: (stream, how) => seen.push([stream, how]),
    },
    bytes => sent.push(bytes.toString('hex')),
  );
  const compress = compressor();
  const bytes = Buffer.concat([
    opening(1, await compress({ Streamtype: 'error', Port: '80' })),
    opening(3, await compress({ Streamtype: 'data', Port: '80' })),
    data(3, 'hello'),
    data(1, '', 1),
  ]);
  for (const byte of bytes) expect(connection.receive(Buffer.of(byte))).toBe(true);
  expect(seen).toEqual([
    [1, { streamtype: 'error', port: '80' }],
    [3, { streamtype: 'data', port: '80' }],
    [3, 'hello'],
    [1, 'finished'],
  ]);
  // The second reply goes on where the compressed text of the first one ended.
  expect(sent).toEqual([
    '8003000200000018' + '00000001' + '78bbe3c6a7c2' + '000400fbff00000000' + '000000ffff',
    '8003000200000012' + '00000003' + '000400fbff00000000' + '000000ffff',
  ]);
  connection.write(3, Buffer.from('x'), { isLast: true });
  expect(sent.at(-1)).toBe('000000030100000178');
});

it('has the dictionary of SPDY/3', () => {
  expect([headerDictionary.length, headerDictionaryChecksum.toString('hex')]).toEqual([
    1423,
    'e3c6a7c2',
  ]);
});

it('refuses what is no SPDY', () => {
  const ignored = { opened: () => undefined, data: () => undefined, ended: () => undefined };
  const connection = new SpdyConnection(ignored, () => undefined);
  expect(connection.receive(Buffer.of(0, 0, 0, 1, 0, 255, 255, 255))).toBe(false);
  expect(new SpdyConnection(ignored, () => undefined).receive(opening(1, Buffer.of(1, 2)))).toBe(
    false,
  );
});

it('reads requests of HTTP, with bodies of known length and in chunks', () => {
  const reader = new RequestReader();
  expect(reader.read(Buffer.from('POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nab'))).toEqual([]);
  const chunked = 'PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
  const requests = reader.read(Buffer.from(`c${chunked}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`));
  expect(
    requests?.map(({ request, keepsAlive }) => [request.path, request.body, keepsAlive]),
  ).toEqual([
    ['/a', 'abc', true],
    ['/b', 'hello', false],
  ]);
  expect(new RequestReader().read(Buffer.from('\x16\x03\x01\r\n\r\n'))).toBeUndefined();
  const response = { status: 200, contentType: 'text/plain', body: 'ok' };
  expect(responseBytes(response).toString()).toBe(
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok',
  );
});
