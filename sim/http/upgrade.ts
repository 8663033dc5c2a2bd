/**
 * exec, attach and portforward over WebSockets: the channels of a container's streams.
 * @upstream k8s.io/streaming/pkg/httpstream/wsstream, apimachinery/pkg/util/remotecommand
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ApiAnswer, Serve } from '../api/request.js';
import { warningHeader } from './answer.js';
import { carry, carryText, streamProtocols, textProtocols } from './channels.js';
import { encodeBody } from './encode.js';
import {
  carryPorts,
  portChannels,
  tunnelProtocol,
  withOwnName,
  withSafeName,
} from './port-forward.js';
import { apiRequestOf, connectionOf } from './request.js';

/** A connection whose client wants to speak something else than HTTP. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent already. */
  readonly head: Buffer;
}

const portProtocols = [tunnelProtocol, portChannels];

/** Only servers of no port of their own: they take over connections. */
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  handleProtocols: (offered, request) =>
    protocolsOf(request).find(name => offered.has(name)) ?? false,
});

sockets.on('headers', lines => {
  for (const [index, line] of lines.entries()) lines[index] = withOwnName(line);
});

/** Asks the API server, as for every request; only a 101 changes the protocol. */
export function upgrade({ request, socket, head }: Upgrade, serve: Serve): void {
  socket.on('error', () => socket.destroy());
  serve(apiRequestOf(request, new Uint8Array()), connectionOf(request), answer => {
    if (socket.destroyed) return;
    const { stream } = answer;
    const isText = answer.status === 200 && isLog(request);
    if (!isText && (answer.status !== 101 || stream === undefined)) return refuse(socket, answer);
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      return refuse(socket, unsupported('only WebSocket connections are served, not SPDY'));
    }
    const { headers } = request;
    const offered = headers['sec-websocket-protocol'];
    if (offered !== undefined) headers['sec-websocket-protocol'] = withSafeName(offered);
    if (!offersOurs(request)) {
      const known = protocolsOf(request).join(', ');
      return refuse(socket, unsupported(`the sub-protocol must be one of ${known}`));
    }
    sockets.handleUpgrade(request, socket, head, connection => {
      if (isText || stream === undefined) carryText(connection, answer);
      else if (isPortForward(request)) carryPorts(connection, stream, portsOf(request));
      else carry(connection, stream);
    });
  });
}

function isPortForward({ url = '' }: IncomingMessage): boolean {
  return /\/portforward(\?|$)/.test(url);
}

function portsOf({ url = '' }: IncomingMessage): readonly number[] {
  return new URL(url, 'https://localhost').searchParams.getAll('ports').map(Number);
}

/** Of what is served in pieces only logs are read so. */
function isLog({ url = '', headers }: IncomingMessage): boolean {
  return /\/pods\/[^/]+\/log(\?|$)/.test(url) && headers.upgrade?.toLowerCase() === 'websocket';
}

function protocolsOf(request: IncomingMessage): readonly string[] {
  if (isLog(request)) return textProtocols;
  return isPortForward(request) ? portProtocols : streamProtocols;
}

function offersOurs(request: IncomingMessage): boolean {
  const { headers } = request;
  const named = headers['sec-websocket-protocol'];
  // Who names none speaks the oldest, but ports need to be told apart.
  if (named === undefined) return !isPortForward(request);
  const offered = named.split(',').map(name => name.trim());
  return protocolsOf(request).some(name => offered.includes(name));
}

function unsupported(message: string): ApiAnswer {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  return {
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: { ...body, reason: 'BadRequest', code: 400 },
  };
}

/** Writes a plain answer to a connection that does not change. */
function refuse(socket: Duplex, answer: ApiAnswer): void {
  const { status, headers, warnings = [], body } = answer;
  const bytes = encodeBody(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...warnings.map(text => `warning: ${warningHeader(text)}`),
    `content-length: ${bytes.length}`,
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
}
