import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { poissonArrivals } from './arrivals.js';
import type { TrafficSettings } from './contract.js';
import { batchingServerSettings, gatewaySettings } from './program-settings.js';
import { runSettings } from './run-settings.js';

const traffic: TrafficSettings = {
  arrivals: poissonArrivals({ at: () => 1, perSecondMax: () => 1 }, new Random(1)),
  gateway: { host: 'gateway.default.svc.cluster.local', port: 80 },
};

describe('the settings of traffic', () => {
  it('have defaults', () => {
    expect(runSettings(traffic)).toMatchObject({
      windowMs: 1000,
      sampleEvery: 100,
      timeoutMs: 2000,
    });
  });

  it.each([
    [{ windowMs: 0 }, 'traffic.windowMs is more than 0, and not 0'],
    [{ rowMs: 1500 }, 'traffic.rowMs is a multiple of 1000, and not 1500'],
    [{ sampleEvery: 1.5 }, 'traffic.sampleEvery is a whole number'],
    [{ timeoutMs: 3 }, 'traffic.timeoutMs is more than the way there and back'],
    [{ retries: { budget: 2 } }, 'traffic.retries.budget is a share'],
    [{ retries: { attemptsMax: -1 } }, 'traffic.retries.attemptsMax is a whole number'],
  ])('refuse %o', (wrong, message) => {
    expect(() => runSettings({ ...traffic, ...wrong })).toThrow(message);
  });
});

describe('the parameters of a batching server', () => {
  it('make its server', () => {
    expect(batchingServerSettings({ batchMax: 8, queueTimeoutMs: 100 }).server).toEqual({
      service: { kind: 'batch', fixedMs: 2.27, perItemMs: 0.824, batchMax: 8, delayMaxMs: 0 },
      servers: 1,
      queueMax: 512,
      queueTimeoutMs: 100,
    });
    expect(
      batchingServerSettings({ service: 'lognormal', meanMs: 5, cv2: 2 }).server.service,
    ).toEqual({ kind: 'lognormal', meanMs: 5, cv2: 2 });
  });

  it.each([
    [{ batchMx: 8 }, 'batchMx is not a setting'],
    [{ batchMax: 0 }, 'batchMax must be at least 1, is 0'],
    [{ fixedMs: -1 }, 'fixedMs must be at least 0, is -1'],
    [{ fixedMs: 0, perItemMs: 0 }, 'a batch would take no time'],
    [{ queueMax: 0 }, 'queueMax is 0'],
    [{ servers: 1.5 }, 'servers must be a whole number'],
    [{ service: 'lognormel' }, 'did you mean lognormal'],
  ])('refuse %o', (wrong, message) => {
    expect(() => batchingServerSettings(wrong)).toThrow(message);
  });
});

describe('the parameters of a gateway', () => {
  it('are overruled by flags of its command', () => {
    const command = ['--http-route=serving/fraud', '--http-port=8081', '--verbose'];
    expect(gatewaySettings({ port: 8080 }, command)).toMatchObject({
      route: 'serving/fraud',
      port: 8081,
      parent: undefined,
    });
    expect(gatewaySettings({ parent: 'Service/ns/gateway' }, [])).toMatchObject({
      parent: { group: '', kind: 'Service', namespace: 'ns', name: 'gateway' },
    });
  });

  it.each([
    [{ route: 'fraud' }, 'route must be namespace/name, is fraud'],
    [{ parent: 'Pod/ns/gateway' }, 'parent must be Gateway/namespace/name'],
    [{ port: 70_000 }, 'port must be at most 65535'],
  ])('refuse %o', (wrong, message) => {
    expect(() => gatewaySettings(wrong, [])).toThrow(message);
  });
});
