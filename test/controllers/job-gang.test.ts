/**
 * A Job whose pods are of use only together, with the gate WorkloadWithJob: the outcomes of upstream's
 * tests, told anew. @upstream pkg/controller/job/job_scheduling_manager_test.go
 */
import { describe, expect, it } from 'vitest';
import { jobs, type Job } from '../../sim/api/kinds/batch.js';
import { pods } from '../../sim/api/kinds/core.js';
import { podGroups, workloads } from '../../sim/api/kinds/scheduling-v1alpha2.js';
import type { HasMetadata, Kind, KubeObject } from '../../sim/api/object.js';
import { pathOf } from '../../sim/client/requests.js';
import { boot } from '../../sim/index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

function cluster(gates: Readonly<Record<string, boolean>> = {}, gpus = 2) {
  const capacity = { cpu: '8', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' };
  const devices = Array.from({ length: gpus }, (_, index) => ({
    resourceName: 'nvidia.com/gpu',
    id: `GPU-${index}`,
    model: 'NVIDIA-L4',
    memoryMiB: 23_034,
  }));
  const sim = boot({
    seed: 1,
    featureGates: { GenericWorkload: true, GangScheduling: true, ...gates },
    runtimeConfig: { 'scheduling.k8s.io/v1alpha2': 'true' },
    nodes: [{ name: 'n1', labels: {}, taints: [], capacity, devices, isControlPlane: false }],
  });
  const ask = <T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): T => {
    const headers = {
      'content-type': `application/${method === 'PATCH' ? 'merge-patch+' : ''}json`,
    };
    let answer: unknown;
    sim.serve({ method, path, headers, body }, admin, got => {
      answer = got.body;
    });
    return answer as T;
  };
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  run(5);
  return {
    run,
    ask,
    list: <T extends HasMetadata>(kind: Kind<T>) =>
      ask<{ readonly items: readonly T[] }>('GET', pathOf(kind, 'default')).items,
  };
}

const job = (parallelism: number, more: object = {}): KubeObject => ({
  metadata: { name: 'train' },
  spec: {
    parallelism,
    completions: parallelism,
    completionMode: 'Indexed',
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'c', image: 'i', resources: { limits: { 'nvidia.com/gpu': '1' } } }],
      },
    },
    ...more,
  },
});

describe('a Job with the gate WorkloadWithJob', () => {
  it('gets a Workload and a PodGroup, which its pods name', () => {
    const { ask, run, list } = cluster({ WorkloadWithJob: true });
    const { uid } = ask<Job>('POST', pathOf(jobs, 'default'), job(2)).metadata;
    run(2);
    const [workload] = list(workloads);
    const [group] = list(podGroups);
    expect(workload?.spec).toMatchObject({
      controllerRef: { apiGroup: 'batch', kind: 'Job', name: 'train' },
      podGroupTemplates: [{ name: 'train-pgt-0', schedulingPolicy: { gang: { minCount: 2 } } }],
    });
    const name = workload?.metadata.name ?? '';
    expect(group?.spec).toMatchObject({
      podGroupTemplateRef: {
        workload: { workloadName: name, podGroupTemplateName: 'train-pgt-0' },
      },
      schedulingPolicy: { gang: { minCount: 2 } },
    });
    expect(name).toMatch(/^train-[a-z0-9]+$/);
    expect(group?.metadata.name).toMatch(new RegExp(`^${name}-train-pgt-0-[a-z0-9]+$`));
    expect(group?.metadata.ownerReferences).toMatchObject([
      { kind: 'Job', uid, controller: true },
      { kind: 'Workload', name },
    ]);
    const podGroupName = group?.metadata.name;
    for (const { spec, metadata } of list(pods)) {
      expect(spec?.schedulingGroup).toEqual({ podGroupName });
      expect(spec?.nodeName).toBe('n1');
      expect(metadata.ownerReferences?.map(({ kind }) => kind)).toEqual(['Job']);
    }
    expect(list(pods)).toHaveLength(2);
  });

  it('holds nothing while its pods do not all fit, and keeps its parallelism', () => {
    const { ask, run, list } = cluster({ WorkloadWithJob: true });
    ask('POST', pathOf(jobs, 'default'), job(3));
    run(5);
    expect(list(pods).map(({ spec }) => spec?.nodeName)).toEqual([undefined, undefined, undefined]);
    const patch = { spec: { parallelism: 2, completions: 2 } };
    const { message } = ask<{ message?: string }>('PATCH', pathOf(jobs, 'default', 'train'), patch);
    const [group] = list(podGroups);
    expect(message).toBe(
      `jobs.batch "train" is forbidden: cannot change parallelism for a Job referencing gang-scheduled PodGroup "${group?.metadata.name ?? ''}"`,
    );
  });

  it.each([
    ['of one pod', job(1)],
    ['without indexes', job(2, { completionMode: 'NonIndexed' })],
    ['of more completions than parallel pods', job(2, { completions: 4 })],
  ])('%s gets none', (_what, given) => {
    const { ask, run, list } = cluster({ WorkloadWithJob: true });
    ask('POST', pathOf(jobs, 'default'), given);
    run(2);
    expect([...list(workloads), ...list(podGroups)]).toEqual([]);
    expect(list(pods).length).toBeGreaterThan(0);
  });
});

describe('without that gate', () => {
  it('gets none', () => {
    const { ask, run, list } = cluster();
    ask('POST', pathOf(jobs, 'default'), job(2));
    run(2);
    expect([...list(workloads), ...list(podGroups)]).toEqual([]);
  });
});

describe('a PodGroup', () => {
  it('that is deleted stays until no pod that may run names it', () => {
    const { ask, run, list } = cluster({ WorkloadWithJob: true }, 0);
    ask('POST', pathOf(jobs, 'default'), job(2));
    run(2);
    const name = list(podGroups)[0]?.metadata.name ?? '';
    ask('DELETE', pathOf(podGroups, 'default', name));
    run(2);
    expect(list(podGroups)[0]?.metadata.deletionTimestamp).toBeDefined();
    ask('DELETE', `${pathOf(jobs, 'default', 'train')}?propagationPolicy=Background`);
    run(10);
    expect(list(pods)).toEqual([]);
    expect(list(podGroups)).toEqual([]);
  });
});
