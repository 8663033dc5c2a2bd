/** KubeRay on a whole cluster: what becomes of services. */
import { describe, expect, it } from 'vitest';
import { cluster, core, root, Team } from './team.js';

const servicePath = `${root}/rayservices/fruit`;

function rayService(more: object = {}) {
  const serveConfigV2 = `
applications:
  - name: fruit
    route_prefix: /fruit
    deployments:
      - { name: Mango, num_replicas: 2, ray_actor_options: { num_cpus: 1 } }
`;
  return { serveConfigV2, rayClusterConfig: cluster({}), ...more };
}

describe('a RayService', () => {
  it('serves on a cluster of its own, and moves to a new one without a pause', async () => {
    const team = await Team.boot();
    await team.create('RayService', 'fruit', rayService({ rayClusterDeletionDelaySeconds: 10 }));
    await team.wait('90s');
    const first = await team.service();
    expect(first).toMatchObject({
      ...{ serviceStatus: 'Running', numServeEndpoints: 2, observedGeneration: 1 },
      activeServiceStatus: {
        rayClusterName: expect.stringMatching(/^fruit-\w{5}$/),
        applicationStatuses: {
          fruit: { status: 'RUNNING', serveDeploymentStatuses: { Mango: { status: 'HEALTHY' } } },
        },
      },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'NonZeroServeEndpoints' },
        { type: 'UpgradeInProgress', status: 'False', reason: 'NoPendingCluster' },
      ],
    });
    expect((await team.get(`${core}/services/fruit-serve-svc`))['spec']).toMatchObject({
      selector: { 'ray.io/cluster': team.active(first), 'ray.io/serve': 'true' },
      ports: [{ name: 'serve', port: 8000 }],
    });
    const told = await team.told('fruit');
    expect(told.map(text => text.split(' ')[0])).toEqual([
      ...['CreatedRayCluster', 'UpdatedServeApplications', 'UpdatedHeadPodServeLabel'],
      'CreatedService',
    ]);
    await team.patch(servicePath, { spec: { rayClusterConfig: { rayVersion: '2.52.1' } } });
    await team.wait('20s');
    const upgrading = await team.service();
    expect(upgrading).toMatchObject({ serviceStatus: 'Running' });
    expect(team.active(upgrading)).toBe(team.active(first));
    expect(await team.list(`${root}/rayclusters`)).toHaveLength(2);
    await team.wait('100s');
    const second = await team.service();
    expect(team.active(second)).not.toBe(team.active(first));
    expect(second).toMatchObject({ serviceStatus: 'Running', numServeEndpoints: 2 });
    expect(await team.list(`${root}/rayclusters`)).toHaveLength(1);
    await team.patch(servicePath, { spec: { suspend: true } });
    await team.wait('60s');
    expect((await team.service())['conditions']).toContainEqual(
      expect.objectContaining({ type: 'Suspended', status: 'True', reason: 'SuspendComplete' }),
    );
    expect(await team.list(`${core}/pods`)).toEqual([]);
    await team.delete(servicePath);
    await team.wait('10s');
    expect((await team.get(servicePath))['reason']).toBe('NotFound');
  });

  it('waits while its replicas find no room, and gives up when it was told to', async () => {
    const team = await Team.boot();
    const serveConfigV2 =
      'applications: [{ name: big, deployments: [{ name: B, num_replicas: 9 }] }]';
    const annotations = { 'ray.io/initializing-timeout': '60s' };
    await team.create('RayService', 'fruit', rayService({ serveConfigV2 }), annotations);
    await team.wait('50s');
    expect(await team.service()).toMatchObject({
      pendingServiceStatus: { applicationStatuses: { big: { status: 'DEPLOYING' } } },
      conditions: [{ type: 'Ready', status: 'False', reason: 'Initializing' }, {}],
    });
    await team.wait('100s');
    expect(await team.service()).toMatchObject({
      conditions: [{ type: 'Ready', status: 'False', reason: 'InitializingTimeout' }, {}],
    });
    expect(await team.list(`${root}/rayclusters`)).toEqual([]);
  });
});
