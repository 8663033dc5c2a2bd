/**
 * The records of the cluster's DNS of every type: what tools such as dig are answered, beyond the
 * addresses that programs ask for.
 * @upstream github.com/kubernetes/dns docs/specification.md, coredns plugin/kubernetes
 */
import type { Service } from '../api/kinds/core.js';
import type { DnsQuestion, DnsRecord } from '../workloads/workload.js';
import type { ServiceBook } from './service-book.js';

/** Answers questions for full names. */
export class DnsRecords {
  constructor(
    private readonly book: ServiceBook,
    private readonly domain: string,
    private readonly addresses: (name: string) => readonly string[],
  ) {}

  /** The records of a name without its last dot, in lower case; empty when there are none. */
  of(name: string, type: DnsQuestion['type']): readonly DnsRecord[] {
    const answer = (data: string): DnsRecord => ({ name: `${name}.`, type, data });
    switch (type) {
      case 'PTR':
        return this.pointers(name).map(answer);
      case 'SRV':
        return this.ports(name).map(answer);
      case 'CNAME':
        return this.aliasOf(name).map(answer);
      case 'A':
      case 'AAAA': {
        const isWanted = (address: string) => address.includes(':') === (type === 'AAAA');
        const aliases = this.aliasOf(name).map(data => ({ name: `${name}.`, type: 'CNAME', data }));
        const found = this.addresses(name).filter(isWanted);
        const owner = aliases.at(-1)?.data ?? `${name}.`;
        const own = found.map(data => ({ name: owner, type, data }) as const);
        return [...(aliases as readonly DnsRecord[]), ...own];
      }
    }
  }

  /** The labels before `svc` and the domain, the service's last. */
  private serviceOf(
    name: string,
  ): { readonly service: Service; readonly before: readonly string[] } | undefined {
    const end = `.svc.${this.domain}`;
    if (!name.endsWith(end)) return undefined;
    const labels = name.slice(0, -end.length).split('.');
    const namespace = labels.pop() ?? '';
    const service = this.book.service(namespace, labels.pop() ?? '');
    return service && { service, before: labels };
  }

  private aliasOf(name: string): readonly string[] {
    const found = this.serviceOf(name);
    const { type, externalName = '' } = found?.service.spec ?? {};
    if (type !== 'ExternalName' || externalName === '' || found?.before.length !== 0) return [];
    return [`${externalName}.`];
  }

  /** `_http._tcp.service.namespace.svc`: the named ports, with the names behind them. */
  private ports(name: string): readonly string[] {
    const found = this.serviceOf(name);
    if (found === undefined || found.before.length !== 2) return [];
    const [port = '', protocol = ''] = found.before.map(label => label.replace(/^_/, ''));
    const { service } = found;
    const { clusterIP, ports = [] } = service.spec ?? {};
    const { namespace = '', name: own = '' } = service.metadata;
    const target = `${own}.${namespace}.svc.${this.domain}.`;
    if (clusterIP !== 'None') {
      return ports
        .filter(one => one.name === port && (one.protocol ?? 'TCP').toLowerCase() === protocol)
        .map(one => `0 100 ${one.port} ${target}`);
    }
    return this.book.endpointsOf(service).flatMap(({ endpoint, ports: numbers }) => {
      const number = numbers.get(port);
      if (number === undefined || endpoint.conditions?.ready === false) return [];
      const host = endpoint.hostname ?? dashed(endpoint.addresses[0] ?? '');
      return [`0 100 ${number} ${host}.${target}`];
    });
  }

  /** `10.0.96.10.in-addr.arpa`: the service or the endpoint that has the address. */
  private pointers(name: string): readonly string[] {
    const match = /^((?:\d+\.){4})in-addr\.arpa$/.exec(name);
    const address = match?.[1]?.split('.').slice(0, 4).reverse().join('.') ?? '';
    const service = this.book.serviceAt(address);
    if (service === undefined) return this.endpointNames(address);
    const { namespace = '', name: own = '' } = service.metadata;
    return [`${own}.${namespace}.svc.${this.domain}.`];
  }

  private endpointNames(address: string): readonly string[] {
    const names: string[] = [];
    for (const service of this.book.allServices()) {
      if (service.spec?.clusterIP !== 'None') continue;
      for (const { endpoint } of this.book.endpointsOf(service)) {
        if (!endpoint.addresses.includes(address)) continue;
        const { namespace = '', name: own = '' } = service.metadata;
        const host = endpoint.hostname ?? dashed(address);
        names.push(`${host}.${own}.${namespace}.svc.${this.domain}.`);
      }
    }
    return names;
  }
}

function dashed(address: string): string {
  return address.replace(/[.:]/g, '-');
}
