/** Evicts pods that use more local storage than they may. @upstream pkg/kubelet/eviction/eviction_manager.go */
import type { Container, Pod, PodStatus } from '../api/kinds/core.js';
import { valueOf } from '../api/quantity.js';
import type { Timer } from '../engine/clock.js';
import type { KubeletContext } from './context.js';
import type { PodEntry } from './pod-entry.js';
import { containersOf } from './pod-spec.js';

/** How the pod is to be ended. */
export interface EvictionKill {
  readonly graceSeconds: number;
  readonly override: (status: PodStatus) => PodStatus;
}

/** How old the statistics of volumes may be. */
const volumeStatsMs = 60_000;

/** Watches a pod that has limits of local storage: of others nothing can be too much. */
export function watchLocalStorage(
  context: KubeletContext,
  entry: PodEntry,
  kill: (how: EvictionKill) => void,
): void {
  const { pod } = entry;
  if (!hasVolumeLimits(pod) && storageLimit(pod) === undefined) return;
  const { clock, config, random, nodeName } = context;
  let timer: Timer | undefined;
  let volumesReadMs = clock.now() - random.float() * volumeStatsMs * 0.2;
  let usedByVolume = new Map<string, number>();
  const look = (): void => {
    if (entry.isTerminationRequested) return;
    if (clock.now() - volumesReadMs >= volumeStatsMs) {
      usedByVolume = volumeUsage(context, entry);
      volumesReadMs = clock.now();
    }
    const message = excess(context, entry, usedByVolume);
    if (message === undefined) {
      timer = clock.after(config.evictionPeriodMs, `${nodeName} eviction`, look);
      return;
    }
    context.tell(entry.pod, { type: 'Warning', reason: 'Evicted', message });
    const override = (status: PodStatus): PodStatus => ({
      ...status,
      phase: 'Failed',
      reason: 'Evicted',
      message,
    });
    kill({ graceSeconds: 1, override });
  };
  timer = clock.after(random.float() * config.evictionPeriodMs, `${nodeName} eviction`, look);
  entry.cleanUps.push(() => timer?.cancel());
}

function hasVolumeLimits(pod: Pod): boolean {
  return (pod.spec?.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined);
}

function volumeUsage({ machine }: KubeletContext, entry: PodEntry): Map<string, number> {
  const volumes = machine.volumes.get(entry.uid);
  return new Map([...(volumes ?? [])].map(([name, files]) => [name, files.bytes]));
}

/** The first limit that is exceeded, in the order of the kubelet's checks. */
function excess(
  context: KubeletContext,
  entry: PodEntry,
  usedByVolume: ReadonlyMap<string, number>,
): string | undefined {
  const { pod } = entry;
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit === undefined || (usedByVolume.get(name) ?? 0) <= valueOf(limit)) continue;
    return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  const running = context.machine.runtime
    .containersOf(entry.uid)
    .filter(({ record }) => record.state === 'running');
  const podLimit = storageLimit(pod);
  let total = [...usedByVolume.values()].reduce((sum, bytes) => sum + bytes, 0);
  for (const { storageBytes } of running) total += storageBytes;
  if (podLimit !== undefined && total > podLimit.bytes) {
    const what = 'Pod ephemeral local storage usage exceeds the total limit of containers';
    return `${what} ${podLimit.text}. `;
  }
  for (const { record, storageBytes } of running) {
    const limit = limitOf(containersOf(pod).find(({ name }) => name === record.name));
    if (limit === undefined || storageBytes <= valueOf(limit)) continue;
    return `Container ${record.name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}

function limitOf(container: Container | undefined): string | undefined {
  return container?.resources?.limits?.['ephemeral-storage'];
}

/** The sum of the containers' limits, when each has one. */
function storageLimit(pod: Pod): { readonly bytes: number; readonly text: string } | undefined {
  const containers = containersOf(pod);
  let bytes = 0;
  let only: string | undefined;
  for (const container of containers) {
    only = limitOf(container);
    if (only === undefined) return undefined;
    bytes += valueOf(only);
  }
  if (only === undefined) return undefined;
  return { bytes, text: containers.length === 1 ? only : String(bytes) };
}
