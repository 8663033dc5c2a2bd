/** /openapi/v2 and /openapi/v3. @upstream k8s.io/kube-openapi/pkg/handler, handler3 */
import { sha256Hex } from '../../api/jwt/sha256.js';
import type { ApiAnswer } from '../../api/request.js';
import { Attached } from '../../engine/attached.js';
import { bodyAnswer, textAnswer, unknownPath } from '../answers.js';
import type { Core } from '../core.js';
import { plainJson } from '../filters/negotiation.js';
import type { RequestState } from '../request-state.js';
import { documentNamed, documentNames, swagger } from './documents.js';
import { encodeSwagger } from './gnostic.js';

/** Answers the paths below /openapi. */
export function serveOpenApi(
  core: Core,
  context: RequestState,
  segments: readonly string[],
): ApiAnswer {
  const [, version, ...rest] = segments;
  if (version === 'v2' && rest.length === 0) return serveSwagger(core, context);
  if (version !== 'v3' || context.info.path === '/openapi/v3/') return unknownPath(context);
  return rest.length === 0
    ? serveIndex(core, context)
    : serveDocument(core, context, rest.join('/'));
}

const gnosticAccepted = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const gnostic = { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' };

/** As JSON or as protocol buffers; other forms are refused without a word. */
function serveSwagger(core: Core, context: RequestState): ApiAnswer {
  const accept = context.header('accept');
  const etag = etagOf(documentsHash(core));
  if (accept.split(',').some(type => type.split(';')[0]?.trim() === gnosticAccepted)) {
    return unlessKnown(context, etag, () => ({
      status: 200,
      headers: gnostic,
      body: encodedSwagger(core, etag),
    }));
  }
  const isJson = accept === '' || /(^|,)\s*(application\/json|\*\/\*|application\/\*)/.test(accept);
  if (!isJson) return { status: 406, headers: byAccept };
  return unlessKnown(context, etag, () => bodyAnswer(context, plainJson, 200, swagger(core)));
}

interface Encoded {
  readonly etag: string;
  readonly body: Uint8Array;
}

const lastEncoded = new Attached<Core, Encoded>();

/** Putting it together takes a tenth of a second: what was sent last is kept. @upstream kube-openapi/pkg/cached */
function encodedSwagger(core: Core, etag: string): Uint8Array {
  const last = lastEncoded.get(core);
  if (last?.etag === etag) return last.body;
  const body = encodeSwagger(swagger(core));
  lastEncoded.set(core, { etag, body });
  return body;
}

const byAccept: Readonly<Record<string, string>> = { vary: 'Accept' };
const etagOf = (hash: string): string => `"${hash}"`;

/** A client that has this very version is told so, and nothing is made for it. @upstream net/http ServeContent */
function unlessKnown(context: RequestState, etag: string, make: () => ApiAnswer): ApiAnswer {
  const known = context.header('if-none-match').split(',');
  const headers = { ...byAccept, etag };
  if (known.some(tag => ['*', etag, `W/${etag}`].includes(tag.trim()))) {
    return { status: 304, headers };
  }
  const answer = make();
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** Hashes change when the served kinds do. */
function hashOf(core: Core, name: string): string {
  const isCustom = core.registry.isCustomGroup(name.split('/')[1] ?? '');
  const text = `${name}@${isCustom ? core.registry.generation : 0}`;
  return sha256Hex(new TextEncoder().encode(text)).toUpperCase();
}

/** Of what tells of all kinds. */
function documentsHash(core: Core): string {
  const text = [...documentNames(core), core.registry.generation].join('\n');
  return sha256Hex(new TextEncoder().encode(text)).toUpperCase();
}

/** The aggregator makes the index, which has neither a type nor a tag. */
function serveIndex(core: Core, context: RequestState): ApiAnswer {
  const paths = Object.fromEntries(
    documentNames(core).map(name => [
      name,
      { serverRelativeURL: `/openapi/v3/${name}?hash=${hashOf(core, name)}` },
    ]),
  );
  return textAnswer(context, 200, JSON.stringify({ paths }));
}

function serveDocument(core: Core, context: RequestState, name: string): ApiAnswer {
  const document = documentNamed(core, name);
  if (document === undefined) return { status: 404, headers: {} };
  const hash = context.parameter('hash');
  const current = hashOf(core, name);
  if (hash !== undefined && hash !== current) {
    return {
      status: 301,
      headers: { location: `/openapi/v3/${name}?hash=${current}` },
    };
  }
  return unlessKnown(context, etagOf(current), () => {
    const answer = bodyAnswer(context, plainJson, 200, document);
    if (hash === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, ...forEver(context.nowMs) } };
  });
}

/** What a hash stands for never changes: clients keep it for a year. */
function forEver(nowMs: number): Readonly<Record<string, string>> {
  const then = new Date(nowMs);
  then.setUTCFullYear(then.getUTCFullYear() + 1);
  const expires = then.toUTCString().replace('GMT', 'UTC');
  return { 'cache-control': 'public, immutable', expires };
}
