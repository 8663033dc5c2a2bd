/** KubeRay on a whole cluster: what becomes of Ray clusters. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { cluster, core, root, Team } from './team.js';

const path = `${root}/rayclusters/simple`;

describe('a RayCluster', () => {
  it('gets a head, its service and workers, which are counted, suspended and made anew', async () => {
    const team = await Team.boot();
    await team.create('RayCluster', 'simple', cluster({ replicas: 2 }));
    await team.wait('90s');
    const [head] = await team.pods('head');
    const name = head?.metadata.name ?? '';
    expect(name).toMatch(/^simple-head-\w{5}$/);
    expect((await team.names('worker'))[0]).toMatch(/^simple-small-worker-\w{5}$/);
    const { status } = (await team.get(path)) as KubeObject & { readonly status: Status };
    const { conditions, lastUpdateTime: _, head: info, ...rest } = status;
    expect(conditions.map(({ type, status: said, reason }) => `${type} ${said} ${reason}`)).toEqual(
      [
        'HeadPodReady True HeadPodRunningAndReady',
        'RayClusterProvisioned True AllPodRunningAndReadyFirstTime',
        'RayClusterSuspended False RayClusterSuspended',
        'RayClusterSuspending False RayClusterSuspending',
      ],
    );
    expect(info).toMatchObject({ podName: name, serviceName: 'simple-head-svc' });
    expect(info['serviceIP']).toBe(info['podIP']);
    expect(rest).toEqual({
      ...{ state: 'ready', observedGeneration: 1, stateTransitionTimes: expect.anything() },
      ...{ desiredCPU: '3', desiredMemory: '4Gi', desiredGPU: '0', desiredTPU: '0' },
      ...{ desiredWorkerReplicas: 2, readyWorkerReplicas: 2, availableWorkerReplicas: 2 },
      maxWorkerReplicas: 5,
      endpoints: {
        ...{ client: '10001', dashboard: '8265', 'gcs-server': '6379' },
        ...{ metrics: '8080', serve: '8000' },
      },
    });
    expect((await team.get(`${core}/services/simple-head-svc`))['spec']).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'ray.io/cluster': 'simple', 'ray.io/node-type': 'head' },
    });
    expect(await team.told('simple')).toEqual([
      'CreatedService Created service default/simple-head-svc',
      `CreatedHeadPod Created head Pod default/${name}`,
      // Events of one reason about one object are one series: the second pod is not named.
      expect.stringMatching(/^CreatedWorkerPod Created worker Pod default\/simple-small-worker-/),
    ]);
    await team.patch(path, { spec: { suspend: true } });
    await team.wait('60s');
    expect([...(await team.names('head')), ...(await team.names('worker'))]).toEqual([]);
    expect(await team.state('simple')).toBe('suspended');
    await team.patch(path, { spec: { suspend: false } });
    await team.wait('60s');
    expect(await team.state('simple')).toBe('ready');
    expect(await team.told('simple')).toContain(
      'DeletedPod Deleted Pods for RayCluster default/simple due to suspension',
    );
    await team.delete(path);
    await team.wait('40s');
    expect(await team.list(`${core}/pods`)).toEqual([]);
  });

  it('replaces pods that are lost: workers come back to a new head', async () => {
    const team = await Team.boot();
    await team.create('RayCluster', 'simple', cluster({}));
    await team.wait('60s');
    const [worker = ''] = await team.names('worker');
    await team.patch(`${core}/pods/${worker}`, { spec: { activeDeadlineSeconds: 1 } });
    await team.wait('60s');
    expect(await team.names('worker')).not.toContain(worker);
    expect(await team.state('simple')).toBe('ready');
    expect((await team.told('simple')).join('\n')).toContain(
      `DeletedWorkerPod Deleted worker Pod default/${worker}; Pod status: Failed; Pod restart policy: Always; Ray container terminated status: `,
    );
    const [head = ''] = await team.names('head');
    await team.delete(`${core}/pods/${head}`);
    await team.wait('120s');
    expect(await team.names('head')).not.toContain(head);
    // The raylet, which the new head does not know, ended; its container was started again.
    const [same] = await team.pods('worker');
    expect(same?.['status']).toMatchObject({
      containerStatuses: [{ restartCount: 1, ready: true }],
    });
  });

  it('is scaled by the work that waits, and by idleness', async () => {
    const team = await Team.boot();
    const load = { 'seatrial.dev/ray-load': '30s=4x120s' };
    const more = { enableInTreeAutoscaling: true, autoscalerOptions: { version: 'v2' } };
    await team.create('RayCluster', 'simple', cluster({ replicas: 0 }, more, load));
    await team.wait('100s');
    // One of four tasks runs on the head.
    expect(await team.names('worker')).toHaveLength(3);
    await team.wait('300s');
    expect(await team.names('worker')).toEqual([]);
    expect((await team.get(path))['spec']).toMatchObject({
      workerGroupSpecs: [{ replicas: 0, scaleStrategy: { workersToDelete: [] } }],
    });
    expect(await team.told('simple')).toEqual(
      expect.arrayContaining([
        'CreatedServiceAccount Created service account default/simple',
        'CreatedRole Created role default/simple',
        'CreatedRoleBinding Created role binding default/simple',
      ]),
    );
  });

  it('has its state in Redis emptied before it goes', async () => {
    const team = await Team.boot();
    const more = { gcsFaultToleranceOptions: { redisAddress: 'redis:6379' } };
    await team.create('RayCluster', 'simple', cluster({}, more));
    await team.wait('60s');
    expect((await team.get(path)).metadata.finalizers).toEqual([
      'ray.io/gcs-ft-redis-cleanup-finalizer',
    ]);
    await team.delete(path);
    await team.wait('120s');
    expect((await team.get(path))['reason']).toBe('NotFound');
    expect(await team.told('simple')).toContain(
      'CreatedRedisCleanupJob Created Redis cleanup Job default/simple-redis-cleanup',
    );
  });

  it('tells in an event what it refuses', async () => {
    const team = await Team.boot();
    await team.create('RayCluster', 'simple', cluster({ minReplicas: 6 }));
    await team.wait('5s');
    expect(await team.told('simple')).toEqual([
      'InvalidRayClusterSpec The RayCluster spec is invalid default/simple: worker group small has minReplicas 6 greater than maxReplicas 5',
    ]);
    expect(await team.apply('RayCluster', 'other', { ...cluster({}), managedBy: 'me' })).toMatch(
      "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
    );
  });
});

interface Status {
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
  readonly head: Readonly<Record<string, string>>;
  readonly lastUpdateTime: string;
}
