/** The numbers of the cluster's network. */

/** What the network is made with. */
export interface NetworkSettings {
  /** The DNS zone of the cluster. */
  readonly clusterDomain: string;
  /** From one program to another, one way. */
  readonly latencyMs: number;
  /** How long a lookup takes. */
  readonly dnsMs: number;
  /** When a program gives up on a connection that nobody answers. */
  readonly connectTimeoutMs: number;
}

/** What a kubeadm cluster on one site has. */
export const defaultNetworkSettings: NetworkSettings = {
  clusterDomain: 'cluster.local',
  latencyMs: 1,
  dnsMs: 1,
  connectTimeoutMs: 5000,
};
