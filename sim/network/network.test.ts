import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import type { Change, Controller, ControllerContext } from '../client/contract.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import type { NetworkReply } from '../workloads/workload.js';
import { createNetwork } from './network.js';

/** A network whose caches are filled by hand. */
function networkWith(objects: Readonly<Record<string, readonly unknown[]>>) {
  const loop = new Loop();
  const network = createNetwork({ clock: loop, random: new Random(1) });
  const [definition] = network.process.controllers;
  const controller = definition?.create({} as ControllerContext) as Controller;
  for (const { kind, on } of controller.watches) {
    for (const object of objects[kind.resource] ?? []) {
      on?.({ type: 'added', object } as Change<never>);
    }
  }
  return { loop, network };
}

function pod(name: string, namespace = 'shop'): Pod {
  return { metadata: { name, namespace }, spec: { containers: [], nodeName: 'n1' } };
}

const service = (name: string, spec: object) => ({ metadata: { name, namespace: 'shop' }, spec });

const slice = (of: string, endpoints: readonly object[], port = 8080) => ({
  metadata: {
    name: `${of}-abc`,
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': of },
  },
  addressType: 'IPv4',
  ports: [{ name: 'http', port, protocol: 'TCP' }],
  endpoints,
});

const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
const ready = { ready: true, serving: true, terminating: false };
const objects = {
  services: [
    service('web', { clusterIP: '10.0.0.10', ports }),
    service('db', { clusterIP: 'None', ports }),
    service('away', { type: 'ExternalName', externalName: 'web.shop.svc.cluster.local' }),
  ],
  endpointslices: [
    slice('web', [{ addresses: ['10.244.0.5'], conditions: ready }]),
    slice('db', [
      { addresses: ['10.244.0.7'], hostname: 'db-0', conditions: ready },
      { addresses: ['10.244.0.8'], hostname: 'db-1', conditions: { ...ready, ready: false } },
    ]),
  ],
};

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
