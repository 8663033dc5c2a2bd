/** By which gateways of a mesh clients come to Services: read off Gateways, VirtualServices and the gateways' own pods. */
import type { Pod, PodSpec, Service } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { hasLabels } from '../../../sim/api/selectors.js';
import { namespaceOf } from '../../../sim/network/mesh/attachment.js';
import { fullHost, serviceOfHost } from '../../../sim/network/mesh/hosts.js';
import { gatewayName, meshGateway } from '../../../sim/network/mesh/http-match.js';
import { portPolicy } from '../../../sim/network/mesh/destination-rule.js';
import type {
  DestinationRule,
  Gateway,
  VirtualService,
  WeightedDestination,
} from '../../../sim/network/mesh/kinds.js';
import { defaultMesh } from '../../../sim/network/mesh/request.js';
import { retryPolicy, type RetryPolicy } from '../../../sim/network/mesh/retries.js';
import { isGateway } from '../../../sim/network/mesh/sidecar.js';
import type { ClusterNetwork } from '../../../sim/network/contract.js';

/** A gateway's Service, and at which of its ports clients ask. */
export interface Entrance {
  /** `namespace/name`. */
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** What the gateway does where the Service behind it does not answer. Default: nothing. */
  readonly retries?: RetryPolicy | undefined;
}

/** The entrances by the Services behind them: of VirtualServices that are for gateways alone, and the manifests have the gateways. */
export function gatewayEntrances(objects: readonly KubeObject[]): ReadonlyMap<string, Entrance> {
  const gateways = objects.filter(isOfMesh<Gateway>('Gateway'));
  const found = new Map<string, Entrance>();
  if (gateways.length === 0) return found;
  const rules = objects.filter(isOfMesh<DestinationRule>('DestinationRule'));
  const byGateway = new Map(
    gateways.map(one => [
      `${namespaceOf(one.metadata)}/${one.metadata.name ?? ''}`,
      entranceOf(one, objects),
    ]),
  );
  for (const { metadata, spec } of objects.filter(isOfMesh<VirtualService>('VirtualService'))) {
    const namespace = namespaceOf(metadata);
    const names = (spec?.gateways ?? []).map(one => gatewayName(one, namespace));
    const entrance = names.flatMap(name => byGateway.get(name) ?? [])[0];
    if (entrance === undefined || names.includes(meshGateway)) continue;
    for (const { route = [], retries } of spec?.http ?? []) {
      for (const { destination = {} } of route) {
        const server = serviceOfHost(fullHost(destination.host ?? '', namespace));
        const key = server && `${server.namespace}/${server.name}`;
        if (server === undefined || key === undefined || found.has(key)) continue;
        const isHashed = isHashedAt(rules, entrance, { server, ...destination });
        found.set(key, { ...entrance, retries: retryPolicy(retries, { isHashed }) });
      }
    }
  }
  return found;
}

/** Whether requests of one sort all go to one pod. */
function isHashedAt(
  rules: readonly DestinationRule[],
  { service }: Entrance,
  {
    server,
    subset = '',
    port: { number: port = 0 } = {},
  }: NonNullable<WeightedDestination['destination']> & {
    readonly server: { readonly name: string; readonly namespace: string };
  },
): boolean {
  const [namespace = '', name = ''] = service.split('/');
  const none = { serviceAccount: '', labels: {}, hasSidecar: true, ip: '' };
  const client = { name, namespace, ...none };
  const policy = portPolicy(rules, { client, server, subset, port }, defaultMesh);
  return policy.loadBalancer?.consistentHash !== undefined;
}

/** The first Service of the pods that the Gateway selects which has a port of the Gateway's. */
function entranceOf({ spec }: Gateway, objects: readonly KubeObject[]): Entrance | undefined {
  const numbers = (spec?.servers ?? []).map(({ port }) => port?.number);
  const pods = objects.flatMap(madeBy).filter(isGateway);
  const own = pods.filter(({ metadata }) => hasLabels(metadata.labels, spec?.selector ?? {}));
  for (const object of objects) {
    if (object.kind !== 'Service' || object.apiVersion !== 'v1') continue;
    const { metadata, spec: offered } = object as Service;
    const { name = '' } = metadata;
    const namespace = namespaceOf(metadata);
    const { selector = {}, ports = [] } = offered ?? {};
    const port = ports.find(one => numbers.includes(one.port))?.port;
    const isOwn = own.some(
      pod => namespaceOf(pod.metadata) === namespace && hasLabels(pod.metadata.labels, selector),
    );
    if (port === undefined || !isOwn || Object.keys(selector).length === 0) continue;
    return {
      ...{ service: `${namespace}/${name}`, port },
      host: `${name}.${namespace}.svc.cluster.local`,
    };
  }
  return undefined;
}

/** The part of clients' requests that the gateway does not pass on: its pods are not there, do not answer, or let nobody in. */
export function lostAt(
  { host, port }: Entrance,
  network: Pick<ClusterNetwork, 'route' | 'shutBy'>,
  answers: (ip: string) => boolean,
): number {
  const route = network.route({ host, port });
  const backends = 'backends' in route ? route.backends : [];
  if (backends.length === 0) return 1;
  const passing = backends.filter(one => answers(one.ip) && network.shutBy(one) === undefined);
  return 1 - passing.length / backends.length;
}

interface Templated extends KubeObject {
  readonly spec?: {
    readonly template?: { readonly metadata?: Pod['metadata']; readonly spec?: PodSpec };
  };
}

/** The pod of a template, in its owner's namespace. */
function madeBy(object: KubeObject): readonly Pod[] {
  const { template } = (object as Templated).spec ?? {};
  if (!Array.isArray(template?.spec?.containers)) return [];
  const { namespace } = object.metadata;
  const metadata = { ...template.metadata, ...(namespace !== undefined && { namespace }) };
  return [{ metadata, spec: template.spec }];
}

function isOfMesh<T>(kind: string): (object: KubeObject) => object is KubeObject & T {
  return (object): object is KubeObject & T =>
    object.kind === kind && (object.apiVersion ?? '').startsWith('networking.istio.io/');
}
