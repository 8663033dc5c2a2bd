/** What Cluster Autoscaler asks of a pod wherever it meets one. @upstream utils/pod, utils/drain */
import type { Pod } from '../api/kinds/core.js';
import { controllerOf } from '../api/meta.js';
import { timeMs } from '../api/time.js';

const daemonSetPodKey = 'cluster-autoscaler.kubernetes.io/daemonset-pod';
const mirrorKey = 'kubernetes.io/config.mirror';
const defaultGraceSeconds = 30;
const longTerminatingExtraMs = 30_000;

/** Whether a daemon set, or what says of itself that it acts like one, keeps the pod on its node. */
export function isDaemonSetPod(pod: Pod): boolean {
  if (controllerOf(pod)?.kind === 'DaemonSet') return true;
  return pod.metadata.annotations?.[daemonSetPodKey] === 'true';
}

/** Whether the pod only mirrors one that the kubelet reads from a file. */
export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorKey] !== undefined;
}

/** Whether the pod should have been gone for so long that it counts as gone. */
export function isLongTerminating({ metadata, spec }: Pod, nowMs: number): boolean {
  const deletedMs = timeMs(metadata.deletionTimestamp);
  if (deletedMs === undefined) return false;
  const graceSeconds = spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds;
  return deletedMs + graceSeconds * 1000 + longTerminatingExtraMs < nowMs;
}

/** `namespace/name`. */
export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
