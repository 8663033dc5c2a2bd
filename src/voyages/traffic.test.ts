import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { autoscaler, replicated, service } from '../arbitraries/manifests.js';
import { noRequestLost } from '../laws/no-request-lost.js';
import { scaleDownKeepsCapacity } from '../laws/scale-down-keeps-capacity.js';
import type { VoyageEvent, VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';

const place = { namespace: 'default', name: 'web' };
const web = (replicas: number, hookSeconds?: number): KubeObject =>
  replicated('Deployment', place, replicas, {
    app: 'web',
    cpu: '500m',
    gpus: 0,
    port: 8080,
    ...(hookSeconds !== undefined && { hookSeconds }),
  });
const target = { apiVersion: 'apps/v1', kind: 'Deployment', ...place };
const rollOut: VoyageEvent = { kind: 'roll-out', target, afterMs: 0 };

async function sail(objects: readonly KubeObject[], events: readonly VoyageEvent[]) {
  const hasMetrics = objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler');
  const plan: VoyagePlan = {
    cluster: { pools: [{ name: 'cpu', count: 2 }], hasMetrics },
    objects,
    events,
    seed: 0,
    settleMs: 120_000,
  };
  const laws = [noRequestLost, scaleDownKeepsCapacity];
  const { verdicts, outcomes, stats } = await runPlan(plan, { laws });
  const spans = outcomes.filter(outcome => outcome.kind === 'requests');
  return { verdicts, spans, stats };
}

describe('requests to Services on a voyage', () => {
  it('are all answered in a roll-out whose pods outlive the news of their end', async () => {
    const { verdicts, spans, stats } = await sail(
      [web(3, 5), service(place, 'web', 80)],
      [rollOut],
    );
    expect(verdicts[0]).toMatchObject({ law: 'no-request-lost', kind: 'held' });
    expect(spans.every(({ failed }) => Object.keys(failed).length === 0)).toBe(true);
    expect(stats.traffic).toMatchObject({ services: 1, failed: 0 });
    expect(stats.traffic.offered).toBeGreaterThan(150_000);
  });

  it("are lost where pods end before kube-proxy has heard of it, which was nobody's promise", async () => {
    const { verdicts, spans, stats } = await sail([web(3), service(place, 'web', 80)], [rollOut]);
    const refused = spans.reduce((sum, { failed }) => sum + (failed['refused'] ?? 0), 0);
    expect(refused).toBeGreaterThan(0);
    expect(verdicts[0]?.kind).toBe('held');
    const { 'ended: default/web': ended = 0, 'starting: default/web': starting = 0 } =
      stats.traffic.unheard ?? {};
    expect(ended).toBeGreaterThan(0);
    expect(ended + starting).toBe(refused);
    const { failed, reasons = {} } = stats.traffic;
    expect(Object.keys(reasons)).toEqual(['refused']);
    expect(reasons['refused']).toBe(failed);
  });

  it('time out at the pods of a node that is down, which is told and judged by no law', async () => {
    const { verdicts, spans, stats } = await sail(
      [web(4, 5), service(place, 'web', 80)],
      [{ kind: 'fault', fault: { kind: 'node-down', node: 'sea-worker' }, afterMs: 120_000 }],
    );
    const lost = spans.filter(({ failed }) => (failed['timed out'] ?? 0) > 0);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every(({ afterFault }) => afterFault === 'node-down sea-worker')).toBe(true);
    // Half of the replicas, for the 40 s or so in which nobody has missed the node.
    expect(stats.traffic.failed / 1_000).toBeGreaterThan(35);
    expect(stats.traffic.failed / 1_000).toBeLessThan(55);
    expect(verdicts[0]?.kind).not.toBe('broken');
  });

  it('load the pods that serve them, so that an autoscaler follows the load', async () => {
    const objects = [
      web(2),
      service(place, 'web', 80),
      autoscaler(place, 'web', { min: 1, max: 8 }),
    ];
    const { verdicts, spans } = await sail(objects, [
      { kind: 'load', factor: 3, afterMs: 0 },
      { kind: 'load', factor: 1, afterMs: 600_000 },
      { kind: 'load', factor: 1, afterMs: 900_000 },
    ]);
    const most = Math.max(...spans.map(({ capacity }) => capacity));
    expect(most).toBeGreaterThan((spans[0]?.capacity ?? 0) * 1.9);
    expect(spans.at(-1)?.capacity).toBeLessThan(most);
    expect(verdicts[1]).toMatchObject({ law: 'scale-down-keeps-capacity', kind: 'held' });
  });

  it('fail where policies let nobody in, and not where they let some in', async () => {
    const policy = (ingress: readonly object[]): KubeObject =>
      ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'web', namespace: 'default' },
        spec: { podSelector: {}, policyTypes: ['Ingress'], ingress },
      }) as KubeObject;
    const shut = await sail([policy([]), web(1), service(place, 'web', 80)], []);
    const { traffic } = shut.stats;
    expect(traffic.failed).toBe(traffic.offered);
    expect(traffic.shut).toEqual({ 'network policies: default/web': traffic.offered });
    expect(shut.spans[0]).toMatchObject({
      finished: 0,
      failed: { 'dropped by network policies': shut.spans[0]?.offered },
    });
    const from = [{ podSelector: { matchLabels: { app: 'gateway' } } }];
    const open = policy([{ from, ports: [{ port: 80 }] }]);
    const some = await sail([open, web(1), service(place, 'web', 80)], []);
    expect(some.stats.traffic).toMatchObject({ failed: 0 });
    expect(some.stats.traffic.shut).toBeUndefined();
    const other = policy([{ ports: [{ port: 9090 }] }]);
    const wrongPort = await sail([other, web(1), service(place, 'web', 80)], []);
    expect(wrongPort.stats.traffic.failed).toBe(wrongPort.stats.traffic.offered);
  });
});
