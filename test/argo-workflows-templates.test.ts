/** The sorts of templates of Argo Workflows besides steps and graphs, and what the controller's configuration says of all. */
import { describe, expect, it } from 'vitest';
import type { ConfigMap, Pod } from '../sim/api/kinds/core.js';
import type { KubeObject } from '../sim/api/object.js';
import type { WorkflowSpec } from '../sim/operators/argo-workflows/types.js';
import { namespace, repository, roles, run, shell, Team, workflow } from './argo-workflows/team.js';

const work = [{ name: 'work', mountPath: '/work' }];
const scratch = { volumes: [{ name: 'work', emptyDir: {} }] };

const all: Readonly<Record<string, WorkflowSpec>> = {
  set: {
    entrypoint: 'main',
    templates: [
      {
        ...{ name: 'main', ...scratch },
        containerSet: {
          volumeMounts: work,
          containers: [
            { name: 'a', ...run('echo a > /work/f') },
            { name: 'main', ...run('cat /work/f | tee /work/g'), dependencies: ['a'] },
          ],
        },
        outputs: { parameters: [{ name: 'got', valueFrom: { path: '/work/g' } }] },
      },
    ],
  },
  broken: {
    entrypoint: 'main',
    templates: [
      {
        name: 'main',
        containerSet: {
          containers: [
            { name: 'a', ...run('exit 2') },
            { name: 'b', ...run('true'), dependencies: ['a'] },
          ],
        },
      },
    ],
  },
  again: {
    entrypoint: 'main',
    templates: [
      {
        ...{ name: 'main', ...scratch },
        containerSet: {
          volumeMounts: work,
          retryStrategy: { retries: '3', duration: '2s' },
          containers: [
            { name: 'main', ...run('echo x >> /work/n; test $(cat /work/n | wc -l) -gt 2') },
          ],
        },
      },
    ],
  },
  files: {
    entrypoint: 'main',
    templates: [
      shell('write', 'mkdir -p /tmp/out/deep; echo one > /tmp/out/a; echo two > /tmp/out/deep/b', {
        outputs: {
          artifacts: [
            { name: 'folder', path: '/tmp/out' },
            { name: 'loose', path: '/tmp/out', archive: { none: {} }, s3: { key: 'loose' } },
            { name: 'maybe', path: '/tmp/none', optional: true },
          ],
        },
      }),
      shell('read', 'cat /in/deep/b /raw', {
        inputs: {
          artifacts: [
            { name: 'folder', path: '/in' },
            { name: 'raw', path: '/raw', raw: { data: 'three' } },
          ],
        },
      }),
      {
        name: 'list',
        data: {
          source: { artifactPaths: { name: 'loose', s3: { key: 'loose' } } },
          transformation: [{ expression: 'filter(data, {# endsWith "b"})' }],
        },
      },
      shell('print', 'test "{{inputs.parameters.file}}" = loose/deep/b', {
        inputs: { parameters: [{ name: 'file' }] },
      }),
      {
        name: 'main',
        steps: [
          [{ name: 'write', template: 'write' }],
          [
            {
              ...{ name: 'read', template: 'read' },
              arguments: {
                artifacts: [{ name: 'folder', from: '{{steps.write.outputs.artifacts.folder}}' }],
              },
            },
            { name: 'list', template: 'list' },
          ],
          [
            {
              ...{ name: 'print', template: 'print', withParam: '{{steps.list.outputs.result}}' },
              arguments: { parameters: [{ name: 'file', value: '{{item}}' }] },
            },
          ],
        ],
      },
    ],
  },
  missing: {
    entrypoint: 'main',
    templates: [
      shell('main', 'true', { outputs: { artifacts: [{ name: 'x', path: '/tmp/none' }] } }),
    ],
  },
  asks: {
    entrypoint: 'main',
    templates: [
      {
        name: 'http',
        inputs: { parameters: [{ name: 'url' }] },
        http: {
          url: '{{inputs.parameters.url}}',
          successCondition: 'response.statusCode == 200 && response.body contains "ok"',
        },
        metadata: { annotations: { 'seatrial.dev/result': 'it is ok' } },
      },
      { name: 'plug', plugin: { slack: {} } },
      {
        name: 'main',
        dag: {
          tasks: [
            {
              ...{ name: 'out', template: 'http' },
              arguments: { parameters: [{ name: 'url', value: 'https://example.com/hook' }] },
            },
            {
              ...{ name: 'in', template: 'http' },
              arguments: { parameters: [{ name: 'url', value: 'http://nobody.default.svc/x' }] },
            },
            { name: 'plug', template: 'plug' },
          ],
        },
      },
    ],
  },
  first: memoized('2 hours'),
  stopped: {
    entrypoint: 'main',
    onExit: 'bye',
    templates: [shell('main', 'sleep 9999'), shell('bye', 'true')],
  },
  paused: {
    entrypoint: 'main',
    suspend: true,
    templates: [shell('main', 'true')],
  },
};

function memoized(said: string): WorkflowSpec {
  return {
    entrypoint: 'main',
    templates: [
      shell('main', `echo ${said} > /tmp/out`, {
        memoize: { key: 'k', maxAge: '1h', cache: { configMap: { name: 'cache' } } },
        outputs: { parameters: [{ name: 'said', valueFrom: { path: '/tmp/out' } }] },
      }),
    ],
  };
}

describe('templates of Argo Workflows', () => {
  it('run each in its way', async () => {
    await using team = await Team.with(
      ...roles,
      ...repository,
      ...Object.entries(all).map(([name, spec]) => workflow(spec, name)),
    );
    await team.cluster.advance(30_000);
    // As `argo stop` and `argo resume` do it.
    await team.patch('stopped', { spec: { shutdown: 'Stop' } });
    await team.patch('paused', { spec: { suspend: null } });
    await team.apply(workflow(memoized('something else'), 'second'));
    await team.cluster.advance(60_000);
    await team.cluster.advance(60_000);
    expect(await team.phases()).toEqual({
      again: 'Succeeded',
      asks: 'Failed',
      broken: 'Failed: a: Error (exit code 2)',
      files: 'Succeeded',
      first: 'Succeeded',
      missing:
        'Error: wait: Error (exit code 64): open /var/run/argo/outputs/artifacts/tmp/none.tgz: no such file or directory',
      paused: 'Succeeded',
      second: 'Succeeded',
      set: 'Succeeded',
      stopped: "Failed: Stopped with strategy 'Stop'",
    });
    const { nodes = {} } = (await team.workflow('set')).status ?? {};
    expect(nodes['set']?.outputs?.parameters).toEqual([
      { name: 'got', valueFrom: { path: '/work/g' }, value: 'a' },
    ]);
    expect(await team.nodes('set')).toEqual([
      'set Pod Succeeded',
      'set.a Container Succeeded',
      'set.main Container Succeeded',
    ]);
    expect(await team.nodes('broken')).toEqual([
      'broken Pod Failed a: Error (exit code 2)',
      'broken.a Container Failed a: Error (exit code 2): ',
      'broken.b Container Error b: Error (exit code 64): dependency "a" exited with non-zero code: 2',
    ]);
    expect(await team.nodes('asks')).toEqual([
      'asks DAG Failed',
      'asks.in HTTP Failed Get "http://nobody.default.svc/x": unknown host',
      'asks.out HTTP Succeeded',
      'asks.plug Plugin Failed no plugin executed the template',
    ]);
    const second = (await team.workflow('second')).status?.nodes?.['second'];
    expect(second?.memoizationStatus).toEqual({ hit: true, key: 'k', cacheName: 'cache' });
    expect(second?.outputs?.parameters?.[0]?.value).toBe('2 hours');
    const cache = await team.get<ConfigMap>(`/api/v1/namespaces/${namespace}/configmaps/cache`);
    expect(cache.metadata.labels).toEqual({ 'workflows.argoproj.io/configmap-type': 'Cache' });
    const stopped = await team.nodes('stopped');
    expect(stopped).toContain('stopped.onExit Pod Succeeded');
    const write = Object.values((await team.workflow('files')).status?.nodes ?? {}).find(
      ({ displayName }) => displayName === 'write',
    );
    const pod = await team.get<Pod>(
      `/api/v1/namespaces/${namespace}/pods/files-write-${write?.id.split('-').at(-1) ?? ''}`,
    );
    expect(pod.spec?.volumes).toContainEqual({
      name: 'minio',
      secret: {
        secretName: 'minio',
        items: [{ key: 'accesskey', path: 'accesskey' }],
        defaultMode: 420,
      },
    });
    const at = `files/${pod.metadata.name ?? ''}`;
    expect(write?.outputs?.artifacts).toEqual([
      { name: 'folder', path: '/tmp/out', s3: { key: `${at}/folder.tgz` } },
      { name: 'loose', path: '/tmp/out', archive: { none: {} }, s3: { key: 'loose' } },
      { name: 'main-logs', s3: { key: `${at}/main.log` } },
    ]);
  });
});

describe("the controller's configuration", () => {
  it('bounds how many run, gives defaults and keeps as many as it says', async () => {
    await using team = await Team.with(...roles, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'workflow-controller-configmap', namespace: 'argo' },
      data: {
        parallelism: '1',
        retentionPolicy: 'completed: 1',
        executor: 'resources: {requests: {cpu: 25m}}',
        mainContainer: 'imagePullPolicy: Always',
        workflowDefaults:
          'metadata: {labels: {team: ml}}\nspec: {ttlStrategy: {secondsAfterFailure: 5}, podGC: {strategy: OnPodSuccess}}',
      },
    } as KubeObject);
    await team.cluster.advance(1000);
    const sleeps = (code: number) => ({
      entrypoint: 'main',
      templates: [shell('main', `sleep 20; exit ${code}`)],
    });
    await team.apply(workflow(sleeps(0), 'one'));
    await team.cluster.advance(1000);
    const urgent = workflow({ ...sleeps(1), priority: 5 }, 'urgent');
    const foreign = {
      ...workflow(sleeps(0), 'foreign'),
      metadata: {
        ...{ name: 'foreign', namespace },
        labels: { 'workflows.argoproj.io/controller-instanceid': 'other' },
      },
    };
    await team.apply(workflow(sleeps(0), 'two'), urgent, foreign);
    await team.cluster.advance(10_000);
    const postponed =
      'Pending: Workflow processing has been postponed because too many workflows are already running';
    expect(await team.phases()).toEqual({
      ...{ foreign: '', one: 'Running', two: postponed, urgent: postponed },
    });
    const pod = await team.get<Pod>(`/api/v1/namespaces/${namespace}/pods/one`);
    expect(
      pod.spec?.containers.map(({ name, imagePullPolicy, resources }) => [
        name,
        imagePullPolicy,
        resources,
      ]),
    ).toEqual([
      ['wait', 'IfNotPresent', { requests: { cpu: '25m' } }],
      ['main', 'Always', {}],
    ]);
    const { metadata, spec } = await team.workflow('one');
    expect(metadata.labels?.['team']).toBe('ml');
    expect(spec.ttlStrategy).toEqual({ secondsAfterFailure: 5 });
    await team.cluster.advance(40_000);
    // The one that is more urgent went first; it has failed, and is gone after its time.
    expect((await team.phases())['two']).toBe(postponed);
    await team.cluster.advance(60_000);
    await team.cluster.advance(60_000);
    await team.cluster.advance(60_000);
    expect(await team.phases()).toEqual({ foreign: '', two: 'Succeeded' });
  });
});
