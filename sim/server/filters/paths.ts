/** Requests that are not for resources: discovery, health, version, OpenAPI, metrics, and aggregated groups. */
import { expositionType } from '../../api/exposition.js';
import { apiServices, type APIService } from '../../api/kinds/apiregistration.js';
import type { ApiAnswer } from '../../api/request.js';
import { methodNotAllowed } from '../../api/status.js';
import { bodyAnswer, failureAnswer, textAnswer, unknownPath } from '../answers.js';
import type { Core } from '../core.js';
import { serveFlagz } from '../discovery/flagz.js';
import { checkMetrics, serveHealth } from '../discovery/health.js';
import { serveDiscovery } from '../discovery/index.js';
import { serveStatusz } from '../discovery/statusz.js';
import { serveRoot, serveVersion } from '../discovery/root.js';
import { serveOpenApi } from '../openapi/index.js';
import { splitPath } from '../request-info.js';
import type { RequestState } from '../request-state.js';
import { wait, type Steps } from '../steps.js';
import { plainJson } from './negotiation.js';

/** Answers such a request. */
export function* servePath(core: Core, context: RequestState): Steps<ApiAnswer> {
  const { info, request, connection } = context;
  const { group, version } = info;
  const aggregated = core.options.aggregated?.[`${group}/${version}`];
  if (aggregated?.serveLater !== undefined) {
    return yield* wait<ApiAnswer>(done => aggregated.serveLater?.(request, done));
  }
  if (aggregated !== undefined) return aggregated.serve(request, connection);
  return answerOf(core, context, splitPath(info.path));
}

function answerOf(core: Core, context: RequestState, segments: readonly string[]): ApiAnswer {
  const [first] = segments;
  switch (first) {
    case undefined:
      return serveRoot(core, context);
    case 'api':
    case 'apis':
      return serveDiscovery(core, context, segments);
    case 'version':
      if (context.request.method !== 'GET') return failureAnswer(context, methodNotAllowed());
      return segments.length === 1 ? serveVersion(context) : unknownPath(context);
    case 'healthz':
    case 'livez':
    case 'readyz':
      return serveHealth(context, segments);
    case 'flagz':
    case 'index.html':
    case 'metrics':
    case 'statusz':
      return exactAnswer(core, context);
    case 'openapi':
      return serveOpenApi(core, context, segments);
    case 'openid':
      return context.info.path === '/openid/v1/jwks'
        ? issuerAnswer(context, core.authentication.jwks(), 'application/jwk-set+json')
        : unknownPath(context);
    case '.well-known':
      return context.info.path.startsWith('/.well-known/openid-configuration')
        ? issuerAnswer(context, core.authentication.openIdConfiguration(), 'application/json')
        : unknownPath(context);
    default:
      return unknownPath(context);
  }
}

const metricsHeaders = { 'content-type': expositionType };

/** Paths that are served as they stand, and nothing below them. */
function exactAnswer(core: Core, context: RequestState): ApiAnswer {
  switch (context.info.path) {
    case '/flagz':
      return serveFlagz(core, context);
    case '/index.html':
      return serveRoot(core, context);
    case '/metrics':
      return textAnswer(context, 200, metricsOf(core), metricsHeaders);
    case '/metrics/slis':
      return textAnswer(context, 200, checkMetrics(core.startedMs), metricsHeaders);
    case '/statusz':
      return serveStatusz(core, context);
    default:
      return unknownPath(context);
  }
}

function metricsOf({ metrics, registry, access }: Core): string {
  return metrics.text(registry, access.list(apiServices) as unknown as APIService[]);
}

function issuerAnswer(context: RequestState, body: unknown, type: string): ApiAnswer {
  const answer = bodyAnswer(context, plainJson, 200, body);
  return { ...answer, headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } };
}
