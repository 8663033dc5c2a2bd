/** The groups by which a gang scheduler starts a training whole. @upstream kubeflow/trainer v2.3.0 pkg/runtime/framework/plugins/{coscheduling,volcano} */
import type { Container, PodSpec } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Quantity } from '../../api/quantity.js';
import { addTo, amountsOf, listOf, raiseTo } from '../../api/quota/amounts.js';
import type { ReplicatedJob } from '../jobset/types.js';
import { groupLabel, podGroups, type PodGroup } from '../scheduler-plugins/types.js';
import { keys } from '../volcano/keys.js';
import { podGroups as volcanoGroups, type PodGroup as VolcanoGroup } from '../volcano/types.js';
import { podOf, withJobs } from './containers.js';
import type { RuntimeInfo } from './runtime-info.js';
import { trainJobs, type TrainJob } from './types.js';

/** A group, and the kind that it is of. */
export interface WantedGroup {
  readonly kind: Kind<HasMetadata>;
  readonly object: HasMetadata;
}

/** The info with pods that name their group. */
export function withGroupNames(job: TrainJob, info: RuntimeInfo): RuntimeInfo {
  const { coscheduling, volcano } = info.groupPolicy;
  const { name = '' } = job.metadata;
  if (coscheduling === undefined && volcano === undefined) return info;
  const labels: Texts = coscheduling === undefined ? {} : { [groupLabel]: name };
  const annotations: Texts = volcano === undefined ? {} : { [keys.groupName]: name };
  const spec = withJobs(info.spec, replicated => withMarks(replicated, { labels, annotations }));
  return { ...info, spec };
}

type Texts = Readonly<Record<string, string>>;

function withMarks(
  replicated: ReplicatedJob,
  added: { readonly labels: Texts; readonly annotations: Texts },
): ReplicatedJob {
  const { template } = replicated;
  const pod = template.spec?.template;
  const labels = { ...pod?.metadata?.labels, ...added.labels };
  const annotations = { ...pod?.metadata?.annotations, ...added.annotations };
  const metadata = {
    ...pod?.metadata,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const spec = { ...template.spec, template: { ...pod, metadata } };
  return { ...replicated, template: { ...template, spec } };
}

/** The groups that the runtime asks for. */
export function groupsOf(job: TrainJob, info: RuntimeInfo): readonly WantedGroup[] {
  const { coscheduling, volcano } = info.groupPolicy;
  const { name = '', namespace = '' } = job.metadata;
  const metadata = { name, namespace, ownerReferences: [ownerReference(job, trainJobs)] };
  const { minMember, minResources } = totalOf(info);
  const groups: WantedGroup[] = [];
  if (coscheduling !== undefined) {
    const { scheduleTimeoutSeconds = 60 } = coscheduling;
    const spec = { minMember, minResources, scheduleTimeoutSeconds };
    const object: PodGroup = { metadata, spec };
    groups.push({ kind: podGroups as unknown as Kind<HasMetadata>, object });
  }
  if (volcano !== undefined) {
    const { networkTopology } = volcano;
    const queue = info.annotations[keys.queueOfGroup];
    const priorityClassName = (info.spec.replicatedJobs ?? [])
      .map(replicated => podOf(replicated).priorityClassName)
      .findLast(one => one !== undefined);
    const spec = {
      ...{ minMember, minResources },
      ...(queue !== undefined && { queue }),
      ...(priorityClassName !== undefined && { priorityClassName }),
      ...(networkTopology !== undefined && { networkTopology }),
    };
    const object: VolcanoGroup = { metadata, spec };
    groups.push({ kind: volcanoGroups as unknown as Kind<HasMetadata>, object });
  }
  return groups;
}

/** All pods of the training, with what they request; a limit that stands alone does not count. */
function totalOf({ podSets, spec }: RuntimeInfo) {
  const total = new Map<string, Quantity>();
  for (const { name, count } of podSets) {
    const replicated = (spec.replicatedJobs ?? []).find(one => one.name === name);
    if (replicated === undefined) continue;
    for (const [resource, amount] of requestsOf(podOf(replicated))) {
      addTo(total, new Map([[resource, amount.multiply(count)]]));
    }
  }
  const minMember = podSets.reduce((sum, { count }) => sum + count, 0);
  return { minMember, minResources: listOf(total) };
}

type Amounts = Map<string, Quantity>;

/** @upstream k8s.io/component-helpers/resource/helpers.go PodRequests */
function requestsOf({ containers, initContainers = [], overhead }: PodSpec): Amounts {
  const sum: Amounts = new Map();
  for (const container of containers) addTo(sum, askedBy(container));
  const sidecars: Amounts = new Map();
  const most: Amounts = new Map();
  for (const container of initContainers) {
    const isSidecar = container.restartPolicy === 'Always';
    if (isSidecar) for (const into of [sum, sidecars]) addTo(into, askedBy(container));
    const together = new Map(sidecars);
    if (!isSidecar) addTo(together, askedBy(container));
    raiseTo(most, together);
  }
  raiseTo(sum, most);
  addTo(sum, amountsOf(overhead));
  return sum;
}

function askedBy({ resources }: Container): Amounts {
  return amountsOf(resources?.requests);
}
