/** What answers at the nodes' own addresses beside pods: the kubelets, the API server, and the control plane's other programs. */
import { isHttpRequest, type HttpRequest, type HttpResponse } from '../api/http-message.js';
import type { NodeEndpoints } from '../api/node-endpoint.js';
import type { NetworkProtocol } from '../workloads/workload.js';
import type { Backend } from './backends.js';
import type { ServiceBook } from './service-book.js';

const usualPort = 10_250;

/** The API server, as programs in the cluster reach it by the network. */
export interface ApiDoor {
  readonly address: string;
  readonly port: number;
  /** `done` is called once, now or later. */
  answer(request: HttpRequest, done: (response: HttpResponse) => void): void;
}

/** Another program of the control plane with a port of its own. */
export interface HostProgram extends ApiDoor {
  /** Whether the program runs. */
  isListening(): boolean;
}

/** Whom a kubelet answers: `done` is called once, with what it says to those whom it does not. */
export type KubeletGuard = (
  node: string,
  request: HttpRequest,
  done: (refusal: HttpResponse | undefined) => void,
) => void;

/** What listens at the nodes. */
export interface Hosts {
  readonly nodes: NodeEndpoints;
  /** Absent: nothing is the API server. */
  readonly api: ApiDoor | undefined;
  readonly programs: readonly HostProgram[];
  /** Absent: the kubelets answer everybody. */
  readonly guard: KubeletGuard | undefined;
}

/** A server at a node: false where nothing listens after all. */
export type HostServer = (payload: unknown, done: (response: HttpResponse) => void) => boolean;

/** Who of them has the port of the address, if any has. */
export function hostServer(
  { ip, port, protocol }: Backend & { readonly protocol: NetworkProtocol },
  services: ServiceBook,
  { nodes, api, programs, guard }: Hosts,
): HostServer | undefined {
  if (protocol !== 'TCP') return undefined;
  if (api?.address === ip && api.port === port) return httpServer(api);
  const program = programs.find(each => each.port === port && each.address === ip);
  if (program?.isListening() === true) return httpServer(program);
  const node = services.nodeAt(ip);
  const { Port = usualPort } = node?.status?.daemonEndpoints?.kubeletEndpoint ?? {};
  if (node === undefined || port !== Port) return undefined;
  const { name = '' } = node.metadata;
  const kubelet = nodes(name);
  if (kubelet === undefined) return undefined;
  return (payload, done) => {
    const page = kubelet.page?.(payload);
    if (page === undefined) return false;
    if (guard === undefined || !isHttpRequest(payload)) done(page);
    else guard(name, payload, refusal => done(refusal ?? page));
    return true;
  };
}

function httpServer(door: ApiDoor): HostServer {
  return (payload, done) => {
    if (isHttpRequest(payload)) door.answer(payload, done);
    else done({ status: 400, contentType: 'text/plain; charset=utf-8', body: '400 Bad Request' });
    return true;
  };
}
