/**
 * The cluster's DNS: which addresses a name has, and how a pod's resolver searches it.
 * @upstream github.com/kubernetes/dns docs/specification.md, coredns plugin/kubernetes
 */
import { hostNameOf } from '../api/host-name.js';
import type { Pod, Service } from '../api/kinds/core.js';
import type { DnsQuestion, DnsRecord } from '../workloads/workload.js';
import { isAddress } from './addresses.js';
import { DnsRecords } from './dns-records.js';
import { resolverOf } from './resolver.js';
import type { ServiceBook } from './service-book.js';

/** How often a name may stand for another. */
const aliasesMax = 8;

/** The names of the cluster. */
export class ClusterDns {
  private readonly records: DnsRecords;
  private readonly suffix: string;

  /** `canAsk` tells whether a pod's questions reach a name server. */
  constructor(
    private readonly book: ServiceBook,
    private readonly domain: string,
    private readonly canAsk: (pod: Pod) => boolean,
  ) {
    this.suffix = `.${domain}`;
    this.records = new DnsRecords(book, domain, name => this.lookup(name));
  }

  /**
   * The addresses that a program in the pod gets for a host; empty when there is none, undefined when
   * no name server answers.
   */
  resolve(pod: Pod | undefined, host: string): readonly string[] | undefined {
    if (isAddress(host)) return [host];
    if (host === 'localhost') return ['127.0.0.1'];
    if (pod === undefined) return this.lookup(host);
    const written = hostsFile(pod, host);
    if (written.length > 0) return written;
    if (!this.canAsk(pod)) return undefined;
    const { searches, dots } = resolverOf(pod, this.domain);
    for (const name of candidates(host, searches, dots)) {
      const addresses = this.lookup(name);
      if (addresses.length > 0) return addresses;
    }
    return [];
  }

  /** The records that a question is answered with, of the first searched name that has any. */
  query(pod: Pod | undefined, { name, type, isSearched }: DnsQuestion): readonly DnsRecord[] {
    if (pod !== undefined && !this.canAsk(pod)) return [];
    const resolver = pod && isSearched ? resolverOf(pod, this.domain) : { searches: [], dots: 1 };
    for (const full of candidates(name, resolver.searches, resolver.dots)) {
      const records = this.records.of(full.replace(/\.$/, '').toLowerCase(), type);
      if (records.length > 0) return records;
    }
    return [];
  }

  /** The addresses of a full name. */
  lookup(name: string, aliases = 0): readonly string[] {
    const full = name.toLowerCase().replace(/\.$/, '');
    if (!full.endsWith(this.suffix) || aliases > aliasesMax) return [];
    const own = full.slice(0, -this.suffix.length).split('.');
    const kind = own.pop();
    const namespace = own.pop() ?? '';
    if (kind === 'pod' && own.length === 1) return podAddress(own[0] ?? '');
    const service = kind === 'svc' && this.book.service(namespace, own.pop() ?? '');
    if (!service) return [];
    if (own.length === 0) return this.serviceAddresses(service, aliases);
    return own.length === 1 ? this.endpointAddresses(service, own[0] ?? '') : [];
  }

  private serviceAddresses(service: Service, aliases: number): readonly string[] {
    const {
      type,
      externalName = '',
      clusterIP = '',
      clusterIPs = [clusterIP],
    } = service.spec ?? {};
    if (type === 'ExternalName') {
      return isAddress(externalName) ? [externalName] : this.lookup(externalName, aliases + 1);
    }
    if (clusterIP !== 'None') return clusterIPs.filter(address => address !== '');
    const ready = this.book
      .endpointsOf(service)
      .filter(({ endpoint }) => endpoint.conditions?.ready !== false);
    return [...new Set(ready.flatMap(({ endpoint }) => endpoint.addresses))];
  }

  /** The record of one endpoint: its host name, or its address with dashes. */
  private endpointAddresses(service: Service, name: string): readonly string[] {
    const found = this.book.endpointsOf(service).filter(({ endpoint }) => {
      const { hostname = '', addresses, conditions } = endpoint;
      if (conditions?.ready === false) return false;
      if (hostname !== '') return hostname.toLowerCase() === name;
      return addresses.some(address => address.replace(/[.:]/g, '-') === name);
    });
    return [...new Set(found.flatMap(({ endpoint }) => endpoint.addresses))];
  }
}

/** The names that a resolver tries, in order: one with few dots is searched first. */
function candidates(host: string, searches: readonly string[], dots: number): readonly string[] {
  if (host.endsWith('.')) return [host];
  const searched = searches.map(search => `${host}.${search}`);
  const hasDots = host.split('.').length - 1 >= dots;
  return hasDots ? [host, ...searched] : [...searched, host];
}

/** The pod's /etc/hosts. */
function hostsFile(pod: Pod, host: string): readonly string[] {
  const { spec, status } = pod;
  const aliases = (spec?.hostAliases ?? [])
    .filter(({ hostnames = [] }) => hostnames.includes(host))
    .map(({ ip }) => ip);
  if (aliases.length > 0) return aliases;
  const isOwn = host === hostNameOf(pod);
  return isOwn && status?.podIP !== undefined ? [status.podIP] : [];
}

/** `10-244-1-2` stands for the address, whether there is such a pod or not. */
function podAddress(label: string): readonly string[] {
  const address = label.replaceAll('-', '.');
  return isAddress(address) ? [address] : [];
}
