/**
 * Serves agnhost's webhook that converts between the two versions of an example: one has a `hostPort`,
 * the other a `host` and a `port`. @upstream test/images/agnhost/crd-conversion-webhook
 */
import { numberFlag } from './flags.js';
import { serveHttp, textPage } from './http.js';
import type { AgnhostCommand } from './index.js';

type Json = Readonly<Record<string, unknown>>;

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Json[];
  };
}

/** `crd-conversion-webhook --port N`. */
export const crdConversionWebhook: AgnhostCommand = (context, flags) => {
  const port = numberFlag(flags, 'port', 443);
  serveHttp(context.network, port, ({ path, body }, respond) => {
    const { pathname } = new URL(path, 'https://webhook');
    if (pathname === '/readyz') return respond(textPage('ok'));
    if (pathname !== '/crdconvert') return respond(textPage('404 page not found\n', 404));
    const { apiVersion, kind, request } = JSON.parse(body) as Review;
    const response = { uid: request.uid, ...responseTo(request) };
    const answer = JSON.stringify({ kind, apiVersion, response });
    respond({ status: 200, contentType: 'application/json', body: answer });
  });
  return { terminate: () => context.exit(143) };
};

function responseTo({ desiredAPIVersion, objects }: Review['request']): Json {
  const converted: Json[] = [];
  for (const object of objects) {
    const result = convertedTo(desiredAPIVersion, object);
    if (typeof result === 'string') {
      return { convertedObjects: null, result: { status: 'Failure', message: result } };
    }
    converted.push({ ...result, apiVersion: desiredAPIVersion });
  }
  return { convertedObjects: converted, result: { metadata: {}, status: 'Success' } };
}

/** The object as the other version has it, or why there is none. */
function convertedTo(wanted: string, object: Json): Json | string {
  const from = String(object['apiVersion']);
  if (from === wanted) {
    return `conversion from a version to itself should not call the webhook: ${wanted}`;
  }
  const convert = conversions[from]?.[wanted];
  if (convert !== undefined) return convert(object);
  const unexpected = conversions[from] === undefined ? from : wanted;
  return `unexpected conversion version ${JSON.stringify(unexpected)}`;
}

const [first, second] = ['stable.example.com/v1', 'stable.example.com/v2'] as const;

const conversions: Readonly<
  Record<string, Readonly<Record<string, (object: Json) => Json | string>>>
> = {
  [first]: { [second]: apart },
  [second]: { [first]: together },
};

function apart({ hostPort, ...rest }: Json): Json | string {
  if (hostPort === undefined) return rest;
  const parts = String(hostPort).split(':');
  if (parts.length !== 2) return `invalid hostPort value \`${String(hostPort)}\``;
  return { ...rest, host: parts[0], port: parts[1] };
}

function together({ host, port, ...rest }: Json): Json {
  if (host === undefined && port === undefined) return rest;
  return { ...rest, hostPort: `${String(host ?? '')}:${String(port ?? '')}` };
}
