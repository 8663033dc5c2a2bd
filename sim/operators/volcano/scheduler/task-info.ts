/** A pod as the scheduler sees it. @upstream volcano v1.15.1 pkg/scheduler/api/job_info.go TaskInfo */
import type { Pod } from '../../../api/kinds/core.js';
import { isDeleting, keyOf } from '../../../api/meta.js';
import { timeMs } from '../../../api/time.js';
import { isBestEffort, takenBy, type Amounts } from '../amounts.js';
import { keys } from '../keys.js';

/** Where a pod stands. */
export type TaskStatus =
  | 'Pending'
  | 'Allocated'
  | 'Pipelined'
  | 'Binding'
  | 'Bound'
  | 'Running'
  | 'Releasing'
  | 'Succeeded'
  | 'Failed'
  | 'Unknown';

const allocated: ReadonlySet<TaskStatus> = new Set(['Bound', 'Binding', 'Running', 'Allocated']);
const ended: ReadonlySet<TaskStatus> = new Set(['Succeeded', 'Failed']);

/** Whether a pod in this status has its place. */
export function isAllocated(status: TaskStatus): boolean {
  return allocated.has(status);
}

/** Whether a pod in this status has been scheduled, for its group's phase. @upstream ScheduledStatus */
export function isScheduled(status: TaskStatus): boolean {
  return ['Bound', 'Running', ...ended].includes(status);
}

/** Whether a pod in this status has ended. */
export function isEnded(status: TaskStatus): boolean {
  return ended.has(status);
}

/** A pod, and what the session has in mind with it. */
export class TaskInfo {
  readonly uid: string;
  readonly key: string;
  readonly role: string;
  readonly priority: number;
  readonly request: Amounts;
  readonly isBestEffort: boolean;
  readonly isGated: boolean;
  /** Whether it may be pushed out for others. */
  readonly isPreemptable: boolean;
  readonly createdMs: number;
  readonly index: number;
  status: TaskStatus;
  node: string;
  /** Pods were pushed out for it. */
  hasEvicted = false;
  /** What was in mind before it was taken back. */
  last:
    | { readonly status: TaskStatus; readonly node: string; readonly hasEvicted: boolean }
    | undefined;

  constructor(
    readonly pod: Pod,
    assumedNode: string | undefined,
  ) {
    const { metadata, spec, status } = pod;
    this.uid = metadata.uid ?? keyOf(pod);
    this.key = keyOf(pod);
    this.role = metadata.annotations?.[keys.taskSpec] ?? '';
    this.priority = spec?.priority ?? 0;
    this.request = takenBy(pod);
    this.isBestEffort = isBestEffort(this.request);
    this.isGated = (spec?.schedulingGates ?? []).length > 0;
    this.isPreemptable = isPreemptable(pod);
    this.createdMs = timeMs(metadata.creationTimestamp) ?? 0;
    this.index = indexOf(metadata.name ?? '');
    this.node = spec?.nodeName ?? assumedNode ?? '';
    const known = statusOf(pod, status?.phase);
    this.status = known === 'Pending' && assumedNode !== undefined ? 'Binding' : known;
  }

  /** Takes back what was in mind, and remembers it. */
  reset(): void {
    this.last = { status: this.status, node: this.node, hasEvicted: this.hasEvicted };
    this.status = 'Pending';
    this.node = '';
    this.hasEvicted = false;
  }
}

function statusOf(pod: Pod, phase: string | undefined): TaskStatus {
  switch (phase) {
    case 'Running':
      return isDeleting(pod) ? 'Releasing' : 'Running';
    case 'Pending':
    case undefined:
      if (isDeleting(pod)) return 'Releasing';
      return (pod.spec?.nodeName ?? '') === '' ? 'Pending' : 'Bound';
    case 'Succeeded':
    case 'Failed':
      return phase;
    default:
      return 'Unknown';
  }
}

const truths = ['1', 't', 'T', 'true', 'TRUE', 'True'];

/** What is not a truth value keeps the pod where it is. @upstream pkg/scheduler/api/pod_info.go GetPodPreemptable */
function isPreemptable({ metadata: { annotations, labels } }: Pod): boolean {
  const told = annotations?.[keys.preemptable] ?? labels?.[keys.preemptable];
  return told === undefined || truths.includes(told);
}

/** The index at the end of a name of three parts or more. */
function indexOf(name: string): number {
  const parts = name.split('-');
  return parts.length < 3 ? NaN : Number(parts.at(-1));
}

/** Which pod of a group comes first. @upstream pkg/controllers/job/helpers CompareTask */
export function compareTasks(a: TaskInfo, b: TaskInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (Number.isInteger(a.index) && Number.isInteger(b.index) && a.index !== b.index) {
    return a.index - b.index;
  }
  return a.createdMs - b.createdMs || (a.uid < b.uid ? -1 : 1);
}
