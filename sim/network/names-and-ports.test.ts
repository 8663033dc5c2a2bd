import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import type { NetworkReply } from '../workloads/workload.js';
import { networkWith, pod, objects } from './network-laboratory.js';

describe('what nodes and names lead to', () => {
  const node = {
    metadata: { name: 'n1' },
    status: { addresses: [{ type: 'InternalIP', address: '172.18.0.3' }] },
  };
  const told = { protocol: 'udp', text: 'told' };

  function answered(from: ReturnType<typeof networkWith>, to: { host: string; port: number }) {
    let reply: NetworkReply | undefined;
    const client = from.network.networkOf(pod('client'), '10.244.0.3');
    client.send({ ...to, protocol: 'UDP' }, told, came => (reply = came));
    from.loop.runUntil(from.loop.now() + 20_000);
    return reply;
  }

  it('is the pod that has taken a port of the node, by protocol and address', () => {
    const laboratory = networkWith({ nodes: [node] });
    const hostPorts = [
      { containerPort: 8081, hostPort: 54_321, hostIP: '172.18.0.3', protocol: 'UDP' as const },
    ];
    const server: Pod = {
      metadata: { name: 's', namespace: 'shop' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', ports: hostPorts }] },
    };
    const place = laboratory.network.networkOf(server, '10.244.0.4');
    place.listen(8081, ({ reply }) => reply('by UDP'), 'UDP');
    place.listen(8081, ({ reply }) => reply('by TCP'));
    expect(answered(laboratory, { host: '172.18.0.3', port: 54_321 })).toEqual({
      isOk: true,
      payload: 'by UDP',
    });
    place.close();
    expect(answered(laboratory, { host: '172.18.0.3', port: 54_321 })?.isOk).toBe(false);
  });

  it('answers questions of all types', () => {
    const { network } = networkWith(objects);
    const client = network.networkOf(pod('client'), '10.244.0.3');
    const ask = (name: string, type: 'A' | 'CNAME' | 'PTR' | 'SRV', isSearched = true) =>
      client.query?.({ name, type, isSearched }).map(({ data }) => data);
    expect(ask('web', 'A')).toEqual(['10.0.0.10']);
    expect(ask('web', 'A', false)).toEqual([]);
    expect(ask('away', 'CNAME')).toEqual(['web.shop.svc.cluster.local.']);
    expect(ask('_http._tcp.web', 'SRV')).toEqual(['0 100 80 web.shop.svc.cluster.local.']);
    expect(ask('_http._tcp.db', 'SRV')).toEqual(['0 100 8080 db-0.db.shop.svc.cluster.local.']);
    expect(ask('10.0.0.10.in-addr.arpa', 'PTR')).toEqual(['web.shop.svc.cluster.local.']);
    expect(ask('7.0.244.10.in-addr.arpa', 'PTR')).toEqual(['db-0.db.shop.svc.cluster.local.']);
  });

  it('tells programs of services by their environment', () => {
    const { network } = networkWith(objects);
    expect(network.serviceVariables(pod('p'))).toEqual({
      WEB_SERVICE_HOST: '10.0.0.10',
      WEB_SERVICE_PORT: '80',
      WEB_SERVICE_PORT_HTTP: '80',
      WEB_PORT: 'tcp://10.0.0.10:80',
      WEB_PORT_80_TCP: 'tcp://10.0.0.10:80',
      WEB_PORT_80_TCP_PROTO: 'tcp',
      WEB_PORT_80_TCP_PORT: '80',
      WEB_PORT_80_TCP_ADDR: '10.0.0.10',
    });
    expect(network.serviceVariables(pod('p', 'other'))).toEqual({});
  });
});
