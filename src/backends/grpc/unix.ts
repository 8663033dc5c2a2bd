/** gRPC over unix sockets, as kubelets and their plug-ins speak: a server and a client. */
import { rmSync } from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import type { DescService } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { exitCodes, UserError } from '../../input/errors.js';

/**
 * The methods of a service: a function of the request, or a generator of many answers, which is ended
 * through the signal. What crosses the wire is checked against the service's descriptor.
 */
export type Methods = Readonly<
  Record<string, (request: never, context: { readonly signal: AbortSignal }) => unknown>
>;

/** A server on a socket. */
export interface GrpcServer {
  close(): Promise<void>;
}

/** A unix socket's path has room for so many bytes, on Linux. */
export const socketPathMax = 107;

/**
 * Serves services on a socket; a file that is in the way is an old socket of ours, and goes.
 *
 * @throws UserError when it cannot listen there.
 */
export async function serveGrpc(
  path: string,
  services: readonly { readonly service: DescService; readonly methods: Methods }[],
): Promise<GrpcServer> {
  // A longer path would be cut off without a word, and the socket be somewhere else.
  if (Buffer.byteLength(path) > socketPathMax) throw tooLong(path);
  const { connectNodeAdapter } = await import('@connectrpc/connect-node');
  const sessions = new Set<http2.ServerHttp2Session>();
  const shutdown = new AbortController();
  const handler = connectNodeAdapter({
    shutdownSignal: shutdown.signal,
    routes: router => {
      for (const { service, methods } of services) {
        // The table has no static types: connect checks every message by the descriptor at run time.
        router.service(service, methods as unknown as Partial<ServiceImpl<DescService>>);
      }
    },
  });
  const server = http2.createServer((request, response) => {
    // Go's clients name the socket's path as the authority, escaped: no URL can be made with that.
    request.headers[':authority'] = 'localhost';
    handler(request, response);
  });
  server.on('session', session => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(cannotListen(path, error)));
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise(resolve => {
        shutdown.abort();
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function cannotListen(path: string, error: Error): UserError {
  return new UserError(`no socket at ${path}: ${error.message}`, {
    exitCode: exitCodes.backend,
    code: 'no-socket',
    next: 'see who owns the folder',
  });
}

function tooLong(path: string): UserError {
  return new UserError(`the path of a socket is longer than ${socketPathMax} bytes: ${path}`, {
    exitCode: exitCodes.backend,
    code: 'no-socket',
    next: 'set TMPDIR to a shorter path',
  });
}

/** Calls one method of a service on a socket, once; its answer as the descriptor reads it. */
export async function callGrpc<Answer>(
  path: string,
  service: DescService,
  method: string,
  request: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<Answer> {
  const { transport, close } = await dial(path);
  try {
    const { createClient } = await import('@connectrpc/connect');
    // The client's methods are made from the table: they have no static types either.
    const client = createClient(service, transport) as unknown as Readonly<
      Record<string, (request: unknown, options: { signal?: AbortSignal }) => Promise<Answer>>
    >;
    const call = client[method];
    if (call === undefined) throw new Error(`${service.typeName} has no method ${method}`);
    return await call(request, signal === undefined ? {} : { signal });
  } finally {
    close();
  }
}

/** Follows a method that gives many answers, until the signal ends it. */
export async function* followGrpc<Answer>(
  path: string,
  service: DescService,
  method: string,
  request: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const { transport, close } = await dial(path);
  try {
    const { createClient } = await import('@connectrpc/connect');
    const client = createClient(service, transport) as unknown as Readonly<
      Record<string, (request: unknown, options: { signal: AbortSignal }) => AsyncIterable<Answer>>
    >;
    const call = client[method];
    if (call === undefined) throw new Error(`${service.typeName} has no method ${method}`);
    yield* call(request, { signal });
  } finally {
    close();
  }
}

async function dial(path: string) {
  const { createGrpcTransport, Http2SessionManager } = await import('@connectrpc/connect-node');
  const baseUrl = 'http://localhost';
  const sessionManager = new Http2SessionManager(
    baseUrl,
    {},
    { createConnection: () => net.connect(path) },
  );
  const transport = createGrpcTransport({ baseUrl, sessionManager });
  return { transport, close: () => sessionManager.abort() };
}
