/**
 * The Workload and the PodGroup that a Job gets whose pods are of use only together: behind the gate
 * WorkloadWithJob. @upstream pkg/controller/job/job_scheduling_manager.go
 */
import { jobs, type Job } from '../../api/kinds/batch.js';
import type { Pod } from '../../api/kinds/core.js';
import {
  podGroups,
  workloads,
  type PodGroup,
  type Workload,
} from '../../api/kinds/scheduling-v1alpha2.js';
import { ownerReference } from '../../api/meta.js';
import { apiVersionOf } from '../../api/object.js';
import { safeEncoded } from '../../api/pod-template-hash.js';
import type { ControllerContext, Reconciliation, Watch } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { call, create, pause, watch } from '../../client/requests.js';
import { fnv32a } from '../../engine/hash.js';
import { Refused } from '../control/must.js';
import { isIndexed } from './spec.js';

const jobIndex = 'workloadByJobName';
const workloadIndex = 'podGroupByWorkloadName';
const nameMax = 253;
/** How often it is tried anew while the cache does not show what was made. @upstream retry.DefaultRetry */
const tries = 5;
const retryMs = 10;

/** What is watched besides Jobs and pods. */
export function gangWatches(): readonly Watch[] {
  return [
    watch(workloads, {
      indexes: {
        [jobIndex]: ({ metadata, spec: { controllerRef: of } }) =>
          of?.apiGroup === 'batch' && of.kind === 'Job'
            ? [`${metadata.namespace ?? ''}/${of.name}`]
            : [],
      },
    }),
    watch(podGroups, {
      indexes: {
        [workloadIndex]: ({ metadata, spec }) => {
          const name = spec.podGroupTemplateRef?.workload?.workloadName ?? '';
          return name === '' ? [] : [`${metadata.namespace ?? ''}/${name}`];
        },
      },
    }),
  ];
}

/** The group of the Job's pods, made if need be; undefined: they are scheduled one by one. */
export function* gangOf(
  job: Job,
  known: readonly Pod[],
  { view, events }: ControllerContext,
): Reconciliation<PodGroup | undefined> {
  if (!isGang(job)) return undefined;
  const { namespace = '', name = '', uid } = job.metadata;
  const workload = yield* found<Workload>(
    () => view.byIndex(workloads, jobIndex, `${namespace}/${name}`),
    uid,
    () => madeWorkload(job, known, events),
  );
  if (workload === undefined || workload.spec.podGroupTemplates.length !== 1) return undefined;
  const key = `${namespace}/${workload.metadata.name ?? ''}`;
  return yield* found<PodGroup>(
    () => view.byIndex(podGroups, workloadIndex, key),
    uid,
    () => call(create(podGroups, groupOf(job, workload))),
  );
}

/** Makes the Workload of a Job that has never started. */
function* madeWorkload(job: Job, known: readonly Pod[], events: EventRecorder): Made<Workload> {
  if (!isNew(job, known)) return undefined;
  const answer = yield* call(create(workloads, workloadOf(job)));
  if (!answer.isOk) return answer;
  const made = answer.object.metadata.name ?? '';
  const message = `Created Workload ${made} for Job ${job.metadata.name ?? ''}`;
  events.record({ regarding: job, type: 'Normal', reason: 'WorkloadCreated', message });
  return answer;
}

/** All pods at once, each with an index, and nobody has said which group they are. */
function isGang(job: Job): boolean {
  const { parallelism = 1, completions, template } = job.spec ?? {};
  const isNamed = template?.spec?.schedulingGroup !== undefined;
  return parallelism > 1 && isIndexed(job) && completions === parallelism && !isNamed;
}

/** Whether it has never started: those that are older than the gate stay as they are. */
function isNew({ status = {} }: Job, known: readonly Pod[]): boolean {
  const { startTime, succeeded = 0, failed = 0, conditions = [] } = status;
  const wasSuspended = conditions.some(({ type }) => type === 'Suspended');
  return (
    known.length === 0 &&
    startTime === undefined &&
    succeeded === 0 &&
    failed === 0 &&
    !wasSuspended
  );
}

type Made<T> = Reconciliation<
  | { readonly isOk: true; readonly object: T }
  | { readonly isOk: false; readonly message: string; readonly reason: string }
  | undefined
>;

/** The one object that refers to the owner, if it is its own; it is made where there is none. */
function* found<T extends Workload | PodGroup>(
  list: () => readonly T[],
  ownerUid: string | undefined,
  make: () => Made<T>,
): Reconciliation<T | undefined> {
  for (let left = tries; ; left--) {
    const [only, second] = list();
    if (second !== undefined) return undefined;
    if (only !== undefined) {
      const owners = only.metadata.ownerReferences ?? [];
      const isOwn = owners.some(({ controller, uid }) => controller === true && uid === ownerUid);
      return isOwn ? only : undefined;
    }
    const answer = yield* make();
    if (answer === undefined) return undefined;
    if (answer.isOk) return answer.object;
    if (answer.reason !== 'AlreadyExists' || left === 1) {
      throw new Refused(`ensuring Workload and PodGroup: ${answer.message}`);
    }
    yield* pause(retryMs);
  }
}

function workloadOf(job: Job): Workload {
  const { name = '', namespace, uid = '' } = job.metadata;
  const minCount = job.spec?.parallelism ?? 1;
  return {
    metadata: {
      name: workloadName(name, uid),
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [ownerReference(job, jobs)],
    },
    spec: {
      controllerRef: { apiGroup: 'batch', kind: 'Job', name },
      podGroupTemplates: [{ name: `${name}-pgt-0`, schedulingPolicy: { gang: { minCount } } }],
    },
  } as Workload;
}

function groupOf(job: Job, workload: Workload): PodGroup {
  const { namespace } = job.metadata;
  const { name = '', uid = '' } = workload.metadata;
  const [template] = workload.spec.podGroupTemplates;
  const podGroupTemplateName = template?.name ?? '';
  const { apiVersion, kind } = { apiVersion: apiVersionOf(workloads), kind: workloads.kind };
  return {
    metadata: {
      name: groupName(name, podGroupTemplateName),
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [ownerReference(job, jobs), { apiVersion, kind, name, uid }],
    },
    spec: {
      podGroupTemplateRef: { workload: { workloadName: name, podGroupTemplateName } },
      schedulingPolicy: template?.schedulingPolicy ?? {},
    },
  };
}

/** The Job's name and a hash of its uid. @upstream computeWorkloadName */
export function workloadName(job: string, uid: string): string {
  const hash = safeEncoded(fnv32a(`(types.UID)${uid}`));
  return `${job.slice(0, nameMax - hash.length - 1)}-${hash}`;
}

/** Each part has half of the room, and what the other leaves. @upstream computePodGroupName */
export function groupName(workload: string, template: string): string {
  const hash = safeEncoded(fnv32a(workload + template));
  const room = nameMax - hash.length - 2;
  const half = Math.trunc(room / 2);
  let [first, second] = [workload, template];
  if (first.length + second.length > room) {
    if (first.length <= half) second = second.slice(0, room - first.length);
    else if (second.length <= half) first = first.slice(0, room - second.length);
    else [first, second] = [first.slice(0, room - half), second.slice(0, half)];
  }
  return `${first}-${second}-${hash}`;
}

/**
 * The pod as a member of the group. Upstream means to make the group an owner of it too, but what it
 * notes in the template never reaches the pod. @upstream pkg/controller/controller_utils.go GetPodFromTemplate
 */
export function inGroup(pod: Pod, group: PodGroup | undefined): Pod {
  if (group === undefined) return pod;
  const { name = '' } = group.metadata;
  return { ...pod, spec: { containers: [], ...pod.spec, schedulingGroup: { podGroupName: name } } };
}
