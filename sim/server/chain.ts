/**
 * The way of every request through the server, step by step.
 * @upstream apiserver/pkg/server/config.go DefaultBuildHandlerChain
 */
import type { ApiAnswer, ApiRequest, Connection, Serve } from '../api/request.js';
import { parseDuration } from '../api/duration.js';
import { badRequest, unauthorized } from '../api/status.js';
import { proxyToRemote } from './aggregator/proxy.js';
import { failureAnswer } from './answers.js';
import type { AuditRecord } from './audit/auditor.js';
import { auditedAnswer } from './audit/answer.js';
import { forbiddenByAuthorization, impersonate, reasonOf } from './authorization/index.js';
import type { AuthorizationAttributes } from './authorization/authorizer.js';
import type { Core } from './core.js';
import { servePath } from './filters/paths.js';
import { flowHeaders, type FlowHeaders } from './flow-control/classify.js';
import { serveResource } from './filters/route.js';
import { requestInfo } from './request-info.js';
import { RequestState } from './request-state.js';
import { ShortWays } from './short-ways/index.js';
import { runSteps, type Steps } from './steps.js';
import type { User } from './user.js';

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The server as a function. */
export function createServe(core: Core): Serve {
  const aggregated = new Set(Object.keys(core.options.aggregated ?? {}).map(groupIn));
  const shortWays = new ShortWays(core);
  return (request, connection, done) => {
    const soon = shortWays.serve(request, connection);
    if (soon !== undefined) return done(soon);
    const info = requestInfo(request.method, request.path);
    const context = new RequestState(request, connection, info, core.clock.now());
    const identity = authenticated(core, request, connection, context);
    const audit = core.auditor?.begin(context);
    let flow: FlowHeaders | undefined;
    const finish = (given: ApiAnswer) => {
      const answer = flow === undefined ? given : withHeaders(given, flow);
      shortWays.learn(context, answer, audit !== undefined);
      done(audit === undefined ? answer : auditedAnswer(answer, audit));
    };
    const refused = untimely(context) ?? identity ?? impersonated(core, context);
    if (refused === undefined && isCounted(context)) {
      flow = flowHeaders(core.access, context.user, info);
    }
    const early = refused ?? authorized(core, context);
    if (early !== undefined) {
      core.metrics.requests.isRefused = true;
      return finish(early);
    }
    const remote = core.remotes.of(info);
    if (remote !== undefined) runSteps(proxyToRemote(core, context, remote), finish);
    else if (aggregated.has(info.group) && isAggregated(core, context)) {
      runSteps(servePath(core, context), finish);
    } else runSteps(dispatch(core, context, audit), finish);
  };
}

/**
 * A request that ends by itself may not ask for a time that is none: told before anybody asks who it is.
 * @upstream apiserver/pkg/endpoints/filters/request_deadline.go
 */
function untimely(context: RequestState): ApiAnswer | undefined {
  const { info } = context;
  if (!info.query.includes('timeout=')) return undefined;
  const text = context.parameter('timeout') ?? '';
  if (text === '' || info.verb === 'watch' || lasting.has(info.subresource)) return undefined;
  const duration = parseDuration(text);
  if (duration.isOk) return undefined;
  const message = `invalid timeout specified in the request URL - ${duration.error}`;
  return failureAnswer(context, badRequest(message));
}

/** Our own components do not read these headers; connections that last are not counted, but watches are. */
function isCounted({ connection, info }: RequestState): boolean {
  if (connection.omitsManagedFields === true) return false;
  return info.verb === 'watch' || !lasting.has(info.subresource);
}

/** @upstream pkg/controlplane/apiserver/config.go LongRunningFunc */
const lasting = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

function withHeaders(answer: ApiAnswer, headers: FlowHeaders): ApiAnswer {
  const told = Object.assign({}, answer.headers, headers);
  return Object.assign({}, answer, { headers: told });
}

function dispatch(
  core: Core,
  context: RequestState,
  audit: AuditRecord | undefined,
): Steps<ApiAnswer> {
  return context.info.isResourceRequest
    ? serveResource(core, context, audit)
    : servePath(core, context);
}

/** Of `metrics.k8s.io/v1beta1`. */
function groupIn(groupVersion: string): string {
  return groupVersion.slice(0, groupVersion.indexOf('/'));
}

function isAggregated({ options }: Core, { info }: RequestState): boolean {
  return options.aggregated?.[`${info.group}/${info.version}`] !== undefined;
}

/** Finds out who asks; undefined: go on. */
function authenticated(
  core: Core,
  request: ApiRequest,
  connection: Connection,
  context: RequestState,
): ApiAnswer | undefined {
  const found = core.authentication.authenticate(request, connection);
  switch (found.kind) {
    case 'none':
      context.user = anonymous;
      return undefined;
    case 'error':
      return failureAnswer(context, unauthorized());
    case 'authenticated':
      context.user = found.user;
      for (const warning of found.warnings ?? []) context.warn(warning);
      for (const [key, value] of Object.entries(found.annotations ?? {})) {
        context.annotate(key, value);
      }
      return undefined;
  }
}

/** Lets one act as another, if the headers say so and it is allowed. */
function impersonated(core: Core, context: RequestState): ApiAnswer | undefined {
  if (context.request.headers === undefined) return undefined;
  const { access, authorizer } = core;
  const result = impersonate(context, attributesOf(context), { access, authorizer });
  switch (result.kind) {
    case 'none':
      return undefined;
    case 'refused':
      return failureAnswer(context, result.refusal);
    case 'allowed':
      context.impersonator = context.user;
      context.user = result.user;
      return undefined;
  }
}

/** Asks whether the user may; undefined: go on. */
function authorized(core: Core, context: RequestState): ApiAnswer | undefined {
  const attributes = attributesOf(context);
  const decision = core.authorizer.authorize(attributes);
  const reason = reasonOf(decision);
  if (core.auditor !== undefined) {
    const isAllowed = decision.decision === 'allow';
    context.annotate('authorization.k8s.io/decision', isAllowed ? 'allow' : 'forbid');
    context.annotate('authorization.k8s.io/reason', reason);
  }
  if (decision.decision === 'allow') return undefined;
  return failureAnswer(context, forbiddenByAuthorization(attributes, reason));
}

function attributesOf(context: RequestState): AuthorizationAttributes {
  const { user, info } = context;
  const fieldSelector = context.parameter('fieldSelector');
  const { verb, isResourceRequest, group, version, resource, subresource } = info;
  const { namespace, name, path } = info;
  const attributes = {
    user,
    verb,
    isResourceRequest,
    group,
    version,
    resource,
    subresource,
    namespace,
    name,
    path,
  };
  return fieldSelector === undefined ? attributes : Object.assign(attributes, { fieldSelector });
}
