/** The socket door: the API server over TLS, HTTP/1.1 and HTTP/2, for kubectl, client-node and client-go. */
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ApiAnswer, ApiRequest, Connection, Serve } from '../api/request.js';
import type { KeyPair } from './certificates.js';
import { encodeItem, encodeBody } from './encode.js';

/** What a door needs. */
export interface DoorOptions {
  /** Called with each request at a moment when the simulation may be touched. */
  readonly serve: Serve;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly keys: KeyPair;
  /** The authority of the clients' certificates, as PEM. */
  readonly clientAuthority: string;
}

/** An open door. */
export interface Door {
  readonly port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** The largest body that is read: a little over what the API server refuses with 413. */
const bodyBytesMax = 4 * 1024 * 1024;

/** Opens the door; rejects with the host's error when the port is taken. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const server = createSecureServer({
    allowHTTP1: true,
    cert: options.keys.certificate,
    key: options.keys.key,
    ca: options.clientAuthority,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('sessionError', () => undefined);
  server.on('request', (request, response) => void handle(request, response, options.serve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function handle(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  serve: Serve,
): Promise<void> {
  const connection = connectionOf(request);
  const body = await readBody(request);
  if (body === undefined) return;
  const apiRequest: ApiRequest = {
    method: request.method as ApiRequest['method'],
    path: request.url,
    headers: headersOf(request),
    ...(body.length > 0 && { body }),
  };
  serve(apiRequest, connection, answer => {
    if (!response.writableEnded && !response.destroyed) respond(request, response, answer);
  });
}

function respond(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  answer: ApiAnswer,
): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (answer.warnings !== undefined && answer.warnings.length > 0) {
    response.setHeader('warning', answer.warnings.map(warningHeader));
  }
  if (request.method === 'HEAD') return void response.end();
  if (answer.stream === undefined) {
    const bytes = encodeBody(answer.body);
    response.setHeader('content-length', String(bytes.length));
    response.end(bytes);
    return;
  }
  // The first bytes must go out at once: a client waits for the headers before it believes in a watch.
  if (request.httpVersionMajor < 2) response.setHeader('transfer-encoding', 'chunked');
  response.writeHead(answer.status);
  flush(response);
  const close = answer.stream.start({
    item: item => {
      if (!response.destroyed && !response.writableEnded) response.write(encodeItem(item));
    },
    end: () => void response.end(),
  });
  response.on('close', close);
}

function flush(response: Http2ServerResponse): void {
  const plain = response as unknown as { flushHeaders?: () => void };
  plain.flushHeaders?.();
}

/** @upstream apimachinery/pkg/util/net NewWarningHeader */
function warningHeader(text: string): string {
  const cleaned = text.replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  return `299 - "${cleaned.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function headersOf(request: Http2ServerRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The body's bytes, or undefined when the client went away. */
async function readBody(request: Http2ServerRequest): Promise<Uint8Array | undefined> {
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

function connectionOf(request: Http2ServerRequest): Connection {
  const socket = request.socket as unknown as TLSSocket;
  const sourceIP = socket.remoteAddress ?? '127.0.0.1';
  if (!isAuthorized(socket)) return { sourceIP };
  const { subject } = socket.getPeerCertificate(false) as DetailedPeerCertificate;
  const fields = subject as unknown as Readonly<Record<string, string | readonly string[]>>;
  const groups = fields['O'] ?? [];
  return {
    sourceIP,
    certificate: {
      user: String(fields['CN'] ?? ''),
      groups: typeof groups === 'string' ? [groups] : groups,
    },
  };
}

function isAuthorized(socket: TLSSocket): boolean {
  return socket.authorized && Object.keys(socket.getPeerCertificate(false)).length > 0;
}
