/** Judges what travels from one pod of the cluster to another by the objects of a mesh. */
import { isHttpRequest } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import type { Pod, Service } from '../../api/kinds/core.js';
import { bearerToken } from './bearer-token.js';
import { judge, type MeshVerdict } from './judge.js';
import type { MeshObject } from './kinds.js';
import { defaultMesh, type MeshRequest, type Workload } from './request.js';
import { hasSidecar, isExcluded, isGateway } from './sidecar.js';

/** What travels, and from whom to whom. */
export interface Traffic {
  /** Undefined: from outside of the cluster, or from the API server. */
  readonly client: Pod | undefined;
  readonly clientIp: string;
  readonly server: Pod;
  readonly serverIp: string;
  /** Of the server's pod. */
  readonly port: number;
  /** By which the client goes; undefined: by the address of the pod. */
  readonly service?: Service | undefined;
  /** Of the service. */
  readonly servicePort?: number | undefined;
  /** As the client names it. */
  readonly host: string;
  readonly payload: unknown;
}

/** The verdict; undefined where no sidecar has to do with it. */
export function judgeTraffic(
  traffic: Traffic,
  { objects, nowMs }: { readonly objects: readonly MeshObject[]; readonly nowMs: number },
): MeshVerdict | undefined {
  const { client, server, port, service, servicePort } = traffic;
  if (client !== undefined && isSame(client, server)) return undefined;
  if (isExcluded(server, 'inbound', port)) return undefined;
  const source = workloadOf(client, traffic.clientIp);
  const isDirect = isExcluded(client, 'outbound', servicePort ?? port);
  const from = isDirect ? { ...source, hasSidecar: false } : source;
  const to = {
    ...workloadOf(server, traffic.serverIp),
    name: service?.metadata.name ?? '',
    namespace: service?.metadata.namespace ?? server.metadata.namespace ?? '',
  };
  if (!from.hasSidecar && !to.hasSidecar) return undefined;
  const request = to.isGateway ? entering(traffic, nowMs) : requestOf(traffic, nowMs);
  const ends = { client: from, server: to };
  if (service !== undefined) return judge(request, ends, { objects, mesh: defaultMesh });
  // A sidecar passes on as it is what goes to an address that it knows no service of.
  const mesh = { ...defaultMesh, enableAutoMtls: false };
  const others = objects.filter(({ kind }) => kind !== 'DestinationRule');
  return judge(request, ends, { objects: others, mesh });
}

function isSame({ metadata: one }: Pod, { metadata: other }: Pod): boolean {
  return one.namespace === other.namespace && one.name === other.name && one.uid === other.uid;
}

/** A pod as the mesh sees it. */
export function workloadOf(pod: Pod | undefined, ip: string): Workload {
  const { namespace = '', name = '', labels = {} } = pod?.metadata ?? {};
  const serviceAccount = pod?.spec?.serviceAccountName ?? 'default';
  return {
    name,
    namespace,
    serviceAccount,
    labels,
    ip,
    hasSidecar: pod !== undefined && hasSidecar(pod),
    ...(pod !== undefined && isGateway(pod) && { isGateway: true }),
  };
}

/** Its Gateways say what a gateway speaks; and it believes nobody what was before. */
function entering(traffic: Traffic, nowMs: number): MeshRequest {
  return { ...requestOf({ ...traffic, service: undefined }, nowMs), remoteIp: traffic.clientIp };
}

function requestOf(traffic: Traffic, nowMs: number): MeshRequest {
  const { port, servicePort, host, payload } = traffic;
  const ports = { port, servicePort };
  const protocol = protocolOf(traffic);
  if (protocol === 'tcp') return { protocol, ...ports };
  if (!isHttpRequest(payload)) return { protocol, ...ports, host, method: 'POST', path: '/' };
  const { method, path, headers = {} } = payload;
  const token = bearerToken(headers['authorization'], nowMs);
  return { protocol, ...ports, method, path, headers, host: headers['host'] ?? host, token };
}

const httpNames = ['http', 'http2', 'grpc', 'grpc-web'];
const otherNames = ['https', 'tcp', 'tls', 'mongo', 'mysql', 'redis', 'udp'];

/** Whether a sidecar looks into what goes to the service's port. */
export function isHttp(sent: Sent): boolean {
  return protocolOf(sent) === 'http';
}

type Sent = Pick<Traffic, 'service' | 'servicePort' | 'payload'>;

/** What the service's port says of itself, or else what the sidecar sees in the first bytes. */
function protocolOf({ service, servicePort, payload }: Sent): MeshRequest['protocol'] {
  const declared = service?.spec?.ports?.find(({ port }) => port === servicePort);
  const { appProtocol, name = '' } = declared ?? {};
  const word = appProtocol ?? (name.startsWith('grpc-web') ? 'grpc-web' : name.split('-')[0]);
  if (httpNames.includes(word ?? '') || word === 'kubernetes.io/h2c') return 'http';
  if (otherNames.includes(word ?? '')) return 'tcp';
  return isRecord(payload) && payload['protocol'] === 'http' ? 'http' : 'tcp';
}
