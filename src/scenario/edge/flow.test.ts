import { expect, it } from 'vitest';
import type { Demand } from './derived-traffic.js';
import { hang, type Flow } from './flow.js';
import { stillRates } from './rates.js';

it('what is under way to a node that is lost times out, and is reset by nobody', () => {
  const demand: Demand = {
    ...{ service: 'shop/web', host: 'web.shop', port: 80, replicas: 2 },
    ...{ lacksHook: false, lacksProbe: false, hosts: [] },
  };
  const flow: Flow = {
    demand,
    opening: { servedMs: 0, isLive: true, serving: new Map() },
    rates: { ...stillRates },
    sums: { ...stillRates },
    reset: 0,
    late: 0,
    ended: [],
    isServed: true,
    savable: { late: 0, early: 0 },
    shares: new Map([
      ['10.0.0.1', 500],
      ['10.0.0.2', 300],
    ]),
  };
  hang([flow], ['10.0.0.1', '10.0.0.9'], 0.1);
  expect([flow.sums.timedOut, flow.reset]).toEqual([50, 0]);
  expect([...flow.shares]).toEqual([['10.0.0.2', 300]]);
});
