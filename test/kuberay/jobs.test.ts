/** KubeRay on a whole cluster: what becomes of jobs. */
import { describe, expect, it } from 'vitest';
import { cluster, core, root, Team } from './team.js';

function rayJob(more: object, workers: object = {}) {
  return { entrypoint: 'python train.py', rayClusterSpec: cluster(workers), ...more };
}

const jobPath = `${root}/rayjobs/train`;

describe('a RayJob', () => {
  it('makes a cluster, submits to it by a Job, and leaves the Job when it is over', async () => {
    const team = await Team.boot();
    const metadata = { 'seatrial.dev/ray-tasks': '2x60s' };
    const runtimeEnvYAML = 'pip: [requests]\n';
    const more = { metadata, runtimeEnvYAML, shutdownAfterJobFinishes: true };
    await team.create('RayJob', 'train', rayJob({ ...more, ttlSecondsAfterFinished: 30 }));
    await team.wait('60s');
    const running = await team.status('train');
    expect(running).toMatchObject({ jobStatus: 'RUNNING', jobDeploymentStatus: 'Running' });
    const [pod] = await team.list(`${core}/pods?labelSelector=job-name%3Dtrain`);
    const spec = pod?.['spec'] as { readonly containers: readonly [object] } | undefined;
    expect(spec?.containers[0]).toMatchObject({
      name: 'ray-job-submitter',
      command: ['/bin/bash', '-ce', '--'],
      args: [
        expect.stringContaining(
          'ray job submit --address http://' +
            `${String(running['rayClusterName'])}-head-svc.default.svc.cluster.local:8265 --no-wait ` +
            String.raw`--runtime-env-json "{\"pip\":[\"requests\"]}" --metadata-json "{\"seatrial.dev/ray-tasks\":\"2x60s\"}" ` +
            `--submission-id ${String(running['jobId'])} -- python train.py ; fi`,
        ),
      ],
    });
    await team.wait('70s');
    expect(await team.status('train')).toMatchObject({
      ...{ jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete', succeeded: 1, failed: 0 },
      message: 'Job finished successfully.',
      rayClusterStatus: { state: 'ready' },
    });
    await team.wait('60s');
    expect(await team.list(`${root}/rayclusters`)).toEqual([]);
    expect((await team.list('/apis/batch/v1/namespaces/default/jobs'))[0]?.metadata.name).toBe(
      'train',
    );
    expect(await team.told('train')).toEqual([
      expect.stringMatching(/^CreatedRayCluster Created RayCluster default\/train-\w{5}$/),
      'CreatedRayJobSubmitter Created Kubernetes Job default/train',
      expect.stringMatching(/^SuccessfulCreate Created pod: train-/),
      'CreatedService Created the service default/train-head-svc',
      'Completed Job completed',
      expect.stringMatching(/^DeletedRayCluster Deleted cluster default\/train-\w{5}$/),
    ]);
    await team.delete(jobPath);
    await team.wait('20s');
    expect((await team.get(jobPath))['reason']).toBe('NotFound');
  });

  it('is tried again on a new cluster, as often as its author allows', async () => {
    const team = await Team.boot();
    const metadata = { 'seatrial.dev/exit-code': '3' };
    const more = { metadata, submissionMode: 'HTTPMode', backoffLimit: 1 };
    await team.create('RayJob', 'train', rayJob(more));
    await team.wait('32s');
    expect(await team.status('train')).toMatchObject({ failed: 1 });
    await team.wait('60s');
    expect(await team.status('train')).toMatchObject({
      ...{ jobStatus: 'FAILED', jobDeploymentStatus: 'Failed', failed: 2, reason: 'AppFailed' },
      message: expect.stringMatching(/^Job entrypoint command failed with exit code 3/),
    });
  });

  it('is submitted beside the head, and fails with it', async () => {
    const team = await Team.boot();
    const metadata = { 'seatrial.dev/seconds': '300' };
    await team.create('RayJob', 'train', rayJob({ metadata, submissionMode: 'SidecarMode' }));
    await team.wait('50s');
    expect(await team.status('train')).toMatchObject({ jobStatus: 'RUNNING' });
    const [head = ''] = await team.names('head');
    await team.delete(`${core}/pods/${head}`);
    await team.wait('60s');
    expect(await team.status('train')).toMatchObject({
      ...{ jobDeploymentStatus: 'Failed', reason: 'SubmissionFailed' },
      message: 'Ray head pod container ray-job-submitter terminated with exit code 143: Error',
    });
  });

  it('sleeps when it is told to, and says what is wrong with it', async () => {
    const team = await Team.boot();
    const more = { metadata: { 'seatrial.dev/seconds': '300' }, shutdownAfterJobFinishes: true };
    await team.create('RayJob', 'train', rayJob(more));
    await team.wait('50s');
    await team.patch(jobPath, { spec: { suspend: true } });
    await team.wait('60s');
    expect(await team.status('train')).toMatchObject({ jobDeploymentStatus: 'Suspended' });
    expect(await team.list(`${core}/pods`)).toEqual([]);
    await team.patch(jobPath, { spec: { suspend: false, activeDeadlineSeconds: 60 } });
    await team.wait('70s');
    expect(await team.status('train')).toMatchObject({ reason: 'DeadlineExceeded' });
    await team.create('RayJob', 'other', rayJob({ suspend: true }));
    await team.wait('5s');
    expect(await team.status('other')).toMatchObject({
      jobDeploymentStatus: 'ValidationFailed',
      message:
        'The RayJob spec is invalid: a RayJob with shutdownAfterJobFinishes set to false is not allowed to be suspended',
    });
  });
});
