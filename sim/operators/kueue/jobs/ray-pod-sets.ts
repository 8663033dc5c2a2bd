/** The pods of a Ray cluster, whoever asks for it. @upstream kueue v0.19.2 pkg/controller/jobs/raycluster/common.go */
import type { Container, PodTemplateSpec } from '../../../api/kinds/core.js';
import { compareQuantities } from '../../../api/quantity.js';
import type { HasMetadata } from '../../../api/object.js';
import { forbidden, tooMany, type FieldError } from '../../../api/field-error.js';
import { isFaultTolerant } from '../../kuberay/fault-tolerance.js';
import type { AutoscalerOptions, RayClusterSpec, WorkerGroupSpec } from '../../kuberay/types.js';
import { keys } from '../keys.js';
import { merged, restored, type PodSetInfo } from '../pod-set-info.js';
import type { PodSet } from '../types.js';

/** The name of the set of the head: no group of workers may have it. */
export const headSet = 'head';
const podSetsMax = 18;
/** What KubeRay's Job asks for that clears Redis when the cluster has gone. */
const cleanupRequests = { cpu: '200m', memory: '256Mi' };

/** The sets of pods: the head, then the groups of workers. */
export function rayPodSets({ metadata }: HasMetadata, spec: RayClusterSpec): readonly PodSet[] {
  const { headGroupSpec, workerGroupSpecs = [] } = spec;
  let head = headGroupSpec.template;
  if (isFaultTolerant({ metadata, spec })) head = withCleanup(head);
  if (spec.enableInTreeAutoscaling === true) {
    head = withContainer(head, autoscaler(spec.autoscalerOptions));
  }
  return [
    { name: headSet, count: 1, template: head },
    ...workerGroupSpecs.map(group => ({
      name: group.groupName.toLowerCase(),
      count: podsOf(group),
      template: group.template,
    })),
  ];
}

/** How many sets there are. */
export function raySetsCount({ workerGroupSpecs = [] }: RayClusterSpec): number {
  return workerGroupSpecs.length + 1;
}

function podsOf({ replicas = 1, numOfHosts = 1 }: WorkerGroupSpec): number {
  return numOfHosts > 1 ? replicas * numOfHosts : replicas;
}

/** KubeRay adds it when it makes the head's pod. */
function autoscaler(options: AutoscalerOptions | undefined): Container {
  const amounts = { cpu: '500m', memory: '512Mi' };
  const resources = options?.resources ?? { requests: amounts, limits: amounts };
  return { name: 'autoscaler', resources };
}

/** The template with one more container. */
export function withContainer(template: PodTemplateSpec, container: Container): PodTemplateSpec {
  const { containers = [], ...spec } = template.spec ?? {};
  return { ...template, spec: { ...spec, containers: [...containers, container] } };
}

/** The Job that clears Redis runs with the head's quota: the head asks for as much at least. */
function withCleanup(template: PodTemplateSpec): PodTemplateSpec {
  const { spec } = template;
  const [ray, ...others] = spec?.containers ?? [];
  if (spec === undefined || ray === undefined) return template;
  const requests: Record<string, string> = { ...ray.resources?.requests };
  for (const [name, least] of Object.entries(cleanupRequests)) {
    if (compareQuantities(requests[name], least) < 0) requests[name] = least;
  }
  const asking = { ...ray, resources: { ...ray.resources, requests } };
  return { ...template, spec: { ...spec, containers: [asking, ...others] } };
}

/** The cluster with what its pods get from their flavours, or a text on why that cannot be. */
export function startedCluster(
  spec: RayClusterSpec,
  infos: readonly PodSetInfo[],
): RayClusterSpec | string {
  return changed(spec, (template, index) => {
    const info = infos[index];
    return info === undefined ? template : merged(template, info);
  });
}

/** The cluster with its pods as they were before. */
export function restoredCluster(spec: RayClusterSpec, podSets: readonly PodSet[]): RayClusterSpec {
  const next = changed(spec, (template, index) => {
    const set = podSets[index];
    return set === undefined ? template : restored(template, set);
  });
  return typeof next === 'string' ? spec : next;
}

/** Each template changed, the head's first; or the first text on why one cannot be. */
function changed(
  spec: RayClusterSpec,
  change: (template: PodTemplateSpec, index: number) => PodTemplateSpec | string,
): RayClusterSpec | string {
  const head = change(spec.headGroupSpec.template, 0);
  if (typeof head === 'string') return head;
  const groups: WorkerGroupSpec[] = [];
  for (const [index, group] of (spec.workerGroupSpecs ?? []).entries()) {
    const template = change(group.template, index + 1);
    if (typeof template === 'string') return template;
    groups.push({ ...group, template });
  }
  return {
    ...spec,
    headGroupSpec: { ...spec.headGroupSpec, template: head },
    ...(spec.workerGroupSpecs !== undefined && { workerGroupSpecs: groups }),
  };
}

/** The PriorityClass of the first set whose pods name one. */
export function firstPriorityClass(podSets: readonly PodSet[]): string {
  const names = podSets.map(({ template }) => template.spec?.priorityClassName ?? '');
  return names.find(name => name !== '') ?? '';
}

/** Whether the job may change its size while it runs. @upstream pkg/workloadslicing Enabled */
export function isElastic({ metadata }: HasMetadata): boolean {
  return metadata.annotations?.[keys.elastic] === 'true';
}

/** What is wrong with the groups of workers of a cluster that is queued. */
export function groupErrors(spec: RayClusterSpec, path: string): readonly FieldError[] {
  const groups = `${path}.workerGroupSpecs`;
  const count = raySetsCount(spec);
  const errors = count > podSetsMax ? [tooMany(groups, count, podSetsMax)] : [];
  for (const [index, { groupName }] of (spec.workerGroupSpecs ?? []).entries()) {
    if (groupName !== headSet) continue;
    const text = `"${headSet}" is reserved for the head group`;
    errors.push(forbidden(`${groups}[${index}].groupName`, text));
  }
  return errors;
}
