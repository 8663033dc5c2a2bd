/** Requests and watches over HTTPS with a kubeconfig's credentials: the one way to a real API server. */
import { X509Certificate } from 'node:crypto';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { AnswerStream, ApiAnswer, ApiRequest, WatchEvent } from '../../sim/api/request.js';
import type { Identity } from '../../sim/client/contract.js';
import { realNowMs } from '../host.js';

/** A connection could not be made or broke before the answer was whole. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  constructor(
    /** Node's or OpenSSL's word for it: ECONNREFUSED, CERT_HAS_EXPIRED; '' when there is none. */
    readonly code: string,
    message: string,
    /** Whether the server may have read the request: then a write may have been done. */
    readonly isSent: boolean,
  ) {
    super(message);
  }
}

/** Who hears of a watch. */
export interface WatchSink {
  event(event: WatchEvent): void;
  /** The stream is over: broken, ended by the server, or refused; then with the answer. */
  end(why: { readonly refusal?: ApiAnswer; readonly error?: ConnectionError }): void;
}

/** An answer that does not begin within this is given up. */
const answerMaxMs = 60_000;

type Credentials = https.RequestOptions;

/** Speaks to the server of the current context of a kubeconfig. */
export class HttpClient {
  private readonly server: string;
  private readonly agent: http.Agent;
  private credentials: Promise<Credentials> | undefined;
  private readonly open = new Set<ClientRequest>();
  private isClosed = false;

  constructor(
    private readonly config: KubeConfig,
    private readonly options: { readonly answerMaxMs?: number } = {},
  ) {
    this.server = (config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
    const settings = { keepAlive: true, maxSockets: Infinity };
    this.agent = this.isPlain ? new http.Agent(settings) : new https.Agent(settings);
  }

  /** Ends every connection. */
  close(): void {
    this.isClosed = true;
    for (const request of this.open) request.destroy();
    this.agent.destroy();
  }

  /**
   * One request; `as` impersonates. Credentials that were refused are read again once, since tokens and
   * certificates are renewed.
   *
   * @throws ConnectionError
   */
  async send(request: ApiRequest, as?: Identity): Promise<ApiAnswer> {
    const answer = await this.once(request, as);
    if (answer.status !== 401 || as !== undefined) return answer;
    this.credentials = undefined;
    return this.once(request, as);
  }

  /** Opens a watch; returns what closes it. */
  watch(request: ApiRequest, sink: WatchSink, as?: Identity): () => void {
    let isClosed = false;
    let response: IncomingMessage | undefined;
    const end: WatchSink['end'] = why => {
      if (isClosed) return;
      isClosed = true;
      sink.end(why);
    };
    const follow = async (): Promise<void> => {
      response = await this.begin(request, as);
      if (isClosed) return void response.destroy();
      if (response.statusCode !== 200) return end({ refusal: await answerOf(response) });
      await eachLine(response, line => {
        if (!isClosed) sink.event(JSON.parse(line) as WatchEvent);
      });
      end({});
    };
    follow().catch((error: unknown) => {
      if (!(error instanceof ConnectionError) && !isClosed) throw error;
      end({ error: error as ConnectionError });
    });
    return () => {
      isClosed = true;
      response?.destroy();
    };
  }

  /** Since when the client's own certificate is no longer good; undefined while it is, or there is none. */
  async expiredAt(): Promise<string | undefined> {
    const { cert } = await (this.credentials ?? this.filled());
    if (typeof cert !== 'string' && !(cert instanceof Uint8Array)) return undefined;
    const { validTo } = new X509Certificate(cert);
    return Date.parse(validTo) < realNowMs() ? validTo : undefined;
  }

  private get isPlain(): boolean {
    return this.server.startsWith('http://');
  }

  private async once(request: ApiRequest, as: Identity | undefined): Promise<ApiAnswer> {
    const response = await this.begin(request, as);
    const isFollowed = /\/log\?.*\bfollow=true\b/.test(request.path);
    if (!isFollowed || response.statusCode !== 200) return answerOf(response);
    return { status: 200, headers: { 'content-type': 'text/plain' }, stream: followed(response) };
  }

  /** client-node fills in files, exec plug-ins and tokens; its own agent is left out for one that keeps alive. */
  private async filled(): Promise<Credentials> {
    const options: Credentials = {};
    await this.config.applyToHTTPSOptions(
      options as Parameters<KubeConfig['applyToHTTPSOptions']>[0],
    );
    const { ca, cert, key, rejectUnauthorized, headers, auth, servername } = options;
    const proxy = this.config.getCurrentCluster()?.proxyUrl;
    const agent = proxy === undefined ? this.agent : options.agent;
    return { ca, cert, key, rejectUnauthorized, headers, auth, servername, agent } as Credentials;
  }

  private async begin(
    { method, path, headers, body }: ApiRequest,
    as: Identity | undefined,
  ): Promise<IncomingMessage> {
    this.credentials ??= this.filled();
    const credentials = await this.credentials;
    if (this.isClosed) throw new ConnectionError('', 'the connection was closed', false);
    const text = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
    const module = this.isPlain ? http : https;
    return new Promise((resolve, reject) => {
      const request = module.request(`${this.server}${path}`, {
        ...credentials,
        method,
        headers: {
          'user-agent': 'seatrial',
          ...(credentials.headers as Record<string, string> | undefined),
          ...(as !== undefined && impersonated(as)),
          accept: 'application/json',
          // Node leaves the length out where it expects no body, as with DELETE.
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(text)),
          }),
          ...headers,
        },
      });
      this.open.add(request);
      const limitMs = this.options.answerMaxMs ?? answerMaxMs;
      request.setTimeout(limitMs, () => {
        // Once the answer has begun, a watch may be silent for as long as it likes.
        if (!hasAnswer) request.destroy(new Error(`no answer within ${limitMs / 1000} s`));
      });
      let hasAnswer = false;
      request.on('response', response => {
        hasAnswer = true;
        resolve(response);
      });
      request.on('close', () => this.open.delete(request));
      request.on('error', error => reject(connectionError(error, request)));
      request.end(text);
    });
  }
}

function impersonated({ user, groups }: Identity): Record<string, string | string[]> {
  return { 'impersonate-user': user, 'impersonate-group': [...groups] };
}

/** Codes with which a connection fails before anything was sent on it. */
const unsent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function connectionError(error: Error, request: ClientRequest): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isSent = !unsent.has(code) && request.socket?.connecting === false;
  return new ConnectionError(code, message === '' ? code : message, isSent);
}

function broken(error: Error): ConnectionError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new ConnectionError(code, message, true);
}

function answerOf(response: IncomingMessage): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', error => reject(broken(error)));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      );
      const isJson = (headers['content-type'] ?? '').startsWith('application/json');
      const warnings = warningsOf(headers['warning']);
      resolve({
        status: response.statusCode ?? 500,
        headers,
        ...(warnings.length > 0 && { warnings }),
        body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text,
      });
    });
  });
}

/** A log that goes on: it ends with its connection. */
function followed(response: IncomingMessage): AnswerStream {
  return {
    start(sink) {
      response.setEncoding('utf8');
      response.on('data', (text: string) => sink.item(text));
      response.on('error', () => undefined);
      response.on('close', () => sink.end());
      return () => void response.destroy();
    },
  };
}

/** The texts of `Warning: 299 - "text"` headers, which Node joins with commas. */
function warningsOf(header: string | undefined): string[] {
  if (header === undefined) return [];
  const quoted = /\d{3} \S+ ("(?:[^"\\]|\\.)*")/g;
  return [...header.matchAll(quoted)].map(([, text = '""']) => JSON.parse(text) as string);
}

/** Resolves at the end of the stream. */
function eachLine(response: IncomingMessage, take: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') take(line);
    });
    response.on('end', resolve);
    response.on('close', resolve);
    response.on('error', error => reject(broken(error)));
  });
}
