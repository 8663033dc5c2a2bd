/** HTTP/1.1 as bytes: what a client at a forwarded port writes and reads. RFC 9112. */
import { STATUS_CODES } from 'node:http';
import type { HttpRequest, HttpResponse } from '../api/http-message.js';

/** A head that is longer is refused, as Go refuses it. */
const headBytesMax = 1024 * 1024;

/** A request, and whether the client will send another one over the connection. */
export interface ReadRequest {
  readonly request: HttpRequest;
  readonly keepsAlive: boolean;
}

/** Reads requests from bytes that come in pieces. */
export class RequestReader {
  private bytes = Buffer.alloc(0);

  /** The requests that are complete now; undefined when what came is no HTTP. */
  read(data: Uint8Array): readonly ReadRequest[] | undefined {
    this.bytes = Buffer.concat([this.bytes, data]);
    const requests: ReadRequest[] = [];
    for (;;) {
      const end = this.bytes.indexOf('\r\n\r\n');
      if (end < 0) return this.bytes.length > headBytesMax ? undefined : requests;
      const head = headOf(this.bytes.toString('latin1', 0, end));
      if (head === undefined) return undefined;
      const body = bodyOf(this.bytes.subarray(end + 4), head.headers);
      if (body === undefined) return requests;
      this.bytes = this.bytes.subarray(end + 4 + body.length);
      const { method, path, headers } = head;
      requests.push({
        request: { protocol: 'http', method, path, body: body.bytes.toString('utf8') },
        keepsAlive: headers.get('connection')?.toLowerCase() !== 'close',
      });
    }
  }
}

interface Head {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
}

function headOf(text: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method = '', path = ''] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === '') return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method, path, headers };
}

interface Body {
  readonly bytes: Buffer;
  /** How many bytes it took, with what frames it. */
  readonly length: number;
}

/** Undefined: more is to come. */
function bodyOf(bytes: Buffer, headers: ReadonlyMap<string, string>): Body | undefined {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return chunkedBody(bytes);
  const length = Number(headers.get('content-length') ?? 0);
  return bytes.length < length ? undefined : { bytes: bytes.subarray(0, length), length };
}

function chunkedBody(bytes: Buffer): Body | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    const next = end + 2 + size + 2;
    if (!(size >= 0) || bytes.length < next) return undefined;
    if (size === 0) return { bytes: Buffer.concat(chunks), length: next };
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = next;
  }
}

/** The bytes of an answer. */
export function responseBytes({ status, contentType, body }: HttpResponse): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}
