/**
 * Sets the weights of Istio's HTTP routes, and the subsets of its DestinationRules. Left out: routes of TLS
 * and TCP, header and mirror routes, weights of additional subsets.
 * @upstream argo-rollouts rollout/trafficrouting/istio/istio.go
 */
import { deepEqual, isRecord } from '../../api/equality.js';
import { kindOf, type KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, update } from '../../client/requests.js';
import { canaryOf } from './defaults.js';
import { keys } from './keys.js';
import type { Failure, RolloutState } from './state.js';
import type { Routing } from './traffic-rules.js';
import type { DestinationRuleRef, Rollout, VirtualServiceRef } from './types.js';

const version = 'networking.istio.io/v1alpha3';
/** The kind VirtualService. */
export const virtualServices = kindOf(version, 'VirtualService', 'virtualservices');
/** The kind DestinationRule. */
export const destinationRules = kindOf(version, 'DestinationRule', 'destinationrules');

/** Of a VirtualService, what is read. */
interface Destination {
  readonly destination?: { readonly host?: string; readonly subset?: string };
  readonly weight?: number;
}
interface HttpRoute {
  readonly name?: string;
  readonly route?: readonly Destination[];
  readonly [other: string]: unknown;
}

/** The VirtualServices that a Rollout names. */
export function virtualServicesOf(rollout: Rollout): readonly VirtualServiceRef[] {
  const { virtualService, virtualServices: several } =
    canaryOf(rollout)?.trafficRouting?.istio ?? {};
  return several ?? (virtualService === undefined ? [] : [virtualService]);
}

/** Namespace and name: `name`, or `name.namespace`. */
export function placeOf({ name }: VirtualServiceRef, namespace: string) {
  const dot = name.indexOf('.');
  return dot < 0
    ? { namespace, name }
    : { namespace: name.slice(dot + 1), name: name.slice(0, dot) };
}

function httpRoutes(object: KubeObject): readonly HttpRoute[] | undefined {
  const { spec } = object;
  // The schema has seen to what the routes are.
  return isRecord(spec) && Array.isArray(spec['http']) ? (spec['http'] as HttpRoute[]) : undefined;
}

/** Why the routes cannot be split; undefined when they can. @upstream ValidateHTTPRoutes */
export function routesProblem(
  rollout: Rollout,
  { routes: names = [] }: VirtualServiceRef,
  object: KubeObject,
): string | undefined {
  const routes = httpRoutes(object);
  if (routes === undefined) {
    return 'Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService';
  }
  const wrong = (why: string) => `Istio VirtualService has invalid HTTP routes. Error: ${why}`;
  const indexes = indexesOf(names, routes);
  if (typeof indexes === 'string') return wrong(indexes);
  for (const index of indexes) {
    const problem = destinationsProblem(rollout, routes[index]?.route ?? []);
    if (problem !== undefined) return wrong(problem);
  }
  const managed = canaryOf(rollout)?.trafficRouting?.managedRoutes ?? [];
  const own = routes.filter(({ name = '' }) => managed.every(one => one.name !== name));
  return names.length === 0 && own.length > 1
    ? wrong(
        'spec.http[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.routes',
      )
    : undefined;
}

/** The routes whose weights are set, or why there are none. @upstream getHttpRouteIndexesToPatch */
function indexesOf(
  names: readonly string[],
  routes: readonly HttpRoute[],
): readonly number[] | string {
  if (names.length === 0) {
    if (routes.length === 1) return [0];
    const unnamed = routes.findIndex(({ name = '' }) => name === '');
    return unnamed < 0 ? [] : [unnamed];
  }
  const indexes: number[] = [];
  for (const wanted of names) {
    const index = routes.findIndex(({ name }) => name === wanted);
    if (index < 0) return `HTTP Route '${wanted}' is not found in the defined Virtual Service.`;
    indexes.push(index);
  }
  return indexes;
}

function destinationsProblem(
  rollout: Rollout,
  destinations: readonly Destination[],
): string | undefined {
  const { canaryService = '', stableService = '', trafficRouting } = canaryOf(rollout) ?? {};
  const rule = trafficRouting?.istio?.destinationRule;
  if (rule !== undefined) {
    const has = (name: string) =>
      name !== '' && destinations.some(({ destination }) => destination?.subset === name);
    if (!has(rule.canarySubsetName)) {
      return `Canary DestinationRule subset '${rule.canarySubsetName}' not found in route`;
    }
    return has(rule.stableSubsetName)
      ? undefined
      : `Stable DestinationRule subset '${rule.stableSubsetName}' not found in route`;
  }
  const has = (name: string) => name !== '' && destinations.some(one => hostOf(one) === name);
  if (!has(canaryService)) return `Canary Service '${canaryService}' not found in route`;
  return has(stableService) ? undefined : `Stable Service '${stableService}' not found in route`;
}

function hostOf({ destination }: Destination): string {
  const host = destination?.host ?? '';
  const dot = host.indexOf('.');
  return dot > 0 ? host.slice(0, dot) : dot < 0 ? host : '';
}

/** Sets the weights of all VirtualServices. @upstream SetWeight */
export function* setWeights(state: RolloutState, weight: number): Reconciliation<Failure> {
  const { rollout } = state;
  for (const ref of virtualServicesOf(rollout)) {
    const { namespace, name } = placeOf(ref, state.namespace);
    const found = yield* call(get(virtualServices, namespace, name));
    if (!found.isOk) {
      if (found.status === 404) {
        state.tell('VirtualServiceNotFound', `VirtualService \`${name}\` not found`, 'Warning');
      }
      return found.message;
    }
    const changed = withWeight(rollout, ref, found.object, weight);
    if (changed === undefined) continue;
    const answer = yield* call(update(virtualServices, changed));
    if (!answer.isOk) return answer.message;
    state.tell(
      'Updated VirtualService',
      `VirtualService \`${name}\` set to desiredWeight '${weight}'`,
    );
  }
  return undefined;
}

/** The VirtualService with the weights; undefined where it has them. */
export function withWeight(
  rollout: Rollout,
  { routes: names = [] }: VirtualServiceRef,
  object: KubeObject,
  weight: number,
): KubeObject | undefined {
  const routes = httpRoutes(object) ?? [];
  const indexes = indexesOf(names, routes);
  if (typeof indexes === 'string') return undefined;
  const next = routes.map((route, index) =>
    indexes.includes(index)
      ? { ...route, route: weighted(rollout, route.route ?? [], weight) }
      : route,
  );
  if (deepEqual(next, routes) || !isRecord(object['spec'])) return undefined;
  return { ...object, spec: { ...object['spec'], http: next } };
}

/** Destinations of neither canary nor stable pods go. */
function weighted(
  rollout: Rollout,
  destinations: readonly Destination[],
  weight: number,
): readonly Destination[] {
  const { canaryService = '', stableService = '', trafficRouting } = canaryOf(rollout) ?? {};
  const rule = trafficRouting?.istio?.destinationRule;
  return destinations.flatMap(one => {
    const host = hostOf(one);
    const { subset = '' } = one.destination ?? {};
    const isOf = (service: string, name = '') =>
      host === service || (subset !== '' && subset === name);
    if (host === '') return [one];
    if (isOf(canaryService, rule?.canarySubsetName)) return [shared(one, weight)];
    if (isOf(stableService, rule?.stableSubsetName)) return [shared(one, 100 - weight)];
    const isKept = rule?.additionalSubsetNames?.includes(subset) === true;
    return isKept || (one.weight ?? 0) === 0 ? [one] : [];
  });
}

function shared(destination: Destination, weight: number): Destination {
  return (destination.weight ?? 0) === weight ? destination : { ...destination, weight };
}

interface Subset {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Keeps the hashes of the DestinationRule's subsets. @upstream UpdateHash */
export function* setHashes(state: RolloutState, routing: Routing): Reconciliation<Failure> {
  const rule = canaryOf(state.rollout)?.trafficRouting?.istio?.destinationRule;
  if (rule === undefined) return undefined;
  const { canaryHash, stableHash } = routing;
  const found = yield* call(get(destinationRules, state.namespace, rule.name));
  if (!found.isOk) {
    if (found.status === 404) {
      const message = `DestinationRule \`${rule.name}\` not found`;
      state.tell('DestinationRuleNotFound', message, 'Warning');
    }
    return found.message;
  }
  const changed = withHashes(state.name, rule, found.object, routing);
  if (deepEqual(changed, found.object)) return undefined;
  const answer = yield* call(update(destinationRules, changed));
  if (!answer.isOk) return answer.message;
  state.tell(
    'UpdatedDestinationRule',
    `DestinationRule ${rule.name} subset updated (${rule.canarySubsetName}: ${canaryHash}, ${rule.stableSubsetName}: ${stableHash})`,
  );
  return undefined;
}

function withHashes(
  name: string,
  rule: DestinationRuleRef,
  object: KubeObject,
  { canaryHash, stableHash }: Routing,
): KubeObject {
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  const subsets = (Array.isArray(spec['subsets']) ? spec['subsets'] : []) as readonly Subset[];
  const hashes = new Map([
    [rule.stableSubsetName, stableHash],
    [rule.canarySubsetName, canaryHash],
  ]);
  const kept = subsets.flatMap(subset => {
    const hash = hashes.get(subset.name);
    if (hash === undefined) return [];
    const { [keys.hash]: _, ...labels } = subset.labels ?? {};
    return [{ ...subset, labels: hash === '' ? labels : { ...labels, [keys.hash]: hash } }];
  });
  const annotations = { ...object.metadata.annotations, [keys.managedBy]: name };
  return {
    ...object,
    metadata: { ...object.metadata, annotations },
    spec: { ...spec, subsets: kept },
  };
}
