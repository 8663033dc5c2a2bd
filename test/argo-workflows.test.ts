/** Argo Workflows on whole clusters. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../sim/api/kinds/core.js';
import type { HasMetadata, KubeObject } from '../sim/api/object.js';
import type { CronWorkflow } from '../sim/operators/argo-workflows/cron-types.js';
import type { Template, Workflow, WorkflowSpec } from '../sim/operators/argo-workflows/types.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const ofArgo = '/apis/argoproj.io/v1alpha1/namespaces/default';
const rbac = 'rbac.authorization.k8s.io';

/** What steps' pods need of the API. @upstream manifests/quick-start/base/executor/emissary */
const executorRole: readonly KubeObject[] = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: 'executor', namespace: 'default' },
    rules: [
      {
        apiGroups: ['argoproj.io'],
        resources: ['workflowtaskresults'],
        verbs: ['create', 'patch'],
      },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'executor', namespace: 'default' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'executor' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  },
];

interface KubeList<T extends HasMetadata = KubeObject> {
  readonly items: readonly T[];
}

class Team implements AsyncDisposable {
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
    const { status } = await this.cluster.request({ method: 'PATCH', path, body, headers });
    expect(status).toBe(200);
  }

  /** `Failed: why`, by name. */
  async phases(): Promise<Readonly<Record<string, string>>> {
    const { items } = await this.get<KubeList<Workflow>>(`${ofArgo}/workflows`);
    return Object.fromEntries(
      items.map(({ metadata, status }) => [
        metadata.name ?? '',
        [status?.phase, status?.message].filter(part => part !== undefined).join(': '),
      ]),
    );
  }

  /** `name type phase`, in the order of names. */
  async nodes(name: string): Promise<readonly string[]> {
    const { nodes = {} } = (await this.workflow(name)).status ?? {};
    return Object.values(nodes)
      .map(({ name: node, type, phase }) => `${node} ${type} ${phase ?? ''}`)
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

function workflow(spec: WorkflowSpec, name: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, namespace: 'default' },
    spec,
  };
}

const shell = (name: string, script: string, more: Partial<Template> = {}): Template => ({
  name,
  container: { name: '', image: 'busybox:1', command: ['sh', '-c', script] },
  ...more,
});

const textInput = { inputs: { parameters: [{ name: 'text' }] } };
const text = (value: string) => ({ arguments: { parameters: [{ name: 'text', value }] } });

/** What there is to do, each in a Workflow of its own. */
const all: Readonly<Record<string, WorkflowSpec>> = {
  graph: {
    entrypoint: 'main',
    templates: [
      shell('say', "echo '{{inputs.parameters.text}}'", textInput),
      {
        name: 'main',
        dag: {
          tasks: [
            { name: 'a', template: 'say', ...text('["x","y"]') },
            {
              ...{ name: 'b', template: 'say', depends: 'a', ...text('{{item}}') },
              withParam: '{{tasks.a.outputs.result}}',
            },
            { name: 'c', template: 'say', depends: 'b.Failed', ...text('never') },
          ],
        },
      },
    ],
  },
  steps: {
    entrypoint: 'main',
    onExit: 'exit',
    arguments: { parameters: [{ name: 'word', value: 'deep' }] },
    templates: [
      shell('write', 'echo {{workflow.parameters.word}} > /tmp/out', {
        outputs: { parameters: [{ name: 'depth', valueFrom: { path: '/tmp/out' } }] },
      }),
      shell('read', 'test "{{inputs.parameters.text}}" = deep', textInput),
      shell('exit', 'test {{workflow.status}} = Succeeded'),
      {
        name: 'main',
        steps: [
          [{ name: 'one', template: 'write' }],
          [
            { name: 'two', template: 'read', ...text('{{steps.one.outputs.parameters.depth}}') },
            { name: 'no', template: 'read', when: 'a == b', ...text('') },
          ],
        ],
      },
    ],
  },
  tries: {
    entrypoint: 'main',
    templates: [
      shell('main', 'test {{retries}} -gt 1', {
        retryStrategy: { limit: 3, backoff: { duration: '5s', factor: 2 } },
      }),
    ],
  },
  fails: {
    entrypoint: 'main',
    ttlStrategy: { secondsAfterFailure: 120 },
    templates: [
      shell('bad', 'exit 3'),
      { name: 'main', steps: [[{ name: 'bad', template: 'bad' }]] },
    ],
  },
  refused: {
    entrypoint: 'main',
    serviceAccountName: 'nobody',
    templates: [shell('main', 'true')],
  },
  invalid: {
    entrypoint: 'main',
    templates: [{ name: 'main', dag: { tasks: [{ name: 'a', template: 'gone' }] } }],
  },
  waits: {
    entrypoint: 'main',
    templates: [
      { name: 'main', steps: [[{ name: 'wait', template: 'wait' }]] },
      { name: 'wait', suspend: {} },
    ],
  },
  stopped: { entrypoint: 'main', templates: [shell('main', 'sleep 9999')] },
  late: {
    entrypoint: 'main',
    activeDeadlineSeconds: 20,
    templates: [shell('main', 'sleep 9999')],
  },
  gone: {
    entrypoint: 'main',
    podGC: { strategy: 'OnPodCompletion', deleteDelayDuration: '1s' },
    templates: [shell('main', 'true')],
  },
  narrow: {
    entrypoint: 'main',
    parallelism: 1,
    templates: [
      shell('one', 'sleep 1'),
      {
        name: 'main',
        steps: [[{ name: 'a', template: 'one', withSequence: { count: 3 } }]],
      },
    ],
  },
  locked: {
    entrypoint: 'main',
    templates: [
      shell('one', 'sleep 1', { synchronization: { mutex: { name: 'm' } } }),
      { name: 'main', steps: [[{ name: 'a', template: 'one', withItems: ['x', 'y'] }]] },
    ],
  },
  daemon: {
    entrypoint: 'main',
    templates: [
      shell('server', 'sleep 9999', { daemon: true }),
      shell('client', 'test -n "{{inputs.parameters.text}}"', textInput),
      {
        name: 'main',
        steps: [
          [{ name: 'server', template: 'server' }],
          [{ name: 'client', template: 'client', ...text('{{steps.server.ip}}') }],
        ],
      },
    ],
  },
  elsewhere: {
    entrypoint: 'main',
    templates: [
      {
        name: 'main',
        dag: {
          tasks: [
            { name: 'a', templateRef: { name: 'train', template: 'main' } },
            {
              ...{ name: 'b', depends: 'a.Succeeded', inline: shell('', 'exit 1') },
              hooks: { exit: { template: 'after' } },
            },
            { name: 'c', template: 'after', depends: 'b.Failed' },
          ],
        },
      },
      shell('after', 'true'),
    ],
  },
  volume: {
    entrypoint: 'main',
    volumeClaimTemplates: [
      {
        metadata: { name: 'work' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
    templates: [
      {
        name: 'one',
        container: {
          ...{ name: '', image: 'busybox:1' },
          command: ['sh', '-c', 'echo x >> /work/f; test -s /work/f'],
          volumeMounts: [{ name: 'work', mountPath: '/work' }],
        },
      },
      { name: 'main', steps: [[{ name: 'a', template: 'one' }], [{ name: 'b', template: 'one' }]] },
    ],
  },
};

/** Every minute, of a template that is kept apart. */
const nightly: readonly KubeObject[] = [
  {
    ...workflow({ entrypoint: 'main', templates: [shell('main', 'true')] }, 'train'),
    kind: 'WorkflowTemplate',
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: { name: 'nightly', namespace: 'default' },
    spec: {
      schedules: ['* * * * *'],
      successfulJobsHistoryLimit: 1,
      workflowSpec: { workflowTemplateRef: { name: 'train' } },
    },
  },
];

describe('Argo Workflows', () => {
  it('run to their ends, each in its way', async () => {
    await using team = await Team.with(
      ...executorRole,
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'nobody', namespace: 'default' },
      },
      ...Object.entries(all).map(([name, spec]) => workflow(spec, name)),
      ...nightly,
    );
    await team.cluster.advance(30_000);
    await team.patch('stopped', { spec: { shutdown: 'Terminate' } });
    const { nodes = {} } = (await team.workflow('waits')).status ?? {};
    const waiting = Object.values(nodes).find(({ type }) => type === 'Suspend');
    expect(waiting).toMatchObject({ phase: 'Running', displayName: 'wait' });
    const resumed = { phase: 'Succeeded', finishedAt: '2026-01-01T00:00:30Z' };
    await team.patch('waits', { status: { nodes: { [waiting?.id ?? '']: resumed } } });
    await team.cluster.advance(60_000);
    const phases = await team.phases();
    expect(phases).toEqual({
      daemon: 'Succeeded',
      elsewhere: 'Succeeded',
      gone: 'Succeeded',
      late: 'Failed: Step exceeded its deadline',
      locked: 'Succeeded',
      narrow: 'Succeeded',
      volume: 'Succeeded',
      fails: "Failed: child 'fails-2372026185' failed",
      graph: 'Succeeded',
      'nightly-1767225660': 'Succeeded',
      invalid: "Failed: invalid spec: templates.main.tasks.a template name 'gone' undefined",
      refused:
        'Error: wait: Error (exit code 64): workflowtaskresults.argoproj.io is forbidden: User "system:serviceaccount:default:nobody" cannot create resource "workflowtaskresults" in API group "argoproj.io" in the namespace "default"',
      steps: 'Succeeded',
      stopped: "Failed: Stopped with strategy 'Terminate'",
      tries: 'Succeeded',
      waits: 'Succeeded',
    });
    expect(await team.nodes('graph')).toEqual([
      'graph DAG Succeeded',
      'graph.a Pod Succeeded',
      'graph.b TaskGroup Succeeded',
      'graph.b(0:x) Pod Succeeded',
      'graph.b(1:y) Pod Succeeded',
      'graph.c Skipped Omitted',
    ]);
    expect(await team.nodes('steps')).toEqual([
      'steps Steps Succeeded',
      'steps.onExit Pod Succeeded',
      'steps[0] StepGroup Succeeded',
      'steps[0].one Pod Succeeded',
      'steps[1] StepGroup Succeeded',
      'steps[1].no Skipped Skipped',
      'steps[1].two Pod Succeeded',
    ]);
    expect(await team.nodes('tries')).toEqual([
      'tries Retry Succeeded',
      'tries(0) Pod Failed',
      'tries(1) Pod Failed',
      'tries(2) Pod Succeeded',
    ]);
    expect(await team.nodes('elsewhere')).toEqual([
      'elsewhere DAG Succeeded',
      'elsewhere.a Pod Succeeded',
      'elsewhere.b Pod Failed',
      'elsewhere.b.onExit Pod Succeeded',
      'elsewhere.c Pod Succeeded',
    ]);
    // One after another, each once the one before it was seen to have ended.
    const starts = Object.values((await team.workflow('narrow')).status?.nodes ?? {})
      .filter(({ type }) => type === 'Pod')
      .map(({ startedAt }) => startedAt ?? '');
    expect(new Set(starts).size).toBe(3);
    const claims = await team.get<KubeList>('/api/v1/namespaces/default/persistentvolumeclaims');
    expect(claims.items).toEqual([]);
    const { items } = await team.get<KubeList<Pod>>('/api/v1/namespaces/default/pods');
    expect(items.map(({ metadata }) => metadata.name)).not.toContain('gone');
    const stopped = items.find(({ metadata }) => metadata.name === 'stopped');
    expect(stopped?.status?.phase).toBe('Failed');
    await team.cluster.advance(60_000);
    await team.cluster.advance(60_000);
    const names = Object.keys(await team.phases());
    expect(names.filter(name => /^(?:fails|nightly)/.test(name))).toEqual(['nightly-1767225780']);
    const { status } = await team.get<CronWorkflow>(`${ofArgo}/cronworkflows/nightly`);
    expect(status).toMatchObject({ phase: 'Active', succeeded: 3, failed: 0, active: [] });
  });
});
