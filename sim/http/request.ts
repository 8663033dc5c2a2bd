/** Requests as they come from a socket. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ApiRequest, Connection } from '../api/request.js';

/** A request of either version of HTTP. */
export type Request = Http2ServerRequest | IncomingMessage;

/** The largest body that is read: a little over what the API server refuses with 413. */
const bodyBytesMax = 4 * 1024 * 1024;

/** The request as the API server takes it. */
export function apiRequestOf(request: Request, body: Uint8Array): ApiRequest {
  return {
    method: request.method as ApiRequest['method'],
    path: request.url ?? '/',
    headers: headersOf(request),
    ...(body.length > 0 && { body }),
  };
}

function headersOf(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The body's bytes, or undefined when the client went away. */
export async function readBody(request: Request): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      const bytes = chunk as Buffer;
      length += bytes.length;
      if (length <= bodyBytesMax) chunks.push(bytes);
    }
  } catch {
    // The client closed the connection in the middle of its request: nobody waits for an answer.
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** Who is at the other end, by the client's certificate. */
export function connectionOf(request: Request): Connection {
  const socket = request.socket as TLSSocket;
  const from = { sourceIP: socket.remoteAddress ?? '127.0.0.1', isRemote: true };
  if (!socket.authorized) return from;
  const { subject } = socket.getPeerCertificate(false) as Partial<DetailedPeerCertificate>;
  if (subject === undefined) return from;
  const fields = subject as unknown as Readonly<Record<string, string | readonly string[]>>;
  const groups = fields['O'] ?? [];
  return {
    ...from,
    certificate: {
      user: String(fields['CN'] ?? ''),
      groups: typeof groups === 'string' ? [groups] : groups,
    },
  };
}
