/** What the tests of KubeRay share: a cluster with the operator, and Ray clusters for it. */
import { expect } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';

const apiVersion = 'ray.io/v1';
/** Where its kinds are. */
export const root = `/apis/${apiVersion}/namespaces/default`;
/** Where pods and services are. */
export const core = '/api/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };

function node(name: string, resources: Readonly<Record<string, string>>, annotations = {}) {
  const container = {
    ...{ name, image: 'rayproject/ray:2.52.0' },
    resources: { limits: resources, requests: resources },
  };
  return { metadata: { annotations }, spec: { containers: [container] } };
}

/** What is asked of a small Ray cluster. */
export function cluster(workers: object, more: object = {}, annotations = {}) {
  return {
    rayVersion: '2.52.0',
    headGroupSpec: { template: node('ray-head', { cpu: '1', memory: '2Gi' }, annotations) },
    workerGroupSpecs: [
      {
        ...{ groupName: 'small', replicas: 1, minReplicas: 0, maxReplicas: 5, ...workers },
        template: node('ray-worker', { cpu: '1', memory: '1Gi' }),
      },
    ],
    ...more,
  };
}

interface Told {
  readonly regarding: { readonly name: string };
  readonly reason: string;
  readonly note: string;
}

/** Who works with the cluster. */
export class Team {
  private constructor(private readonly cluster: SimulatedCluster) {}

  static async boot(): Promise<Team> {
    const options = simulationOptions({ seed: 1, operators: ['kuberay'] });
    return new Team(await bootSimulatedCluster(options));
  }

  async create(kind: string, name: string, spec: unknown, annotations = {}): Promise<void> {
    expect(await this.apply(kind, name, spec, annotations)).toBeUndefined();
  }

  async apply(kind: string, name: string, spec: unknown, annotations = {}) {
    const metadata = { name, namespace: 'default', annotations };
    const object = { apiVersion, kind, metadata, spec };
    const [applied] = await this.cluster.apply([object as KubeObject]);
    return applied?.message;
  }

  wait(duration: string) {
    return this.cluster.advance(duration as '1s');
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.cluster.request({ method: 'GET', path })).body as KubeObject;
  }

  async list(path: string): Promise<readonly KubeObject[]> {
    return ((await this.get(path)) as unknown as { readonly items: readonly KubeObject[] }).items;
  }

  async pods(nodeType: string): Promise<readonly KubeObject[]> {
    return this.list(`${core}/pods?labelSelector=ray.io/node-type%3D${nodeType}`);
  }

  async names(nodeType: string): Promise<readonly string[]> {
    return (await this.pods(nodeType)).map(({ metadata }) => metadata.name ?? '');
  }

  async told(name: string): Promise<readonly string[]> {
    const items = (await this.list(
      '/apis/events.k8s.io/v1/namespaces/default/events',
    )) as unknown as readonly Told[];
    return items.flatMap(({ regarding, reason, note }) =>
      regarding.name === name ? [`${reason} ${note}`] : [],
    );
  }

  /** Of a job. */
  async status(name: string): Promise<Readonly<Record<string, unknown>>> {
    const { status } = (await this.get(`${root}/rayjobs/${name}`)) as { status?: object };
    return { ...status };
  }

  async service(): Promise<Readonly<Record<string, unknown>>> {
    const { status } = (await this.get(`${root}/rayservices/fruit`)) as { status?: object };
    return { ...status };
  }

  active(status: Readonly<Record<string, unknown>>): string {
    return (status['activeServiceStatus'] as { readonly rayClusterName: string }).rayClusterName;
  }

  async state(name: string): Promise<unknown> {
    const { status } = (await this.get(`${root}/rayclusters/${name}`)) as { status?: object };
    return (status as { readonly state?: string } | undefined)?.state;
  }

  async patch(path: string, body: unknown): Promise<void> {
    const { status } = await this.cluster.request({ method: 'PATCH', path, headers: merge, body });
    expect(status).toBe(200);
  }

  delete(path: string) {
    return this.cluster.request({ method: 'DELETE', path });
  }
}
