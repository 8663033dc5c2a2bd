import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import type { KubeObject } from '../api/object.js';
import type { Answer } from '../client/contract.js';
import { Random } from '../engine/random.js';
import type { WebhookVerdict, Webhook } from './admission/webhook.js';
import { defaultJob } from './volcano/job-defaulter.js';
import { requestOfPod } from './volcano/job-events.js';
import { podOf } from './volcano/job-pods.js';
import { stepOf } from './volcano/job-states.js';
import { draftOf, written } from './volcano/job-status.js';
import { validateJob } from './volcano/job-validator.js';
import { requestsOfTasks } from './volcano/min-resources.js';
import { applyPolicies } from './volcano/policies.js';
import { defaultQueue, validateQueue } from './volcano/queue-webhooks.js';
import { shippedText } from './volcano/scheduler/configuration.js';
import { JobInfo } from './volcano/scheduler/job-info.js';
import { Shares } from './volcano/scheduler/shares.js';
import { TaskInfo } from './volcano/scheduler/task-info.js';
import { hostLists } from './volcano/svc-plugin.js';
import type { Job, JobSpec, JobStatus, Queue, TaskSpec } from './volcano/types.js';

function task(name: string, more: Partial<TaskSpec> = {}): TaskSpec {
  const container = { name: 'c', image: 'i', resources: { requests: { cpu: '1' } } };
  const template = { spec: { containers: [container] } };
  return { name, replicas: 2, minAvailable: 2, maxRetry: 3, template, ...more };
}

function job(spec: JobSpec, status: JobStatus = {}): Job {
  const metadata = { name: 'j', namespace: 'ns', uid: 'u' };
  const full = { minAvailable: 2, maxRetry: 3, queue: 'q', schedulerName: 'volcano', ...spec };
  return { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', metadata, spec: full, status };
}

/** What a webhook says, with these queues there. */
function judged(webhook: Webhook, request: object, queues: readonly Queue[] = []): WebhookVerdict {
  const steps = webhook({ operation: 'CREATE', name: 'j', namespace: 'ns', ...request });
  let step = steps.next(undefined as never);
  while (step.done !== true) {
    const name = (step.value as { readonly path: string }).path.split('/').at(-1);
    const one = queues.find(({ metadata }) => metadata.name === name);
    const object = name === 'queues' ? { items: queues } : one;
    const failure = { isOk: false, status: 404, reason: 'NotFound', message: '', body: {} };
    step = steps.next((object === undefined ? failure : { isOk: true, object }) as Answer);
  }
  return step.value;
}

function queue(name: string, more: Partial<Queue> = {}): Queue {
  return { metadata: { name, uid: name }, spec: {}, status: { state: 'Open' }, ...more };
}

describe('webhooks', () => {
  it('fill in a job, and the plug-ins that others need', () => {
    const object = { ...job({}), spec: { tasks: [{ replicas: 2 }], plugins: { mpi: [] } } };
    expect(judged(defaultJob, { object })).toMatchObject({
      object: {
        spec: {
          ...{ queue: 'default', schedulerName: 'volcano', maxRetry: 3, minAvailable: 2 },
          tasks: [{ name: 'default0', minAvailable: 2, maxRetry: 3 }],
          plugins: { mpi: [], svc: [], ssh: [] },
        },
      },
    });
  });

  it('refuse jobs that cannot be', () => {
    const refusal = (spec: JobSpec, queues = [queue('q')]): string => {
      const verdict = judged(validateJob, { object: job(spec) }, queues);
      return verdict.isAllowed ? '' : verdict.message;
    };
    expect(refusal({ tasks: [task('a')] })).toBe('');
    expect(refusal({ tasks: [task('a'), task('a')] })).toBe('duplicated task name a;');
    expect(refusal({ tasks: [task('a')], minAvailable: 3 })).toBe(
      "job 'minAvailable' should not be greater than total replicas in tasks;",
    );
    expect(refusal({ tasks: [task('a')] }, [])).toBe(
      'unable to find job queue: queue.scheduling.volcano.sh "q" not found;',
    );
    expect(refusal({ tasks: [task('a')] }, [queue('q', { status: { state: 'Closed' } })])).toBe(
      'can only submit job to queue with state `Open`, queue `q` status is `Closed`;',
    );
    const policies = ['PodFailed', '*'].map(event => ({ event, action: 'AbortJob' }));
    expect(refusal({ tasks: [task('a')], policies })).toContain(
      "1 error occurred:\n\t* if there's * here, no other policy should be here",
    );
    const dependsOn = { name: ['a'] };
    expect(refusal({ tasks: [task('a', { dependsOn })] })).toContain('directed acyclic graph');
  });

  it('let a job grow and shrink, and no more', () => {
    const old = job({ tasks: [task('a')] });
    const change = (tasks: readonly TaskSpec[]) =>
      judged(validateJob, { operation: 'UPDATE', object: job({ tasks }), oldObject: old });
    expect(change([task('a', { replicas: 5 })])).toEqual({ isAllowed: true });
    expect(change([task('b')])).toMatchObject({ isAllowed: false });
    expect(change([task('a'), task('b')])).toMatchObject({
      message: 'job updates may not add or remove tasks',
    });
  });

  it('keep what queues are guaranteed below what they may have', () => {
    const object = queue('a', {
      spec: {
        guarantee: { resource: { cpu: '4' } },
        deserved: { cpu: '2' },
        capability: { cpu: '1' },
      },
    });
    expect(judged(validateQueue, { object })).toMatchObject({
      message:
        '[requestBody.spec.deserved.cpu: Invalid value: "2": deserved[cpu]=2 must be >= guarantee[cpu]=4, requestBody.spec.deserved.cpu: Invalid value: "2": deserved[cpu]=2 must be <= capability[cpu]=1]',
    });
    expect(judged(defaultQueue, { object: queue('a') })).toMatchObject({
      object: { spec: { reclaimable: true, weight: 1 } },
    });
    expect(judged(validateQueue, { operation: 'DELETE', name: 'default' })).toMatchObject({
      message: '`default` queue can not be deleted',
    });
  });
});

describe('policies and states', () => {
  it("of a task come before its job's, and old pods have no say", () => {
    const one = job(
      {
        policies: [{ event: '*', action: 'AbortJob' }],
        tasks: [task('a', { policies: [{ exitCode: 3, action: 'RestartTask' }] })],
      },
      { version: 1 },
    );
    const request = { namespace: 'ns', job: 'j', jobUid: 'u', task: 'a', version: 1 };
    const action = (more: object) => applyPolicies(one, { ...request, event: '', ...more }).action;
    expect(action({ event: 'PodFailed', exitCode: 3 })).toBe('RestartTask');
    expect(action({ event: 'PodFailed', exitCode: 1 })).toBe('AbortJob');
    expect(action({ event: 'PodFailed', version: 0 })).toBe('SyncJob');
    expect(action({ event: 'OutOfSync' })).toBe('SyncJob');
    expect(action({ event: 'PodPending' })).toBe('SyncJob');
  });

  it('end a job by what became of its pods', () => {
    const phase = (spec: JobSpec, counts: object): string | undefined => {
      const one = job({ tasks: [task('a')], ...spec }, { state: { phase: 'Running' } });
      return stepOf(one, 'SyncJob').next({ ...draftOf(), ...counts })?.phase;
    };
    expect(phase({}, { running: 2 })).toBeUndefined();
    expect(phase({}, { succeeded: 2 })).toBe('Completed');
    expect(phase({}, { succeeded: 1, failed: 1 })).toBe('Failed');
    expect(phase({ minSuccess: 1 }, { succeeded: 1, running: 1 })).toBe('Completed');
    expect(phase({}, { pending: 1, running: 1 })).toBe('Pending');
  });

  it('try a job again as often as it may', () => {
    const one = job({ tasks: [task('a')] }, { state: { phase: 'Restarting' } });
    const next = (more: object) => stepOf(one, 'SyncJob').next({ ...draftOf(), ...more })?.phase;
    expect(next({ retryCount: 1, minAvailable: 2, terminating: 2 })).toBeUndefined();
    expect(next({ retryCount: 1, minAvailable: 2 })).toBe('Pending');
    expect(next({ retryCount: 3 })).toBe('Failed');
  });

  it('leave out of a status what is nothing', () => {
    expect(written({ pending: 0, running: 2, taskStatusCount: {} })).toEqual({ running: 2 });
  });
});

describe('pods', () => {
  const random = new Random(1);
  const one = job({ tasks: [task('a')], plugins: { env: [], svc: [], pytorch: ['--master=a'] } });

  it('are named and marked by job, task and index', () => {
    const pod = podOf(one, task('a'), 1, random);
    expect(pod.metadata).toMatchObject({
      name: 'j-a-1',
      labels: { 'volcano.sh/job-name': 'j', 'volcano.sh/task-index': '1' },
      annotations: { 'scheduling.k8s.io/group-name': 'j-u', 'volcano.sh/job-version': '0' },
    });
    expect(pod.spec).toMatchObject({ schedulerName: 'volcano', hostname: 'j-a-1', subdomain: 'j' });
    const env = pod.spec?.containers[0]?.env ?? [];
    expect(env.map(({ name, value }) => `${name}=${value ?? ''}`)).toEqual([
      ...['VK_TASK_INDEX=1', 'VC_TASK_INDEX=1', 'MASTER_ADDR=j-a-0.j', 'MASTER_PORT=23456'],
      ...['WORLD_SIZE=2', 'RANK=0', 'VC_A_HOSTS=', 'VC_A_NUM='],
    ]);
    expect(hostLists(one)).toEqual({
      'a.host': 'j-a-0.j\nj-a-1.j',
      VC_A_HOSTS: 'j-a-0.j,j-a-1.j',
      VC_A_NUM: '2',
    });
  });

  it('tell a task that is completed, and nothing once they are being restarted', () => {
    const pod = podOf(one, task('a'), 1, random);
    const succeeded: Pod = { ...pod, status: { phase: 'Succeeded' } };
    const change = { type: 'updated', object: succeeded, old: pod } as const;
    const lookUp = () => ({ task: task('a'), pods: [succeeded, succeeded] });
    expect(requestOfPod(change, lookUp)).toMatchObject({ event: 'TaskCompleted', task: 'a' });
    const annotations = {
      ...pod.metadata.annotations,
      'volcano.sh/controller-out-of-sync': 'true',
    };
    const marked = { ...pod, metadata: { ...pod.metadata, annotations } };
    expect(requestOfPod({ type: 'deleted', object: marked }, lookUp)?.event).toBe('OutOfSync');
    expect(requestOfPod({ type: 'deleted', object: pod }, lookUp)?.event).toBe('PodEvicted');
  });

  it('ask for what the least number of them needs', () => {
    const tasks = [task('a', { replicas: 4 }), task('b', { replicas: 3, minAvailable: 1 })];
    expect(requestsOfTasks(tasks, 5)).toMatchObject({ cpu: '5', pods: '5' });
    expect(requestsOfTasks(tasks, 1)).toMatchObject({ cpu: '1' });
  });
});

describe('the scheduler', () => {
  const pod = (name: string, phase: string, node?: string): Pod => ({
    metadata: { name, namespace: 'ns', uid: name },
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
      ...(node !== undefined && { nodeName: node }),
    },
    status: { phase },
  });
  const info = (name: string, pods: readonly Pod[], minMember: number): JobInfo => {
    const metadata = { name, namespace: 'ns', uid: name };
    const group = { metadata, spec: { minMember, queue: name } };
    return new JobInfo(
      group,
      pods.map(one => new TaskInfo(one, undefined)),
      0,
    );
  };

  it('takes a group for ready when as many have their places as must', () => {
    const half = info('a', [pod('a-0-0', 'Running', 'n'), pod('a-0-1', 'Pending')], 2);
    expect([half.isReady, half.isStarving, half.readyCount]).toEqual([false, true, 1]);
    expect(half.fitError()).toBe(
      'pod group is not ready, 1 Pending, 1 Running, 2 minAvailable; Pending: 1 Unschedulable',
    );
    expect(info('a', [pod('a-0-0', 'Failed')], 1).invalidity).toEqual({
      reason: 'NotEnoughTasks',
      message: 'Not enough valid tasks for gang-scheduling, valid: 0, min: 1',
    });
  });

  it('divides the cluster by weight, and gives on what is not asked for', () => {
    const pods = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => pod(`${name}-0-${index}`, 'Pending'));
    const jobs = [
      info('a', pods('a', 9), 1),
      info('b', pods('b', 9), 1),
      info('c', pods('c', 1), 1),
    ];
    const weights = { a: 2, b: 1, c: 1 };
    const queues = new Map(
      Object.entries(weights).map(([name, weight]) => [name, queue(name, { spec: { weight } })]),
    );
    const shares = new Shares(
      jobs,
      queues,
      new Map([
        ['cpu', 8000],
        ['pods', 100],
      ]),
    );
    const cpu = (name: string) => Math.round(shares.get(name)?.deserved.get('cpu') ?? 0);
    expect([cpu('c'), cpu('a') + cpu('b')]).toEqual([1000, 7000]);
    expect(cpu('a')).toBeGreaterThan(cpu('b'));
    const [first] = jobs[2]?.tasks ?? [];
    if (first === undefined || jobs[2] === undefined) throw new Error('no pod');
    expect(shares.mayTake('c', first)).toBe(true);
    shares.take(jobs[2], first, 1);
    expect([shares.mayTake('c', first), shares.isOverused('c')]).toEqual([false, true]);
  });
});

it('has hints for what it does not do', async () => {
  const { volcano } = await import('./volcano.js');
  const dependsOn = { name: ['a'] };
  const object = job({
    ...{ plugins: { ray: [] }, networkTopology: { mode: 'hard' }, minAvailable: 4 },
    tasks: [task('a'), task('b', { dependsOn })],
  });
  expect(volcano.hints?.(object as unknown as KubeObject)).toEqual([
    'plugins: ray is not simulated: its variables and commands are missing',
    'networkTopology is not simulated: there are no HyperNodes, pods go to any node',
    'dependsOn: b wait for pods to run, and no pod runs before minAvailable of them can: minAvailable must leave them out',
  ]);
  const of = (conf: string, namespace = 'volcano-system') => {
    const metadata = { name: 'volcano-scheduler-configmap', namespace };
    const data = { 'volcano-scheduler.conf': conf };
    return volcano.hints?.({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as never);
  };
  const late =
    'volcano-scheduler.conf is read when the kubelet writes it, up to 90 s after a change';
  expect(of(shippedText)).toEqual([late]);
  const plugins = `[{ name: gang, enableJobReady: false }, { name: binpack, arguments: { binpack.cpu: 5 } }, { name: sla }]`;
  expect(of(`actions: "allocate, shuffle"\ntiers: [{ plugins: ${plugins} }]`)).toEqual([
    late,
    'actions shuffle are not simulated',
    'plug-ins sla are not simulated',
    'plug-ins predicates are not listed, and are at work all the same',
    'switches gang enableJobReady: false are not simulated',
    'arguments binpack binpack.cpu are not read',
  ]);
  expect(of('actions: "allocate, dance"')).toEqual([
    'volcano-scheduler.conf is invalid, what was read before it stays: failed to find Action  dance',
  ]);
  expect(of(shippedText, 'default')).toEqual([
    'volcano-scheduler.conf is not read: the scheduler mounts the one in volcano-system',
  ]);
});
