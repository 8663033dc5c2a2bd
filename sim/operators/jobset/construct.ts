/** Makes the child Jobs and the Service of a JobSet. @upstream jobset pkg/controllers/jobset_controller.go */
import type { Job } from '../../api/kinds/batch.js';
import type { PodSpec, Service } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { ownerReference } from '../../api/meta.js';
import { sha1 } from '../../engine/sha1.js';
import { jobName, keys, subdomainOf } from './keys.js';
import { jobSets, type JobSet, type ReplicatedJob } from './types.js';

type Texts = Readonly<Record<string, string>>;

/** The child Job of this number. */
export function constructJob(jobSet: JobSet, replicated: ReplicatedJob, index: number): Job {
  const { namespace = '', name = '' } = jobSet.metadata;
  const { metadata = {}, spec } = replicated.template;
  const told = labelsOf(jobSet, replicated, index);
  const placed = placementOf(jobSet, replicated);
  const pod = spec?.template ?? {};
  const podSpec = pod.spec ?? { containers: [] };
  return {
    metadata: {
      ...marked(metadata, told, placed),
      name: jobName(name, replicated.name, index),
      namespace,
      ownerReferences: [ownerReference(jobSet, jobSets)],
    },
    spec: {
      ...spec,
      suspend: jobSet.spec.suspend === true,
      template: {
        metadata: marked(pod.metadata ?? {}, told, placed),
        spec: {
          ...withSelector(podSpec, placed, `${namespace}_${jobName(name, replicated.name, index)}`),
          ...(jobSet.spec.network?.enableDNSHostnames === true && {
            subdomain: subdomainOf(jobSet),
          }),
        },
      },
    },
  };
}

/** The Service that gives the pods their names. */
export function constructService(jobSet: JobSet): Service {
  const { name = '', namespace = '' } = jobSet.metadata;
  return {
    metadata: {
      name: subdomainOf(jobSet),
      namespace,
      ownerReferences: [ownerReference(jobSet, jobSets)],
    },
    spec: {
      clusterIP: 'None',
      selector: { [keys.jobSetName]: name },
      publishNotReadyAddresses: jobSet.spec.network?.publishNotReadyAddresses ?? true,
    },
  };
}

/** The address of the pod that coordinates, as others are told it. */
export function coordinatorOf(jobSet: JobSet): string | undefined {
  const { coordinator } = jobSet.spec;
  if (coordinator === undefined) return undefined;
  const { replicatedJob, jobIndex = 0, podIndex = 0 } = coordinator;
  const job = jobName(jobSet.metadata.name ?? '', replicatedJob, jobIndex);
  return `${job}-${podIndex}.${subdomainOf(jobSet)}`;
}

/** The labels of a Job of the set and of its pods. */
export function labelsOf(jobSet: JobSet, replicated: ReplicatedJob, index: number): Texts {
  const { name = '', namespace = '', uid = '' } = jobSet.metadata;
  const { groupName = '' } = replicated;
  const all = jobSet.spec.replicatedJobs ?? [];
  const group = all.filter(one => (one.groupName ?? '') === groupName);
  const coordinator = coordinatorOf(jobSet);
  return {
    [keys.jobSetName]: name,
    [keys.jobSetUid]: uid,
    [keys.replicatedJob]: replicated.name,
    [keys.restarts]: String(jobSet.status?.restarts ?? 0),
    [keys.replicas]: String(replicated.replicas ?? 0),
    [keys.globalReplicas]: String(replicasOf(all)),
    [keys.jobIndex]: String(index),
    [keys.jobKey]: sha1(`${namespace}/${jobName(name, replicated.name, index)}`),
    [keys.globalIndex]: String(before(all, replicated) + index),
    [keys.groupName]: groupName,
    [keys.groupReplicas]: String(replicasOf(group)),
    [keys.groupIndex]: String(before(group, replicated) + index),
    ...(coordinator !== undefined && { [keys.coordinator]: coordinator }),
  };
}

/** The annotations that say where the pods may run: those of the template over those of the JobSet. */
function placementOf({ metadata }: JobSet, { template }: ReplicatedJob): Texts {
  const strategies = [metadata.annotations, template.metadata?.annotations].map(given => {
    const topology = given?.[keys.exclusive];
    const strategy = given?.[keys.nodeSelectorStrategy];
    if (topology === undefined) return {};
    return {
      [keys.exclusive]: topology,
      ...(strategy !== undefined && { [keys.nodeSelectorStrategy]: strategy }),
    };
  });
  return { ...strategies[0], ...strategies[1] };
}

function marked(metadata: ObjectMeta, told: Texts, placed: Texts): ObjectMeta {
  return {
    labels: { ...metadata.labels, ...told },
    annotations: { ...metadata.annotations, ...told, ...placed },
  };
}

/** By the node selector strategy somebody has labelled and tainted the nodes of each Job. */
function withSelector(spec: PodSpec, placed: Texts, job: string): PodSpec {
  if (placed[keys.nodeSelectorStrategy] === undefined) return spec;
  const toleration = { key: keys.noScheduleTaint, operator: 'Exists', effect: 'NoSchedule' };
  return {
    ...spec,
    nodeSelector: { ...spec.nodeSelector, [keys.namespacedJob]: job },
    tolerations: [...(spec.tolerations ?? []), toleration],
  };
}

function replicasOf(all: readonly ReplicatedJob[]): number {
  return all.reduce((sum, { replicas = 0 }) => sum + replicas, 0);
}

function before(all: readonly ReplicatedJob[], replicated: ReplicatedJob): number {
  return replicasOf(all.slice(0, all.indexOf(replicated)));
}
