/** Calls admission webhooks and the scheduler's extenders: the servers that stand outside of the simulation. */
import http from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { WebhookAnswer, WebhookCall } from '../server/contract.js';

/** A longer answer is refused, as upstream refuses it. @upstream apiserver/pkg/util/webhook/client.go */
const answerBytesMax = 3 * 1024 * 1024;

/** Calls webhooks in real time, and knows how many calls are under way. */
export class WebhookClient {
  private underWay = 0;
  private readonly waiting = new Set<() => void>();

  /** How many calls were sent and not answered yet. */
  get callsUnderWay(): number {
    return this.underWay;
  }

  /** Resolves when the next call has come back. */
  nextAnswer(): Promise<void> {
    return new Promise(resolve => void this.waiting.add(resolve));
  }

  /** Sends a call; `done` is called once. */
  readonly call = (call: WebhookCall, done: (answer: WebhookAnswer) => void): void => {
    this.follow(new URL(call.url).protocol === 'https:' ? send(call) : notHttps, done);
  };

  /** Sends a question to an extender of the scheduler, over HTTP or HTTPS; `done` is called once. */
  readonly callExtender = (call: ExtenderQuestion, done: (answer: WebhookAnswer) => void): void => {
    const { url, timeoutMs, body, tls } = call;
    const isSecure = new URL(url).protocol === 'https:';
    const options = isSecure ? secured(tls) : { agent: false };
    const userAgent = 'Go-http-client/1.1';
    this.follow(exchange({ url, timeoutMs, body, userAgent, options }), done);
  };

  private follow(sent: Promise<WebhookAnswer>, done: (answer: WebhookAnswer) => void): void {
    this.underWay++;
    void sent.then(answer => {
      this.underWay--;
      done(answer);
      const waiting = [...this.waiting];
      this.waiting.clear();
      for (const resolve of waiting) resolve();
    });
  }
}

const notHttps: Promise<WebhookAnswer> = Promise.resolve({
  isOk: false,
  error: 'the URL is not one of https',
});

/** A question to an extender. */
export interface ExtenderQuestion {
  readonly url: string;
  readonly timeoutMs: number;
  readonly body: unknown;
  readonly tls?: ExtenderTls | undefined;
}

/** How an extender's server is known, and how we are; data in base64. */
interface ExtenderTls {
  readonly insecure?: boolean;
  readonly serverName?: string;
  readonly caData?: string;
  readonly certData?: string;
  readonly keyData?: string;
}

function secured(tls: ExtenderTls = {}): RequestOptions {
  const { insecure = false, serverName, caData, certData, keyData } = tls;
  return {
    agent: false,
    rejectUnauthorized: !insecure,
    ...(serverName !== undefined && { servername: serverName }),
    ...(caData !== undefined && { ca: Buffer.from(caData, 'base64') }),
    ...(certData !== undefined && { cert: Buffer.from(certData, 'base64') }),
    ...(keyData !== undefined && { key: Buffer.from(keyData, 'base64') }),
  };
}

function send({ url, caBundle, timeoutMs, body, dial }: WebhookCall): Promise<WebhookAnswer> {
  const options: RequestOptions = {
    // Connections are not kept: the next server at this port may have another certificate.
    agent: false,
    ...(caBundle !== undefined && { ca: Buffer.from(caBundle, 'base64') }),
  };
  const userAgent = 'kube-apiserver-admission';
  return exchange({
    url,
    timeoutMs,
    body,
    userAgent,
    options,
    ...(dial !== undefined && { dial }),
  });
}

/** Another place is dialled; who is asked for stays the URL's host, whose certificate it must show. */
function dialled({ dial, url }: Exchange): RequestOptions {
  if (dial === undefined) return {};
  const { host, hostname } = new URL(url);
  return { hostname: dial.host, port: dial.port, servername: hostname, headers: { host } };
}

interface Exchange {
  readonly url: string;
  readonly timeoutMs: number;
  readonly body: unknown;
  readonly userAgent: string;
  readonly options: RequestOptions;
  readonly dial?: WebhookCall['dial'];
}

function exchange(wanted: Exchange): Promise<WebhookAnswer> {
  const { url, timeoutMs, body } = wanted;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const elsewhere = dialled(wanted);
  const options: RequestOptions = {
    method: 'POST',
    ...elsewhere,
    headers: {
      ...elsewhere.headers,
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'content-length': bytes.length,
      'user-agent': wanted.userAgent,
    },
    ...wanted.options,
  };
  return new Promise(resolve => {
    const fail = (error: string): void => resolve({ isOk: false, error });
    const target = new URL(url);
    const request = target.protocol === 'https:' ? https.request : http.request;
    const sent = request(target, options, response => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= answerBytesMax) chunks.push(chunk);
        else response.destroy(new Error('the answer is too large'));
      });
      response.on('error', error => fail(error.message));
      response.on('end', () => {
        const { statusCode: code = 0, headers } = response;
        const contentType = headers['content-type'] ?? '';
        resolve({ isOk: true, code, contentType, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    const timer = setTimeout(() => {
      fail('context deadline exceeded');
      sent.destroy();
    }, timeoutMs);
    sent.on('error', error => fail(told(error, target, wanted.dial)));
    sent.on('close', () => clearTimeout(timer));
    sent.end(bytes);
  });
}

const unknownAuthority = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** An error of Node's in Go's words. */
function told(error: Error, target: URL, place?: WebhookCall['dial']): string {
  const { hostname, protocol } = target;
  const { host, port } = place ?? { host: hostname, port: target.port };
  const { code = '', message, cert } = error as NodeJS.ErrnoException & TlsDetails;
  const certificate = 'tls: failed to verify certificate: x509: certificate';
  if (unknownAuthority.has(code)) return `${certificate} signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED') return `${certificate} has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return nameError(hostname, cert?.subjectaltname);
  const dial = `dial tcp ${host}:${port === '' ? (protocol === 'http:' ? '80' : '443') : port}`;
  if (code === 'ECONNREFUSED') return `${dial}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${host}: no such host`;
  if (code === 'ECONNRESET') return 'EOF';
  return message;
}

interface TlsDetails {
  readonly cert?: { readonly subjectaltname?: string };
}

/** @upstream go crypto/x509 HostnameError */
function nameError(host: string, names = ''): string {
  const prefix = 'tls: failed to verify certificate: x509: ';
  const wanted = isIP(host) === 0 ? 'DNS:' : 'IP Address:';
  const valid = names
    .split(', ')
    .filter(name => name.startsWith(wanted))
    .map(name => name.slice(wanted.length));
  if (isIP(host) !== 0 && valid.length === 0) {
    return `${prefix}cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
  }
  return valid.length === 0
    ? `${prefix}certificate is not valid for any names, but wanted to match ${host}`
    : `${prefix}certificate is valid for ${valid.join(', ')}, not ${host}`;
}
