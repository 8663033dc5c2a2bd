/**
 * Whether a request is one that a match of a VirtualService is about.
 * @upstream pilot/pkg/networking/core/route/route.go TranslateRouteMatch, sourceMatchHTTP
 */
import { RE2JS } from 're2js';
import { selects } from './attachment.js';
import type { HttpMatch, StringMatch } from './kinds.js';
import type { Workload } from './request.js';

/** A request on its way out of a client's pod. */
export interface RoutedRequest {
  readonly client: Workload;
  /** Of the service that the client names. */
  readonly port: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** As in the Host header. */
  readonly authority: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The Gateway by which the request came in, `namespace/name`, whose proxy is the client. Default: a sidecar. */
  readonly gateway?: string;
  /** Default: `http`. */
  readonly scheme?: 'http' | 'https';
}

/** The gateway that stands for all sidecars. */
export const meshGateway = 'mesh';

/**
 * The name of a Gateway in full, as an object of the namespace writes it: `name`, `namespace/name`, or the old
 * `name.namespace.svc.cluster.local`.
 * @upstream pilot/pkg/model/virtualservice.go (resolveGatewayName)
 */
export function gatewayName(written: string, namespace = 'default'): string {
  if (written === meshGateway) return written;
  const [before = '', after] = written.split('/');
  if (after !== undefined) return `${before === '.' ? namespace : before}/${after}`;
  const [name = '', other = namespace] = written.split('.');
  return `${other}/${name}`;
}

/** Whether a proxy has the match at all: it is for this port and for such clients. The namespace is the VirtualService's. */
export function isForClient(
  match: HttpMatch,
  { client, port, gateway = meshGateway }: Pick<RoutedRequest, 'client' | 'port' | 'gateway'>,
  namespace?: string,
): boolean {
  if (match.port !== undefined && match.port !== 0 && match.port !== port) return false;
  const { gateways = [], sourceLabels = {}, sourceNamespace = '' } = match;
  if (gateways.length > 0) return gateways.some(one => gatewayName(one, namespace) === gateway);
  const isHere = sourceNamespace === '' || sourceNamespace === client.namespace;
  return isHere && selects({ matchLabels: sourceLabels }, client);
}

/** Whether the request has all that the match asks for. */
export function isMatched(match: HttpMatch, request: RoutedRequest): boolean {
  const { uri, method, authority, scheme, headers = {}, withoutHeaders = {} } = match;
  const [path = '', query = ''] = request.path.split('?');
  const parameters = new URLSearchParams(query);
  const isText = (wanted: StringMatch | undefined, text: string) =>
    wanted === undefined || holds(wanted, text);
  const header = ([name, wanted]: readonly [string, StringMatch]) =>
    holds(wanted, request.headers[name.toLowerCase()]);
  return (
    isPath(uri, path, { isCaseless: match.ignoreUriCase === true }) &&
    isText(method, request.method) &&
    isText(authority, request.authority) &&
    isText(scheme, request.scheme ?? 'http') &&
    Object.entries(headers).every(header) &&
    !Object.entries(withoutHeaders).some(header) &&
    Object.entries(match.queryParams ?? {}).every(([name, wanted]) =>
      holds(wanted, parameters.get(name) ?? undefined),
    )
  );
}

/** Patterns keep the case of letters, whatever is said of it. */
function isPath(
  uri: StringMatch | undefined,
  path: string,
  { isCaseless }: { readonly isCaseless: boolean },
): boolean {
  if (uri === undefined) return true;
  if (!isCaseless || uri.regex !== undefined) return holds(uri, path);
  const lower = Object.entries(uri).map(([sort, text]) => [sort, String(text).toLowerCase()]);
  return holds(Object.fromEntries(lower), path.toLowerCase());
}

function holds({ exact, prefix, regex }: StringMatch, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (exact !== undefined) return text === exact;
  if (prefix !== undefined) return text.startsWith(prefix);
  return regex === undefined || wholePattern(regex)?.matches(text) === true;
}

const patterns = new Map<string, RE2JS | undefined>();
const patternsMax = 1024;

/** Undefined for what is no pattern: upstream refuses it at the door. */
function wholePattern(text: string): RE2JS | undefined {
  if (patterns.has(text)) return patterns.get(text);
  if (patterns.size >= patternsMax) patterns.clear();
  let pattern: RE2JS | undefined;
  try {
    pattern = RE2JS.compile(text);
  } catch {
    // The compiler throws for texts that are no regular expressions, and for nothing else.
  }
  patterns.set(text, pattern);
  return pattern;
}
