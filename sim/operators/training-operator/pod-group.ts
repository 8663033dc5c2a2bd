/** The group by which a gang scheduler starts a job whole. @upstream training-operator v1.8.1 pkg/controller.v1/common/{scheduling,job,util}.go */
import type { Pod } from '../../api/kinds/core.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { Quantity } from '../../api/quantity.js';
import { addTo, amountsOf, listOf, type ResourceList } from '../../api/quota/amounts.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { GangControl } from '../gangs/gang-control.js';
import type { JobEvent, JobKind } from './job-kind.js';
import type { DefaultedReplicaSpec, Replicas, RunPolicy, TrainingJob } from './types.js';

/** The job that is to be started whole. */
export interface GangJob {
  readonly gang: GangControl;
  readonly kind: JobKind;
  readonly job: TrainingJob;
  readonly replicas: Replicas;
  readonly policy: RunPolicy;
  readonly view: View;
}

/** The events of a template that asks for another scheduler. */
export function otherSchedulerEvents(gang: GangControl, replicas: Replicas): readonly JobEvent[] {
  const isOther = replicas.some(([, { template }]) => {
    const { schedulerName = '' } = template.spec ?? {};
    return schedulerName !== '' && schedulerName !== gang.schedulerName;
  });
  return isOther ? [otherScheduler] : [];
}

/** What is told of a template that asks for another scheduler. */
export const otherScheduler: JobEvent = {
  type: 'Warning',
  reason: 'SettedPodTemplateSchedulerName',
  message:
    'Another scheduler is specified when gang-scheduling is enabled and it will not be overwritten',
};

/** The pod as one of its gang. */
export function inGang(gang: GangControl, pod: Pod, job: string, type: string): Pod {
  const { schedulerName = '' } = pod.spec ?? {};
  const named = schedulerName === '' ? gang.schedulerName : schedulerName;
  const spec = { containers: [], ...pod.spec, schedulerName: named };
  return { ...gang.marked(pod, job, type), spec };
}

/** Makes the group, or writes it anew, as upstream does each time; whether pods may be made. */
export function* syncPodGroup(of: GangJob): Reconciliation<boolean> {
  const { gang, job, view } = of;
  const { name = '', namespace = '' } = job.metadata;
  const known = view.get(gang.kind, namespace, name);
  if (known !== undefined) {
    const answer = yield* call(update(gang.kind, { ...known, ...specOf(of, known) }));
    return answer.isOk && gang.letsPodsBe(known);
  }
  const { annotations } = job.metadata;
  const metadata = {
    ...{ name, namespace, ownerReferences: [ownerReference(job, of.kind.kind)] },
    ...(annotations !== undefined && { annotations }),
  };
  yield* call(create(gang.kind, { metadata, ...specOf(of, undefined) }));
  // The cache does not have it yet: the pods are made when it has.
  const made = view.get(gang.kind, namespace, name);
  return made !== undefined && gang.letsPodsBe(made);
}

/** Takes the group away, and tells of it each time; a message when that fails. */
export function* deletePodGroup(
  { gang, job, view }: Pick<GangJob, 'gang' | 'job' | 'view'>,
  tell: (event: JobEvent) => void,
): Reconciliation<string | undefined> {
  const { name = '', namespace = '' } = job.metadata;
  const message = 'Job has been terminated. Deleting PodGroup';
  tell({ type: 'Normal', reason: 'JobTerminated', message });
  if (view.get(gang.kind, namespace, name) !== undefined) {
    const answer = yield* call(remove(gang.kind, namespace, name));
    if (!answer.isOk) {
      const failure = `unable to delete PodGroup: ${answer.message}`;
      const told = `Error deleting: ${failure}`;
      tell({ type: 'Warning', reason: 'FailedDeletePodGroup', message: told });
      return failure;
    }
  }
  const deleted = `Deleted PodGroup: ${name}`;
  tell({ type: 'Normal', reason: 'SuccessfulDeletePodGroup', message: deleted });
  return undefined;
}

function specOf(
  { gang, replicas, policy, view }: GangJob,
  known: HasMetadata | undefined,
): { readonly spec: object } {
  const { schedulingPolicy: given = {} } = policy;
  const total = replicas.reduce((sum, [, { replicas: count }]) => sum + count, 0);
  const minMember = given.minAvailable ?? total;
  const minResources = given.minResources ?? leastOf(replicas, minMember, view);
  if (!gang.isVolcano) {
    const { scheduleTimeoutSeconds } = given;
    return {
      spec: {
        minMember,
        minResources,
        ...(scheduleTimeoutSeconds !== undefined && { scheduleTimeoutSeconds }),
      },
    };
  }
  const { spec: old } = (known ?? {}) as { readonly spec?: { readonly queue?: string } };
  const queue = old?.queue || given.queue || 'default';
  const priority = given.priorityClass ?? '';
  return {
    spec: {
      ...{ minMember, queue, minResources },
      ...(priority !== '' && { priorityClassName: priority }),
    },
  };
}

/** What the first so many members ask for, those of the highest priority first. */
export function leastOf(
  replicas: Replicas,
  minMember: number,
  view: Pick<View, 'get'>,
): ResourceList {
  const order = replicas
    .map(([, spec]) => ({ spec, priority: priorityOf(spec, view) }))
    .sort((a, b) => b.priority - a.priority);
  const sum = new Map<string, Quantity>();
  let left = minMember;
  for (const { spec } of order) {
    for (let index = 0; index < spec.replicas && left > 0; index++, left--) {
      // A limit counts only where the container requests nothing at all.
      for (const { resources = {} } of spec.template.spec?.containers ?? []) {
        addTo(sum, amountsOf(resources.requests ?? resources.limits));
      }
    }
  }
  return listOf(sum);
}

function priorityOf({ template }: DefaultedReplicaSpec, view: Pick<View, 'get'>): number {
  const name = template.spec?.priorityClassName ?? '';
  return name === '' ? 0 : (view.get(priorityClasses, '', name)?.value ?? 0);
}
