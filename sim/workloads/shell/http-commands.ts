/** curl and wget, as far as scripts use them. */
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import type { CommandCall } from './commands.js';
import type { Run } from './job.js';
import { optionsOf, sent, valueOf, type CommandOptions, type TimedCommand } from './timed.js';

/** As long as a program waits that was told nothing. */
const patienceMs = 300_000;
const redirectsMax = 10;

interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

type Fetched =
  | { readonly isOk: true; readonly response: HttpResponse; readonly place: Place }
  | {
      readonly isOk: false;
      readonly error: 'unknown host' | 'connection refused' | 'timeout' | 'connection reset';
      readonly place: Place;
    };

/** Reads an address; http where no scheme is named. */
function placeOf(url: string): Place | undefined {
  try {
    const { protocol, hostname, port, pathname, search } = new URL(
      /^[a-z]+:\/\//.test(url) ? url : `http://${url}`,
    );
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const usual = protocol === 'https:' ? 443 : 80;
    return { host, port: port === '' ? usual : Number(port), path: `${pathname}${search}` };
  } catch {
    return undefined;
  }
}

function* fetched(
  call: CommandCall,
  place: Place,
  request: { readonly method: string; readonly body: string; readonly timeoutMs: number },
  headers: Readonly<Record<string, string>> = {},
): Run<Fetched> {
  const { host, port, path } = place;
  const { method, body, timeoutMs } = request;
  const named = { host: port === 80 ? host : `${host}:${port}`, ...headers };
  const payload: HttpRequest = { protocol: 'http', method, path, body, headers: named };
  const reply = yield* sent(call, { host, port, payload, timeoutMs });
  if (!reply.isOk) return { isOk: false, error: reply.error, place };
  if (isHttpResponse(reply.payload)) return { isOk: true, response: reply.payload, place };
  return { isOk: false, error: 'connection reset', place };
}

const curlValues = new Set(
  'connect-timeout max-time m o output w write-out H header X request d data data-raw interface retry u A'.split(
    ' ',
  ),
);

const curl: TimedCommand = function* (call) {
  const options = optionsOf(call.args, curlValues);
  const place = placeOf(options.words[0] ?? '');
  const isSilent = valueOf(options, 's', 'silent') !== undefined;
  const complains = !isSilent || valueOf(options, 'S', 'show-error') !== undefined;
  const fail = (code: number, text: string): number => {
    if (complains) call.err(`curl: (${code}) ${text}\n`);
    written(call, options, '000');
    return code;
  };
  if (place === undefined) return fail(3, 'URL rejected: Malformed input to a URL function');
  const came = yield* followed(call, options, place);
  if (!came.isOk) {
    const { host, port } = came.place;
    if (came.error === 'unknown host') return fail(6, `Could not resolve host: ${host}`);
    if (came.error === 'timeout') return fail(28, 'Connection timed out');
    if (came.error === 'connection reset') return fail(52, 'Empty reply from server');
    return fail(
      7,
      `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`,
    );
  }
  const { status } = came.response;
  const isRefused = status >= 400 && valueOf(options, 'f', 'fail') !== undefined;
  if (isRefused) return fail(22, `The requested URL returned error: ${status}`);
  const text = shown(options, came.response);
  const target = valueOf(options, 'o', 'output');
  if (target === undefined || target === '-') call.out(text);
  else call.host.files.write(target, text);
  written(call, options, String(status));
  return 0;
};

function* followed(call: CommandCall, options: CommandOptions, start: Place): Run<Fetched> {
  const body = valueOf(options, 'd', 'data', 'data-raw');
  const isHead = valueOf(options, 'I', 'head') !== undefined;
  const asked = isHead ? 'HEAD' : body === undefined ? 'GET' : 'POST';
  const seconds = Number(valueOf(options, 'connect-timeout', 'm', 'max-time') ?? Number.NaN);
  const request = {
    method: valueOf(options, 'X', 'request') ?? asked,
    body: body ?? '',
    timeoutMs: Number.isFinite(seconds) ? seconds * 1_000 : patienceMs,
  };
  const [name = '', ...value] = (valueOf(options, 'H', 'header') ?? '').split(':');
  const headers = name === '' ? {} : { [name.toLowerCase()]: value.join(':').trim() };
  let came = yield* fetched(call, start, request, headers);
  const follows = valueOf(options, 'L', 'location') !== undefined;
  for (let hops = 0; follows && came.isOk && hops < redirectsMax; hops++) {
    const { location } = came.response.headers ?? {};
    if (location === undefined || came.response.status < 300 || came.response.status > 399) break;
    const { host, port } = came.place;
    const next = placeOf(new URL(location, `http://${host}:${port}`).href);
    if (next === undefined) break;
    came = yield* fetched(call, next, request, headers);
  }
  return came;
}

function shown(options: CommandOptions, response: HttpResponse): string {
  const { status, contentType, body } = response;
  const isHead = valueOf(options, 'I', 'head') !== undefined;
  const hasHead = isHead || valueOf(options, 'i', 'include') !== undefined;
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? ''}`.trimEnd(),
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ];
  const head = hasHead ? `${lines.join('\r\n')}\r\n\r\n` : '';
  return isHead ? head : head + body;
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Found',
  400: 'Bad Request',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function written(call: CommandCall, options: CommandOptions, status: string): void {
  const format = valueOf(options, 'w', 'write-out');
  if (format === undefined) return;
  call.out(format.replaceAll('%{http_code}', status).replaceAll('\\n', '\n'));
}

const wgetValues = new Set('O T o post-data header timeout output-document Y t'.split(' '));

const wget: TimedCommand = function* (call) {
  const options = optionsOf(call.args, wgetValues);
  const url = options.words[0] ?? '';
  const place = placeOf(url);
  if (place === undefined) {
    call.err(`wget: not an http or ftp url: ${url}\n`);
    return 1;
  }
  const body = valueOf(options, 'post-data');
  const seconds = Number(valueOf(options, 'T', 'timeout') ?? 900);
  const request = {
    method: body === undefined ? 'GET' : 'POST',
    body: body ?? '',
    timeoutMs: seconds * 1_000,
  };
  const isQuiet = valueOf(options, 'q') !== undefined;
  if (!isQuiet) call.err(`Connecting to ${place.host}:${place.port}\n`);
  const came = yield* fetched(call, place, request);
  if (!came.isOk) {
    call.err(`wget: ${wgetError(came.error, place)}\n`);
    return 1;
  }
  const { status, body: text } = came.response;
  if (status >= 400) {
    call.err(`wget: server returned error: HTTP/1.1 ${status} ${reasons[status] ?? ''}\n`);
    return 1;
  }
  if (valueOf(options, 'spider') !== undefined) return 0;
  const named = valueOf(options, 'O', 'output-document');
  const target = named ?? (place.path.split('?')[0]?.split('/').at(-1) || 'index.html');
  if (target === '-') call.out(text);
  else call.host.files.write(target, text);
  return 0;
};

function wgetError(error: string, { host }: Place): string {
  if (error === 'unknown host') return `bad address '${host}'`;
  if (error === 'timeout') return 'download timed out';
  if (error === 'connection reset') return 'error getting response: Connection reset by peer';
  return `can't connect to remote host (${host}): Connection refused`;
}

/** The commands by name. */
export const httpCommands: Readonly<Record<string, TimedCommand>> = { curl, wget };
