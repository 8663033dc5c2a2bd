import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../api/kinds/core.js';
import { boot } from '../../index.js';
import type { NodeShape, Simulation } from '../../simulation.js';
import { madeNode } from '../made-objects.js';
import type { NodeGroup } from '../node-group.js';
import type { CloudProvider } from './cloud-provider.js';
import { clusterAutoscaler } from './process.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const capacity = { cpu: '4', memory: '16Gi', pods: '110' };
const machineMs = 60_000;
const never = Date.UTC(2999, 0);
const minute = 60_000;

function shape(name: string): NodeShape {
  return { name, labels: {}, taints: [], capacity, devices: [], isControlPlane: false };
}

/** A cloud whose machines stand ready in the simulation, switched off. */
class Cloud implements CloudProvider {
  simulation: Simulation | undefined;
  private readonly running: string[] = [];
  private readonly spare: string[];

  constructor(names: readonly string[]) {
    this.spare = [...names];
  }

  groups(): readonly NodeGroup[] {
    const nodes = [...this.running];
    const max = this.running.length + this.spare.length;
    const template = madeNode('t', capacity);
    return [{ name: 'pool', min: 0, max, targetSize: nodes.length, nodes, template }];
  }

  grow(_group: string, count: number): void {
    for (const name of this.spare.splice(0, count)) {
      this.running.push(name);
      const start = (): void => this.simulation?.nodes.get(name)?.process.start();
      this.simulation?.loop.after(machineMs, `${name} is made`, start);
    }
  }

  remove(node: string): void {
    this.running.splice(this.running.indexOf(node), 1);
    this.simulation?.nodes.get(node)?.process.stop();
  }
}

function cluster(spares: number) {
  const names = Array.from({ length: spares }, (_, index) => `spare-${index}`);
  const cloud = new Cloud(names);
  const nodes = [shape('base'), ...names.map(name => ({ ...shape(name), joinsAtMs: never }))];
  const simulation = boot({ seed: 1, nodes, operators: [clusterAutoscaler({ provider: cloud })] });
  cloud.simulation = simulation;
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
    events: () =>
      items<{ readonly reason: string; readonly message: string }>('/api/v1/events')
        .filter(({ reason }) => /ScaleUp|ScaleDown/.test(reason))
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
    expect([nodes(), running()]).toEqual([['base', 'spare-0', 'spare-1'], 5]);

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
    expect(nodes()).toEqual(['base', 'spare-0']);
    const budget = { minAvailable: 1, selector: { matchLabels: { app: 'second' } } };
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    ask('POST', budgets, { metadata: { name: 'second', namespace: 'default' }, spec: budget });
    ask('PATCH', `${deployments}/first`, { spec: { replicas: 0 } });
    run(30 * minute);
    expect(nodes()).toEqual(['base', 'spare-0']);
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
});
