/**
 * Which name server a pod asks, and whether policies let it: without that no name resolves but those
 * of the pod's own hosts file. Queries go by UDP, which is enough for answers of the usual size.
 */
import type { Pod } from '../api/kinds/core.js';
import { parseAddress } from './policy/address.js';
import type { Party } from './policy/party.js';
import type { PolicyGate, Source } from './policy-gate.js';
import type { Routes } from './routes.js';
import type { ServiceBook } from './service-book.js';

const dnsPort = 53;

/**
 * The cluster's name server where no pods of one are there: the simulation answers names itself. It
 * is judged as the pods that kubeadm installs would be; the address is that of the first on kind.
 */
const impliedServer: Party = {
  pod: {
    namespace: 'kube-system',
    name: 'coredns',
    labels: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', containerPort: dnsPort, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: dnsPort, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
    ],
  },
  address: parseAddress('10.244.0.2') ?? 0,
};

/** Knows whether a pod's questions reach a name server. */
export class NameServers {
  constructor(
    private readonly book: ServiceBook,
    private readonly routes: Routes,
    private readonly gate: PolicyGate,
    /** What stands in the nodes' own resolv.conf. */
    private readonly nodeServer: string,
  ) {}

  /** Whether one of them hears it. */
  canAsk(pod: Pod): boolean {
    if (this.gate.isOpen) return true;
    const from = { pod, ip: pod.status?.podIP ?? '' };
    const { dnsPolicy = 'ClusterFirst', hostNetwork = false, dnsConfig } = pod.spec ?? {};
    const own = dnsConfig?.nameservers ?? [];
    if (dnsPolicy === 'None') return own.some(address => this.isHeardAt(from, address));
    const usesNode =
      dnsPolicy === 'Default' || (hostNetwork && dnsPolicy !== 'ClusterFirstWithHostNet');
    const isHeard = usesNode ? this.isHeardAt(from, this.nodeServer) : this.isHeardByCluster(from);
    return isHeard || own.some(address => this.isHeardAt(from, address));
  }

  private isHeardByCluster(from: Source): boolean {
    const address = this.book.service('kube-system', 'kube-dns')?.spec?.clusterIP ?? '';
    if (address !== '' && address !== 'None') return this.isHeardAt(from, address);
    return this.gate.verdictTo(from, impliedServer, dnsPort, 'UDP') === 'allow';
  }

  private isHeardAt(from: Source, host: string): boolean {
    const route = this.routes.route({ host, port: dnsPort, protocol: 'UDP' }, from.pod);
    // The simulation answers for a service that has nobody behind it.
    if ('error' in route)
      return this.gate.verdictTo(from, impliedServer, dnsPort, 'UDP') === 'allow';
    return route.backends.some(
      ({ ip, port }) => this.gate.verdict(from, { ip, port, protocol: 'UDP' }) === 'allow',
    );
  }
}
