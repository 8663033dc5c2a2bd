/** Changes containers and volumes within the spec of a JobSet. @upstream kubeflow/trainer v2.3.0 pkg/apply/apply.go */
import type {
  Container,
  ContainerPort,
  EnvVar,
  PodSpec,
  Volume,
  VolumeMount,
} from '../../api/kinds/core.js';
import type { JobSetSpec, ReplicatedJob } from '../jobset/types.js';
import { ancestorLabel } from './names.js';

/** The step of a replicated job, by its label. */
export function stepOf({ template }: ReplicatedJob): string | undefined {
  return template.metadata?.labels?.[ancestorLabel];
}

/** The pod of a replicated job. */
export function podOf({ template }: ReplicatedJob): PodSpec {
  return template.spec?.template.spec ?? { containers: [] };
}

/** The spec with the replicated jobs as this function makes them. */
export function withJobs(
  spec: JobSetSpec,
  change: (replicated: ReplicatedJob) => ReplicatedJob,
): JobSetSpec {
  return { ...spec, replicatedJobs: (spec.replicatedJobs ?? []).map(change) };
}

/** The replicated job with another pod. */
export function withPod(replicated: ReplicatedJob, pod: PodSpec): ReplicatedJob {
  const { template } = replicated;
  const podTemplate = { ...template.spec?.template, spec: pod };
  return {
    ...replicated,
    template: { ...template, spec: { ...template.spec, template: podTemplate } },
  };
}

/** The replicated job with this container as the function makes it. */
export function withContainer(
  replicated: ReplicatedJob,
  name: string,
  change: (container: Container) => Container,
): ReplicatedJob {
  const pod = podOf(replicated);
  const changed = (all: readonly Container[]) =>
    all.map(container => (container.name === name ? change(container) : container));
  return withPod(replicated, { ...pod, containers: changed(pod.containers) });
}

/** The container with these variables, in the place of those of their names or behind. */
export function withEnv(container: Container, env: readonly EnvVar[]): Container {
  if (env.length === 0) return container;
  return { ...container, env: upserted(container.env, env, ({ name }) => name) };
}

/** The container with this port. */
export function withPort(container: Container, port: ContainerPort): Container {
  const key = ({ containerPort }: ContainerPort) => String(containerPort);
  return { ...container, ports: upserted(container.ports, [port], key) };
}

/** The container with these mounts. */
export function withMounts(container: Container, mounts: readonly VolumeMount[]): Container {
  const volumeMounts = upserted(container.volumeMounts, mounts, ({ mountPath }) => mountPath);
  return { ...container, volumeMounts };
}

/** The pod with these volumes. */
export function withVolumes(pod: PodSpec, volumes: readonly Volume[]): PodSpec {
  return { ...pod, volumes: upserted(pod.volumes, volumes, ({ name }) => name) };
}

/** Variables as a training gives them: a value is always told. */
export function toldEnv(env: readonly EnvVar[] = []): readonly EnvVar[] {
  return env.map(({ name, value = '', valueFrom }) => {
    if (valueFrom === undefined) return { name, value };
    const { fieldRef } = valueFrom;
    if (fieldRef === undefined) return { name, valueFrom };
    return { name, valueFrom: { ...valueFrom, fieldRef: { fieldPath: fieldRef.fieldPath } } };
  });
}

function upserted<T>(
  old: readonly T[] = [],
  items: readonly T[],
  key: (item: T) => string,
): readonly T[] {
  const all = [...old];
  for (const item of items) {
    const index = all.findIndex(one => key(one) === key(item));
    if (index < 0) all.push(item);
    else all[index] = item;
  }
  return all;
}
