import { expect, it } from 'vitest';
import { lostAt } from './gateway-entrances.js';

const at = { service: 'istio-system/edge', host: 'edge.istio-system.svc.cluster.local', port: 80 };

it('loses what comes to pods of the gateway that do not listen, or let nobody in', () => {
  const backends = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map(ip => ({ ip, port: 80 }));
  const network = {
    route: () => ({ backends }),
    shutBy: ({ ip }: { readonly ip: string }) =>
      ip === '10.0.0.3' ? ('mesh' as const) : undefined,
  };
  expect(lostAt(at, network, ip => ip !== '10.0.0.2')).toBe(0.5);
});

it('loses all where the gateway has no endpoint', () => {
  const network = {
    route: () => ({ error: 'connection refused' }) as const,
    shutBy: () => undefined,
  };
  expect(lostAt(at, network, () => true)).toBe(1);
});
