/**
 * Forwarded ports over WebSockets: kubectl's tunnel for SPDY, and the older two channels for each port.
 * @upstream apimachinery/pkg/util/portforward, kubelet/pkg/cri/streaming/portforward
 */
import type { WebSocket } from 'ws';
import type { AnswerStream } from '../api/request.js';
import type { PortAnswer, PortQuestion } from '../server/handlers/port-forward.js';
import { RequestReader, responseBytes } from './http-text.js';
import { SpdyConnection } from './spdy.js';

/** kubectl's protocol within the tunnel. */
const tunnelName = 'SPDY/3.1+portforward.k8s.io';
/** A name for it that `ws` takes: what has a slash is no name of a protocol. */
export const tunnelProtocol = 'SPDY-3.1+portforward.k8s.io';

/** The protocols that a client offers, in names that `ws` takes. */
export function withSafeName(offered: string): string {
  return offered.replace(tunnelName, tunnelProtocol);
}

/** A line of the answer, in the name that the client knows. */
export function withOwnName(line: string): string {
  return line.replace(tunnelProtocol, tunnelName);
}

/** What older clients speak: two channels for each port. */
export const portChannels = 'v4.channel.k8s.io';

/** One connection to a port, as its client is to be told of it. */
interface PortClient {
  data(bytes: Buffer, isLast: boolean): void;
  error(text: string): void;
}

/** Carries a stream of the server, whose programs speak HTTP only, to the client of the WebSocket. */
export function carryPorts(
  socket: WebSocket,
  stream: AnswerStream,
  ports: readonly number[],
): void {
  socket.on('error', () => socket.terminate());
  const dialed = new Map<number, PortClient>();
  const close = stream.start({
    item: item => answered(item as PortAnswer, dialed),
    end: () => socket.close(1000),
  });
  socket.on('close', close);
  const dial = (connection: number, port: number, client: PortClient) => {
    dialed.set(connection, client);
    return new PortConnection(client, request => {
      stream.receive?.({ connection, port, ...request } satisfies PortQuestion);
    });
  };
  if (socket.protocol === tunnelProtocol) tunnel(socket, dial);
  else channels(socket, ports, dial);
}

type Dial = (connection: number, port: number, client: PortClient) => PortConnection;

function answered(answer: PortAnswer, dialed: ReadonlyMap<number, PortClient>): void {
  const client = dialed.get(answer.connection);
  const { reply, isLast } = answer;
  if (reply.isOk) client?.data(responseBytes(reply.response), isLast);
  else client?.error(reply.error);
}

/** Turns the bytes of one connection into requests. */
class PortConnection {
  private readonly reader = new RequestReader();

  constructor(
    private readonly client: PortClient,
    private readonly ask: (request: Pick<PortQuestion, 'request' | 'isLast'>) => void,
  ) {}

  receive(bytes: Uint8Array): void {
    const requests = this.reader.read(bytes);
    if (requests === undefined) {
      // What no HTTP server understands, it answers so.
      const body = '400 Bad Request';
      this.client.data(responseBytes({ status: 400, contentType: 'text/plain', body }), true);
      return;
    }
    for (const { request, keepsAlive } of requests) this.ask({ request, isLast: !keepsAlive });
  }
}

/** Each connection is a pair of streams: one for data, one for what went wrong. */
function tunnel(socket: WebSocket, dial: Dial): void {
  const pairs = new Map<string, { error?: number; connection?: PortConnection }>();
  const byStream = new Map<number, PortConnection>();
  const spdy = new SpdyConnection(
    {
      opened: (stream, headers) => {
        const id = headers.get('requestid') ?? '';
        const pair = pairs.get(id) ?? {};
        pairs.set(id, pair);
        if (headers.get('streamtype') === 'error') {
          pair.error = stream;
          return;
        }
        const close = () => {
          pairs.delete(id);
          byStream.delete(stream);
        };
        const end = (text: string) => {
          if (pair.error !== undefined) spdy.write(pair.error, Buffer.from(text), { isLast: true });
          close();
        };
        const connection = dial(stream, Number(headers.get('port')), {
          data: (bytes, isLast) => {
            if (!byStream.has(stream)) return;
            spdy.write(stream, bytes, { isLast });
            if (isLast) end('');
          },
          error: text => {
            if (!byStream.has(stream)) return;
            end(text);
            spdy.write(stream, Buffer.alloc(0), { isLast: true });
          },
        });
        byStream.set(stream, connection);
      },
      data: (stream, bytes) => byStream.get(stream)?.receive(bytes),
      ended: (stream, how) => {
        if (how === 'reset') byStream.delete(stream);
      },
    },
    bytes => socket.send(bytes),
  );
  socket.on('message', (message: Buffer) => {
    if (!spdy.receive(message)) socket.close(1002);
  });
}

/** The channels 2n and 2n+1 carry the n-th port's data and errors; each begins with the port. */
function channels(socket: WebSocket, ports: readonly number[], dial: Dial): void {
  const send = (channel: number, bytes: Buffer) =>
    socket.send(Buffer.concat([Buffer.of(channel), bytes]));
  const connections = ports.map((port, index) => {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port, 0);
    send(2 * index, number);
    send(2 * index + 1, number);
    return dial(index, port, {
      data: bytes => send(2 * index, bytes),
      error: text => send(2 * index + 1, Buffer.from(text)),
    });
  });
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? 0;
    if (channel % 2 === 0) connections[channel / 2]?.receive(message.subarray(1));
  });
}
