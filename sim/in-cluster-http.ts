/** The API server as a client of programs in the cluster: of webhooks behind services, and of proxied pods. */
import {
  isHttpResponse,
  noEndpoints,
  type HttpReply,
  type HttpRequest,
  type SendHttp,
} from './api/http-message.js';
import type { Clock } from './engine/clock.js';
import type { ClusterNetwork, NetworkPlace } from './network/contract.js';
import type { WebhookAnswer, WebhookCall } from './server/contract.js';

/** Where a request goes: an address, or a name that the cluster's DNS knows. */
export interface HttpPlace {
  readonly host: string;
  readonly port: number;
}

/** The API server's own place in the network, and what it sends from there. */
export interface InClusterClient {
  /** The place itself, for operators that talk to programs otherwise than by HTTP. */
  place(): Pick<NetworkPlace, 'send'>;
  /** Sends one request; `done` is called once. */
  send(to: HttpPlace, request: HttpRequest, done: (reply: HttpReply) => void): void;
  /** The same for programs in pods, who find services by DNS. */
  readonly sendByName: SendHttp;
  /** Calls a webhook that is a service of the cluster, within its time. */
  call(call: WebhookCall, done: (answer: WebhookAnswer) => void): void;
}

/** Makes the client of this address; it takes its place in the network when it is first needed. */
export function inClusterClient(
  network: ClusterNetwork,
  clock: Clock,
  address: string,
): InClusterClient {
  let own: NetworkPlace | undefined;
  const place = () => (own ??= network.outside(address));
  return {
    place,
    send: (to, request, done) => sendHttp(place(), { to, worded }, request, done),
    sendByName: (to, request, done) =>
      sendHttp(place(), { to, worded: wordedByName }, request, done),
    call: (call, done) => callService(place(), clock, call, done),
  };
}

function sendHttp(
  from: NetworkPlace,
  { to, worded: inWords }: { readonly to: HttpPlace; readonly worded: typeof worded },
  request: HttpRequest,
  done: (reply: HttpReply) => void,
): void {
  from.send(to, request, reply => {
    if (!reply.isOk) done({ isOk: false, error: inWords(reply.error, to) });
    else if (isHttpResponse(reply.payload)) done({ isOk: true, response: reply.payload });
    else done({ isOk: false, error: 'malformed HTTP response' });
  });
}

const goErrors = {
  'unknown host': 'dial tcp: lookup %: no such host',
  'connection refused': 'dial tcp %: connect: connection refused',
  timeout: 'dial tcp %: i/o timeout',
  'connection reset': 'EOF',
} as const;

const unknownAuthority =
  'tls: failed to verify certificate: x509: certificate signed by unknown authority';

const serviceUrl = /^https:\/\/([^.]+)\.([^.]+)\.svc:(\d+)(\/[^]*)?$/;

function callService(
  from: NetworkPlace,
  clock: Clock,
  { url, caBundle, timeoutMs, body }: WebhookCall,
  done: (answer: WebhookAnswer) => void,
): void {
  const [, name = '', namespace = '', port = '443', path = '/'] = serviceUrl.exec(url) ?? [];
  let isDone = false;
  const end = (answer: WebhookAnswer): void => {
    if (isDone) return;
    isDone = true;
    timer.cancel();
    done(answer);
  };
  const timer = clock.after(timeoutMs, `webhook ${name}.${namespace} timed out`, () =>
    end({ isOk: false, error: 'context deadline exceeded' }),
  );
  const request = { protocol: 'http', method: 'POST', path, body: JSON.stringify(body) } as const;
  const to = { host: `${name}.${namespace}.svc.cluster.local`, port: Number(port) };
  sendHttp(from, { to, worded }, request, reply => {
    // Whose certificate nobody vouches for cannot be talked to, whatever it would have said.
    if (caBundle === undefined) return end({ isOk: false, error: unknownAuthority });
    if (!reply.isOk) return end(reply);
    const { status: code, contentType, body: text } = reply.response;
    end({ isOk: true, code, contentType, body: text });
  });
}

/** Go's resolver names the server that it asked: here the cluster's. */
function wordedByName(error: keyof typeof goErrors, { host, port }: HttpPlace): string {
  if (error === 'unknown host') return `dial tcp: lookup ${host} on 10.96.0.10:53: no such host`;
  return goErrors[error].replace('%', `${host}:${port}`);
}

/** The API server finds services by its own informers, not by DNS. @upstream apiserver/pkg/util/proxy */
function worded(error: keyof typeof goErrors, { host, port }: HttpPlace): string {
  const [, service] = /^([^.]+)\.[^.]+\.svc\./.exec(host) ?? [];
  if (service !== undefined && error === 'unknown host') return `service "${service}" not found`;
  if (service !== undefined && error === 'connection refused') return noEndpoints(service);
  return goErrors[error].replace('%', `${host}:${port}`);
}
