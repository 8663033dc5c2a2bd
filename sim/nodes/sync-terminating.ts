/** Stops a pod, and cleans up after it. @upstream pkg/kubelet/kubelet.go SyncTerminatingPod, SyncTerminatedPod */
import type { KubeletContext } from './context.js';
import { killPod } from './kill-containers.js';
import type { PodEntry } from './pod-entry.js';
import { podStatus } from './pod-status.js';
import { setStatus, terminateStatus } from './status-manager.js';
import type { Task } from './task.js';
import { draw } from './timings.js';
import { planted } from '../engine/planted.js';

/** Kills what runs, and tells how it ended. */
export function* syncTerminatingPod(context: KubeletContext, entry: PodEntry): Task {
  const { runtime } = context.machine;
  if (planted('device-reused-too-early')) context.machine.devices.offer(entry.uid);
  const status = podStatus(context, entry, entry.cached, false);
  setStatus(context, entry, entry.overrideStatus?.(status) ?? status);
  for (const [key, worker] of entry.probes) {
    if (!key.startsWith('readiness')) worker.stop();
  }
  yield* killPod(context, entry, runtime.status(entry.uid), entry.gracePeriodSeconds);
  for (const worker of entry.probes.values()) worker.stop();
  setStatus(context, entry, podStatus(context, entry, runtime.status(entry.uid), true));
}

/** Takes back what the pod had; then it may go. */
export function* syncTerminatedPod(context: KubeletContext, entry: PodEntry): Task {
  setStatus(context, entry, podStatus(context, entry, entry.cached, true));
  yield draw(context.random, context.timings.cleanUp);
  context.machine.volumes.delete(entry.uid);
  context.machine.devices.release(entry.uid);
  terminateStatus(context, entry);
}
