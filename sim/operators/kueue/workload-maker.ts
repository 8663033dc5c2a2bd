/** Makes the workload of a job. @upstream kueue v0.19.2 jobframework ConstructWorkload, workload_names.go */
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { keyOf, ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create } from '../../client/requests.js';
import { sha1 } from '../../engine/sha1.js';
import type { JobHand } from './job-hand.js';
import type { JobIntegration } from './job-integration.js';
import { keys } from './keys.js';
import { queueNameOf } from './managed-jobs.js';
import { group, workloadPriorityClasses, workloads, type Workload } from './types.js';

const hashLength = 5;
const nameMax = 63;

/** The name of the workload of a job: told apart from others' by a hash. */
export function workloadName(job: HasMetadata, kind: Pick<Kind, 'kind' | 'group'>): string {
  const { name = '', uid = '' } = job.metadata;
  const text = [kind.kind, kind.group, name, uid].join('\n');
  const hash = sha1(text).slice(0, hashLength);
  const prefix = `${kind.kind.toLowerCase()}-${name}`.slice(0, nameMax - 1 - hashLength);
  return `${prefix}-${hash}`;
}

/** A job's priority: its class of workloads, or its pods' class. A text: the class is not there. */
export function priorityOfJob(
  job: HasMetadata,
  integration: JobIntegration,
  view: View,
): Pick<Workload['spec'], 'priority' | 'priorityClassRef'> | string {
  const label = job.metadata.labels?.[keys.priorityClass] ?? '';
  if (label !== '') {
    const found = view.get(workloadPriorityClasses, '', label);
    const { resource } = workloadPriorityClasses;
    if (found === undefined) return `${resource}.${group} "${label}" not found`;
    const priorityClassRef = { group, kind: 'WorkloadPriorityClass', name: label };
    return { priority: found.value ?? 0, priorityClassRef };
  }
  const name = integration.priorityClass(job);
  if (name === '') {
    const byDefault = view.list(priorityClasses).find(one => one.globalDefault === true);
    return byDefault === undefined ? { priority: 0 } : podPriority(byDefault);
  }
  const found = view.get(priorityClasses, '', name);
  if (found === undefined) return `priorityclasses.scheduling.k8s.io "${name}" not found`;
  return podPriority(found);
}

function podPriority({
  metadata,
  value,
}: HasMetadata & { readonly value?: number }): Pick<
  Workload['spec'],
  'priority' | 'priorityClassRef'
> {
  const ref = { group: 'scheduling.k8s.io', kind: 'PriorityClass', name: metadata.name ?? '' };
  return { priority: value ?? 0, priorityClassRef: ref };
}

/** Makes the workload of one job. */
export class WorkloadMaker {
  constructor(
    private readonly job: HasMetadata,
    private readonly integration: JobIntegration,
    private readonly view: View,
  ) {}

  get priorityLabel(): string {
    return this.job.metadata.labels?.[keys.priorityClass] ?? '';
  }

  get maximumExecutionTimeSeconds(): number | undefined {
    const text = this.job.metadata.labels?.[keys.maxExecutionSeconds];
    return text !== undefined && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
  }

  /** The workload as it is created, or a text on what is missing for it. */
  make(): Workload | string {
    const { job, integration } = this;
    const { kind } = integration;
    const { namespace = '', uid = '' } = job.metadata;
    const priority = priorityOfJob(job, integration, this.view);
    if (typeof priority === 'string') return priority;
    const seconds = this.maximumExecutionTimeSeconds;
    return {
      metadata: {
        name: workloadName(job, kind),
        namespace,
        labels: { [keys.jobUid]: uid },
        finalizers: [keys.inUse],
        ownerReferences: [ownerReference(job, kind)],
      },
      spec: {
        podSets: integration.podSets(job),
        queueName: queueNameOf(job),
        ...priority,
        ...(seconds !== undefined && { maximumExecutionTimeSeconds: seconds }),
      },
    };
  }

  /** Creates it, and tells of it. Why that failed, if it did. */
  *create(hand: JobHand, workload: Workload): Reconciliation<string | undefined> {
    const answer = yield* call(create(workloads, workload));
    if (!answer.isOk) return answer.message;
    hand.tell('CreatedWorkload', `Created Workload: ${keyOf(answer.object)}`);
    return undefined;
  }
}
