import { describe, expect, it } from 'vitest';
import { clusterHash, jsonHash } from './kuberay/cluster-hash.js';
import {
  clusterStatus,
  desiredPods,
  headReadiness,
  isStatusChanged,
} from './kuberay/cluster-status.js';
import { Expectations } from './kuberay/expectations.js';
import { rayHints } from './kuberay/hints.js';
import { checkedLabel, checkedName, headHost, podPrefix } from './kuberay/names.js';
import { deletionReason, terminatedText } from './kuberay/pod-health.js';
import { headPod, workerPod } from './kuberay/pods.js';
import { versionNumbers } from './kuberay/ray-container.js';
import { headIngress, headService, serveService } from './kuberay/services.js';
import { groupParams, startCommand } from './kuberay/start-command.js';
import type { GroupSpec, RayCluster, RayClusterSpec, WorkerGroupSpec } from './kuberay/types.js';
import { metadataProblem, specProblem, upgradeProblem } from './kuberay/validation.js';

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

const problem = (spec: Partial<RayClusterSpec>, annotations = {}) =>
  specProblem(rayCluster(spec).spec, annotations);

describe('what the operator refuses', () => {
  it('is a name that its services cannot have', () => {
    expect(metadataProblem(rayCluster({}, { name: 'a'.repeat(54) }))).toBe(
      'RayCluster name should be no more than 53 characters',
    );
    expect(metadataProblem(rayCluster({}, { name: '1a' }))).toMatch(
      /^RayCluster name should be a valid DNS1035 label: \[a DNS-1035 label must/,
    );
    expect(metadataProblem(rayCluster())).toBeUndefined();
  });

  it('is groups that contradict themselves', () => {
    expect(problem({ headGroupSpec: { template: {} } })).toBe(
      'headGroupSpec should have at least one container',
    );
    expect(problem({ workerGroupSpecs: [group({ minReplicas: 4 })] })).toBe(
      'worker group w has minReplicas 4 greater than maxReplicas 3',
    );
    const resources = { CPU: '2' };
    expect(
      problem({ workerGroupSpecs: [group({ resources, rayStartParams: { 'num-cpus': '1' } })] }),
    ).toBe(
      'resource fields should not be set in both rayStartParams and Resources for w group; please use only one',
    );
    expect(problem({ workerGroupSpecs: [group({ labels: { 'a b': 'c' } })] })).toMatch(
      /^invalid label key for w group: 'a b', error: name part must consist/,
    );
    expect(problem({ workerGroupSpecs: [group({ idleTimeoutSeconds: 5 })] })).toMatch(
      /^worker group w: idleTimeoutSeconds is set, but autoscaler v2 is not enabled\./,
    );
    expect(problem({ rayVersion: '2.50', workerGroupSpecs: [group({ priority: 5 })] })).toBe(
      'worker group w: priority is set, but minimum Ray version is 2.56.0, got 2.50',
    );
  });

  it('is state that is kept in two ways, or behind a gate that is shut', () => {
    const gcsFaultToleranceOptions = { redisAddress: 'redis:6379' };
    expect(problem({ gcsFaultToleranceOptions }, { 'ray.io/ft-enabled': 'true' })).toMatch(
      /^ray\.io\/ft-enabled annotation and GcsFaultToleranceOptions are both set\./,
    );
    const env = [{ name: 'RAY_REDIS_ADDRESS', value: 'r' }];
    expect(problem({ headGroupSpec: { template: template({ env }) } })).toMatch(
      /^RAY_REDIS_ADDRESS is set which implicitly enables GCS fault tolerance, but/,
    );
    expect(problem({ gcsFaultToleranceOptions: { backend: 'rocksdb' } })).toMatch(
      /requires the GCSFaultToleranceEmbeddedStorage feature gate to be enabled$/,
    );
    expect(problem({ tlsOptions: { enabled: true } })).toMatch(/RayClusterMTLS feature gate/);
  });

  it('is scaling and tokens that Ray cannot do', () => {
    const scaled = { enableInTreeAutoscaling: true };
    expect(problem({ ...scaled, workerGroupSpecs: [group({ suspend: true })] })).toBe(
      'worker group w cannot be suspended with Autoscaler enabled',
    );
    const always = { spec: { ...template().spec, restartPolicy: 'Always' } };
    expect(
      problem({
        ...{ ...scaled, autoscalerOptions: { version: 'v2' } },
        workerGroupSpecs: [group({ template: always })],
      }),
    ).toBe('restartPolicy for worker group w should be Never or unset when using autoscaler V2');
    const authOptions = { mode: 'token' };
    expect(problem({ authOptions })).toMatch(/but RayVersion was not specified\./);
    expect(problem({ authOptions, rayVersion: 'latest' })).toBe(
      'authOptions.mode is \'token\' but RayVersion format is invalid: latest, could not parse "latest" as version',
    );
    expect(problem({ authOptions, rayVersion: '2.52.0' })).toBeUndefined();
    const made = { labels: { 'ray.io/originated-from-crd': 'RayJob' } };
    expect(upgradeProblem(rayCluster({ upgradeStrategy: { type: 'None' } }, made))).toBe(
      'upgradeStrategy cannot be set when RayCluster is created by RayJob',
    );
    expect([versionNumbers('2.9'), versionNumbers('v2.53.0rc1'), versionNumbers('2')]).toEqual([
      [2, 9, 0],
      [2, 53, 0],
      undefined,
    ]);
  });
});

describe('the command that starts Ray', () => {
  it('tells what the container has', () => {
    const limits = { cpu: '1500m', memory: '1Gi', 'nvidia.com/gpu': '2', 'google.com/tpu': '4' };
    expect(
      startCommand('worker', { block: 'true', 'log-color': 'false', x: 'false' }, { limits }),
    ).toBe(
      'ray start  --block  --log-color=false  --memory=1073741824  --num-cpus=2  --num-gpus=2  --resources=\'{"TPU":4}\' ',
    );
    expect(startCommand('head', { 'num-cpus': '0' }, { requests: { cpu: '3' } })).toBe(
      'ray start --head  --num-cpus=0 ',
    );
  });

  it('tells what the group says', () => {
    const groupSpec: GroupSpec = {
      ...{ template: template(), labels: { b: '1', a: '2' } },
      resources: { CPU: '2', memory: '1Gi', GPU: '1', Custom: '500m' },
    };
    expect(groupParams(groupSpec)).toEqual({
      ...{ 'num-cpus': '2', memory: '1073741824', 'num-gpus': '1' },
      ...{ resources: '\'{"Custom":0.5}\'', labels: 'a=2,b=1' },
    });
  });
});

describe('the pods of a cluster', () => {
  it('are a head with its labels, environment, probes and shared memory', () => {
    const resources = { limits: { memory: '1Gi' } };
    const headGroupSpec = { template: template({ resources, command: ['setup'] }) };
    const { metadata, spec } = headPod(rayCluster({ headGroupSpec }));
    expect(metadata).toMatchObject({
      generateName: 'c-head-',
      annotations: { 'ray.io/ft-enabled': 'false' },
      labels: {
        ...{ 'ray.io/is-ray-node': 'yes', 'ray.io/cluster': 'c', 'ray.io/node-type': 'head' },
        ...{ 'ray.io/group': 'headgroup', 'ray.io/identifier': 'c-head' },
        ...{ 'app.kubernetes.io/name': 'kuberay' },
        'app.kubernetes.io/created-by': 'kuberay-operator',
      },
    });
    const [ray] = spec?.containers ?? [];
    expect(spec?.volumes).toEqual([
      { name: 'shared-mem', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    ]);
    expect(ray?.command).toEqual(['/bin/bash', '-c', '--']);
    expect(ray?.args).toEqual([
      ' setup  && ulimit -n ${RAY_START_ULIMIT_OPEN_FILES:-65536}; ray start --head  --block  --dashboard-agent-listen-port=52365  --dashboard-host=0.0.0.0  --memory=1073741824  --metrics-export-port=8080 ',
    ]);
    expect(ray?.env?.map(({ name }) => name)).toEqual([
      ...['RAY_CLUSTER_NAME', 'RAY_CLUSTER_NAMESPACE', 'RAY_CLOUD_INSTANCE_ID'],
      ...['RAY_NODE_TYPE_NAME', 'KUBERAY_GEN_RAY_START_CMD', 'RAY_PORT', 'RAY_ADDRESS'],
      ...['RAY_USAGE_STATS_KUBERAY_IN_USE', 'RAY_USAGE_STATS_EXTRA_TAGS'],
      'RAY_DASHBOARD_ENABLE_K8S_DISK_USAGE',
    ]);
    expect(ray?.readinessProbe).toMatchObject({ initialDelaySeconds: 10, timeoutSeconds: 5 });
    expect(ray?.readinessProbe?.exec?.command?.[2]).toBe(
      'wget --tries 1 -T 2 -q -O- http://localhost:52365/api/local_raylet_healthz | grep success && wget --tries 1 -T 10 -q -O- http://localhost:8265/api/gcs_healthz | grep success',
    );
    const { spec: newer } = headPod(rayCluster({ rayVersion: '2.53.0' }));
    expect(newer?.containers[0]?.livenessProbe).toMatchObject({
      httpGet: { path: '/api/healthz', port: 52_365 },
    });
  });

  it('are workers that wait for the head', () => {
    const { metadata, spec } = workerPod(rayCluster(), group(), { replicaIndex: 2 });
    expect(metadata).toMatchObject({
      generateName: 'c-w-worker-',
      labels: { 'ray.io/identifier': 'c-worker', 'ray.io/worker-group-replica-index': '2' },
    });
    const [waiting] = spec?.initContainers ?? [];
    expect(waiting).toMatchObject({
      name: 'wait-gcs-ready',
      env: [
        { name: 'FQ_RAY_IP', value: 'c-head-svc.ns.svc.cluster.local' },
        { name: 'RAY_IP', value: 'c-head-svc' },
      ],
      resources: { limits: { cpu: '200m', memory: '256Mi' } },
    });
    expect(waiting?.args?.[0]).toContain(
      'ray health-check --address c-head-svc.ns.svc.cluster.local:6379 ',
    );
    expect(spec?.containers[0]?.env?.slice(0, 2).map(({ name }) => name)).toEqual([
      'FQ_RAY_IP',
      'RAY_IP',
    ]);
    const tolerant = rayCluster({ gcsFaultToleranceOptions: { redisAddress: 'r' } });
    const [ray] = workerPod(tolerant, group(), { replicaIndex: 0 }).spec?.containers ?? [];
    expect(ray?.env?.[0]).toEqual({
      name: 'RAY_gcs_rpc_server_reconnect_timeout_s',
      value: '600',
    });
  });

  it('of a service are held to what is served', () => {
    const made = rayCluster({}, { labels: { 'ray.io/originated-from-crd': 'RayService' } });
    expect(headPod(made).metadata.labels?.['ray.io/serve']).toBe('false');
    const { metadata, spec } = workerPod(made, group(), { replicaIndex: 0 });
    expect(metadata.labels?.['ray.io/serve']).toBe('true');
    expect(spec?.containers[0]?.readinessProbe).toMatchObject({ failureThreshold: 1 });
    expect(spec?.containers[0]?.readinessProbe?.exec?.command?.[2]).toContain(
      'http://localhost:8000/-/healthz',
    );
  });

  it('have the autoscaler beside the head, and keep state, where that is asked for', () => {
    const scaled = rayCluster({
      enableInTreeAutoscaling: true,
      autoscalerOptions: { version: 'v2', image: 'own' },
      gcsFaultToleranceOptions: { redisAddress: 'r:6379', redisPassword: { value: 's' } },
    });
    const { metadata, spec } = headPod(scaled);
    expect(metadata.annotations).toMatchObject({
      'ray.io/ft-enabled': 'true',
      'ray.io/external-storage-namespace': 'u',
    });
    expect(spec).toMatchObject({ serviceAccountName: 'c', restartPolicy: 'Never' });
    expect(spec?.volumes?.map(({ name }) => name)).toEqual(['shared-mem', 'ray-logs']);
    const [ray, scaler] = spec?.containers ?? [];
    expect(scaler).toMatchObject({ name: 'autoscaler', image: 'own' });
    expect(ray?.args?.[0]).toContain('--no-monitor  --redis-password=$REDIS_PASSWORD ');
    expect(ray?.env?.slice(0, 4)).toEqual([
      { name: 'RAY_enable_autoscaler_v2', value: 'true' },
      { name: 'RAY_external_storage_namespace', value: 'u' },
      { name: 'RAY_REDIS_ADDRESS', value: 'r:6379' },
      { name: 'REDIS_PASSWORD', value: 's' },
    ]);
  });

  it('go when they are past help', () => {
    const status = (phase: string, state = {}) => ({
      ...{ metadata: { name: 'p' }, spec: { ...template().spec, restartPolicy: 'Never' } },
      status: { phase, containerStatuses: [{ name: 'ray', state }] },
    });
    const ended = {
      terminated: {
        ...{ exitCode: 1, reason: 'Error', containerID: 'x' },
        ...{ startedAt: '2026-01-01T00:00:01Z', finishedAt: '2026-01-01T00:00:02Z' },
      },
    };
    type Given = Parameters<typeof deletionReason>[0];
    expect(deletionReason(status('Failed') as unknown as Given, 'head')).toMatch(
      /^The head Pod p status is Failed which is a terminal state\./,
    );
    const broken = status('Running', ended) as unknown as Given;
    expect(deletionReason(broken, 'worker')).toMatch(/its restart policy Never, so KubeRay will/);
    expect(terminatedText(broken)).toBe(
      '&ContainerStateTerminated{ExitCode:1,Signal:0,Reason:Error,Message:,StartedAt:2026-01-01 00:00:01 +0000 UTC,FinishedAt:2026-01-01 00:00:02 +0000 UTC,ContainerID:x,}',
    );
    expect(deletionReason(status('Running') as unknown as Given, 'worker')).toBeUndefined();
  });
});

it('names what it makes within the bounds of names', () => {
  expect(podPrefix('A'.repeat(60), 'head')).toBe(`${'a'.repeat(50)}-head-`);
  expect(checkedName(`x${'1'.repeat(50)}`)).toBe(`r${'1'.repeat(49)}`);
  expect(checkedLabel(`${'x'.repeat(10)}-${'y'.repeat(62)}`)).toBe(`r${'y'.repeat(62)}`);
  const headService = { metadata: { name: 'mine' } };
  expect(headHost(rayCluster({ headGroupSpec: { template: template(), headService } }))).toBe(
    'mine.ns.svc.cluster.local',
  );
});

it('makes services of the ports that the head has', () => {
  const ports = [{ containerPort: 8000, name: 'serve' }, { containerPort: 9 }];
  const served = rayCluster({ headGroupSpec: { template: template({ ports }) } });
  expect(headService(served).spec?.ports?.map(({ name }) => name)).toEqual([
    '9-port',
    'metrics',
    'serve',
  ]);
  expect(serveService(served)).toMatchObject({
    metadata: { name: 'c-serve-svc', labels: { 'ray.io/serve': 'c-serve' } },
    spec: { selector: { 'ray.io/cluster': 'c' }, ports: [{ name: 'serve', port: 8000 }] },
  });
  const open = rayCluster({ headGroupSpec: { template: template(), serviceType: 'NodePort' } });
  expect(headService(open).spec).toMatchObject({ type: 'NodePort' });
  expect(headService(open).spec?.clusterIP).toBeUndefined();
  const annotations = { 'kubernetes.io/ingress.class': 'nginx', a: 'b' };
  expect(headIngress(rayCluster({}, { annotations }))).toMatchObject({
    metadata: { name: 'c-head-ingress', annotations: { a: 'b' } },
    spec: { ingressClassName: 'nginx', rules: [{ http: { paths: [{ path: '/' }] } }] },
  });
});

describe('the status', () => {
  const service = { metadata: { name: 's' }, spec: { clusterIP: '10.0.0.1' } };
  const seen = { pods: [], heads: [], failure: undefined, now: '2026-01-01T00:00:00Z' };

  it('counts workers within their bounds', () => {
    expect(desiredPods(group({ replicas: 5 }))).toBe(3);
    expect(desiredPods(group({ replicas: 1, minReplicas: 2, numOfHosts: 4 }))).toBe(8);
    expect(desiredPods(group({ suspend: true }))).toBe(0);
  });

  it('tells why pods could not be made', () => {
    const failure = { reason: 'FailedCreateHeadPod', message: 'FailedCreateHeadPod\nno' };
    const status = clusterStatus(rayCluster(), { ...seen, services: [service], failure });
    if (typeof status === 'string') throw new Error(status);
    expect(status.conditions?.[0]).toMatchObject({ type: 'ReplicaFailure', status: 'True' });
    expect(status.head).toEqual({ serviceIP: '10.0.0.1', serviceName: 's' });
    expect(isStatusChanged(status, { ...status, desiredCPU: '9', lastUpdateTime: '' })).toBe(false);
    expect(isStatusChanged(status, { ...status, state: 'ready' })).toBe(true);
    expect(clusterStatus(rayCluster(), { ...seen, services: [] })).toMatch(/^unable to find head/);
  });

  it('tells what holds a head up', () => {
    const ready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'm' };
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    const containerStatuses = [{ name: 'ray', state: { waiting } }];
    const status = { conditions: [ready], containerStatuses };
    const pod = { metadata: {}, status } as unknown as Parameters<typeof headReadiness>[0];
    expect(headReadiness(pod)).toEqual({
      ...{ status: 'False', reason: 'ImagePullBackOff' },
      message: 'm; ray: no such image',
    });
  });
});

it('hashes what pods are made of, and not how many there are', () => {
  const { spec } = rayCluster();
  const more = { ...spec, workerGroupSpecs: [group({ replicas: 3 })] };
  expect(clusterHash(more)).toBe(clusterHash(spec));
  expect(clusterHash({ ...spec, rayVersion: '1' })).not.toBe(clusterHash(spec));
  expect(jsonHash({})).toMatch(/^[0-9A-V]{32}$/);
});

it('waits for what it did to be seen', () => {
  const expectations = new Expectations();
  type Seen = Parameters<Expectations['isMet']>[2];
  const view = (isThere: boolean) => ({ get: () => (isThere ? {} : undefined) }) as unknown as Seen;
  expectations.expect('ns/c', 'w', 'p', { action: 'create', atMs: 0 });
  expect(expectations.isMet('ns/c', 'w', view(false), 1_000)).toBe(false);
  expect(expectations.isMet('ns/c', 'other', view(false), 1_000)).toBe(true);
  expect(expectations.isMet('ns/c', 'w', view(false), 30_001)).toBe(true);
  expectations.expect('ns/c', 'w', 'p', { action: 'delete', atMs: 0 });
  expect(expectations.isMet('ns/c', 'w', view(true), 99_000)).toBe(false);
  expectations.forget('ns/c');
  expect(expectations.isMet('ns/c', 'w', view(true), 99_000)).toBe(true);
});

it('tells authors what would surprise them', () => {
  const hinted = (spec: Partial<RayClusterSpec>) =>
    rayHints({ apiVersion: 'ray.io/v1', kind: 'RayCluster', ...rayCluster(spec) });
  expect(hinted({})).toEqual([]);
  expect(hinted({ enableInTreeAutoscaling: true })).toEqual([
    expect.stringMatching(/^the autoscaler adds workers for tasks that wait, and programs are not/),
  ]);
  expect(hinted({ workerGroupSpecs: [group({ replicas: 4 })] })).toEqual([
    'worker group w: replicas 4 is above maxReplicas 3, and only so many run',
  ]);
  expect(hinted({ tlsOptions: {} })[0]).toMatch(/^the operator takes no notice of it but for an/);
});
