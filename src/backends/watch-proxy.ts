/**
 * Stands between a real program of the control plane and the API server, and lets happen on the way what a
 * voyage's schedule says: watch events that come late, never or twice, requests that are slow or fail.
 * The idea is that of Sieve (OSDI 2022): bugs of staleness are forced, not waited for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import https, { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../../sim/api/request.js';
import type { Transport } from '../../sim/client/contract.js';
import type { Weather } from '../../sim/weather.js';
import type { Access } from './kubeconfig-file.js';

/** What a proxy is made from. */
export interface WatchProxyOptions {
  /** Names the way: `kube-scheduler`. */
  readonly process: string;
  readonly weather: Weather;
  /** The API server, as the admin: clients with a certificate are impersonated. */
  readonly upstream: Access;
  /** For the proxy's own door. */
  readonly keys: { readonly certificate: string; readonly key: string };
}

/** An open proxy. */
export interface WatchProxy {
  /** What stands in a kubeconfig instead of the API server's own. */
  readonly server: string;
  close(): void;
}

/** Opens a proxy on a free port of loopback. */
export async function openWatchProxy(options: WatchProxyOptions): Promise<WatchProxy> {
  const { keys, upstream } = options;
  const server = createServer(
    {
      cert: keys.certificate,
      key: keys.key,
      ca: upstream.authority,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => void proxy.serve(request, response),
  );
  const proxy = new Proxy(options);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

/** A request with the bytes of its body, and who sends it. */
interface Passing extends ApiRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

class Proxy {
  /** Tokens travel on connections without a certificate, which would go before them. */
  private readonly bare: https.Agent;
  private readonly admin: https.Agent;

  constructor(private readonly options: WatchProxyOptions) {
    const { authority: ca, certificate: cert, key } = options.upstream;
    this.bare = new https.Agent({ keepAlive: true, ca });
    this.admin = new https.Agent({ keepAlive: true, ca, cert, key });
  }

  close(): void {
    this.bare.destroy();
    this.admin.destroy();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passing = await passingOf(request);
    const way = this.options.weather.way(this.options.process);
    if (isWatch(passing.path)) {
      const sink = watchSink(response);
      // A client that waits for events wants the header at once.
      const transport = { ...this.transport, watch: this.watching(sink.begin) };
      response.on('close', way.watch(transport, passing, sink));
      return;
    }
    way.send(this.transport, passing, answer => reply(response, answer));
  }

  private readonly transport: Transport = {
    send: (request, done) => {
      this.ask(request as Passing, upstream => {
        collect(upstream).then(
          body => done({ status: upstream.statusCode ?? 502, headers: headersOf(upstream), body }),
          () => done(unreachable),
        );
      }).on('error', () => done(unreachable));
    },
    watch: (request, sink) => this.watching(() => undefined)(request, sink),
  };

  private watching(opened: () => void): Transport['watch'] {
    return (request, sink) => {
      let isOver = false;
      const end = (refusal?: ApiAnswer): void => {
        if (isOver) return;
        isOver = true;
        sink.end(refusal);
      };
      const asked = this.ask(asJson(request as Passing), upstream => {
        if (upstream.statusCode !== 200) {
          const status = upstream.statusCode ?? 502;
          collect(upstream).then(
            body => end({ status, headers: headersOf(upstream), body }),
            () => end(unreachable),
          );
          return;
        }
        opened();
        eachLine(upstream, line => {
          if (!isOver) sink.event(JSON.parse(line) as WatchEvent);
        });
        upstream.on('close', () => end());
      });
      asked.on('error', () => end(unreachable));
      return () => {
        isOver = true;
        asked.destroy();
      };
    };
  }

  private ask({ method, path, headers, body }: Passing, answered: (got: IncomingMessage) => void) {
    const request = https.request(`${this.options.upstream.server}${path}`, {
      method,
      headers,
      agent: headers['authorization'] === undefined ? this.admin : this.bare,
    });
    request.on('response', answered);
    request.end(body);
    return request;
  }
}

const unreachable: ApiAnswer = {
  status: 502,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('the API server cannot be reached'),
};

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host']);

async function passingOf(request: IncomingMessage): Promise<Passing> {
  const body = await collect(request);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hopByHop.has(name)) headers[name] = String(value);
  }
  delete headers['accept-encoding'];
  headers['content-length'] = String(body.length);
  const { subject } = (request.socket as TLSSocket).getPeerCertificate();
  if (headers['authorization'] === undefined && subject?.CN !== undefined) {
    headers['impersonate-user'] = String(subject.CN);
  }
  const method = (request.method ?? 'GET') as ApiRequest['method'];
  return { method, path: request.url ?? '/', headers, body };
}

/** Held events are JSON lines, whatever the client would like best; what it gets says so itself. */
function asJson(request: Passing): Passing {
  const wanted = (request.headers['accept'] ?? '')
    .split(',')
    .filter(type => type.includes('json'))
    .map(type => type.trim());
  const accept = wanted.length > 0 ? wanted.join(',') : 'application/json';
  return { ...request, headers: { ...request.headers, accept } };
}

function isWatch(path: string): boolean {
  const watch = new URLSearchParams(path.split('?')[1] ?? '').get('watch');
  return watch === 'true' || watch === '1';
}

function watchSink(response: ServerResponse) {
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
  };
  return {
    begin,
    event(event: WatchEvent): void {
      begin();
      response.write(`${JSON.stringify(event)}\n`);
    },
    end(refusal?: ApiAnswer): void {
      if (refusal !== undefined && !response.headersSent) return reply(response, refusal);
      begin();
      response.end();
    },
  };
}

function reply(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.end(bytes);
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const kept = Object.entries(response.headers).filter(([name]) => !hopByHop.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function collect(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => resolve(Buffer.concat(chunks)));
    message.on('error', reject);
  });
}

function eachLine(message: IncomingMessage, take: (line: string) => void): void {
  let rest = '';
  message.setEncoding('utf8');
  message.on('error', () => undefined);
  message.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(line);
  });
}
