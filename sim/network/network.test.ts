import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import type { NetworkReply } from '../workloads/workload.js';
import { Loop } from '../engine/loop.js';
import { networkWith, pod, ready, objects } from './network-laboratory.js';

describe('the files of a pod', () => {
  it('tell its name, its hosts and its resolver', () => {
    const { network } = networkWith({});
    const spec = {
      containers: [],
      hostname: 'db-0',
      subdomain: 'db',
      hostAliases: [{ ip: '10.1.2.3', hostnames: ['a', 'b.example'] }],
      dnsConfig: { searches: ['corp.example'], options: [{ name: 'ndots', value: '2' }] },
    };
    const files = network
      .networkOf({ metadata: { name: 'p', namespace: 'shop' }, spec }, '10.244.0.9')
      .files?.();
    expect(files?.['/etc/hostname']).toBe('db-0\n');
    expect(files?.['/etc/hosts']).toMatch(
      /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/,
    );
    expect(files?.['/etc/hosts']).toContain(
      '\n10.244.0.9\tdb-0.db.shop.svc.cluster.local\tdb-0\n' +
        '\n# Entries added by HostAliases.\n10.1.2.3\ta\tb.example\n',
    );
    expect(files?.['/etc/resolv.conf']).toBe(
      'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example\n' +
        'nameserver 10.96.0.10\noptions ndots:2\n',
    );
  });

  it('know nothing of a domain where the pod is named otherwise', () => {
    const { network } = networkWith({});
    const spec = { containers: [], subdomain: 'db', hostnameOverride: 'other' };
    const own = { metadata: { name: 'p', namespace: 'shop' }, spec };
    const files = network.networkOf(own, '10.244.0.9').files?.();
    expect(files?.['/etc/hosts']).toContain('\n10.244.0.9\tother\n');
  });

  it('are those of the node where the pod asks for that', () => {
    const { network } = networkWith({});
    const spec = { containers: [], hostNetwork: true, nodeName: 'n1' };
    const files = network.networkOf({ metadata: { name: 'p' }, spec }, '172.18.0.2').files?.();
    expect(files).toMatchObject({
      '/etc/hostname': 'n1\n',
      '/etc/resolv.conf': 'nameserver 172.18.0.1\n',
    });
    expect(network.outside('1.2.3.4').files).toBeUndefined();
  });
});

describe('DNS', () => {
  const { network } = networkWith(objects);
  const client = network.networkOf(pod('client'), '10.244.0.9');

  it('searches the pod’s namespace, the services and the cluster', () => {
    expect(client.resolve('web')).toEqual(['10.0.0.10']);
    expect(client.resolve('web.shop')).toEqual(['10.0.0.10']);
    expect(client.resolve('web.shop.svc.cluster.local')).toEqual(['10.0.0.10']);
    const other = network.networkOf(pod('client', 'elsewhere'), '10.244.0.10');
    expect(other.resolve('web')).toEqual([]);
    expect(other.resolve('web.shop')).toEqual(['10.0.0.10']);
  });

  it('answers headless services with what is ready, and host names below them', () => {
    expect(client.resolve('db')).toEqual(['10.244.0.7']);
    expect(client.resolve('db-0.db')).toEqual(['10.244.0.7']);
    expect(client.resolve('db-1.db')).toEqual([]);
  });

  it('follows external names, and reads addresses of pods', () => {
    expect(client.resolve('away')).toEqual(['10.0.0.10']);
    expect(client.resolve('10-244-0-5.shop.pod.cluster.local')).toEqual(['10.244.0.5']);
  });
});

describe('messages', () => {
  function send(host: string, port: number, prepare?: (network: Network) => void) {
    const { loop, network } = networkWith(objects);
    prepare?.(network);
    let reply: NetworkReply | undefined;
    const client = network.networkOf(pod('client'), '10.244.0.9');
    client.send({ host, port }, 'ping', answer => (reply = answer));
    loop.runUntil(loop.now() + 60_000);
    return reply;
  }
  type Network = ReturnType<typeof networkWith>['network'];
  const serve = (network: Network) => {
    const server = network.networkOf(pod('web-0'), '10.244.0.5');
    server.listen(8080, message =>
      message.reply(`${String(message.payload)} from ${message.from}`),
    );
    return server;
  };

  it('reach the program behind a service, and its answer comes back', () => {
    const reply = send('web', 80, serve);
    expect(reply).toEqual({ isOk: true, payload: 'ping from 10.244.0.9' });
  });

  it('reach another container of the pod at localhost', () => {
    const sidecar = (network: Network) =>
      network.networkOf(pod('client'), '10.244.0.9').listen(9000, ({ reply }) => reply('beside'));
    expect(send('localhost', 9000, sidecar)).toEqual({ isOk: true, payload: 'beside' });
    expect(send('localhost', 9001, sidecar)).toMatchObject({ error: 'connection refused' });
  });

  it('end in the errors that a program would see', () => {
    expect(send('nowhere', 80)).toMatchObject({ error: 'unknown host' });
    expect(send('web', 81, serve)).toMatchObject({ error: 'timeout' });
    expect(send('web', 80)).toMatchObject({ error: 'timeout' });
    expect(send('10.244.0.5', 9, serve)).toMatchObject({ error: 'connection refused' });
    const reset = send('web', 80, network => {
      const server = network.networkOf(pod('web-0'), '10.244.0.5');
      server.listen(8080, () => server.close());
    });
    expect(reset).toMatchObject({ error: 'connection reset' });
  });
});

describe('network policies', () => {
  const shopPod = (name: string, ip: string, more: object = {}) => ({
    metadata: { name, namespace: 'shop', uid: name, labels: { app: name } },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }],
      ...more,
    },
    status: { podIP: ip, podIPs: [{ ip }] },
  });
  const web = shopPod('web', '10.244.0.5');
  const client = shopPod('client', '10.244.0.9');
  const policy = (name: string, spec: object) => ({ metadata: { name, namespace: 'shop' }, spec });
  const denyAll = policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  const dns = policy('dns', {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [{ port: 53, protocol: 'UDP' }],
      },
    ],
  });
  const toWeb = policy('to-web', {
    podSelector: { matchLabels: { app: 'client' } },
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 'http' }] }],
  });
  const fromClient = policy('from-client', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
  });
  const namespace = (name: string) => ({
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  });
  const node = (name: string, address: string) => ({
    metadata: { name },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });
  function shop(...networkpolicies: readonly object[]) {
    const { loop, network, tell } = networkWith({
      ...objects,
      nodes: [node('n1', '172.18.0.3'), node('n2', '172.18.0.4')],
      namespaces: [namespace('shop'), namespace('kube-system')],
      pods: [web, client],
      networkpolicies,
    });
    network.networkOf(web, '10.244.0.5').listen(8080, ({ reply }) => reply('pong'));
    const send = (host: string, port: number, from: Pod = client, ms = 60_000) => {
      let seen: { reply: NetworkReply; afterMs: number } | undefined;
      const startMs = loop.now();
      const place = network.networkOf(from, from.status?.podIP ?? '');
      place.send({ host, port }, 'ping', reply => {
        seen = { reply, afterMs: loop.now() - startMs };
      });
      loop.runUntil(startMs + ms);
      return seen;
    };
    return { loop, network, tell, send };
  }
  const timeout = { reply: { isOk: false, error: 'timeout' }, afterMs: 5000 };

  it('drop what either side denies, which a client sees as a time-out', () => {
    expect(shop(denyAll).send('10.244.0.5', 8080)).toEqual(timeout);
    expect(shop(denyAll, toWeb).send('10.244.0.5', 8080)).toEqual(timeout);
    expect(shop(denyAll, fromClient).send('10.244.0.5', 8080)).toEqual(timeout);
    const open = shop(denyAll, toWeb, fromClient).send('10.0.0.10', 80);
    expect(open?.reply).toEqual({ isOk: true, payload: 'pong' });
  });

  it('keep a pod from the name server until an opening lets it ask', () => {
    const deaf = shop(denyAll, toWeb, fromClient);
    expect(deaf.send('web', 80)).toEqual({
      reply: { isOk: false, error: 'unknown host' },
      afterMs: 10_000,
    });
    expect(deaf.network.networkOf(client, '10.244.0.9').resolve('web')).toEqual([]);
    expect(deaf.network.reach({ host: 'web', port: 80 }, { pod: client })).toEqual({
      error: 'unknown host',
      isDnsDenied: true,
    });
    const hearing = shop(denyAll, dns, toWeb, fromClient);
    expect(hearing.send('web', 80)?.reply).toMatchObject({ isOk: true });
  });

  it('judge the pods of the name server where there are some, and blocks of addresses', () => {
    const { network, tell } = shop(
      policy('block', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.244.7.0/24' } }] }],
      }),
    );
    const resolve = () => network.networkOf(client, '10.244.0.9').resolve('web');
    expect(resolve()).toEqual([]);
    const labels = { 'kubernetes.io/service-name': 'kube-dns' };
    tell('services', {
      type: 'added',
      object: {
        metadata: { name: 'kube-dns', namespace: 'kube-system' },
        spec: { clusterIP: '10.0.0.2', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
      },
    });
    tell('endpointslices', {
      type: 'added',
      object: {
        metadata: { name: 'kube-dns-x', namespace: 'kube-system', labels },
        ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
        endpoints: [{ addresses: ['10.244.7.2'], conditions: ready }],
      },
    });
    expect(resolve()).toEqual(['10.0.0.10']);
  });

  it('never stand between a pod and its own node, and see host-network pods as their node', () => {
    const { send } = shop(denyAll);
    const hostPod = (nodeName: string, ip: string) =>
      shopPod('agent', ip, { nodeName, hostNetwork: true });
    expect(send('10.244.0.5', 8080, hostPod('n1', '172.18.0.3'))?.reply.isOk).toBe(true);
    expect(send('10.244.0.5', 8080, hostPod('n2', '172.18.0.4'))).toEqual(timeout);
    const nodes = policy('nodes', {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: '172.18.0.0/16' } }] }],
    });
    const agent = hostPod('n2', '172.18.0.4');
    expect(shop(denyAll, nodes).send('10.244.0.5', 8080, agent)?.reply.isOk).toBe(true);
  });

  it('let a waiting client in with the next packet once they change', () => {
    const { send, tell, loop } = shop(denyAll, toWeb);
    loop.after(1500, 'opening', () =>
      tell('networkpolicies', { type: 'added', object: fromClient }),
    );
    expect(send('10.244.0.5', 8080)).toMatchObject({ reply: { isOk: true }, afterMs: 3002 });
  });

  it('do not know a pod by its labels before its address was heard of', () => {
    const late = shopPod('client', '10.244.0.77');
    const { send, tell, loop } = shop(denyAll, toWeb, fromClient);
    const old = { ...late, status: {} };
    loop.after(500, 'heard of', () => tell('pods', { type: 'updated', old, object: late }));
    expect(send('10.244.0.5', 8080, late)).toMatchObject({ reply: { isOk: true }, afterMs: 1002 });
  });

  it('give each backend its verdict, reckoned again only when something changed', () => {
    const { network, tell } = shop(denyAll, dns, toWeb);
    const reach = () => network.reach({ host: 'web', port: 80 }, { pod: client });
    const before = reach();
    expect(before).toEqual({
      backends: [
        {
          ip: '10.244.0.5',
          port: 8080,
          pod: { namespace: 'shop', name: 'web' },
          verdict: 'ingress-denied',
        },
      ],
    });
    const { version } = network;
    tell('pods', {
      type: 'updated',
      old: web,
      object: { ...web, status: { ...web.status, phase: 'Running' } },
    });
    expect(network.version).toBe(version);
    expect(reach()).toBe(before);
    tell('networkpolicies', { type: 'added', object: fromClient });
    expect(network.version).not.toBe(version);
    expect(reach()).toMatchObject({ backends: [{ verdict: 'allow' }] });
    tell('pods', {
      type: 'updated',
      old: client,
      object: { ...client, metadata: { ...client.metadata, labels: {} } },
    });
    expect(reach()).toMatchObject({ backends: [{ verdict: 'both-denied' }] });
  });

  it('keep a pod from the API server, whose client gives up after half a minute', () => {
    const api = {
      services: [
        {
          metadata: { name: 'kubernetes', namespace: 'default' },
          spec: { clusterIP: '10.0.0.1', ports: [{ name: 'https', port: 443 }] },
        },
      ],
      endpointslices: [
        {
          metadata: {
            name: 'kubernetes',
            namespace: 'default',
            labels: { 'kubernetes.io/service-name': 'kubernetes' },
          },
          ports: [{ name: 'https', port: 6443 }],
          endpoints: [{ addresses: ['172.18.0.2'], conditions: ready }],
        },
      ],
    };
    const outcome = (...networkpolicies: readonly object[]) => {
      const { loop, network } = networkWith({ ...api, pods: [client], networkpolicies });
      let said = '';
      network.reachApi(client, {
        through: () => (said = `through after ${loop.now()}`),
        timedOut: error => (said = `${error} after ${loop.now()}`),
      });
      loop.runUntil(loop.now() + 60_000);
      return said;
    };
    const startMs = new Loop().now();
    expect(outcome()).toBe(`through after ${startMs}`);
    expect(outcome(denyAll)).toBe(`dial tcp 10.0.0.1:443: i/o timeout after ${startMs + 30_000}`);
    const opening = (cidr: string) =>
      policy('api', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port: 6443 }] }],
      });
    // A policy sees whom the service's address was translated to.
    expect(outcome(denyAll, opening('10.0.0.1/32'))).toContain('i/o timeout');
    expect(outcome(denyAll, opening('172.18.0.2/32'))).toBe(`through after ${startMs}`);
  });
});
