/** What is made for a RayJob: its cluster, its submitter and a service. @upstream kuberay v1.7.0 rayjob_controller.go, common/job.go */
import { goJson, goQuote } from '../../api/go-text.js';
import { isRecord } from '../../api/equality.js';
import type { Job } from '../../api/kinds/batch.js';
import type { Container, PodTemplateSpec, Service } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { parseYamlBody } from '../../api/yaml.js';
import { keys, ports } from './keys.js';
import { headIdentifier } from './names.js';
import { authEnv } from './pods.js';
import { headService } from './services.js';
import { rayJobs, type RayCluster, type RayJob } from './types.js';

const submitterName = 'ray-job-submitter';

/** The labels of all that comes of the job. */
export function originLabels({ metadata }: RayJob): Record<string, string> {
  return { [keys.originName]: metadata.name ?? '', [keys.originKind]: 'RayJob' };
}

/** The job's cluster. */
export function jobCluster(job: RayJob, name: string): RayCluster {
  const { metadata, spec } = job;
  const isSidecar = spec.submissionMode === 'SidecarMode';
  const annotations = {
    ...metadata.annotations,
    ...(isSidecar && { [keys.disablesHeadRestart]: 'true' }),
  };
  const cluster: RayCluster = {
    metadata: {
      name,
      namespace: metadata.namespace ?? '',
      labels: {
        ...metadata.labels,
        ...originLabels(job),
        'ray.io/job-submission-mode': spec.submissionMode ?? '',
      },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownerReference(job, rayJobs)],
    },
    spec: spec.rayClusterSpec ?? { headGroupSpec: { template: {} } },
  };
  return isSidecar ? withSidecar(job, cluster) : cluster;
}

function withSidecar(job: RayJob, cluster: RayCluster): RayCluster {
  const { headGroupSpec: group } = cluster.spec;
  const given = group.template.spec ?? { containers: [] };
  const containers = [
    ...given.containers,
    submitter(job, cluster, defaultSubmitter(cluster), 'SidecarMode'),
  ];
  const template = {
    ...group.template,
    spec: { ...given, containers, restartPolicy: 'Never' },
  };
  return { ...cluster, spec: { ...cluster.spec, headGroupSpec: { ...group, template } } };
}

function defaultSubmitter({ spec }: RayCluster): Container {
  const image = spec.headGroupSpec.template.spec?.containers[0]?.image;
  return {
    name: submitterName,
    ...(image !== undefined && { image }),
    resources: {
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '500m', memory: '200Mi' },
    },
  };
}

function submitter(
  job: RayJob,
  cluster: RayCluster,
  container: Container,
  mode: 'K8sJobMode' | 'SidecarMode',
): Container {
  const isOwn = (container.command ?? []).length > 0 && mode === 'K8sJobMode';
  const env = [
    ...(container.env ?? []),
    { name: 'PYTHONUNBUFFERED', value: '1' },
    { name: 'RAY_DASHBOARD_ADDRESS', value: job.status?.dashboardURL ?? '' },
    { name: 'RAY_JOB_SUBMISSION_ID', value: job.status?.jobId ?? '' },
  ];
  return {
    ...container,
    ...(!isOwn && {
      command: ['/bin/bash', '-ce', '--'],
      args: [submitCommand(job, mode).join(' ')],
    }),
    env: [...env, ...authEnv(cluster, env)],
  };
}

/** The Job that submits. */
export function submitterJob(job: RayJob, cluster: RayCluster): Job {
  const { name = '', namespace = '' } = job.metadata;
  const labels = { ...originLabels(job), [keys.createdBy]: 'kuberay-operator' };
  return {
    metadata: { name, namespace, labels, ownerReferences: [ownerReference(job, rayJobs)] },
    spec: {
      backoffLimit: job.spec.submitterConfig?.backoffLimit ?? 2,
      template: submitterTemplate(job, cluster, labels),
    },
  };
}

function submitterTemplate(
  job: RayJob,
  cluster: RayCluster,
  labels: Readonly<Record<string, string>>,
): PodTemplateSpec {
  const given = job.spec.submitterPodTemplate ?? {
    spec: { containers: [defaultSubmitter(cluster)], restartPolicy: 'Never' },
  };
  const [first, ...rest] = given.spec?.containers ?? [];
  const own = first ?? defaultSubmitter(cluster);
  return {
    ...given,
    metadata: { ...given.metadata, labels: { ...given.metadata?.labels, ...labels } },
    spec: { ...given.spec, containers: [submitter(job, cluster, own, 'K8sJobMode'), ...rest] },
  };
}

/** The words of the script that submits. */
export function submitCommand(job: RayJob, mode: 'K8sJobMode' | 'SidecarMode'): readonly string[] {
  const { spec, status = {} } = job;
  const isSidecar = mode === 'SidecarMode';
  const head = spec.rayClusterSpec?.headGroupSpec.template.spec?.containers[0];
  const port =
    head?.ports?.find(({ name }) => name === 'dashboard')?.containerPort ?? ports.dashboard;
  const url = status.dashboardURL ?? '';
  const address = isSidecar
    ? `http://127.0.0.1:${port}`
    : url.startsWith('http://')
      ? url
      : `http://${url}`;
  const health = isSidecar
    ? `http://localhost:${port}/api/gcs_healthz`
    : `${address}/api/gcs_healthz`;
  const id = status.jobId ?? '';
  const ask = `python -c "import urllib.request; r=urllib.request.urlopen('${health}', timeout=10); exit(0 if b'success' in r.read() else 1)"`;
  const waiting = goQuote(`Waiting for Ray Dashboard GCS to become healthy at ${address} ...`);
  return [
    ...['until', ask, '>/dev/null', '2>&1', ';'],
    ...['do', 'echo', waiting, ';', 'sleep', '2', ';', 'done', ';'],
    ...(isSidecar
      ? []
      : ['if', '!', 'ray', 'job', 'status', '--address', address, id, '>/dev/null', '2>&1']),
    ...(isSidecar ? [] : [';', 'then']),
    ...['ray', 'job', 'submit', '--address', address],
    ...(isSidecar ? [] : ['--no-wait']),
    ...submitFlags(job),
    ...['--', (spec.entrypoint ?? '').trim(), ';'],
    ...(isSidecar ? [] : ['fi', ';', 'ray', 'job', 'logs', '--address', address, '--follow', id]),
  ];
}

function submitFlags({ spec, status }: RayJob): readonly string[] {
  const { metadata = {}, entrypointNumCpus: cpus = 0, entrypointNumGpus: gpus = 0 } = spec;
  const env = runtimeEnv(spec.runtimeEnvYAML);
  const id = status?.jobId ?? '';
  const resources = spec.entrypointResources ?? '';
  return [
    ...(env === undefined ? [] : ['--runtime-env-json', goQuote(goJson(env))]),
    ...(Object.keys(metadata).length > 0
      ? ['--metadata-json', goQuote(goJson(ordered(metadata)))]
      : []),
    ...(id === '' ? [] : ['--submission-id', id]),
    ...(cpus > 0 ? ['--entrypoint-num-cpus', cpus.toFixed(6)] : []),
    ...(gpus > 0 ? ['--entrypoint-num-gpus', gpus.toFixed(6)] : []),
    ...(resources === '' ? [] : ['--entrypoint-resources', goQuote(resources)]),
  ];
}

/** The job's environment as JSON has it; undefined: none is asked for. */
export function runtimeEnv(text = ''): unknown {
  const read = parseYamlBody(text);
  return text === '' || !read.isOk ? undefined : ordered(read.value.value);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
}

/** What is sent where the operator itself submits. */
export function submission({ spec, status }: RayJob): Readonly<Record<string, unknown>> {
  const { metadata = {}, entrypointNumCpus: cpus = 0, entrypointNumGpus: gpus = 0 } = spec;
  const env = runtimeEnv(spec.runtimeEnvYAML);
  return {
    entrypoint: spec.entrypoint ?? '',
    ...(status?.jobId !== undefined && { submission_id: status.jobId }),
    ...(env !== undefined && { runtime_env: env }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(cpus > 0 && { entrypoint_num_cpus: cpus }),
    ...(gpus > 0 && { entrypoint_num_gpus: gpus }),
  };
}

/** The job's own name for its cluster's head. */
export function jobService(job: RayJob, cluster: RayCluster): Service {
  const { name = '', namespace = '' } = job.metadata;
  const { metadata, spec } = headService(cluster);
  return {
    metadata: {
      ...metadata,
      name: `${name}-head-svc`,
      namespace,
      labels: {
        ...originLabels(job),
        [keys.nodeType]: 'head',
        [keys.identifier]: headIdentifier(name),
      },
      ownerReferences: [ownerReference(job, rayJobs)],
    },
    ...(spec !== undefined && { spec }),
  };
}
