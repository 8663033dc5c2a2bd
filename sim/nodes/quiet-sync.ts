/**
 * Syncs that find nothing to do: as long as all that they looked at is the same, the next ones find
 * nothing either. Upstream works all of it out again; only the files of volumes can have changed.
 */
import type { Pod, PodStatus } from '../api/kinds/core.js';
import type { RuntimeStatus } from './container-records.js';
import type { ManagedStatus, PodEntry } from './pod-entry.js';

/** What a sync looks at, but for what a change of would ask for a sync by itself: verdicts and devices. */
export interface SyncInputs {
  readonly pod: Pod;
  readonly allocated: Pod | undefined;
  readonly cached: RuntimeStatus;
  readonly managed: ManagedStatus | undefined;
}

/** What a sync that begins now looks at. */
export function syncInputs({ pod, allocated, cached, managed }: PodEntry): SyncInputs {
  return { pod, allocated, cached, managed };
}

/** Whether a sync would find what the last one found, which had nothing to do. */
export function isQuiet(entry: PodEntry): boolean {
  return entry.quiet !== undefined && isUnchanged(entry, entry.quiet);
}

/** Whether a sync that did nothing would do nothing again. */
export function hasSettled(entry: PodEntry, seen: SyncInputs): boolean {
  const { managed, resize } = entry;
  // Whoever asks for a sync while one is under way has news.
  if (entry.isPending || managed === undefined || !isUnchanged(entry, seen)) return false;
  if (resize.pending !== undefined || resize.inProgress !== undefined) return false;
  return !dependsOnOthers(entry.pod) && !awaitsProbes(entry, managed.status);
}

function isUnchanged(entry: PodEntry, { pod, allocated, cached, managed }: SyncInputs): boolean {
  return (
    entry.pod === pod &&
    entry.allocated === allocated &&
    entry.cached === cached &&
    entry.managed === managed
  );
}

/** Deadlines come with time, and images are asked for again at each sync. */
function dependsOnOthers({ spec }: Pod): boolean {
  if (spec?.activeDeadlineSeconds !== undefined) return true;
  return spec?.volumes?.some(({ image }) => image !== undefined) === true;
}

/** Whether a readiness probe is asked to run at once, as each sync does until it has succeeded. */
function awaitsProbes({ probes, verdicts }: PodEntry, status: PodStatus): boolean {
  for (const list of [status.containerStatuses, status.initContainerStatuses]) {
    for (const { name, containerID = '' } of list ?? []) {
      if (!probes.has(`readiness ${name}`)) continue;
      if (verdicts.readiness.get(containerID) !== 'success') return true;
    }
  }
  return false;
}
