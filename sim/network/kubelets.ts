/** The kubelets, as others find them in the network: at a port of the node's own address. */
import type { NodeEndpoint, NodeEndpoints } from '../api/node-endpoint.js';
import type { NetworkProtocol } from '../workloads/workload.js';
import type { Backend } from './backends.js';
import type { ServiceBook } from './service-book.js';

const usualPort = 10_250;

/** Whose port it is, if it is a kubelet's. */
export function kubeletAt(
  { ip, port, protocol }: Backend & { readonly protocol: NetworkProtocol },
  services: ServiceBook,
  nodes: NodeEndpoints,
): NodeEndpoint | undefined {
  const node = protocol === 'TCP' ? services.nodeAt(ip) : undefined;
  const { Port = usualPort } = node?.status?.daemonEndpoints?.kubeletEndpoint ?? {};
  return node !== undefined && port === Port ? nodes(node.metadata.name ?? '') : undefined;
}
