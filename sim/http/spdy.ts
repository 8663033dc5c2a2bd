/**
 * The part of SPDY/3.1 that `kubectl port-forward` speaks over its tunnel, from the server's side.
 * @upstream github.com/moby/spdystream, k8s.io/streaming/pkg/httpstream/spdy
 */
import { constants, inflateSync } from 'node:zlib';
import { headerDictionary, headerDictionaryChecksum } from './spdy-dictionary.js';

/** What the streams of a connection do. */
export interface SpdyEvents {
  /** The client opened a stream. */
  opened(stream: number, headers: ReadonlyMap<string, string>): void;
  data(stream: number, bytes: Buffer): void;
  /** The client will send no more over the stream, or wants to hear no more of it. */
  ended(stream: number, how: 'finished' | 'reset'): void;
}

const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6 } as const;
const finished = 1;
const headBytes = 8;
/** More than this no client sends in one frame. */
const frameBytesMax = 4 * 1024 * 1024;

/** The headers of all streams of a connection: two short lists for each request. */
const headerBytesMax = 64 * 1024 * 1024;

/** Go's reader gives out what it has only at an empty block. */
const flush = Buffer.of(0, 0, 0, 0xff, 0xff);

/** One connection. */
export class SpdyConnection {
  private bytes = Buffer.alloc(0);
  private readonly compressed: Buffer[] = [];
  private headersRead = 0;
  private hasReplied = false;

  constructor(
    private readonly events: SpdyEvents,
    private readonly send: (bytes: Buffer) => void,
  ) {}

  /** Takes bytes as they come; false when they are no SPDY. */
  receive(data: Uint8Array): boolean {
    this.bytes = Buffer.concat([this.bytes, data]);
    while (this.bytes.length >= headBytes) {
      const length = this.bytes.readUIntBE(5, 3);
      if (length > frameBytesMax) return false;
      if (this.bytes.length < headBytes + length) return true;
      const frame = this.bytes.subarray(0, headBytes + length);
      this.bytes = this.bytes.subarray(headBytes + length);
      if (!this.frame(frame)) return false;
    }
    return true;
  }

  /** Sends data over a stream; its end is said with the last. */
  write(stream: number, data: Buffer, { isLast }: { readonly isLast: boolean }): void {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(stream, 0);
    head.writeUInt8(isLast ? finished : 0, 4);
    head.writeUIntBE(data.length, 5, 3);
    this.send(Buffer.concat([head, data]));
  }

  private frame(frame: Buffer): boolean {
    const word = frame.readUInt32BE(0);
    const isFinished = (frame.readUInt8(4) & finished) !== 0;
    const body = frame.subarray(headBytes);
    if (word >>> 31 === 0) {
      if (body.length > 0) this.events.data(word, body);
      if (isFinished) this.events.ended(word, 'finished');
      return true;
    }
    switch (word & 0xffff) {
      case types.synStream: {
        if (body.length < 10) return false;
        const stream = body.readUInt32BE(0);
        const headers = this.headers(body.subarray(10));
        if (headers === undefined) return false;
        this.reply(stream);
        this.events.opened(stream, headers);
        if (isFinished) this.events.ended(stream, 'finished');
        return true;
      }
      case types.rstStream:
        if (body.length < 4) return false;
        this.events.ended(body.readUInt32BE(0), 'reset');
        return true;
      case types.ping:
        this.send(frame);
        return true;
      default:
        // Settings, windows and farewells change nothing here.
        return true;
    }
  }

  /** All headers of a connection are one compressed text; what came before is read once more. */
  private headers(block: Buffer): ReadonlyMap<string, string> | undefined {
    this.compressed.push(block);
    // What cannot be inflated, or promises more words than it has, is no SPDY.
    try {
      const text = inflateSync(Buffer.concat(this.compressed), {
        dictionary: headerDictionary,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: headerBytesMax,
      });
      const own = text.subarray(this.headersRead);
      this.headersRead = text.length;
      return pairsIn(own);
    } catch {
      return undefined;
    }
  }

  private reply(stream: number): void {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(stream, 0);
    this.control(types.synReply, Buffer.concat([body, this.noHeaders()]));
  }

  /** An empty list of headers, which stands in the compressed text as it is. */
  private noHeaders(): Buffer {
    const pairs = Buffer.alloc(4);
    const block = Buffer.alloc(5);
    block.writeUInt16LE(pairs.length, 1);
    block.writeUInt16LE(~pairs.length & 0xffff, 3);
    const begin = this.hasReplied
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.of(0x78, 0xbb), headerDictionaryChecksum]);
    this.hasReplied = true;
    return Buffer.concat([begin, block, pairs, flush]);
  }

  private control(type: number, body: Buffer): void {
    const head = Buffer.alloc(headBytes);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUIntBE(body.length, 5, 3);
    this.send(Buffer.concat([head, body]));
  }
}

function pairsIn(text: Buffer): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  let at = 4;
  const word = () => {
    const length = text.readUInt32BE(at);
    const value = text.toString('utf8', at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  for (let left = text.readUInt32BE(0); left > 0; left--) pairs.set(word().toLowerCase(), word());
  return pairs;
}
