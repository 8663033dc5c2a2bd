/** The labels under which discovery tells of objects. @upstream discovery/kubernetes/{pod,endpoints,endpointslice,service,node}.go */
import type { Container, Endpoints, Node, Pod, Service } from '../../api/kinds/core.js';
import type { EndpointSlice } from '../../api/kinds/discovery.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { labelName } from '../kube-state-metrics/family.js';

/** Labels of a target as it was found; `__address__` is where it is. */
export type FoundLabels = Readonly<Record<string, string>>;

/** What targets are made of. */
export interface FoundObjects {
  pod(namespace: string, name: string): Pod | undefined;
  service(namespace: string, name: string): Service | undefined;
}

const prefix = '__meta_kubernetes_';
const kubeletPort = 10_250;

/** Labels and annotations, and that they are there. */
function marks(what: string, { labels = {}, annotations = {} }: ObjectMeta): FoundLabels {
  const all: Record<string, string> = {};
  for (const [kind, texts] of [
    ['label', labels],
    ['annotation', annotations],
  ] as const) {
    for (const [name, text] of Object.entries(texts)) {
      all[`${prefix}${what}_${kind}_${labelName(name)}`] = text;
      all[`${prefix}${what}_${kind}present_${labelName(name)}`] = 'true';
    }
  }
  return all;
}

function podLabels(pod: Pod): FoundLabels {
  const { metadata, spec, status } = pod;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'unknown';
  return {
    [`${prefix}pod_name`]: metadata.name ?? '',
    [`${prefix}pod_ip`]: status?.podIP ?? '',
    [`${prefix}pod_ready`]: ready.toLowerCase(),
    [`${prefix}pod_phase`]: status?.phase ?? '',
    [`${prefix}pod_node_name`]: spec?.nodeName ?? '',
    [`${prefix}pod_host_ip`]: status?.hostIP ?? '',
    [`${prefix}pod_uid`]: metadata.uid ?? '',
    ...(owner !== undefined && {
      [`${prefix}pod_controller_kind`]: owner.kind,
      [`${prefix}pod_controller_name`]: owner.name,
    }),
    ...marks('pod', metadata),
  };
}

function serviceLabels({ metadata }: Service): FoundLabels {
  return { [`${prefix}service_name`]: metadata.name ?? '', ...marks('service', metadata) };
}

/** A pod is a target at each port of its containers; a container without one is a target at none. */
export function podTargets(pod: Pod): FoundLabels[] {
  const { podIP = '', phase } = pod.status ?? {};
  if (podIP === '' || phase === 'Succeeded' || phase === 'Failed') return [];
  const common = { [`${prefix}namespace`]: pod.metadata.namespace ?? '', ...podLabels(pod) };
  const sides = [
    [pod.spec?.containers ?? [], 'false'],
    [pod.spec?.initContainers ?? [], 'true'],
  ] as const;
  return sides.flatMap(([containers, isInit]) =>
    containers.flatMap(container =>
      containerTargets(podIP, container).map(own => ({
        ...common,
        [`${prefix}pod_container_init`]: isInit,
        ...own,
      })),
    ),
  );
}

function containerTargets(ip: string, container: Container): FoundLabels[] {
  const own = {
    [`${prefix}pod_container_name`]: container.name,
    [`${prefix}pod_container_image`]: container.image ?? '',
  };
  const ports = container.ports ?? [];
  if (ports.length === 0) return [{ __address__: ip, ...own }];
  return ports.map(({ containerPort, name = '', protocol = 'TCP' }) => ({
    __address__: `${ip}:${containerPort}`,
    ...own,
    [`${prefix}pod_container_port_name`]: name,
    [`${prefix}pod_container_port_number`]: String(containerPort),
    [`${prefix}pod_container_port_protocol`]: protocol,
  }));
}

/** The pod behind an address, and its container that has the port. */
function behind(pod: Pod | undefined, port: number): FoundLabels {
  if (pod === undefined) return {};
  const container = pod.spec?.containers.find(({ ports = [] }) =>
    ports.some(({ containerPort }) => containerPort === port),
  );
  const found = container?.ports?.find(({ containerPort }) => containerPort === port);
  return {
    ...podLabels(pod),
    ...(container !== undefined && {
      [`${prefix}pod_container_name`]: container.name,
      [`${prefix}pod_container_image`]: container.image ?? '',
      [`${prefix}pod_container_port_name`]: found?.name ?? '',
      [`${prefix}pod_container_port_number`]: String(port),
      [`${prefix}pod_container_port_protocol`]: found?.protocol ?? 'TCP',
    }),
  };
}

/** Each address of an Endpoints at each of its ports. */
export function endpointsTargets(endpoints: Endpoints, objects: FoundObjects): FoundLabels[] {
  const { namespace = '', name = '' } = endpoints.metadata;
  const service = objects.service(namespace, name);
  const common = {
    [`${prefix}namespace`]: namespace,
    [`${prefix}endpoints_name`]: name,
    ...marks('endpoints', endpoints.metadata),
    ...(service !== undefined && serviceLabels(service)),
  };
  return (endpoints.subsets ?? []).flatMap(
    ({ addresses = [], notReadyAddresses = [], ports = [] }) =>
      [
        ...addresses.map(address => ({ address, isReady: true })),
        ...notReadyAddresses.map(address => ({ address, isReady: false })),
      ].flatMap(({ address, isReady }) =>
        ports.map(port => {
          const { kind = '', name: target = '' } = address.targetRef ?? {};
          const pod = kind === 'Pod' ? objects.pod(namespace, target) : undefined;
          return {
            ...common,
            __address__: `${address.ip}:${port.port}`,
            [`${prefix}endpoint_port_name`]: port.name ?? '',
            [`${prefix}endpoint_port_protocol`]: port.protocol ?? 'TCP',
            [`${prefix}endpoint_ready`]: String(isReady),
            [`${prefix}endpoint_node_name`]: address.nodeName ?? '',
            [`${prefix}endpoint_hostname`]: address.hostname ?? '',
            [`${prefix}endpoint_address_target_kind`]: kind,
            [`${prefix}endpoint_address_target_name`]: target,
            ...behind(pod, port.port),
          };
        }),
      ),
  );
}

/** Each address of a slice at each of its ports. */
export function sliceTargets(slice: EndpointSlice, objects: FoundObjects): FoundLabels[] {
  const { namespace = '', name = '', labels = {} } = slice.metadata;
  const service = objects.service(namespace, labels['kubernetes.io/service-name'] ?? '');
  const common = {
    [`${prefix}namespace`]: namespace,
    [`${prefix}endpointslice_name`]: name,
    [`${prefix}endpointslice_address_type`]: slice.addressType,
    ...marks('endpointslice', slice.metadata),
    ...(service !== undefined && serviceLabels(service)),
  };
  const ports = (slice.ports ?? []).filter(({ port }) => port !== undefined);
  return (slice.endpoints ?? []).flatMap(endpoint => {
    const { kind = '', name: target = '' } = endpoint.targetRef ?? {};
    const pod = kind === 'Pod' ? objects.pod(namespace, target) : undefined;
    const conditions = `${prefix}endpointslice_endpoint_conditions`;
    const own = {
      [`${prefix}endpointslice_address_target_kind`]: kind,
      [`${prefix}endpointslice_address_target_name`]: target,
      [`${prefix}endpointslice_endpoint_hostname`]: endpoint.hostname ?? '',
      [`${prefix}endpointslice_endpoint_node_name`]: endpoint.nodeName ?? '',
      [`${conditions}_ready`]: String(endpoint.conditions?.ready ?? true),
      [`${conditions}_serving`]: String(endpoint.conditions?.serving ?? true),
      [`${conditions}_terminating`]: String(endpoint.conditions?.terminating ?? false),
    };
    return endpoint.addresses.flatMap(address =>
      ports.map(({ port = 0, name: portName = '', protocol = 'TCP' }) => ({
        ...common,
        __address__: `${address}:${port}`,
        [`${prefix}endpointslice_port`]: String(port),
        [`${prefix}endpointslice_port_name`]: portName,
        [`${prefix}endpointslice_port_protocol`]: protocol,
        ...own,
        ...behind(pod, port),
      })),
    );
  });
}

/** A service is a target at each of its ports. */
export function serviceTargets(service: Service): FoundLabels[] {
  const { namespace = '', name = '' } = service.metadata;
  const { type = '', clusterIP = '', externalName = '', ports = [] } = service.spec ?? {};
  return ports.map(port => ({
    __address__: `${name}.${namespace}.svc:${port.port}`,
    [`${prefix}namespace`]: namespace,
    ...serviceLabels(service),
    [`${prefix}service_type`]: type,
    ...(type === 'ExternalName'
      ? { [`${prefix}service_external_name`]: externalName }
      : { [`${prefix}service_cluster_ip`]: clusterIP }),
    [`${prefix}service_port_name`]: port.name ?? '',
    [`${prefix}service_port_number`]: String(port.port),
    [`${prefix}service_port_protocol`]: port.protocol ?? 'TCP',
  }));
}

/** A node is a target at its kubelet. */
export function nodeTargets({ metadata, spec, status }: Node): FoundLabels[] {
  const addresses = status?.addresses ?? [];
  const [first] = ['InternalIP', 'ExternalIP', 'Hostname'].flatMap(wanted =>
    addresses.filter(({ type }) => type === wanted),
  );
  if (first === undefined) return [];
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port ?? kubeletPort;
  const own: Record<string, string> = {};
  for (const { type, address } of addresses) own[`${prefix}node_address_${type}`] ??= address;
  return [
    {
      __address__: `${first.address}:${port}`,
      instance: metadata.name ?? '',
      [`${prefix}node_name`]: metadata.name ?? '',
      [`${prefix}node_provider_id`]: spec?.providerID ?? '',
      ...marks('node', metadata),
      ...own,
    },
  ];
}
