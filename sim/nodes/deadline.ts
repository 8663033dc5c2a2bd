/** activeDeadlineSeconds. @upstream pkg/kubelet/active_deadline.go */
import { timeMs } from '../api/time.js';
import type { KubeletContext } from './context.js';
import type { PodEntry } from './pod-entry.js';

const exceeded = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** When the pod's time is up; undefined when it has no deadline or has not started. */
export function deadlineMs(entry: PodEntry): number | undefined {
  const seconds = entry.pod.spec?.activeDeadlineSeconds;
  const startMs = timeMs(entry.status.startTime);
  return seconds === undefined || startMs === undefined ? undefined : startMs + seconds * 1_000;
}

/** Reason and message once the deadline has passed. */
export function pastDeadline(
  { clock }: KubeletContext,
  entry: PodEntry,
): typeof exceeded | undefined {
  const due = deadlineMs(entry);
  return due !== undefined && clock.now() >= due ? exceeded : undefined;
}
