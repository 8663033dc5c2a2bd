/** What the tests of the network begin with: a network whose caches are filled by hand, and a few services. */
import type { Pod } from '../api/kinds/core.js';
import type { Change, Controller, ControllerContext } from '../client/contract.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createNetwork } from './network.js';

/** A network whose caches are filled by hand. */
export function networkWith(objects: Readonly<Record<string, readonly unknown[]>>) {
  const loop = new Loop();
  const network = createNetwork({ clock: loop, random: new Random(1) });
  const controllers: readonly Controller[] = [network.process, network.policies.process]
    .flatMap(process => process.controllers)
    .map(definition => definition.create({} as ControllerContext));
  const watches = controllers.flatMap(controller => controller.watches);
  const tell = (
    resource: string,
    change: { readonly type: string; readonly old?: unknown; readonly object: unknown },
  ) => {
    for (const { kind, on } of watches) {
      if (kind.resource === resource) on?.(change as Change<never>);
    }
  };
  for (const [resource, list] of Object.entries(objects)) {
    for (const object of list) tell(resource, { type: 'added', object });
  }
  for (const controller of controllers) controller.start?.();
  return { loop, network, tell };
}

/** A pod on the node n1. */
export function pod(name: string, namespace = 'shop'): Pod {
  return { metadata: { name, namespace }, spec: { containers: [], nodeName: 'n1' } };
}

/** A service of the namespace shop. */
const service = (name: string, spec: object) => ({
  metadata: { name, namespace: 'shop' },
  spec,
});

/** A slice of a service, with the port http. */
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

/** The port of the services. */
const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
/** The conditions of an endpoint that serves. */
export const ready = { ready: true, serving: true, terminating: false };
/** Services with one backend, without an address, and by another name. */
export const objects = {
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
