/**
 * Addresses and ports of Endpoints in their canonical form.
 * @upstream pkg/api/v1/endpoints/util.go RepackSubsets
 */
import { compareText } from '../../api/go-text.js';
import { sortedByHash } from '../endpoint-slice/port-order.js';
import type { EndpointAddress, EndpointPort, EndpointSubset } from '../../api/kinds/core.js';

const addressKeys = new WeakMap<EndpointAddress, string>();

function addressKey(address: EndpointAddress): string {
  const known = addressKeys.get(address);
  if (known !== undefined) return known;
  const key = `${address.ip} ${address.targetRef?.uid ?? ''}`;
  addressKeys.set(address, key);
  return key;
}

interface Address {
  readonly key: string;
  readonly address: EndpointAddress;
  isReady: boolean;
}

/** The same addresses with the same ports, each set of addresses in one subset. */
export function repacked(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const byPort = new Map<string, { port: EndpointPort | undefined; addresses: Addresses }>();
  for (const subset of subsets) {
    const ports = subset.ports?.length ? subset.ports : [undefined];
    for (const port of ports) {
      const key = port === undefined ? '' : portText(port);
      const entry = byPort.get(key) ?? { port, addresses: new Addresses() };
      byPort.set(key, entry);
      entry.addresses.addAll(subset);
    }
  }
  const byAddresses = new Map<string, { addresses: Addresses; ports: EndpointPort[] }>();
  for (const { port, addresses } of byPort.values()) {
    const text = byPort.size === 1 ? '' : addresses.text();
    const entry = byAddresses.get(text) ?? { addresses, ports: [] };
    byAddresses.set(text, entry);
    if (port !== undefined) entry.ports.push(port);
  }
  const packed = [...byAddresses.values()].map(({ addresses, ports }) => addresses.subset(ports));
  return sortedByHash(packed, 'core/v1.EndpointSubset');
}

class Addresses {
  private readonly byKey = new Map<string, Address>();

  addAll({ addresses = [], notReadyAddresses = [] }: EndpointSubset): void {
    for (const address of addresses) this.add(address, true);
    for (const address of notReadyAddresses) this.add(address, false);
  }

  /** An address that is not ready once is not ready. */
  private add(address: EndpointAddress, isReady: boolean): void {
    const key = addressKey(address);
    const known = this.byKey.get(key);
    if (known === undefined) this.byKey.set(key, { key, address, isReady });
    else if (!isReady) known.isReady = false;
  }

  text(): string {
    return this.sorted()
      .map(({ key, isReady }) => `${key} ${isReady}`)
      .join('\n');
  }

  subset(ports: readonly EndpointPort[]): EndpointSubset {
    const sorted = this.sorted();
    const ready = sorted.filter(({ isReady }) => isReady).map(({ address }) => address);
    const unready = sorted.filter(({ isReady }) => !isReady).map(({ address }) => address);
    return {
      ...(ready.length > 0 && { addresses: ready }),
      ...(unready.length > 0 && { notReadyAddresses: unready }),
      ...(ports.length > 0 && { ports: sortedByHash(ports, 'core/v1.EndpointPort') }),
    };
  }

  private sorted(): readonly Address[] {
    return [...this.byKey.values()].sort((a, b) => compareText(a.key, b.key));
  }
}

function portText({ name = '', protocol = '', port, appProtocol = '' }: EndpointPort): string {
  return [name, protocol, port, appProtocol].join(' ');
}
