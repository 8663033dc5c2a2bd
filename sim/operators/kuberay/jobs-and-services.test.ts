import { describe, expect, it } from 'vitest';
import { deletionTime, policyAfter } from './job-deletion.js';
import { jobCluster, submission, submitCommand } from './job-objects.js';
import { JobStatusDraft } from './job-status.js';
import { jobProblem } from './job-validation.js';
import { isAsWanted, serveServiceOf, serviceCluster, updatedCluster } from './service-objects.js';
import { initializingMs, serviceProblem } from './service-validation.js';
import type {
  RayCluster,
  RayClusterSpec,
  RayJob,
  RayJobSpec,
  RayJobStatus,
  RayService,
  RayServiceSpec,
  WorkerGroupSpec,
} from './types.js';

const template = (more: object = {}) => ({ spec: { containers: [{ name: 'ray', ...more }] } });

function group(more: Partial<WorkerGroupSpec> = {}): WorkerGroupSpec {
  const counts = { replicas: 1, minReplicas: 0, maxReplicas: 3 };
  return { groupName: 'w', ...counts, template: template(), ...more };
}

function rayCluster(spec: Partial<RayClusterSpec> = {}, metadata: object = {}): RayCluster {
  return {
    metadata: { name: 'c', namespace: 'ns', uid: 'u', ...metadata },
    spec: { headGroupSpec: { template: template() }, workerGroupSpecs: [group()], ...spec },
  };
}

describe('a RayJob', () => {
  const made = (spec: RayJobSpec = {}, status: RayJobStatus = {}): RayJob => ({
    metadata: { name: 'j', namespace: 'ns', uid: 'u', labels: { a: 'b' } },
    spec: { rayClusterSpec: rayCluster().spec, submissionMode: 'K8sJobMode', ...spec },
    status,
  });
  const problemOf = (spec: RayJobSpec) => jobProblem(made(spec))?.text;

  it('is refused where it contradicts itself', () => {
    expect(problemOf({})).toBeUndefined();
    expect(problemOf({ ttlSecondsAfterFinished: 5 })).toMatch(
      /shutdownAfterJobFinishes set to false cannot have TTLSecondsAfterFinished$/,
    );
    const clusterSelector = { 'ray.io/cluster': 'c' };
    expect(problemOf({ clusterSelector, submissionMode: 'SidecarMode' })).toBe(
      'ClusterSelector is not supported in SidecarMode',
    );
    expect(problemOf({ clusterSelector, backoffLimit: 1 })).toMatch(/with ClusterSelector mode$/);
    expect(problemOf({ submissionMode: 'InteractiveMode', backoffLimit: 1 })).toMatch(
      /BackoffLimit is incompatible with InteractiveMode$/,
    );
    expect(problemOf({ rayClusterSpec: rayCluster({ tlsOptions: {} }).spec })).toBe(
      'The RayJob spec is invalid: spec.tlsOptions requires the RayClusterMTLS feature gate to be enabled',
    );
    expect(problemOf({ runtimeEnvYAML: 'a: b: c' })).toMatch(/^failed to unmarshal RuntimeEnvYAML/);
    const rule = (policy: string, ttlSeconds: number) => ({
      policy,
      condition: { jobStatus: 'FAILED', ttlSeconds },
    });
    const deletionRules = [rule('DeleteCluster', 5), rule('DeleteWorkers', 9)];
    expect(problemOf({ deletionStrategy: { deletionRules } })).toBe(
      "for JobStatus 'FAILED': DeleteCluster TTL (5) must be >= DeleteWorkers TTL (9)",
    );
  });

  it('is submitted with what it says', () => {
    const job = made(
      {
        ...{ entrypoint: ' python a.py ', entrypointNumGpus: 0.5, metadata: { b: '1', a: '<' } },
        runtimeEnvYAML: 'b: [1]\na: x\n',
      },
      { jobId: 'j-1', dashboardURL: 'h:8265' },
    );
    const text = submitCommand(job, 'SidecarMode').join(' ');
    expect(text).toContain("urlopen('http://localhost:8265/api/gcs_healthz', timeout=10)");
    expect(text).toContain(
      String.raw`; ray job submit --address http://127.0.0.1:8265 --runtime-env-json "{\"a\":\"x\",\"b\":[1]}" --metadata-json "{\"a\":\"\\u003c\",\"b\":\"1\"}" --submission-id j-1 --entrypoint-num-gpus 0.500000 -- python a.py ;`,
    );
    expect(submission(job)).toEqual({
      ...{ entrypoint: ' python a.py ', submission_id: 'j-1', entrypoint_num_gpus: 0.5 },
      ...{ metadata: { b: '1', a: '<' }, runtime_env: { a: 'x', b: [1] } },
    });
    const { metadata, spec } = jobCluster(made({ submissionMode: 'SidecarMode' }), 'j-x');
    expect(metadata).toMatchObject({
      labels: { a: 'b', 'ray.io/originated-from-crd': 'RayJob' },
      annotations: { 'ray.io/disable-provisioned-head-restart': 'true' },
    });
    expect(spec.headGroupSpec.template.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{ name: 'ray' }, { name: 'ray-job-submitter' }],
    });
  });

  it('is deleted by its rules, the most of it that is due', () => {
    const rule = (policy: string, jobStatus: string, ttlSeconds: number) => ({
      policy,
      condition: { jobStatus, ttlSeconds },
    });
    const deletionRules = [
      rule('DeleteWorkers', 'FAILED', 10),
      rule('DeleteCluster', 'FAILED', 20),
      rule('DeleteSelf', 'SUCCEEDED', 0),
    ];
    const endTime = '1970-01-01T00:00:00Z';
    const job = made({ deletionStrategy: { deletionRules } }, { endTime, jobStatus: 'FAILED' });
    type Seen = Parameters<typeof policyAfter>[1];
    const view = { get: () => rayCluster() } as unknown as Seen;
    const gone = { get: () => undefined } as unknown as Seen;
    expect(deletionTime(job, 5_000)).toBe(10_000);
    expect([5_000, 15_000, 25_000].map(nowMs => policyAfter(job, view, nowMs))).toEqual([
      undefined,
      'DeleteWorkers',
      'DeleteCluster',
    ]);
    expect([policyAfter(job, gone, 25_000), deletionTime(job, 25_000)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('fails for good where time is up, and else is counted and tried again', () => {
    const draft = (old: RayJobStatus, spec: RayJobSpec = {}) =>
      new JobStatusDraft({ startTime: '1970-01-01T00:00:00Z', ...old }, spec, 400_000);
    const late = draft({}, { activeDeadlineSeconds: 60, backoffLimit: 2 });
    expect(late.missesDeadline()).toBe(true);
    late.count();
    expect(late.written()).toMatchObject({
      ...{ jobDeploymentStatus: 'Failed', reason: 'DeadlineExceeded', failed: 1, succeeded: 0 },
      ...{ endTime: '1970-01-01T00:06:40Z', rayClusterStatus: { desiredCPU: '0', head: {} } },
      message:
        'The RayJob has passed the activeDeadlineSeconds. StartTime: 1970-01-01 00:00:00 +0000 UTC. ActiveDeadlineSeconds: 60',
    });
    const again = draft(
      { jobDeploymentStatus: 'Failed', reason: 'AppFailed' },
      { backoffLimit: 1 },
    );
    again.count();
    expect(again.status).toMatchObject({ jobDeploymentStatus: 'Retrying', failed: 1 });
    const lost = draft({ jobStatusCheckFailureStartTime: '1970-01-01T00:01:00Z' });
    expect([lost.isUnknown(), lost.isUnknownTooLong()]).toEqual([false, true]);
    expect(draft({}).outlivesSubmitter('1970-01-01T00:06:00Z')).toBe(true);
    const ended = { jobStatus: 'FAILED', rayJobInfo: { endTime: '1970-01-01T00:00:10Z' } };
    const old = draft(ended);
    expect([old.outlivesJob(), old.status.jobDeploymentStatus]).toEqual([true, 'Failed']);
    expect(draft({ jobStatus: 'RUNNING', message: 'm' }).written()).toBeUndefined();
  });
});

describe('a RayService', () => {
  const made = (spec: Partial<RayServiceSpec> = {}, annotations = {}): RayService => ({
    metadata: { name: 's', namespace: 'ns', uid: 'u', annotations },
    spec: { rayClusterConfig: rayCluster().spec, ...spec },
  });

  it('is refused where it asks for what cannot be', () => {
    expect(serviceProblem(made())).toBeUndefined();
    expect(serviceProblem(made({ upgradeStrategy: { type: 'Slow' } }))?.text).toBe(
      'The RayService spec is invalid: Spec.UpgradeStrategy.Type value Slow is invalid, valid options are NewClusterWithIncrementalUpgrade, NewCluster, or None',
    );
    const timeout = 'ray.io/initializing-timeout';
    expect(serviceProblem(made({}, { [timeout]: 'soon' }))).toMatchObject({
      reason: 'InvalidRayServiceMetadata',
      text: expect.stringMatching(/has invalid format: soon\. Expected Go duration format/),
    });
    expect(['5m', '90', ''].map(text => initializingMs(made({}, { [timeout]: text })))).toEqual([
      300_000,
      90_000,
      undefined,
    ]);
    const headService = { metadata: { name: 'mine' } };
    const head = { headGroupSpec: { template: template(), headService } };
    expect(serviceProblem(made({ rayClusterConfig: rayCluster(head).spec }))?.text).toMatch(
      /headService\.metadata\.name should not be set$/,
    );
  });

  it('needs a new cluster for all but numbers, and groups that were added', () => {
    const cluster = serviceCluster(made(), 's-x');
    const exact = { allowsMoreGroups: false };
    const more = { allowsMoreGroups: true };
    const grown = made({
      rayClusterConfig: rayCluster({ workerGroupSpecs: [group({ replicas: 3 })] }).spec,
    });
    expect(isAsWanted(grown, cluster, exact)).toBe(true);
    const added = { workerGroupSpecs: [group(), group({ groupName: 'v' })] };
    const wider = made({ rayClusterConfig: rayCluster(added).spec });
    expect([exact, more].map(how => isAsWanted(wider, cluster, how))).toEqual([false, true]);
    const updated = updatedCluster(wider, { ...cluster, spec: { ...cluster.spec, suspend: true } });
    expect(updated.spec).toMatchObject({ suspend: true, workerGroupSpecs: [{}, {}] });
    const other = made({ rayClusterConfig: rayCluster({ rayVersion: '9' }).spec });
    expect([exact, more].map(how => isAsWanted(other, cluster, how))).toEqual([false, false]);
  });

  it('keeps what its author says of the Service', () => {
    const ports = [{ name: 'serve', port: 80, appProtocol: 'http' }];
    const serveService = { metadata: { name: 'web' }, spec: { type: 'NodePort', ports } };
    expect(serveServiceOf(made({ serveService }), rayCluster())).toMatchObject({
      metadata: { name: 'web', labels: { 'ray.io/serve': 's-serve' } },
      spec: {
        type: 'NodePort',
        ports,
        selector: { 'ray.io/cluster': 'c', 'ray.io/serve': 'true' },
      },
    });
    const containers = [{ name: 'ray', ports: [{ name: 'gcs', containerPort: 6379 }] }];
    const bare = rayCluster({ headGroupSpec: { template: { spec: { containers } } } });
    expect(serveServiceOf(made(), bare)).toMatch(/^Please specify a port named 'serve'/);
  });
});
