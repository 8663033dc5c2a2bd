/**
 * What a gateway does with HTTPRoutes: which rule a request matches, and its backends by weight.
 * @upstream kubernetes-sigs/gateway-api apis/v1/httproute_types.go
 */
import { planted } from '../../../sim/engine/planted.js';
import type { BackendRef } from '../../../sim/operators/gateway-api/types.js';
import type { HasMetadata } from '../../../sim/api/object.js';
import type { FlowRequest } from './contract.js';

/** An HTTPRoute, as far as requests are routed by it. */
export interface HttpRoute extends HasMetadata {
  readonly spec?: {
    readonly parentRefs?: readonly ParentReference[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly HttpRouteRule[];
  };
}

/** What a route is attached to: a Gateway, or a Service. */
export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A rule of a route. */
export interface HttpRouteRule {
  readonly matches?: readonly {
    readonly path?: { readonly type?: string; readonly value?: string };
    readonly method?: string;
    readonly headers?: readonly unknown[];
    readonly queryParams?: readonly unknown[];
  }[];
  readonly backendRefs?: readonly BackendRef[];
}

/** A rule that matched, and the namespace of its route. */
export interface MatchedRule {
  readonly namespace: string;
  readonly rule: HttpRouteRule;
}

/**
 * The rule that a request takes. Hostnames go before paths, an exact one before a wildcard, the
 * longer before the shorter; then an exact path before a prefix, the longer first; then the older
 * route, its name, and the earlier rule. Requests are POSTs without the headers that a match may ask
 * for: such matches do not count.
 */
export function matchedRule(
  routes: readonly HttpRoute[],
  request: FlowRequest,
): MatchedRule | undefined {
  let best: { readonly found: MatchedRule; readonly rank: readonly number[] } | undefined;
  for (const route of [...routes].sort(byAge)) {
    const host = hostRank(route.spec?.hostnames ?? [], request.hostname);
    if (host === undefined) continue;
    for (const rule of route.spec?.rules ?? []) {
      const path = ruleRank(rule, request.path);
      if (path === undefined) continue;
      const rank = [...host, ...path];
      if (best !== undefined && !isBefore(rank, best.rank)) continue;
      best = { found: { namespace: route.metadata.namespace ?? '', rule }, rank };
    }
  }
  return best?.found;
}

/** The weights of the backends of a rule, by which a gateway divides the requests; 1 where none is given. */
export function weightsOf(backends: readonly { readonly weight?: number }[]): readonly number[] {
  const weights = backends.map(({ weight = 1 }) => weight);
  if (!planted('canary-weight-rounded-away')) return weights;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => Math.round((10 * weight) / total));
}

/** Whether a route is attached to what the gateway serves; undefined: it serves all. */
export function isAttached(
  { metadata, spec }: HttpRoute,
  parent: Required<ParentReference> | undefined,
): boolean {
  if (parent === undefined) return true;
  return (spec?.parentRefs ?? []).some(
    ({ group = 'gateway.networking.k8s.io', kind = 'Gateway', namespace, name }) =>
      group === parent.group &&
      kind === parent.kind &&
      (namespace ?? metadata.namespace) === parent.namespace &&
      name === parent.name,
  );
}

/** How well a hostname fits: greater goes first. */
function hostRank(hostnames: readonly string[], hostname: string): readonly number[] | undefined {
  if (hostnames.length === 0) return [0, 0];
  const ranks = hostnames.flatMap(pattern => {
    if (pattern === hostname) return [[2, pattern.length]];
    const isWild = pattern.startsWith('*.') && hostname.endsWith(pattern.slice(1));
    return isWild ? [[1, pattern.length]] : [];
  });
  return ranks.reduce<readonly number[] | undefined>(better, undefined);
}

function ruleRank({ matches }: HttpRouteRule, path: string): readonly number[] | undefined {
  if (matches === undefined || matches.length === 0) return [1, 1];
  const ranks = matches.flatMap(match => {
    const needsMore = (match.headers?.length ?? 0) > 0 || (match.queryParams?.length ?? 0) > 0;
    if (needsMore || (match.method ?? 'POST') !== 'POST') return [];
    const { type = 'PathPrefix', value = '/' } = match.path ?? {};
    const own = pathRank(type, value, path);
    return own === undefined ? [] : [own];
  });
  return ranks.reduce<readonly number[] | undefined>(better, undefined);
}

function pathRank(type: string, value: string, path: string): readonly number[] | undefined {
  if (type === 'Exact') return value === path ? [2, value.length] : undefined;
  if (type !== 'PathPrefix') return undefined;
  const prefix = value.replace(/\/$/, '');
  const isUnder = path === prefix || path.startsWith(`${prefix}/`) || prefix === '';
  return isUnder ? [1, Math.max(1, prefix.length)] : undefined;
}

function better(best: readonly number[] | undefined, rank: readonly number[]): readonly number[] {
  return best === undefined || isBefore(rank, best) ? rank : best;
}

function isBefore(rank: readonly number[], other: readonly number[]): boolean {
  for (const [index, value] of rank.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function byAge(a: HttpRoute, b: HttpRoute): number {
  const key = ({ metadata }: HttpRoute) =>
    `${metadata.creationTimestamp ?? ''} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  return key(a) < key(b) ? -1 : 1;
}
