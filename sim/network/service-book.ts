/**
 * The services and their endpoints as kube-proxy and the cluster's DNS know them: from caches, and
 * so a little late. When their process is down they stay as they were.
 */
import { nodes, services, type Node, type Service } from '../api/kinds/core.js';
import { endpointSlices, type Endpoint, type EndpointSlice } from '../api/kinds/discovery.js';
import { deepEqual } from '../api/equality.js';
import { keyOf } from '../api/meta.js';
import type { Change, Controller, ControllerDefinition } from '../client/contract.js';
import { neverQueued } from '../client/never-queued.js';
import { watch } from '../client/requests.js';
import { ServiceVariables } from './service-variables.js';

/** An endpoint and the ports of its slice, by name. */
export interface ServiceEndpoint {
  readonly endpoint: Endpoint;
  readonly ports: ReadonlyMap<string, number>;
  /** Its slice is labelled so; DNS gives such ones, and kube-proxy does not see them. */
  readonly isHeadless: boolean;
}

const headlessLabel = 'service.kubernetes.io/headless';
const serviceNameLabel = 'kubernetes.io/service-name';

/** What the network knows of services. */
export class ServiceBook {
  /** Another one as soon as anything changes that a route could depend on. */
  version = 0;
  /** By which programs find them. */
  readonly variables = new ServiceVariables(this);
  private readonly services = new Map<string, Service>();
  private readonly byNamespace = new Map<string, Map<string, Service>>();
  private readonly byAddress = new Map<string, string>();
  private readonly byNodePort = new Map<string, string>();
  private readonly slices = new Map<string, Map<string, EndpointSlice>>();
  private readonly endpoints = new Map<string, readonly ServiceEndpoint[]>();
  private readonly nodes = new Map<string, Node>();
  private readonly nodeByAddress = new Map<string, string>();

  /** The controller that fills the book; it writes nothing. */
  readonly definition: ControllerDefinition = {
    name: 'service-proxy',
    create: (): Controller => {
      this.clear();
      return {
        watches: [
          watch(services, { on: change => this.onService(change) }),
          watch(endpointSlices, { on: change => this.onSlice(change) }),
          watch(nodes, { on: change => this.onNode(change) }),
        ],
        reconcile: neverQueued,
      };
    },
  };

  service(namespace: string, name: string): Service | undefined {
    return this.services.get(`${namespace}/${name}`);
  }

  /** Those of a namespace, in the order in which they came. */
  servicesIn(namespace: string): Iterable<Service> {
    return this.byNamespace.get(namespace)?.values() ?? [];
  }

  /** All of them, in the order in which they came. */
  allServices(): Iterable<Service> {
    return this.services.values();
  }

  /** The service that has this cluster address, external address or load balancer address. */
  serviceAt(address: string): Service | undefined {
    return this.services.get(this.byAddress.get(address) ?? '');
  }

  /** The service that nodes offer at this port. */
  serviceAtNodePort(port: number, protocol = 'TCP'): Service | undefined {
    return this.services.get(this.byNodePort.get(`${port}/${protocol}`) ?? '');
  }

  /** The endpoints of a service, of all its slices, in the order of the slices' names. */
  endpointsOf(service: Service): readonly ServiceEndpoint[] {
    const key = keyOf(service);
    const known = this.endpoints.get(key);
    if (known !== undefined) return known;
    const slices = [...(this.slices.get(key) ?? new Map<string, EndpointSlice>())]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, slice]) => slice);
    const endpoints = slices.flatMap(slice => {
      const ports = new Map((slice.ports ?? []).map(({ name = '', port = 0 }) => [name, port]));
      const isHeadless = slice.metadata.labels?.[headlessLabel] !== undefined;
      return (slice.endpoints ?? []).map(endpoint => ({ endpoint, ports, isHeadless }));
    });
    this.endpoints.set(key, endpoints);
    return endpoints;
  }

  node(name: string): Node | undefined {
    return this.nodes.get(name);
  }

  /** The node that has this address. */
  nodeAt(address: string): Node | undefined {
    return this.nodes.get(this.nodeByAddress.get(address) ?? '');
  }

  private clear(): void {
    this.version++;
    this.services.clear();
    this.byNamespace.clear();
    this.variables.forget();
    this.byAddress.clear();
    this.byNodePort.clear();
    this.slices.clear();
    this.endpoints.clear();
    this.nodes.clear();
    this.nodeByAddress.clear();
  }

  private onService({ type, object, old }: Change<Service>): void {
    this.version++;
    this.variables.forget();
    const key = keyOf(object);
    if (old !== undefined || type === 'deleted') {
      for (const address of addressesOf(old ?? object)) this.byAddress.delete(address);
      for (const port of nodePortsOf(old ?? object)) this.byNodePort.delete(port);
    }
    const { namespace = '', name = '' } = object.metadata;
    if (type === 'deleted') {
      this.services.delete(key);
      this.byNamespace.get(namespace)?.delete(name);
      return;
    }
    this.services.set(key, object);
    const others = this.byNamespace.get(namespace) ?? new Map<string, Service>();
    this.byNamespace.set(namespace, others.set(name, object));
    for (const address of addressesOf(object)) this.byAddress.set(address, key);
    for (const port of nodePortsOf(object)) this.byNodePort.set(port, key);
  }

  private onSlice({ type, object, old }: Change<EndpointSlice>): void {
    this.version++;
    const name = object.metadata.name ?? '';
    if (old !== undefined) this.slices.get(serviceKey(old))?.delete(name);
    const key = serviceKey(object);
    for (const changed of [key, ...(old === undefined ? [] : [serviceKey(old)])]) {
      this.endpoints.delete(changed);
    }
    const slices = this.slices.get(key) ?? new Map<string, EndpointSlice>();
    if (type === 'deleted') slices.delete(name);
    else slices.set(name, object);
    if (slices.size === 0) this.slices.delete(key);
    else this.slices.set(key, slices);
  }

  private onNode({ type, object, old }: Change<Node>): void {
    const name = object.metadata.name ?? '';
    if (type !== 'updated' || !deepEqual(placeOf(old), placeOf(object))) this.version++;
    for (const { address } of (old ?? object).status?.addresses ?? []) {
      this.nodeByAddress.delete(address);
    }
    if (type === 'deleted') {
      this.nodes.delete(name);
      return;
    }
    this.nodes.set(name, object);
    for (const { address } of object.status?.addresses ?? []) this.nodeByAddress.set(address, name);
  }
}

/** What routes depend on: not the conditions, which nodes report all the time. */
function placeOf({ metadata, status }: Node): unknown {
  return [metadata.labels, status?.addresses];
}

function serviceKey({ metadata }: EndpointSlice): string {
  return `${metadata.namespace}/${metadata.labels?.[serviceNameLabel] ?? ''}`;
}

function addressesOf({ spec, status }: Service): readonly string[] {
  const { clusterIP = '', clusterIPs = [], externalIPs = [] } = spec ?? {};
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip = '' }) => ip);
  const all = [...new Set([clusterIP, ...clusterIPs, ...externalIPs, ...balanced])];
  return all.filter(address => address !== '' && address !== 'None');
}

function nodePortsOf({ spec }: Service): readonly string[] {
  return (spec?.ports ?? []).flatMap(({ nodePort, protocol = 'TCP' }) =>
    nodePort ? [`${nodePort}/${protocol}`] : [],
  );
}
