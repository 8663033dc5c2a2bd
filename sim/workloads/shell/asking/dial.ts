/** What clients of servers have in common: where they connect, and whether somebody answers there. */
import type { CommandCall } from '../commands.js';
import type { Run } from '../job.js';
import { sent } from '../timed.js';

/** Where a client connects. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What came of a connection: undefined where it was made. */
export type Dialled = 'unknown host' | 'connection refused' | 'timeout' | 'connection reset';

/** Connects by TCP, and says nothing. */
export function* dialled(
  call: CommandCall,
  { host, port }: Place,
  timeoutMs: number,
): Run<Dialled | undefined> {
  const payload = { protocol: 'tcp', text: '' };
  const reply = yield* sent(call, { host, port, payload, timeoutMs });
  return reply.isOk ? undefined : reply.error;
}

/** `host:port`, `scheme://user:password@host:port/path`, `[::1]:80`; several with commas: the first. */
export function placeIn(text: string, defaultPort: number): Place {
  const [first = ''] = text
    .replace(/^[a-z][\w+.-]*:\/\//, '')
    .replace(/^[^/]*@/, '')
    .split(/[,/?]/);
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(first);
  const host = (match?.[1] ?? first).replace(/^\[(.*)\]$/, '$1');
  return { host, port: match?.[2] === undefined ? defaultPort : Number(match[2]) };
}

/** The words of the C library. */
export function reasonText(error: Dialled): string {
  switch (error) {
    case 'unknown host':
      return 'Name or service not known';
    case 'timeout':
      return 'Connection timed out';
    case 'connection reset':
      return 'Connection reset by peer';
    case 'connection refused':
      return 'Connection refused';
  }
}

/** `5`, `5s`, `2m`: in milliseconds; the default where it says nothing of the kind. */
export function patienceOf(text: string | undefined, defaultMs: number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text ?? '');
  if (match === null) return defaultMs;
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1_000;
  return Number(match[1]) * unitMs;
}
