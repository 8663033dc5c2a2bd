import { describe, expect, it } from 'vitest';
import type { Pod } from '../../sim/api/kinds/core.js';
import { manifests, simulate } from '../index.js';
import { matchers } from './index.js';

const platform = manifests(`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: web, namespace: default }
  spec:
    selector: { matchLabels: { app: web } }
    template:
      metadata: { labels: { app: web } }
      spec: { containers: [{ name: main, image: nginx }] }
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: web, namespace: default }
  spec: { selector: { app: web }, ports: [{ port: 80 }] }
  ---
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: { name: web, namespace: default }
  spec: { podSelector: { matchLabels: { app: web } } }
`);

describe('matchers of a cluster', () => {
  it('let time go by, and look at traffic', async () => {
    await using cluster = await simulate({ seed: 1 });
    await cluster.apply(platform);
    const isReady = async (): Promise<boolean> => {
      const path = '/apis/apps/v1/namespaces/default/deployments/web';
      const { body } = await cluster.request({ method: 'GET', path });
      return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas === 1;
    };
    expect(await matchers.toSatisfyWithin(cluster, '1ms', isReady)).toMatchObject({ pass: false });
    expect(await matchers.toSatisfyWithin(cluster, '5m', isReady)).toMatchObject({ pass: true });
    expect((await matchers.toSettleWithin(cluster, '1s', { for: '30s' })).pass).toBe(false);
    expect((await matchers.toSettleWithin(cluster, '10m')).pass).toBe(true);
    const open = { from: 'deployment/web', to: '203.0.113.7:443' };
    expect(await matchers.toAllowTraffic(cluster, open)).toMatchObject({ pass: true });
    const closed = await matchers.toAllowTraffic(cluster, { from: '203.0.113.7', to: 'svc/web' });
    expect(closed.pass).toBe(false);
    expect(closed.message()).toContain('is isolated by NetworkPolicy default/web');
  });
});

describe('matchers of what the API server says', () => {
  it('know a refusal', () => {
    expect(matchers.toBeForbidden({ status: 403, headers: {}, body: {} }).pass).toBe(true);
    const { pass, message } = matchers.toBeForbidden({
      ...{ status: 409, headers: {} },
      body: { message: 'late' },
    });
    expect([pass, message()]).toEqual([false, 'the API server answered 409: late']);
  });

  it('tell why a pod has no node', () => {
    const pod: Pod = {
      metadata: { name: 'p', namespace: 'ml' },
      spec: { containers: [] },
      status: {
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/4 nodes are available' }],
      },
    };
    const { pass, message } = matchers.toBeScheduled(pod);
    expect([pass, message()]).toEqual([false, 'Pod ml/p has no node: 0/4 nodes are available']);
    expect(matchers.toBeScheduled({ ...pod, spec: { containers: [], nodeName: 'n1' } }).pass).toBe(
      true,
    );
  });
});
