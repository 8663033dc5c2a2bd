/** How a pod's resolver asks. @upstream pkg/kubelet/network/dns/dns.go GetPodDNS */
import type { Pod } from '../api/kinds/core.js';

/** What stands in a resolv.conf, besides the servers. */
export interface Resolver {
  /** Whether the cluster's name server is asked first. */
  readonly usesCluster: boolean;
  readonly searches: readonly string[];
  /** A name with so many dots is tried as it is before it is searched. */
  readonly dots: number;
  /** `ndots:5`, `edns0`; a later one of a name stands for the earlier. */
  readonly options: readonly string[];
}

const defaultDots = 5;

/** The resolver of a pod in a cluster of this domain. */
export function resolverOf({ metadata, spec }: Pod, domain: string): Resolver {
  const { dnsPolicy = 'ClusterFirst', hostNetwork = false, dnsConfig } = spec ?? {};
  const usesCluster =
    dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const options = new Map<string, string>();
  if (usesCluster) options.set('ndots', String(defaultDots));
  for (const { name = '', value = '' } of dnsConfig?.options ?? []) options.set(name, value);
  const namespace = metadata.namespace ?? 'default';
  const clusterSearches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return {
    usesCluster,
    searches: [...(usesCluster ? clusterSearches : []), ...(dnsConfig?.searches ?? [])],
    dots: Number(options.get('ndots') ?? 1),
    options: [...options].map(([name, value]) => (value === '' ? name : `${name}:${value}`)),
  };
}
