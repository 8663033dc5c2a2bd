/** Workload controllers converge after any edits, lost pods and crashes of kube-controller-manager. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { boot } from '../../sim/index.js';
import type { Simulation } from '../../sim/simulation.js';

type Kind = 'deployments' | 'statefulsets' | 'daemonsets';
type Edit =
  | { readonly do: 'scale'; readonly kind: Kind; readonly replicas: number }
  | { readonly do: 'image'; readonly kind: Kind; readonly version: number }
  | { readonly do: 'lose pod'; readonly position: number }
  | { readonly do: 'crash'; readonly downMs: number }
  | { readonly do: 'wait'; readonly ms: number };

const kind = fc.constantFrom<Kind>('deployments', 'statefulsets', 'daemonsets');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant('scale'), kind, replicas: fc.nat(5) }),
  fc.record({ do: fc.constant('image'), kind, version: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('lose pod'), position: fc.nat(20) }),
  fc.record({ do: fc.constant('crash'), downMs: fc.nat(5000) }),
  fc.record({ do: fc.constant('wait'), ms: fc.nat(4000) }),
);

const convergenceMs = 10 * 60_000;
const nodeNames = ['n1', 'n2', 'n3'];

class Cluster {
  private readonly simulation: Simulation;

  constructor(seed: number) {
    this.simulation = boot({ seed, nodes: nodeNames.map(nodeShape) });
    this.run(10_000);
    for (const plural of ['deployments', 'statefulsets', 'daemonsets'] as const) {
      this.send('POST', pathOf(plural), workload(plural));
    }
  }

  run(ms: number): void {
    const { loop } = this.simulation;
    loop.runUntil(loop.now() + ms);
  }

  apply(change: Edit): void {
    switch (change.do) {
      case 'scale':
        if (change.kind === 'daemonsets') return;
        return this.patch(change.kind, { spec: { replicas: change.replicas } });
      case 'image':
        return this.patch(change.kind, { spec: { template: templateOf(change.version) } });
      case 'lose pod': {
        const pods = this.pods();
        const pod = pods[change.position % Math.max(1, pods.length)];
        if (pod === undefined) return;
        const path = `/api/v1/namespaces/default/pods/${pod.metadata.name ?? ''}`;
        return void this.send('DELETE', path, {});
      }
      case 'crash': {
        const manager = this.simulation.processes.get('kube-controller-manager');
        manager?.stop();
        this.run(change.downMs);
        return manager?.start();
      }
      case 'wait':
        return this.run(change.ms);
    }
  }

  pods(): readonly KubeObject[] {
    return this.list('/api/v1/namespaces/default/pods');
  }

  get(plural: Kind): KubeObject {
    return this.send('GET', `${pathOf(plural)}/w`) as KubeObject;
  }

  private list(path: string): readonly KubeObject[] {
    return (this.send('GET', path) as { readonly items: readonly KubeObject[] }).items;
  }

  private patch(plural: Kind, body: unknown): void {
    this.send('PATCH', `${pathOf(plural)}/w`, body);
  }

  private send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): unknown {
    let answered: unknown;
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    this.simulation.serve(
      { method, path, ...(method === 'PATCH' && { headers }), body },
      { certificate: { user: 'admin', groups: ['system:masters'] } },
      ({ body: answer }) => (answered = answer),
    );
    return answered;
  }
}

function nodeShape(name: string): Parameters<typeof boot>[0]['nodes'][number] {
  const capacity = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' };
  return { name, labels: {}, taints: [], capacity, devices: [], isControlPlane: false };
}

function pathOf(plural: Kind): string {
  return `/apis/apps/v1/namespaces/default/${plural}`;
}

function templateOf(version: number): unknown {
  return { spec: { containers: [{ name: 'c', image: `r.example/w:${version}` }] } };
}

function workload(plural: Kind): unknown {
  const kinds = { deployments: 'Deployment', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet' };
  const labels = { app: plural };
  const { spec } = templateOf(1) as { readonly spec: object };
  const pod = { ...spec, terminationGracePeriodSeconds: 1 };
  return {
    apiVersion: 'apps/v1',
    kind: kinds[plural],
    metadata: { name: 'w' },
    spec: {
      ...(plural !== 'daemonsets' && { replicas: 2 }),
      ...(plural === 'statefulsets' && { serviceName: 'w' }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod },
    },
  };
}

function wanted(object: KubeObject, plural: Kind): number {
  const { replicas = 0 } = object['spec'] as { readonly replicas?: number };
  return plural === 'daemonsets' ? nodeNames.length : replicas;
}

test.prop([fc.integer(), fc.array(edit, { maxLength: 12 })], { numRuns: 5 })(
  'workloads converge',
  (seed, edits) => {
    const cluster = new Cluster(seed);
    for (const change of edits) cluster.apply(change);
    cluster.run(convergenceMs);
    const pods = cluster.pods();
    for (const plural of ['deployments', 'statefulsets', 'daemonsets'] as const) {
      const object = cluster.get(plural);
      const own = pods.filter(({ metadata }) => metadata.labels?.['app'] === plural);
      const image = JSON.stringify(object['spec']).match(/r\.example\/w:\d/)?.[0];
      const status = object['status'] as Readonly<Record<string, number | undefined>>;
      expect(own.length, `${plural}: pods`).toBe(wanted(object, plural));
      expect(own.every(pod => JSON.stringify(pod['spec']).includes(`"${image ?? ''}"`))).toBe(true);
      const available = status['availableReplicas'] ?? status['numberAvailable'] ?? 0;
      expect(available, `${plural}: available`).toBe(wanted(object, plural));
      expect(status['observedGeneration']).toBe(object.metadata.generation);
    }
  },
);
