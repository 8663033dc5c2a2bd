import { describe, expect, it } from 'vitest';
import type { Job } from '../api/kinds/batch.js';
import { sortedJobs, statusesOf } from './jobset/child-jobs.js';
import { constructJob, constructService } from './jobset/construct.js';
import { defaultJobSet } from './jobset/defaulter.js';
import { applyFailurePolicy } from './jobset/failure-policy.js';
import { jobSetHints } from './jobset/hints.js';
import { StatusDraft } from './jobset/status-draft.js';
import { isSuccess } from './jobset/success-policy.js';
import { resumed } from './jobset/suspension.js';
import type { FailurePolicy, JobSet, JobSetSpec, ReplicatedJob } from './jobset/types.js';
import { validateJobSet } from './jobset/validator.js';

const now = '2026-03-02T10:00:00Z';
const prefix = 'jobset.sigs.k8s.io';

function replicated(name: string, more: Partial<ReplicatedJob> = {}): ReplicatedJob {
  const template = { spec: { containers: [{ name: 'c', image: 'i' }] } };
  const completions = { parallelism: 1, completions: 1 };
  const spec = { completionMode: 'Indexed', ...completions, template };
  return { name, replicas: 1, groupName: 'default', template: { spec }, ...more };
}

function jobSet(spec: JobSetSpec, status: JobSet['status'] = {}): JobSet {
  const metadata = { name: 'js', namespace: 'ns', uid: 'u' };
  return { apiVersion: 'jobset.x-k8s.io/v1alpha2', kind: 'JobSet', metadata, spec, status };
}

function childJob(of: JobSet, name: string, index: number, condition?: string): Job {
  const one = (of.spec.replicatedJobs ?? []).find(one => one.name === name);
  if (one === undefined) throw new Error(name);
  const job = constructJob(of, one, index);
  if (condition === undefined) return job;
  const message = 'it has';
  const told = { type: condition, status: 'True', reason: 'BackoffLimitExceeded', message };
  return { ...job, status: { conditions: [{ ...told, lastTransitionTime: now }] } };
}

function verdictOn(object: JobSet, oldObject?: JobSet): unknown {
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  const request = { operation, name: 'js', namespace: 'ns', object, oldObject } as never;
  return validateJobSet(request).next(undefined as never).value;
}

it('fills in a JobSet without a spec, for which its schema does not ask', () => {
  const { spec: _, ...bare } = jobSet({});
  const request = { operation: 'CREATE', name: 'js', namespace: 'ns', object: bare } as never;
  expect(defaultJobSet(request).next(undefined as never).value).toMatchObject({
    isAllowed: true,
    object: { spec: { replicatedJobs: [], successPolicy: { operator: 'All' } } },
  });
});

describe('child Jobs', () => {
  it('know their place among all, in their group and among their like', () => {
    const three = [replicated('a', { replicas: 2 }), replicated('b', { groupName: 'g' })];
    const all = jobSet({ replicatedJobs: [...three, replicated('c')] });
    const { metadata, spec } = childJob(all, 'c', 0);
    expect(metadata.name).toBe('js-c-0');
    expect(metadata.labels).toMatchObject({
      [`${prefix}/job-global-index`]: '3',
      [`${prefix}/job-group-index`]: '2',
      [`${prefix}/global-replicas`]: '4',
      [`${prefix}/group-replicas`]: '3',
    });
    expect(spec?.template.metadata?.labels).toEqual(metadata.labels);
  });

  it('have the name of the headless Service as subdomain', () => {
    const all = jobSet({
      replicatedJobs: [replicated('a')],
      network: { enableDNSHostnames: true },
    });
    expect(childJob(all, 'a', 0).spec?.template.spec?.subdomain).toBe('js');
    expect(constructService(all).spec).toMatchObject({ clusterIP: 'None' });
  });

  it('are counted by what became of them', () => {
    const all = jobSet({ replicatedJobs: [replicated('a', { replicas: 3 })] });
    const jobs = [childJob(all, 'a', 0, 'Failed'), childJob(all, 'a', 1, 'Complete')];
    const counts = statusesOf(all, sortedJobs(all, [...jobs, childJob(all, 'a', 2)]));
    const rest = { ready: 0, active: 0, suspended: 0 };
    expect(counts).toEqual([{ name: 'a', failed: 1, succeeded: 1, ...rest }]);
  });

  it('of before the last restart are of before', () => {
    const all = jobSet({ replicatedJobs: [replicated('a')] });
    const old = childJob(all, 'a', 0, 'Failed');
    const sorted = sortedJobs({ ...all, status: { restarts: 1 } }, [old]);
    expect(sorted).toMatchObject({ failed: [], previous: [old] });
  });

  it('go on where the template says by then', () => {
    const all = jobSet({ replicatedJobs: [replicated('a')], suspend: true });
    const there = replicated('a');
    const spec = { containers: [], nodeSelector: { pool: 'gpu' } };
    const wanted = { ...there, template: { spec: { template: { spec } } } };
    const { suspend, template } = resumed(childJob(all, 'a', 0), wanted).spec ?? {};
    expect(suspend).toBe(false);
    expect(template?.spec?.nodeSelector).toEqual({ pool: 'gpu' });
  });
});

describe('policies', () => {
  const failed = (policy: FailurePolicy | undefined, counted = 0) => {
    const spec = { replicatedJobs: [replicated('a')] };
    const given = policy === undefined ? spec : { ...spec, failurePolicy: policy };
    const all = jobSet(given, { restarts: counted, restartsCountTowardsMax: counted });
    const draft = new StatusDraft(all.status ?? {}, now);
    applyFailurePolicy(all, [childJob(all, 'a', 0, 'Failed')], draft);
    return draft;
  };

  it('without one, a failed Job fails the JobSet', () => {
    const draft = failed(undefined);
    expect(draft.status()).toMatchObject({ terminalState: 'Failed' });
    expect(draft.status().conditions?.[0]).toMatchObject({
      reason: 'FailedJobs',
      message: 'jobset failed due to one or more job failures (first failed job: js-a-0)',
    });
  });

  it('restart all Jobs as often as they may', () => {
    expect(failed({ maxRestarts: 1 }).status()).toMatchObject({
      restarts: 1,
      restartsCountTowardsMax: 1,
      conditions: [{ type: 'Restarting', reason: 'DefaultFailurePolicy' }],
    });
    expect(failed({ maxRestarts: 1 }, 1).status().conditions?.[0]?.reason).toBe(
      'ReachedMaxRestarts',
    );
  });

  it('follow the first rule that fits', () => {
    const rules = [
      { name: 'no', action: 'FailJobSet', onJobFailureReasons: ['DeadlineExceeded'] },
      {
        name: 'yes',
        action: 'RestartJobSetAndIgnoreMaxRestarts',
        onJobFailureMessagePatterns: ['^it'],
      },
    ];
    const draft = failed({ maxRestarts: 0, rules });
    expect(draft.status()).toMatchObject({ restarts: 1 });
    expect(draft.events.map(({ reason }) => reason)).toEqual([
      'FailurePolicy_yes',
      'RestartJobSetAndIgnoreMaxRestartsFailurePolicyAction',
    ]);
  });

  it('of success look at their targets only', () => {
    const replicatedJobs = [replicated('a'), replicated('b')];
    const all = jobSet({ replicatedJobs });
    const ofB = jobSet({
      replicatedJobs,
      successPolicy: { operator: 'All', targetReplicatedJobs: ['b'] },
    });
    const done = [childJob(all, 'b', 0, 'Complete')];
    expect([isSuccess(all, done), isSuccess(ofB, done)]).toEqual([false, true]);
  });
});

describe('webhooks', () => {
  it('fill in policies, names and the mode of completion', () => {
    const request = { operation: 'CREATE', name: 'js', namespace: 'ns' } as const;
    const object = jobSet({ replicatedJobs: [replicated('a')] }) as never;
    const { value } = defaultJobSet({ ...request, object }).next(undefined as never);
    expect(value).toMatchObject({
      object: {
        spec: {
          successPolicy: { operator: 'All' },
          startupPolicy: { startupPolicyOrder: 'AnyOrder' },
          network: { enableDNSHostnames: true, publishNotReadyAddresses: true },
        },
      },
    });
  });

  it('refuse what cannot be', () => {
    const dependsOn = [{ name: 'b', status: 'Ready' }] as const;
    const verdict = verdictOn(jobSet({ replicatedJobs: [replicated('a', { dependsOn })] }));
    expect(verdict).toEqual({
      isAllowed: false,
      code: 422,
      message:
        'JobSet.jobset.x-k8s.io "js" is invalid: [<nil>: Internal error: DependsOn can\'t be set for the first ReplicatedJob, <nil>: Internal error: replicatedJob: a cannot depend on replicatedJob: b]',
    });
  });

  it('let marks and places of a suspended JobSet change, and no more', () => {
    const old = jobSet({ replicatedJobs: [replicated('a')], suspend: true });
    const placed = {
      spec: {
        ...replicated('a').template.spec,
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'c', image: 'i' }], nodeSelector: { pool: 'gpu' } },
        },
      },
    };
    const change = jobSet({ replicatedJobs: [replicated('a', { template: placed })] });
    expect(verdictOn(change, old)).toEqual({ isAllowed: true });
    const more = jobSet({ replicatedJobs: [replicated('a', { replicas: 2 })], suspend: true });
    expect(verdictOn(more, old)).toMatchObject({ isAllowed: false });
  });
});

it('hints at sets that ask for nothing, or for what is not simulated', () => {
  const bare = jobSet({ replicatedJobs: [replicated('a')] });
  expect(jobSetHints({ ...bare })).toEqual([
    'a: its pods request nothing: they get no GPU, and share a node with anybody',
  ]);
  const others = jobSet({ managedBy: 'kueue.x-k8s.io/multikueue' });
  expect(jobSetHints({ ...others })[0]).toContain('nobody makes the Jobs of this set');
});
