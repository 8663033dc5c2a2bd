/** The pods and services of a job. @upstream training-operator v1.8.1 pkg/controller.v1/common/{pod,service}.go */
import { planted } from '../../engine/planted.js';
import type { Pod, PodTemplateSpec, Service } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { defaultContainerIndex, type JobKind, type Member } from './job-kind.js';
import type { DefaultedReplicaSpec, ReplicaSpec, Replicas, TrainingJob } from './types.js';

const prefix = 'training.kubeflow.org';

/** The labels by which pods and services of a job are found. */
export function jobLabels(kind: JobKind, jobName: string): Record<string, string> {
  return { [`${prefix}/job-name`]: jobName, [`${prefix}/operator-name`]: kind.controllerName };
}

/** The labels of one member. */
export function memberLabels(kind: JobKind, job: TrainingJob, member: Member) {
  return {
    ...jobLabels(kind, job.metadata.name ?? ''),
    [`${prefix}/replica-index`]: String(member.index),
    [`${prefix}/replica-type`]: member.type,
  };
}

/** `<job>-<type>-<index>`: of the pod and of its service. */
export function memberName(job: TrainingJob, member: Member): string {
  return `${job.metadata.name ?? ''}-${member.type}-${member.index}`.replaceAll('/', '-');
}

/** Which member an object is, by its labels; undefined when they do not say. */
export function memberOf(object: Pod | Service): Member | undefined {
  const labels = object.metadata.labels ?? {};
  const type = labels[`${prefix}/replica-type`];
  const index = Number(labels[`${prefix}/replica-index`]);
  return type === undefined || !Number.isInteger(index) ? undefined : { type, index };
}

/** The replica specs with the defaults that the operator keeps in its memory. */
export function defaultedReplicas(kind: JobKind, job: TrainingJob): Replicas {
  return Object.entries(kind.replicaSpecs(job))
    .map(([name, spec]): readonly [string, DefaultedReplicaSpec] => {
      const cased = kind.replicaTypes.find(type => type.toLowerCase() === name.toLowerCase());
      const type = cased ?? name;
      return [type, defaulted(kind, type, spec)];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function defaulted(kind: JobKind, type: string, spec: ReplicaSpec): DefaultedReplicaSpec {
  return {
    ...spec,
    replicas: spec.replicas ?? kind.defaultReplicas?.(type) ?? 1,
    restartPolicy: spec.restartPolicy ?? kind.defaultRestartPolicy,
    template: withDefaultPort(kind, spec.template),
  };
}

function withDefaultPort(kind: JobKind, template: PodTemplateSpec): PodTemplateSpec {
  if (kind.defaultPort === undefined) return template;
  const { name, port } = kind.defaultPort;
  const index = defaultContainerIndex(template, kind.defaultContainerName);
  const containers = (template.spec?.containers ?? []).map((container, position) => {
    const ports = container.ports ?? [];
    if (position !== index || ports.some(known => known.name === name)) return container;
    return { ...container, ports: [...ports, { name, containerPort: port }] };
  });
  return { ...template, spec: { ...template.spec, containers } };
}

/** The pod of a member. */
export function makePod(
  kind: JobKind,
  job: TrainingJob,
  replicas: Replicas,
  member: Member & { readonly spec: DefaultedReplicaSpec },
): Pod {
  const { template, restartPolicy } = member.spec;
  const spec = kind.withClusterSpec(template.spec ?? { containers: [] }, {
    job,
    replicas,
    ...member,
  });
  const isMaster = kind.isMaster(replicas, member);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...template.metadata,
      ...(planted('operator-reads-stale')
        ? { generateName: `${memberName(job, member)}-` }
        : { name: memberName(job, member) }),
      namespace: job.metadata.namespace ?? '',
      labels: {
        ...template.metadata?.labels,
        ...memberLabels(kind, job, member),
        ...(isMaster && { [`${prefix}/job-role`]: 'master' }),
      },
      ownerReferences: [ownerReference(job, kind.kind)],
    },
    spec: {
      ...spec,
      restartPolicy: restartPolicy === 'ExitCode' ? 'Never' : restartPolicy,
    },
  };
}

/** The headless service of a member; undefined when the default container is missing. */
export function makeService(
  kind: JobKind,
  job: TrainingJob,
  member: Member & { readonly spec: DefaultedReplicaSpec },
): Service | undefined {
  const container = member.spec.template.spec?.containers.find(
    candidate => candidate.name === kind.defaultContainerName,
  );
  if (container === undefined) return undefined;
  const labels = memberLabels(kind, job, member);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: memberName(job, member),
      namespace: job.metadata.namespace ?? '',
      labels,
      ownerReferences: [ownerReference(job, kind.kind)],
    },
    spec: {
      clusterIP: 'None',
      selector: labels,
      ports: (container.ports ?? []).map(({ name, containerPort }) => ({
        ...(name !== undefined && { name }),
        port: containerPort,
      })),
    },
  };
}
