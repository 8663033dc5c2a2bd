/** /openapi/v2 and /openapi/v3. @upstream k8s.io/kube-openapi/pkg/handler, handler3 */
import { sha256Hex } from '../../api/jwt/sha256.js';
import type { ApiAnswer } from '../../api/request.js';
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
  if (version !== 'v3') return unknownPath(context);
  return rest.length === 0
    ? serveIndex(core, context)
    : serveDocument(core, context, rest.join('/'));
}

const gnosticAccepted = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const gnostic = { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' };

/** As JSON or as protocol buffers; other forms are refused without a word. */
function serveSwagger(core: Core, context: RequestState): ApiAnswer {
  const accept = context.header('accept');
  if (accept.split(',').some(type => type.split(';')[0]?.trim() === gnosticAccepted)) {
    return { status: 200, headers: gnostic, body: encodeSwagger(swagger(core)) };
  }
  const isJson = accept === '' || /(^|,)\s*(application\/json|\*\/\*|application\/\*)/.test(accept);
  if (!isJson) return { status: 406, headers: {} };
  return bodyAnswer(context, plainJson, 200, swagger(core));
}

/** Hashes change when the served kinds do. */
function hashOf(core: Core, name: string): string {
  const isCustom = core.registry.isCustomGroup(name.split('/')[1] ?? '');
  const text = `${name}@${isCustom ? core.registry.generation : 0}`;
  return sha256Hex(new TextEncoder().encode(text)).toUpperCase();
}

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
  return bodyAnswer(context, plainJson, 200, document);
}
