/** A namespace of Argo Workflows with the roles that upstream gives, and who submits to it. */
import { expect } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import type { Template, Workflow, WorkflowSpec } from '../../sim/operators/argo-workflows/types.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';

/** Where they run. */
export const namespace = 'default';
const ofArgo = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}`;
const rbac = 'rbac.authorization.k8s.io';
const account = { kind: 'ServiceAccount', name: 'default', namespace };

function bound(
  name: string,
  rules: readonly object[],
  subject: object = account,
): readonly KubeObject[] {
  return [
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name, namespace }, rules } as KubeObject,
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name, namespace } },
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [subject],
    } as KubeObject,
  ];
}

/** The roles of upstream's quick start. @upstream manifests/quick-start/base */
export const roles: readonly KubeObject[] = [
  ...bound('executor', [
    { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] },
  ]),
  ...bound('agent', [
    { apiGroups: ['argoproj.io'], resources: ['workflowtasksets'], verbs: ['list', 'watch'] },
    { apiGroups: ['argoproj.io'], resources: ['workflowtasksets/status'], verbs: ['patch'] },
  ]),
  ...bound(
    'memoizer',
    [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get', 'update'] }],
    { kind: 'ServiceAccount', name: 'argo', namespace: 'argo' },
  ),
  {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
    metadata: {
      ...{ name: 'default.service-account-token', namespace },
      annotations: { 'kubernetes.io/service-account.name': 'default' },
    },
  } as KubeObject,
];

/** Where artifacts go unless they say otherwise. */
export const repository: readonly KubeObject[] = [
  {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'minio', namespace } },
    stringData: { accesskey: 'a' },
  } as KubeObject,
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...{ name: 'artifact-repositories', namespace },
      annotations: { 'workflows.argoproj.io/default-artifact-repository': 'v1' },
    },
    data: {
      v1: 'archiveLogs: true\ns3: {bucket: b, endpoint: minio:9000, accessKeySecret: {name: minio, key: accesskey}}',
    },
  } as KubeObject,
];

/** Whoever submits Workflows to a cluster. */
export class Team implements AsyncDisposable {
  private constructor(readonly cluster: SimulatedCluster) {}

  static async with(...objects: readonly KubeObject[]): Promise<Team> {
    const options = simulationOptions({ seed: 1, operators: ['argo-workflows'] });
    const team = new Team(await bootSimulatedCluster(options));
    await team.apply(...objects);
    return team;
  }

  async apply(...objects: readonly KubeObject[]): Promise<void> {
    for (const { message } of await this.cluster.apply(objects)) expect(message).toBeUndefined();
  }

  async get<T>(path: string): Promise<T> {
    return (await this.cluster.request({ method: 'GET', path })).body as T;
  }

  async workflow(name: string): Promise<Workflow> {
    return await this.get<Workflow>(`${ofArgo}/workflows/${name}`);
  }

  async patch(name: string, body: object): Promise<void> {
    const path = `${ofArgo}/workflows/${name}`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await this.cluster.request({ method: 'PATCH', path, body, headers })).status).toBe(200);
  }

  /** `Failed: why`, by name. */
  async phases(): Promise<Readonly<Record<string, string>>> {
    const { items } = await this.get<{ items: readonly Workflow[] }>(`${ofArgo}/workflows`);
    return Object.fromEntries(
      items.map(({ metadata, status }) => [
        metadata.name ?? '',
        [status?.phase, status?.message].filter(part => part !== undefined).join(': '),
      ]),
    );
  }

  /** `name type phase message`, in the order of names. */
  async nodes(name: string): Promise<readonly string[]> {
    const { nodes = {} } = (await this.workflow(name)).status ?? {};
    return Object.values(nodes)
      .map(node =>
        [node.name, node.type, node.phase, node.message]
          .filter(part => part !== undefined)
          .join(' '),
      )
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

/** A Workflow. */
export function workflow(spec: WorkflowSpec, name: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, namespace },
    spec,
  };
}

/** A container of a script. */
export const run = (script: string) => ({ image: 'busybox:1', command: ['sh', '-c', script] });
/** A template of a script. */
export const shell = (name: string, script: string, more: Partial<Template> = {}): Template => ({
  ...{ name, container: { name: '', ...run(script) } },
  ...more,
});
