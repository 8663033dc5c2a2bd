import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../api/kinds/core.js';
import { boot } from '../../index.js';
import type { NodeShape, SimulationOptions } from '../../simulation.js';
import type { Workload } from '../../workloads/workload.js';
import type { Provisioning } from '../machines/machines.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const capacity = { cpu: '4', memory: '16Gi', pods: '110' };
const machineMs = 60_000;
const minute = 60_000;

function shape(name: string): NodeShape {
  return { name, labels: {}, taints: [], capacity, devices: [], isControlPlane: false };
}

function cluster(
  max: number,
  more: Partial<Provisioning> = {},
  others: Partial<SimulationOptions> = {},
) {
  const provisioning = { medianMs: machineMs, sigma: 0, failedShare: 0, outages: [], ...more };
  const sizes = { min: 0, max, size: 0 };
  const pool = { name: 'pool', ...sizes, prefix: 'pool', provisioning, shapeOf: shape };
  const simulation = boot({
    seed: 1,
    nodes: [shape('base')],
    autoscaler: { groups: [pool] },
    ...others,
  });
  const { loop, serve } = simulation;
  const ask = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): unknown => {
    let answer: unknown;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const request = { method, path, ...(method === 'PATCH' && { headers }), ...(body && { body }) };
    serve(request, admin, ({ body: told }) => (answer = told));
    return answer;
  };
  const items = <T>(path: string): readonly T[] =>
    (ask('GET', path) as { readonly items: readonly T[] }).items;
  return {
    run: (ms: number) => loop.runUntil(loop.now() + ms),
    ask,
    nodes: () => items<Node>('/api/v1/nodes').map(({ metadata }) => metadata.name),
    running: () =>
      items<Pod>('/api/v1/namespaces/default/pods').filter(
        ({ status }) => status?.phase === 'Running',
      ).length,
    status: () => (ask('GET', statusPath) as { data: { status: string } }).data.status,
    events: (isOfItself = false) =>
      items<{
        readonly reason: string;
        readonly message: string;
        readonly involvedObject: { readonly kind: string };
      }>('/api/v1/events')
        .filter(({ reason }) => /ScaleUp|Scaled|ScaleDown|Unregistered/.test(reason))
        .filter(({ involvedObject }) => (involvedObject.kind === 'ConfigMap') === isOfItself)
        .map(({ reason, message }) => `${reason}: ${message}`),
  };
}

function deployment(replicas: number, cpu: string, name = 'web'): object {
  const resources = { requests: { cpu } };
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image: 'web', resources }] },
      },
    },
  };
}

const statusPath = '/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

describe('Cluster Autoscaler in a simulated cluster', () => {
  it('adds the nodes that pods wait for, once, and takes them away when nobody needs them', () => {
    const { run, ask, nodes, running, events } = cluster(4);
    run(30_000);
    ask('POST', deployments, deployment(5, '2'));
    run(30_000);
    // Two fit on the node that is there; the other three need two more, which are asked for once.
    expect(running()).toBe(2);
    expect(new Set(events())).toEqual(
      new Set(['TriggeredScaleUp: pod triggered scale-up: [{pool 0->2 (max: 4)}]']),
    );
    run(3 * minute);
    expect([nodes(), running()]).toEqual([['base', 'pool-1', 'pool-2'], 5]);

    ask('PATCH', `${deployments}/web`, { spec: { replicas: 1 } });
    run(9 * minute);
    expect(nodes()).toHaveLength(3);
    run(20 * minute);
    expect([nodes(), running()]).toEqual([['base'], 1]);
    expect(events()).toContain('ScaleDown: nodes removed by cluster autoscaler');
  });

  it('drains a node whose pods fit elsewhere, unless one of them may not go', () => {
    const { run, ask, nodes, running, events } = cluster(2);
    run(30_000);
    ask('POST', deployments, deployment(2, '2', 'first'));
    run(30_000);
    ask('POST', deployments, deployment(1, '2', 'second'));
    run(3 * minute);
    expect(nodes()).toEqual(['base', 'pool-1']);
    const budget = { minAvailable: 1, selector: { matchLabels: { app: 'second' } } };
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    ask('POST', budgets, { metadata: { name: 'second', namespace: 'default' }, spec: budget });
    ask('PATCH', `${deployments}/first`, { spec: { replicas: 0 } });
    run(30 * minute);
    expect(nodes()).toEqual(['base', 'pool-1']);
    ask('PATCH', `${budgets}/second`, { spec: { minAvailable: 0 } });
    run(30 * minute);
    expect([nodes(), running()]).toEqual([['base'], 1]);
    expect(events()).toContain('ScaleDown: deleting pod for node scale down');
  });

  it('tells pods that no node would help', () => {
    const { run, ask, nodes, events } = cluster(1);
    run(30_000);
    ask('POST', deployments, deployment(1, '5'));
    run(minute);
    expect(nodes()).toEqual(['base']);
    expect(events()).toEqual([
      "NotTriggerScaleUp: pod didn't trigger scale-up: 1 Insufficient cpu",
    ]);
  });

  it('gives up machines that never come up, and leaves their group alone for longer each time', () => {
    const { run, ask, nodes, events, status } = cluster(2, {
      outages: [{ fromMs: 0, untilMs: 25 * minute }],
    });
    run(30_000);
    expect(status()).toMatch(/^time: 2026-01-01 00:00:2.*autoscalerStatus: Running\n/s);
    ask('POST', deployments, deployment(3, '2'));
    run(10 * minute);
    expect(status()).toContain('scaleUp:\n    status: InProgress\n');
    run(8 * minute);
    expect(nodes()).toEqual(['base']);
    expect(status()).toContain(
      '    status: Backoff\n    backoffInfo:\n      errorCode: timeout\n' +
        '      errorMessage: Scale-up timed out for node group pool after 15m',
    );
    expect(status()).toContain('cloudProviderTarget: 0\n');
    const told = events(true).join('\n');
    expect(told).toContain(
      'ScaledUpGroup: Scale-up: group pool size set to 1 instead of 0 (max: 2)',
    );
    expect(told).toContain(
      'ScaleUpTimedOut: Nodes added to group pool failed to register within 15m',
    );
    expect(told).toContain('DeleteUnregistered: Removed unregistered node pool-1');
    expect(events()).toContain(
      "NotTriggerScaleUp: pod didn't trigger scale-up: 1 in backoff after failed scale-up",
    );
    // Asked for again when five minutes are over, within the outage; and ten minutes after that failed.
    run(27 * minute);
    expect(nodes()).toEqual(['base']);
    run(3 * minute);
    expect(nodes()).toEqual(['base', 'pool-3']);
  });

  it('ends what runs on a machine that goes, and is not heard of it any more', () => {
    const chatty: Workload = {
      name: 'chatty',
      start(context) {
        const say = (): void => {
          context.log('here');
          context.clock.after(1_000, 'chatty', say);
        };
        say();
        return {};
      },
    };
    const heard = new Map<string, number>();
    const { run, ask, nodes } = cluster(
      1,
      {},
      {
        workloads: [{ image: 'agent', workload: chatty }],
        onLog: ({ containerID, timeMs }) => heard.set(containerID, timeMs),
      },
    );
    const template = {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'c', image: 'agent' }] },
    };
    const selector = { matchLabels: { app: 'agent' } };
    ask('POST', '/apis/apps/v1/namespaces/default/daemonsets', {
      metadata: { name: 'agent', namespace: 'default' },
      spec: { selector, template },
    });
    ask('POST', deployments, deployment(3, '2'));
    run(3 * minute);
    expect([nodes(), heard.size]).toEqual([['base', 'pool-1'], 2]);
    ask('PATCH', `${deployments}/web`, { spec: { replicas: 0 } });
    run(30 * minute);
    expect(nodes()).toEqual(['base']);
    const [first = 0, last = 0] = [...heard.values()].sort((a, b) => a - b);
    expect(last - first).toBeGreaterThan(10 * minute);
  });

  it('keeps as many machines as the group must have, and those that an annotation keeps', () => {
    const { run, ask, nodes } = cluster(1);
    run(30_000);
    ask('POST', deployments, deployment(3, '2'));
    run(3 * minute);
    ask('PATCH', '/api/v1/nodes/pool-1', {
      metadata: { annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } },
    });
    ask('PATCH', `${deployments}/web`, { spec: { replicas: 0 } });
    run(30 * minute);
    expect(nodes()).toEqual(['base', 'pool-1']);
  });
});
