/**
 * The files that tell a program of its network, as the kubelet and containerd write them.
 * @upstream pkg/kubelet/kubelet_pods.go managedHostsFileContent, containerd internal/cri/server/sandbox_run_linux.go
 */
import { hostNameOf, systemNameOf } from '../api/host-name.js';
import type { HostAlias, Pod } from '../api/kinds/core.js';
import { resolverOf } from './resolver.js';

/** What the files of a pod are made from. */
export interface PodFileFacts {
  readonly pod: Pod;
  readonly ip: string;
  readonly clusterDomain: string;
  readonly clusterServer: string;
  readonly nodeServer: string;
}

/** The files of a pod by their paths. */
export function podFiles(facts: PodFileFacts): Readonly<Record<string, string>> {
  return {
    '/etc/hostname': `${systemNameOf(facts.pod)}\n`,
    '/etc/hosts': hosts(facts),
    '/etc/resolv.conf': resolvConf(facts),
  };
}

const localHosts = [
  '127.0.0.1\tlocalhost\n',
  '::1\tlocalhost ip6-localhost ip6-loopback\n',
  'fe00::0\tip6-localnet\n',
  'fe00::0\tip6-mcastprefix\n',
  'fe00::1\tip6-allnodes\n',
  'fe00::2\tip6-allrouters\n',
].join('');

function hosts({ pod, ip, clusterDomain }: PodFileFacts): string {
  const { hostNetwork, hostnameOverride, hostAliases = [] } = pod.spec ?? {};
  // Who is named otherwise is in no domain.
  const subdomain = hostnameOverride === undefined ? (pod.spec?.subdomain ?? '') : '';
  const aliases = aliasLines(hostAliases);
  if (hostNetwork === true) {
    return `# Kubernetes-managed hosts file (host network).\n${localHosts}${aliases}`;
  }
  const name = hostNameOf(pod);
  const domain = `${subdomain}.${pod.metadata.namespace ?? ''}.svc.${clusterDomain}`;
  const names = subdomain === '' ? name : `${name}.${domain}\t${name}`;
  return `# Kubernetes-managed hosts file.\n${localHosts}${ip}\t${names}\n${aliases}`;
}

function aliasLines(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}

function resolvConf({ pod, clusterDomain, clusterServer, nodeServer }: PodFileFacts): string {
  const { usesCluster, searches, options } = resolverOf(pod, clusterDomain);
  const inherited =
    pod.spec?.dnsPolicy === 'None' ? [] : [usesCluster ? clusterServer : nodeServer];
  const servers = [...inherited, ...(pod.spec?.dnsConfig?.nameservers ?? [])];
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map(server => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ]
    .map(line => `${line}\n`)
    .join('');
}
