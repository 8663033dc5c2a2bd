/** Writes what the scheduler decides, and remembers it until it is seen. @upstream kueue v0.19.2 pkg/scheduler, pkg/scheduler/preemption */
import { keyOf } from '../../api/meta.js';
import type { ControllerContext, Reconciliation, View } from '../../client/contract.js';
import { consideredText, podSetAssignments } from './assignment.js';
import { changeStatus, evict } from './changes.js';
import { keys } from './keys.js';
import type { Entry } from './cycle.js';
import type { PreemptionReason, Target } from './preemption.js';
import { resourceList, type PodSetRequests } from './requests.js';
import { workloads, type Workload } from './types.js';
import {
  cut,
  hasQuota,
  isAdmitted,
  isEvicted,
  priorityOf,
  queuedSeconds,
  withAdmittedInSync,
  withoutQuota,
  withPreemption,
  withQuota,
  withStatus,
} from './workload-status.js';

const reasonTexts: Readonly<Record<PreemptionReason, string>> = {
  InClusterQueue: 'prioritization in the ClusterQueue',
  InCohortReclamation: 'reclamation within the cohort',
  InCohortReclaimWhileBorrowing: 'reclamation within the cohort while borrowing',
};

/** The hand of the scheduler. */
export class Admissions {
  /** Admitted, and not yet seen to be. */
  private readonly assumed = new Map<string, Workload>();
  /** By uid: told to stop, and not yet seen to be. */
  private readonly evicting = new Set<string>();

  constructor(private readonly context: ControllerContext) {}

  /** What is seen need not be remembered. */
  hear(workload: Workload, isGone: boolean): void {
    const { uid = '' } = workload.metadata;
    if (isGone || isEvicted(workload)) this.evicting.delete(uid);
    if (isGone || hasQuota(workload)) this.assumed.delete(keyOf(workload));
  }

  isTaken(workload: Workload): boolean {
    return this.assumed.has(keyOf(workload));
  }

  /** The workloads as they are, and those that are about to be admitted as if they were. */
  holders(view: View): readonly Workload[] {
    return view.list(workloads).map(workload => this.assumed.get(keyOf(workload)) ?? workload);
  }

  /** Gives a workload its quota. False: it could not be written. */
  *admit(entry: Entry): Reconciliation<boolean> {
    const { workload, assignment, snapshotQueue } = entry;
    const { clock, events } = this.context;
    const admission = {
      clusterQueue: snapshotQueue.name,
      podSetAssignments: podSetAssignments(assignment),
    };
    const hasChecks =
      (snapshotQueue.spec.admissionChecksStrategy?.admissionChecks ?? []).length > 0;
    const admitted = (current: Workload): Workload => {
      const next = withQuota(current, admission, clock.now());
      return hasChecks ? next : withAdmittedInSync(next, clock.now());
    };
    this.assumed.set(keyOf(workload), admitted(workload));
    const written = yield* changeStatus(workload, admitted);
    if (written === undefined) {
      this.assumed.delete(keyOf(workload));
      return false;
    }
    const waited = `wait time since queued was ${queuedSeconds(written, clock.now())}s`;
    const considered = consideredText(assignment);
    const reserved = `Quota reserved in ClusterQueue ${admission.clusterQueue}, ${waited}${
      considered === '' ? '' : `; Flavors considered: ${considered}`
    }`;
    const tell = (reason: string, message: string): void =>
      events.record({
        ...{ regarding: written, type: 'Normal', reason, action: reason },
        message: cut(message, 'event'),
      });
    tell('QuotaReserved', reserved);
    if (isAdmitted(written)) {
      const text = `Admitted by ClusterQueue ${admission.clusterQueue}, wait time since reservation was 0s`;
      tell('Admitted', text);
    }
    return true;
  }

  /** Pushes others out. How many are on their way. */
  *preempt(entry: Entry): Reconciliation<number> {
    let count = 0;
    for (const target of entry.targets) {
      if (yield* this.preemptOne(entry, target)) count++;
    }
    return count;
  }

  private *preemptOne(entry: Entry, { holder, reason, path }: Target): Reconciliation<boolean> {
    const { workload: victim } = holder;
    const { uid = '' } = victim.metadata;
    if (isEvicted(victim) || this.evicting.has(uid)) return true;
    this.evicting.add(uid);
    const { clock } = this.context;
    const message = preemptionMessage(entry, { path, reason });
    const cause = { reason: 'Preempted', message };
    const isDone = yield* evict(victim, cause, this.context, current =>
      withPreemption(current, { reason, message }, clock.now()),
    );
    if (!isDone) {
      this.evicting.delete(uid);
      return false;
    }
    this.tellPreemption(entry.workload, victim, { message, queue: holder.queue });
    return true;
  }

  private tellPreemption(
    comer: Workload,
    victim: Workload,
    told: { readonly message: string; readonly queue: string },
  ): void {
    const { events } = this.context;
    const priorities = `preemptor ${priorityText(comer)}; preemptee ${priorityText(victim)}`;
    events.record({
      ...{ regarding: victim, type: 'Normal', reason: 'Preempted', action: 'Preempted' },
      message: `${told.message}; ${priorities}`,
    });
    const { uid = '' } = victim.metadata;
    const reason = 'PreemptedWorkload';
    events.record({
      ...{ regarding: comer, type: 'Normal', reason, action: reason },
      message: `Preempted workload ${keyOf(victim)} (UID: ${uid}) in ClusterQueue ${told.queue}; ${priorities}`,
    });
  }

  /** Says why a workload waits. */
  *tellWait(
    workload: Workload,
    message: string,
    requests: readonly PodSetRequests[],
  ): Reconciliation<void> {
    const { clock, events } = this.context;
    const reason = 'Pending';
    yield* changeStatus(workload, current => {
      const because = { reason, message: cut(message, 'condition') };
      const next = withoutQuota(current, because, clock.now());
      if (requests.length === 0) return next;
      const resourceRequests = requests.map(({ name, requests: amounts }) => ({
        name,
        resources: resourceList(amounts),
      }));
      return withStatus(next, { resourceRequests });
    });
    events.record({
      ...{ regarding: workload, type: 'Warning', reason, action: reason },
      message: cut(message, 'event'),
    });
  }
}

function priorityText(workload: Workload): string {
  const priority = priorityOf(workload);
  return `effective priority: ${priority} (base: ${priority}, boost: 0)`;
}

function preemptionMessage(
  { workload, snapshotQueue }: Entry,
  victim: { readonly path: string; readonly reason: PreemptionReason },
): string {
  const { uid = 'UNKNOWN', labels = {} } = workload.metadata;
  const ids = `UID: ${uid}, JobUID: ${labels[keys.jobUid] ?? 'UNKNOWN'}`;
  const paths = `preemptor path: ${snapshotQueue.node.path}; preemptee path: ${victim.path}`;
  const why = reasonTexts[victim.reason];
  return `Preempted to accommodate a workload (${ids}) due to ${why}; ${paths}`;
}
