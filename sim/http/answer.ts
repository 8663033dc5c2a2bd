/** Answers as they go to a socket: packed when they are long, and never piling up for a slow watcher. */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { gzip } from 'node:zlib';
import type { AnswerStream, ApiAnswer } from '../api/request.js';
import { encodeBody, encodeItem } from './encode.js';
import type { Request } from './request.js';

/** A response of either version of HTTP. */
export type Response = Http2ServerResponse | ServerResponse;

/** Shorter answers are not packed. @upstream apiserver/pkg/endpoints/handlers/responsewriters/writers.go */
const gzipBytesMin = 128 * 1024;
const gzipLevel = 1;
/**
 * As much as may wait for a watcher that does not read, besides what the watch began with. Then it is
 * cut off and begins anew, as the watch cache does with those that fall behind.
 */
const waitingBytesMax = 16 * 1024 * 1024;

/** Writes an answer. */
export function respond(request: Request, response: Response, answer: ApiAnswer): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  const { warnings = [] } = answer;
  if (warnings.length > 0) response.setHeader('warning', warnings.map(warningHeader));
  if (request.method === 'HEAD') return void response.end();
  if (answer.stream === undefined) respondWhole(request, response, encodeBody(answer.body));
  else respondStream(request, response, answer.stream);
}

function respondWhole(request: Request, response: Response, bytes: Buffer): void {
  const end = (data: Buffer): void => {
    if (response.destroyed) return;
    response.setHeader('content-length', String(data.length));
    response.end(data);
  };
  if (bytes.length <= gzipBytesMin || !acceptsGzip(request)) return end(bytes);
  gzip(bytes, { level: gzipLevel }, (error, packed) => {
    if (error !== null) return end(bytes);
    if (response.destroyed) return;
    response.setHeader('content-encoding', 'gzip');
    const varies = response.getHeader('vary');
    response.setHeader(
      'vary',
      varies === undefined ? 'Accept-Encoding' : `${String(varies)}, Accept-Encoding`,
    );
    end(packed);
  });
}

function acceptsGzip({ headers }: Request): boolean {
  const accepted = String(headers['accept-encoding'] ?? '').split(',');
  return accepted.some(coding => coding.split(';')[0]?.trim() === 'gzip');
}

function respondStream(request: Request, response: Response, stream: AnswerStream): void {
  // The headers must go out at once: a client waits for them before it believes in a watch.
  if (request.httpVersionMajor < 2) response.setHeader('transfer-encoding', 'chunked');
  response.writeHead(response.statusCode);
  if ('flushHeaders' in response) response.flushHeaders();
  let isBeginning = true;
  let waitingBytes = 0;
  const close = stream.start({
    item: item => {
      if (response.destroyed || response.writableEnded) return;
      const bytes = encodeItem(item);
      if (isBeginning) {
        write(response, bytes);
        return;
      }
      waitingBytes += bytes.length;
      write(response, bytes, () => (waitingBytes -= bytes.length));
      if (waitingBytes > waitingBytesMax) cutOff(response);
    },
    end: () => void response.end(),
  });
  isBeginning = false;
  response.on('close', close);
  if (response.destroyed) close();
}

/** The two versions of HTTP write alike, but TypeScript cannot tell. */
function write(response: Response, bytes: Buffer, written?: () => void): void {
  if ('stream' in response) response.write(bytes, 'utf8', written);
  else response.write(bytes, written);
}

function cutOff(response: Response): void {
  if ('stream' in response) response.stream.destroy();
  else response.destroy();
}

/** @upstream apimachinery/pkg/util/net NewWarningHeader */
export function warningHeader(text: string): string {
  const cleaned = text.replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  return `299 - "${cleaned.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
