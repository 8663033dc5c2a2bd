/** What probes make of container statuses: started and ready. @upstream pkg/kubelet/prober/prober_manager.go UpdatePodStatus */
import type { Container, ContainerStatus } from '../api/kinds/core.js';
import { timeMs } from '../api/time.js';
import type { KubeletContext } from './context.js';
import type { PodEntry } from './pod-entry.js';
import { containersOf, initContainersOf, isSidecar } from './pod-spec.js';
import type { StatusesBySort } from './pod-status.js';

/** Sets `started` and `ready`; asks readiness probes that have no good result yet to run at once. */
export function withProbeResults(
  context: KubeletContext,
  entry: PodEntry,
  { init, main, ephemeral }: StatusesBySort,
): StatusesBySort {
  const { effective } = entry;
  const specOf = (list: readonly Container[], name: string) =>
    list.find(container => container.name === name);
  return {
    ephemeral,
    main: main.map(status =>
      probed(context, entry, status, specOf(containersOf(effective), status.name)),
    ),
    init: init.map(status => {
      const spec = specOf(initContainersOf(effective), status.name);
      if (spec !== undefined && isSidecar(spec)) return probed(context, entry, status, spec);
      const started = isStarted(entry, status);
      const hasSucceeded = status.state?.terminated?.exitCode === 0;
      return { ...status, started, ready: status.ready || hasSucceeded };
    }),
  };
}

function probed(
  context: KubeletContext,
  entry: PodEntry,
  status: ContainerStatus,
  spec: Container | undefined,
): ContainerStatus {
  const started = isStarted(entry, status);
  if (!started) return Object.assign({}, status, { started, ready: false });
  const verdict = entry.verdicts.readiness.get(status.containerID ?? '');
  if (verdict === 'success') return Object.assign({}, status, { started, ready: true });
  const worker = entry.probes.get(`readiness ${status.name}`);
  worker?.trigger();
  const ready = worker === undefined;
  return Object.assign({}, status, {
    started,
    ready: afterRestart(context, entry, { status, spec, verdict, ready }),
  });
}

/** After a restart of the kubelet a container stays as ready as its pod was, until its probe has run. */
function afterRestart(
  context: KubeletContext,
  entry: PodEntry,
  {
    status,
    spec,
    verdict,
    ready,
  }: {
    readonly status: ContainerStatus;
    readonly spec: Container | undefined;
    readonly verdict: string | undefined;
    readonly ready: boolean;
  },
): boolean {
  const startedMs = timeMs(status.state?.running?.startedAt) ?? Infinity;
  if (startedMs >= context.startedMs - restartGraceMs) return ready;
  if (spec?.readinessProbe === undefined) return ready || verdict === undefined;
  const isPodReady = entry.pod.status?.conditions?.some(
    condition => condition.type === 'Ready' && condition.status === 'True',
  );
  return isPodReady === true && (ready || verdict === undefined);
}

/** @upstream pkg/kubelet/prober/worker.go kubeletRestartGracePeriod */
export const restartGraceMs = 10_000;

function isStarted(entry: PodEntry, status: ContainerStatus): boolean {
  if (status.state?.running === undefined) return false;
  const verdict = entry.verdicts.startup.get(status.containerID ?? '');
  if (verdict !== undefined) return verdict === 'success';
  if (status.started === true) return true;
  return !entry.probes.has(`startup ${status.name}`);
}
