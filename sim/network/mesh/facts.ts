/** What the matchers of a sidecar know of a request or a connection. */
import { parseAddress, type Address } from '../policy/address.js';
import type { Connection } from './connection.js';
import { serviceHost } from './hosts.js';
import type { MeshRequest, Workload } from './request.js';

/** What can be matched. */
export interface Facts {
  /** The client's address by the connection, and by what proxies before it say. */
  readonly sourceIp: Address | undefined;
  readonly remoteIp: Address | undefined;
  readonly destinationIp: Address | undefined;
  readonly destinationPort: number;
  /** Undefined: the connection is in clear. */
  readonly sni: string | undefined;
  /** `spiffe://` and the client's principal; undefined: nobody knows who it is. */
  readonly identity: string | undefined;
  /** Undefined: a connection whose bytes nobody looks into. */
  readonly http: HttpFacts | undefined;
  /** What a token that was checked says. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

/** What can be matched of HTTP. */
export interface HttpFacts {
  /** Normalized, with its query. */
  readonly path: string;
  /** By their names in lower case, those of HTTP/2 among them. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The facts of a request over an open connection, by its normalized path, before any token is looked at. */
export function factsOf(
  request: MeshRequest,
  { client, server }: { client: Workload; server: Workload },
  { connection, path }: { connection: Connection; path: string },
): Facts {
  const principal = connection.kind === 'open' ? connection.principal : undefined;
  const sourceIp = parseAddress(client.ip);
  const http = request.protocol === 'http' ? httpFacts(request, path) : undefined;
  const remote = request.remoteIp ?? forwardedFor(http);
  return {
    sourceIp,
    remoteIp: remote === undefined ? sourceIp : (parseAddress(remote) ?? sourceIp),
    destinationIp: parseAddress(server.ip),
    destinationPort: request.port,
    sni: principal === undefined ? undefined : sniOf(request, server),
    identity: principal === undefined ? undefined : `spiffe://${principal}`,
    http,
    claims: undefined,
  };
}

/** Sidecars name the cluster that they dial. */
function sniOf({ servicePort, port }: MeshRequest, server: Workload): string {
  return `outbound_.${servicePort ?? port}_._.${serviceHost(server)}`;
}

function httpFacts(request: MeshRequest, path: string): HttpFacts {
  const { method = 'GET', host, headers = {} } = request;
  const all = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  // The Host header is the authority, by whichever name it is asked for.
  const authority = host ?? all.get('host');
  all.set(':method', method).set(':path', path);
  if (authority !== undefined) all.set(':authority', authority).set('host', authority);
  return { path, headers: all };
}

/** The last proxy is believed. */
function forwardedFor(http: HttpFacts | undefined): string | undefined {
  return http?.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim();
}
