/** The ports of nodes that lead to pods: what the CNI plug-in `portmap` sets up for `hostPort`. */
import type { Pod } from '../api/kinds/core.js';
import type { Backend } from './backends.js';

interface Mapping {
  readonly nodeName: string;
  /** Empty: every address of the node. */
  readonly hostIp: string;
  readonly hostPort: number;
  readonly protocol: string;
  readonly backend: Backend;
}

/** Knows which pods have taken ports of their nodes. */
export class HostPorts {
  /** By the pod's address. */
  private readonly mappings = new Map<string, readonly Mapping[]>();

  /** A pod has its address; on the host's network its ports are the host's already. */
  open(pod: Pod, ip: string): void {
    const { containers = [], initContainers = [], hostNetwork, nodeName = '' } = pod.spec ?? {};
    if (hostNetwork === true) return;
    const found: Mapping[] = [];
    for (const { ports = [] } of [...containers, ...initContainers]) {
      for (const { hostPort = 0, hostIP = '', containerPort, protocol = 'TCP' } of ports) {
        if (hostPort === 0) continue;
        const hostIp = hostIP === '0.0.0.0' ? '' : hostIP;
        const backend = { ip, port: containerPort };
        found.push({ nodeName, hostIp, hostPort, protocol, backend });
      }
    }
    if (found.length > 0) this.mappings.set(ip, found);
  }

  /** Nothing runs at the address any more. */
  close(ip: string): void {
    this.mappings.delete(ip);
  }

  /** Where the port of a node leads, by the address that was called; undefined: to nobody. */
  backend(
    nodeName: string,
    to: { readonly address: string; readonly port: number; readonly protocol: string },
  ): Backend | undefined {
    let open: Backend | undefined;
    for (const list of this.mappings.values()) {
      for (const { nodeName: node, hostIp, hostPort, protocol, backend } of list) {
        if (node !== nodeName || hostPort !== to.port || protocol !== to.protocol) continue;
        if (hostIp === to.address) return backend;
        if (hostIp === '') open = backend;
      }
    }
    return open;
  }
}
