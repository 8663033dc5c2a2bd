/** How VirtualServices divide the requests of clients among Services, where no request is treated unlike others. */
import type { KubeObject } from '../../../sim/api/object.js';
import { namespaceOf } from '../../../sim/network/mesh/attachment.js';
import { fullHost, serviceOfHost } from '../../../sim/network/mesh/hosts.js';
import type { VirtualService } from '../../../sim/network/mesh/kinds.js';
import { isInjectorAsked } from '../../../sim/operators/istiod/injection-webhooks.js';

/** A route's shares. */
export interface MeshSplit {
  /** `namespace/name` of the VirtualService. */
  readonly name: string;
  /** Of the requests, by the Service. */
  readonly shares: ReadonlyMap<string, number>;
  /** Services whose names clients say, and who get none of these requests themselves. */
  readonly named: readonly string[];
}

const mesh = 'mesh';

/** Those with one route, to several Services; for sidecars alone only where manifests ask for sidecars. */
export function meshSplits(objects: readonly KubeObject[]): readonly MeshSplit[] {
  const all = objects.filter(isVirtualService);
  if (all.length === 0) return [];
  const hasSidecars = objects.some(asksForSidecars);
  return all.flatMap(one => {
    const { gateways = [] } = one.spec ?? {};
    const isByGateway = gateways.some(gateway => gateway !== mesh);
    const split = isByGateway || hasSidecars ? splitOf(one) : undefined;
    return split === undefined ? [] : [split];
  });
}

function splitOf({ metadata, spec }: VirtualService): MeshSplit | undefined {
  const namespace = namespaceOf(metadata);
  const keyOf = (host: string): string | undefined => {
    const service = serviceOfHost(fullHost(host, namespace));
    return service && `${service.namespace}/${service.name}`;
  };
  const [route, ...others] = spec?.http ?? [];
  if (route === undefined || others.length > 0) return undefined;
  const { match = [], redirect, directResponse, route: destinations = [] } = route;
  const isForAll = match.length === 0 && redirect === undefined && directResponse === undefined;
  if (!isForAll || destinations.length < 2) return undefined;
  const total = destinations.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { destination: { host = '' } = {}, weight = 0 } of destinations) {
    const key = keyOf(host);
    if (key === undefined || total === 0) return undefined;
    shares.set(key, (shares.get(key) ?? 0) + weight / total);
  }
  // Subsets of one Service are its own pods: all requests are its own.
  if (shares.size < 2) return undefined;
  const hosts = (spec?.hosts ?? []).flatMap(host => keyOf(host) ?? []);
  const named = hosts.filter(host => !shares.has(host));
  return { name: `${namespace}/${metadata.name ?? ''}`, shares, named };
}

function isVirtualService(object: KubeObject): object is KubeObject & VirtualService {
  const [group] = (object.apiVersion ?? '').split('/');
  return object.kind === 'VirtualService' && group === 'networking.istio.io';
}

interface Templated extends KubeObject {
  readonly spec?: { readonly template?: Pick<KubeObject, 'metadata'> };
}

function asksForSidecars(object: KubeObject): boolean {
  const { labels = {} } = object.metadata;
  if (object.kind === 'Namespace') return isInjectorAsked({}, labels);
  const { template } = (object as Templated).spec ?? {};
  return isInjectorAsked(template?.metadata?.labels ?? (object.kind === 'Pod' ? labels : {}), {});
}
