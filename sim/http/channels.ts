/**
 * The sub-protocols of WebSockets that carry the streams of a container or a plain text.
 * @upstream k8s.io/streaming/pkg/httpstream/wsstream
 */
import type { WebSocket } from 'ws';
import type { AnswerStream, ApiAnswer } from '../api/request.js';
import { encodeBody, encodeItem } from './encode.js';

/** The sub-protocols of exec and attach, the best first. */
export const streamProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
];

/** Those of a log that is read through a WebSocket. */
export const textProtocols = ['binary.k8s.io', 'base64.binary.k8s.io'];

/** Version 5 says by this channel that another one has ended. */
const closing = 255;
const outcome = 3;

const isBase64 = ({ protocol }: WebSocket): boolean => protocol.includes('base64');

/** Sends every item over its channel, and takes what the client sends over its own. */
export function carry(connection: WebSocket, stream: AnswerStream): void {
  connection.on('error', () => connection.terminate());
  connection.on('message', (message: Buffer) => {
    const { channel, data } = unframed(connection, message);
    const isClosing = channel === closing && connection.protocol === streamProtocols[0];
    stream.receive?.(isClosing ? { channel: data[0] } : { channel, data });
  });
  const close = stream.start({
    item: item => {
      const framed = frame(connection, item as { channel: number; data: unknown });
      if (framed !== undefined) connection.send(framed);
    },
    end: () => connection.close(1000),
  });
  connection.on('close', close);
}

/** The channel is a byte; in base64 it is a digit before the text. */
function unframed(connection: WebSocket, message: Buffer): { channel: number; data: Buffer } {
  if (!isBase64(connection)) return { channel: message[0] ?? 0, data: message.subarray(1) };
  const text = message.toString();
  return { channel: Number(text[0] ?? 0), data: Buffer.from(text.slice(1), 'base64') };
}

/** Text as it is, a Status as JSON; before version 4 only failures are told, as plain text. */
function frame(
  connection: WebSocket,
  { channel, data }: { readonly channel: number; readonly data: unknown },
): Buffer | string | undefined {
  const isOld = !/^v[45]\./.test(connection.protocol);
  const told = isOld && channel === outcome ? plainOutcome(data) : data;
  if (told === undefined) return undefined;
  const bytes =
    told instanceof Uint8Array
      ? Buffer.from(told)
      : Buffer.from(typeof told === 'string' ? told : JSON.stringify(told));
  if (isBase64(connection)) return `${channel}${bytes.toString('base64')}`;
  return Buffer.concat([Buffer.of(channel), bytes]);
}

function plainOutcome(status: unknown): string | undefined {
  const { status: how, message } = status as {
    readonly status: string;
    readonly message?: string;
  };
  return how === 'Success' ? undefined : (message ?? how);
}

/** Sends a text, or all pieces of a stream, and closes. */
export function carryText(connection: WebSocket, { body, stream }: ApiAnswer): void {
  connection.on('error', () => connection.terminate());
  const send = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    connection.send(isBase64(connection) ? bytes.toString('base64') : bytes);
  };
  if (stream === undefined) {
    send(encodeBody(body));
    connection.close(1000);
    return;
  }
  const close = stream.start({
    item: item => send(encodeItem(item)),
    end: () => connection.close(1000),
  });
  connection.on('close', close);
}
