/** The numbers of the cluster's network. */

/** What the network is made with. */
export interface NetworkSettings {
  /** The DNS zone of the cluster. */
  readonly clusterDomain: string;
  /** From one program to another, one way. */
  readonly latencyMs: number;
  /** How long a lookup takes. */
  readonly dnsMs: number;
  /** When a resolver gives up on a name server that does not answer: glibc asks twice, 5 s each. */
  readonly dnsTimeoutMs: number;
  /** The name server of the nodes themselves, which pods of the DNS policy Default ask. */
  readonly nodeNameServer: string;
  /** The kubelets' --cluster-dns, where there is no service kube-system/kube-dns. */
  readonly clusterNameServer: string;
  /** When a program gives up on a connection that nobody answers. */
  readonly connectTimeoutMs: number;
  /** When the first packet of a connection is sent again; each wait after is twice as long. */
  readonly retransmitMs: number;
  /** When a client of the API gives up: the dialer's time-out in client-go. */
  readonly apiTimeoutMs: number;
}

/** What a kubeadm cluster on one site has. */
export const defaultNetworkSettings: NetworkSettings = {
  clusterDomain: 'cluster.local',
  latencyMs: 1,
  dnsMs: 1,
  dnsTimeoutMs: 10_000,
  nodeNameServer: '172.18.0.1',
  clusterNameServer: '10.96.0.10',
  connectTimeoutMs: 5000,
  retransmitMs: 1000,
  apiTimeoutMs: 30_000,
};
