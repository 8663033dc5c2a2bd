/** The children of Dask's kinds. @upstream dask-kubernetes dask_kubernetes/operator/controller/controller.py build_* */
import type { Deployment } from '../../api/kinds/apps.js';
import type { EnvVar, Pod, PodSpec, Service } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import {
  daskClusters,
  daskJobs,
  daskWorkerGroups,
  labels as keys,
  schedulerName,
  type ChildMarks,
  type DaskCluster,
  type DaskJob,
  type DaskWorkerGroup,
} from './types.js';

type Texts = Readonly<Record<string, string>>;

/** Labels and annotations as children get them. */
export interface Marks {
  readonly labels: Texts;
  readonly annotations: Texts;
}

const noMesh = { 'sidecar.istio.io/inject': 'false' } as const;
const ignored = ['kopf.zalando.org', 'kubectl.kubernetes.io'];

/** Those of the owner, but kopf's and kubectl's annotations, and over them those of the template. */
export function marksOf({ metadata }: HasMetadata, template: ChildMarks = {}): Marks {
  const own = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => !ignored.some(domain => key.startsWith(domain)),
  );
  return {
    labels: { ...metadata.labels, ...template.labels },
    annotations: { ...Object.fromEntries(own), ...template.annotations },
  };
}

/** kopf's adopt: the owner controls the child, which is in its namespace and has its labels, too. */
function adopted<T extends HasMetadata>(owner: T, kind: Kind<T>, labels: Texts) {
  const { namespace } = owner.metadata;
  return {
    ...(namespace !== undefined && { namespace }),
    labels: { ...owner.metadata.labels, ...labels },
    ownerReferences: [ownerReference(owner, kind)],
  };
}

/**
 * The deployment and the pod template have one and the same metadata upstream, name and owner and
 * all, and its labels are the selector.
 */
function deployment(
  metadata: NonNullable<Deployment['metadata']>,
  podSpec: PodSpec | undefined,
): Deployment {
  const matchLabels = metadata.labels ?? {};
  return {
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels },
      template: { metadata, ...(podSpec !== undefined && { spec: podSpec }) },
    },
  };
}

/** The scheduler. */
export function schedulerDeployment(cluster: DaskCluster): Deployment {
  const { scheduler } = cluster.spec;
  const name = cluster.metadata.name ?? '';
  const { labels, annotations } = marksOf(cluster, scheduler.metadata);
  const all = { ...labels, [keys.cluster]: name, [keys.component]: 'scheduler', ...noMesh };
  const metadata = { name: schedulerName(name), ...adopted(cluster, daskClusters, all) };
  return deployment({ ...metadata, annotations }, scheduler.spec);
}

/** Its service. */
export function schedulerService(cluster: DaskCluster): Service {
  const { scheduler } = cluster.spec;
  const name = cluster.metadata.name ?? '';
  const { labels, annotations } = marksOf(cluster, scheduler.metadata);
  const all = { ...labels, [keys.cluster]: name, [keys.component]: 'scheduler' };
  const metadata = { name: schedulerName(name), ...adopted(cluster, daskClusters, all) };
  return { metadata: { ...metadata, annotations }, spec: scheduler.service };
}

/** The group of a cluster's own workers; it is adopted only when it is created. */
export function defaultWorkerGroup(cluster: DaskCluster): DaskWorkerGroup {
  const { worker } = cluster.spec;
  const { name = '', namespace } = cluster.metadata;
  const { labels, annotations } = marksOf(cluster, worker.metadata);
  return {
    metadata: {
      name: `${name}-default`,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, [keys.cluster]: name, [keys.component]: 'workergroup' },
      annotations,
    },
    spec: { cluster: name, worker },
  };
}

/** The address at which workers and clients look for the scheduler. */
function schedulerAddress(cluster: string, namespace: string): EnvVar {
  const value = `tcp://${schedulerName(cluster)}.${namespace}.svc.cluster.local:8786`;
  return { name: 'DASK_SCHEDULER_ADDRESS', value };
}

/** What containers do not say of themselves is added to their environments. */
function withEnv(spec: PodSpec, more: readonly EnvVar[]): PodSpec {
  const containers = spec.containers.map(container => {
    const env = container.env ?? [];
    const missing = more.filter(({ name }) => !env.some(known => known.name === name));
    return { ...container, env: [...env, ...missing] };
  });
  return { ...spec, containers };
}

/** One worker. `id` are ten hexadecimal digits. */
export function workerDeployment(
  group: DaskWorkerGroup,
  cluster: DaskCluster,
  id: string,
): Deployment {
  const { worker, cluster: clusterName } = group.spec;
  const { name: groupName = '', namespace = '' } = group.metadata;
  const name = `${groupName}-worker-${id}`;
  const { labels, annotations } = marksOf(group, worker.metadata);
  const own = {
    ...labels,
    [keys.cluster]: clusterName,
    [keys.workerGroup]: groupName,
    [keys.component]: 'worker',
    ...noMesh,
  };
  const owned = adopted(group, daskWorkerGroups, own);
  const metadata = {
    ...{ name, ...owned, annotations },
    labels: { ...cluster.metadata.labels, ...owned.labels },
  };
  const env = [{ name: 'DASK_WORKER_NAME', value: name }, schedulerAddress(clusterName, namespace)];
  return deployment(metadata, withEnv(worker.spec, env));
}

/** The cluster of a job. */
export function jobCluster(job: DaskJob): DaskCluster {
  const { cluster } = job.spec;
  const { name = '' } = job.metadata;
  const { labels, annotations } = marksOf(job, cluster.metadata);
  const metadata = { name, ...adopted(job, daskJobs, { ...labels, [keys.cluster]: name }) };
  // Upstream takes no more of the spec over: an idleTimeout there has no effect.
  const { worker, scheduler } = cluster.spec;
  return { metadata: { ...metadata, annotations }, spec: { worker, scheduler } };
}

/** The name of the pod that runs the job's program. */
export const runnerName = (job: string): string => `${job}-runner`;

/** The pod that runs the job's program. */
export function jobRunner(job: DaskJob): Pod {
  const { name = '', namespace = '' } = job.metadata;
  const { labels, annotations } = marksOf(job, job.spec.job.metadata);
  const all = { ...labels, [keys.cluster]: name, [keys.component]: 'job-runner', ...noMesh };
  const metadata = { name: runnerName(name), ...adopted(job, daskJobs, all) };
  return {
    metadata: { ...metadata, annotations },
    spec: withEnv(job.spec.job.spec, [schedulerAddress(name, namespace)]),
  };
}
