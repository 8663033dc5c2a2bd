/**
 * The socket door: the API server over TLS, HTTP/1.1 and HTTP/2, for kubectl, client-node and client-go.
 * What a request says of time is virtual: a watch with timeoutSeconds=300 ends after 300 s of the
 * cluster's time, which at 60x is after five real ones, and never while time stands still.
 */
import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Serve } from '../api/request.js';
import { Ahead, type LookAhead } from './ahead.js';
import { respond, type Response } from './answer.js';
import type { KeyPair } from './certificates.js';
import { apiRequestOf, connectionOf, readBody, type Request } from './request.js';
import { upgrade } from './upgrade.js';

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
  /** What was written lately, to encode it before it is asked for. Default: nothing is. */
  readonly ahead?: LookAhead;
}

/** An open door. */
export interface Door {
  readonly port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** Idle connections are kept for longer than clients keep theirs, lest a request meet a closing one. */
const keepAliveMs = 120_000;
/** Bytes that the streams of one HTTP/2 connection may hold; Node's own bound is 10 MB. */
const sessionMegabytesMax = 256;

/** How long a request's line and headers may be: Go's bound, where Node's own are 16 and 64 KiB. */
const headerBytesMax = 1 << 20;

/** Opens the door; rejects with the host's error when the port is taken. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const server = createSecureServer({
    allowHTTP1: true,
    cert: options.keys.certificate,
    key: options.keys.key,
    ca: options.clientAuthority,
    requestCert: true,
    rejectUnauthorized: false,
    maxSessionMemory: sessionMegabytesMax,
    settings: { maxHeaderListSize: headerBytesMax },
  });
  // Node has these for HTTP/1.1 as properties, which its types do not tell.
  const ofHttp1 = server as { keepAliveTimeout?: number; maxHeaderSize?: number };
  ofHttp1.keepAliveTimeout = keepAliveMs;
  ofHttp1.maxHeaderSize = headerBytesMax;
  const sockets = trackSockets(server);
  const { serve } = options;
  const ahead = options.ahead === undefined ? undefined : new Ahead(options.ahead);
  server.on('sessionError', () => undefined);
  server.on('request', (request, response) => {
    ahead?.begin();
    void handle(request, response, serve);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    upgrade({ request, socket, head }, serve),
  );
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>(resolve => {
        ahead?.stop();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The sockets that are open. One that breaks takes nothing with it. */
function trackSockets(server: Http2SecureServer): ReadonlySet<TLSSocket> {
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  return sockets;
}

function listening(server: Http2SecureServer, { port, host }: DoorOptions): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function handle(request: Request, response: Response, serve: Serve): Promise<void> {
  // A client may go away at any moment; whoever writes to it then is told by its end alone.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  const connection = connectionOf(request);
  const body = await readBody(request);
  if (body === undefined) return;
  serve(apiRequestOf(request, body), connection, answer => {
    if (!response.writableEnded && !response.destroyed) respond(request, response, answer);
  });
}
