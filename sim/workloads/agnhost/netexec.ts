/**
 * netexec: echo, hostname, the client's address, a health that can be switched, and calls of others.
 * @upstream test/images/agnhost/netexec/netexec.go
 */
import { systemNameOf } from '../../api/host-name.js';
import { parseDuration } from '../../api/duration.js';
import { isRecord } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { rfc3339 } from '../../api/time.js';
import { shellBeside } from '../shell/program.js';
import type { ContainerContext, NetworkMessage } from '../workload.js';
import { dial } from './dial.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag, type Flags } from './flags.js';
import { serveHttp, textPage } from './http.js';

type Respond = (response: HttpResponse) => void;

/** `netexec --http-port N --udp-port N --delay-shutdown SECONDS`. */
export const netexec: AgnhostCommand = (context, flags) => {
  const server = new Netexec(context, flags);
  server.listen();
  return { terminate: () => server.terminate() };
};

class Netexec {
  private isHealthy = true;
  private isTerminating = false;
  private readonly httpPort: number;
  private readonly udpPort: number;

  constructor(
    private readonly context: ContainerContext,
    private readonly flags: Flags,
  ) {
    this.httpPort = numberFlag(flags, 'http-port', 8080);
    this.udpPort = numberFlag(flags, 'udp-port', 8081);
  }

  listen(): void {
    const { network, log } = this.context;
    const override = this.flags['http-override'] ?? '';
    serveHttp(network, this.httpPort, (request, respond, message) => {
      const asked = override === '' ? request : { ...request, path: override };
      this.answer(asked, respond, message);
    });
    log(`Started HTTP server on port ${this.httpPort}`);
    const sctpPort = numberFlag(this.flags, 'sctp-port', -1);
    if (this.udpPort >= 0) network.listen(this.udpPort, message => this.datagram(message), 'UDP');
    if (sctpPort >= 0) network.listen(sctpPort, message => this.datagram(message), 'SCTP');
  }

  terminate(): void {
    if (this.isTerminating) return;
    this.isTerminating = true;
    const seconds = numberFlag(this.flags, 'delay-shutdown', 0);
    const { clock, exit, log } = this.context;
    if (seconds <= 0) return exit(0);
    log(`Sleeping ${seconds} seconds before terminating...`);
    clock.after(seconds * 1_000, 'netexec ends', () => exit(0));
  }

  private get hostName(): string {
    return systemNameOf(this.context.pod);
  }

  private answer(request: HttpRequest, respond: Respond, { from }: NetworkMessage): void {
    const { pathname, searchParams: asked } = new URL(request.path, 'http://pod');
    const value = (name: string) =>
      asked.get(name) ?? new URLSearchParams(request.body).get(name) ?? '';
    const { context } = this;
    context.log(`GET ${toldOf(pathname, asked)}`);
    switch (pathname) {
      case '/clientip':
        return respond(textPage(`${from}:${clientPort}`));
      case '/serverport':
        return respond(textPage(String(this.httpPort)));
      case '/header':
        return respond(textPage(headerText(request, value('key'))));
      case '/dial':
        return dial(context.network, asked, respond);
      case '/echo':
        return respond(echo(value('msg'), value('code')));
      case '/exit':
        return this.exitLater(value('wait'), Number(value('code')), respond);
      case '/shutdown':
        return context.exit(0);
      case '/healthz':
        return respond(textPage('', this.isHealthy ? 200 : 412));
      case '/readyz':
        if (this.isTerminating) return respond(textPage('shutting down', 503));
        return respond(this.isHealthy ? textPage('ok') : textPage('', 412));
      case '/setready':
        this.isHealthy = value('isready') !== 'false';
        return respond(textPage(''));
      case '/hostname':
      case '/hostName':
        return respond(textPage(this.hostName));
      case '/redirect':
        return respond(redirect(value('location'), value('code')));
      case '/shell':
        return this.shell(value('shellCommand') || value('cmd'), respond);
      default:
        return respond(textPage(`NOW: ${rfc3339(context.clock.now())}`));
    }
  }

  private exitLater(wait: string, code: number, respond: Respond): void {
    const { clock, exit } = this.context;
    const parsed = parseDuration(wait === '' ? '0s' : wait);
    if (!parsed.isOk) {
      const text = `argument 'wait' must be a valid golang duration or empty, got ${goQuote(wait)}\n`;
      return respond(textPage(text));
    }
    clock.after(parsed.value / 1e6, 'netexec exits', () => exit(code || 0));
  }

  private shell(command: string, respond: Respond): void {
    const run = shellBeside(this.context);
    const known = run(['/bin/sh', '-c', command], '', ({ stdout, stderr, exitCode }) => {
      const text = stdout + stderr;
      const output = text === '' ? {} : { output: text };
      const error = exitCode === 0 ? {} : { error: `exit status ${exitCode}` };
      respond(textPage(JSON.stringify({ ...error, ...output })));
    });
    if (known === undefined) respond(textPage(JSON.stringify({ error: 'exit status 127' })));
  }

  /** The server of datagrams knows a few words. */
  private datagram({ from, payload, reply }: NetworkMessage): void {
    const text = isRecord(payload) && typeof payload['text'] === 'string' ? payload['text'] : '';
    const words = text.trim().toLowerCase();
    const answer = (said: string) => reply({ protocol: 'udp', text: said });
    if (words === 'hostname') return answer(this.hostName);
    if (words === 'clientip') return answer(`${from}:${clientPort}`);
    if (words === 'serverport') return answer(String(this.udpPort));
    if (words.startsWith('echo ')) return answer(words.slice('echo '.length));
    if (words !== '') this.context.log(`Unknown UDP command received from ${from}: ${words}`);
  }
}

/** What the log tells of a request: its path with the values that its handler reads, in its order. */
function toldOf(pathname: string, asked: URLSearchParams): string {
  const names = told[pathname];
  if (names === undefined) return pathname;
  return `${pathname}?${names.map(name => `${name}=${asked.get(name) ?? ''}`).join('&')}`;
}

const told: Readonly<Record<string, readonly string[]>> = {
  '/dial': ['host', 'protocol', 'port', 'request', 'tries'],
  '/echo': ['msg', 'code'],
  '/exit': ['code', 'timeout', 'wait'],
  '/shell': ['cmd'],
};

/** The network of the simulation knows no ports of clients. */
const clientPort = 40_000;

function echo(message: string, code: string): HttpResponse {
  if (code === '') return textPage(message);
  const status = Number(code);
  if (Number.isInteger(status)) return textPage(message, status);
  return textPage(`argument 'code' must be an integer or empty, got ${goQuote(code)}\n`);
}

function redirect(location: string, code: string): HttpResponse {
  const status = code === '' ? 302 : Number(code);
  const body = `<a href="${location}">Found</a>.\n\n`;
  return {
    ...textPage(body, status),
    contentType: 'text/html; charset=utf-8',
    headers: { location },
  };
}

function headerText({ headers = {} }: HttpRequest, key: string): string {
  return key === '' ? JSON.stringify(headers) : (headers[key.toLowerCase()] ?? '');
}
