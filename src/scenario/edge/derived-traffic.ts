/** Which requests come to a cluster: read off its Services, its Ingresses, its routes and what stands behind them. */
import type { Container, Service } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { weightsOf, type HttpRoute } from '../../traffic/flow/http-route.js';
import { gatewayEntrances, type Entrance } from './gateway-entrances.js';
import { meshSplits, type MeshSplit } from './mesh-splits.js';
import { modelDemand } from './model-demand.js';
import { hasLabels } from '../../../sim/api/selectors.js';

/** Requests of clients to a Service. */
export interface Demand {
  /** `namespace/name` of the Service. */
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** Replicas that the manifests want behind it: as many as the traffic is made for. */
  readonly replicas: number;
  /** Some pods behind it end without a preStop hook, or are asked by no readiness probe whether they serve. */
  readonly lacksHook: boolean;
  readonly lacksProbe: boolean;
  /** Hosts of Ingresses by which clients outside come to it. */
  readonly hosts: readonly string[];
  /** The HTTPRoute or VirtualService by whose weights requests come to it; they are sent to the route, not to the Service. */
  readonly route?: {
    /** `namespace/name`. */
    readonly name: string;
    /** Of the route's requests. */
    readonly share: number;
    /** Wanted behind all of its backends. */
    readonly replicas: number;
  };
  /** The gateway of a mesh through which requests come to it. Default: none. */
  readonly entrance?: Entrance;
  /** It is the Service of such a gateway: what comes to it is what comes to those behind it. Default: no. */
  readonly isEntrance?: true;
}

interface Replicated extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: PodShape;
    };
  };
}

interface PodShape {
  readonly containers?: readonly Container[];
}

const gatewayGroup = 'gateway.networking.k8s.io/';

interface Ingress extends KubeObject {
  readonly spec?: {
    readonly defaultBackend?: Backend;
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: { readonly paths?: readonly { readonly backend?: Backend }[] };
    }[];
  };
}

interface Backend {
  readonly service?: { readonly name?: string };
}

/** The demands, in the order of the Services; those without a selector or a TCP port get none. */
export function demandsOf(objects: readonly KubeObject[]): readonly Demand[] {
  const own = servicesOf(objects);
  const byService = new Map(own.map(demand => [demand.service, demand]));
  const routed = new Map<string, Demand>();
  for (const object of objects) {
    for (const demand of routedOf(object, byService)) routed.set(demand.service, demand);
  }
  const named = new Set<string>();
  for (const split of meshSplits(objects)) {
    const demands = splitOf(split, byService);
    for (const demand of demands) routed.set(demand.service, demand);
    if (demands.length > 0) for (const service of split.named) named.add(service);
  }
  const entrances = gatewayEntrances(objects);
  // What comes to a gateway is meant for those behind it.
  const gates = new Map([...entrances.values()].map(one => [one.service, one]));
  return own
    .filter(({ service }) => routed.has(service) || gates.has(service) || !named.has(service))
    .map(demand => routed.get(demand.service) ?? demand)
    .map(demand => {
      const gate = gates.get(demand.service);
      if (gate !== undefined) return { ...demand, port: gate.port, isEntrance: true as const };
      const entrance = entrances.get(demand.service);
      return entrance === undefined ? demand : { ...demand, entrance };
    });
}

/** The demands of the Services among which a VirtualService divides its requests. */
function splitOf(
  { name, shares }: MeshSplit,
  services: ReadonlyMap<string, Demand>,
): readonly Demand[] {
  const found = [...shares].flatMap(([service, share]) => {
    const demand = services.get(service);
    return demand === undefined ? [] : [{ demand, share }];
  });
  if (found.length < shares.size) return [];
  const replicas = found.reduce((sum, { demand }) => sum + demand.replicas, 0);
  return found.map(({ demand, share }) => ({ ...demand, route: { name, share, replicas } }));
}

/** The demands of the backends of a route that has one rule: requests match it. */
function routedOf(object: KubeObject, services: ReadonlyMap<string, Demand>): readonly Demand[] {
  if (object.kind !== 'HTTPRoute' || !(object.apiVersion ?? '').startsWith(gatewayGroup)) return [];
  const { metadata, spec } = object as HttpRoute;
  const { namespace = 'default', name = '' } = metadata;
  const [rule, ...others] = spec?.rules ?? [];
  const backends = rule?.backendRefs ?? [];
  if (others.length > 0 || backends.length < 2) return [];
  const weights = weightsOf(backends);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const found = backends.map(backend => services.get(`${namespace}/${backend.name}`));
  if (total === 0 || found.includes(undefined)) return [];
  const replicas = found.reduce((sum, demand) => sum + (demand?.replicas ?? 0), 0);
  return found.flatMap((demand, index) => {
    const share = (weights[index] ?? 0) / total;
    return demand === undefined
      ? []
      : [{ ...demand, route: { name: `${namespace}/${name}`, share, replicas } }];
  });
}

function servicesOf(objects: readonly KubeObject[]): readonly Demand[] {
  return objects.flatMap((object): Demand[] => {
    const ofModel = modelDemand(object);
    if (ofModel !== undefined) return [ofModel];
    if (object.kind !== 'Service' || object.apiVersion !== 'v1') return [];
    const { spec, metadata } = object as Service;
    const { namespace = 'default', name = '' } = metadata;
    const selector = spec?.selector;
    const port = spec?.ports?.find(({ protocol = 'TCP' }) => protocol === 'TCP');
    if (selector === undefined || Object.keys(selector).length === 0 || port === undefined)
      return [];
    if (spec?.type === 'ExternalName') return [];
    // A headless Service's name leads to the pods themselves.
    const { targetPort } = port;
    const isHeadless = spec?.clusterIP === 'None';
    const number = isHeadless && typeof targetPort === 'number' ? targetPort : port.port;
    return [
      {
        service: `${namespace}/${name}`,
        host: `${name}.${namespace}.svc.cluster.local`,
        port: number,
        ...behind(objects, namespace, selector),
        hosts: hostsOf(objects, namespace, name),
      },
    ];
  });
}

function behind(
  objects: readonly KubeObject[],
  namespace: string,
  selector: Readonly<Record<string, string>>,
): Pick<Demand, 'replicas' | 'lacksHook' | 'lacksProbe'> {
  let replicas = 0;
  const serving: Container[] = [];
  for (const object of objects) {
    const { namespace: own = 'default', labels } = object.metadata;
    if (own !== namespace) continue;
    // Deployments, StatefulSets and ReplicaSets say it in the same fields.
    const { spec } = object as Replicated;
    const template = spec?.template?.metadata?.labels;
    if (object.kind === 'Pod' && hasLabels(labels, selector)) {
      replicas++;
      serving.push(...servingOf(object['spec'] as PodShape | undefined));
    }
    if (template !== undefined && hasLabels(template, selector)) {
      replicas += spec?.replicas ?? 1;
      serving.push(...servingOf(spec?.template?.spec));
    }
  }
  return {
    replicas: Math.max(replicas, 1),
    lacksHook: serving.some(({ lifecycle }) => lifecycle?.preStop === undefined),
    lacksProbe: serving.some(({ readinessProbe }) => readinessProbe === undefined),
  };
}

/** The containers with ports, or all where none names one. */
function servingOf({ containers = [] }: PodShape = {}): readonly Container[] {
  const some = containers.filter(({ ports = [] }) => ports.length > 0);
  return some.length > 0 ? some : containers;
}

function hostsOf(objects: readonly KubeObject[], namespace: string, name: string): string[] {
  const hosts = objects.flatMap(object => {
    if (object.kind !== 'Ingress' || (object.metadata.namespace ?? 'default') !== namespace)
      return [];
    const { rules = [], defaultBackend } = (object as Ingress).spec ?? {};
    const isNamed = (backend: Backend | undefined): boolean => backend?.service?.name === name;
    const named = rules.flatMap(({ host = '*', http }) =>
      (http?.paths ?? []).some(({ backend }) => isNamed(backend)) ? [host] : [],
    );
    return isNamed(defaultBackend) ? ['*', ...named] : named;
  });
  return [...new Set(hosts)].sort();
}
