/** Sees that the probes of pods run, and what comes of them. @upstream pkg/kubelet/prober/prober_manager.go */
import type { Container, Probe } from '../api/kinds/core.js';
import type { KubeletContext } from './context.js';
import type { PodEntry, ProbeKind } from './pod-entry.js';
import { containersOf, initContainersOf, isSidecar } from './pod-spec.js';
import { ProbeWorker, type VerdictChanged } from './probe-worker.js';
import { setReadiness, setStarted } from './status-manager.js';

/** Starts the workers of a pod that do not run yet. */
export function addProbes(context: KubeletContext, entry: PodEntry): void {
  const containers = [
    ...containersOf(entry.effective),
    ...initContainersOf(entry.effective).filter(isSidecar),
  ];
  const changed: VerdictChanged = (of, change) => {
    if (change.kind === 'readiness') {
      setReadiness(context, of, change.containerID, change.verdict === 'success');
    } else if (change.kind === 'startup') {
      setStarted(context, of, change.containerID, change.verdict === 'success');
    } else if (change.verdict !== 'failure') return;
    context.sync(of);
  };
  const add = (kind: ProbeKind, container: Container, probe: Probe | undefined) => {
    const key = `${kind} ${container.name}`;
    if (probe === undefined || entry.probes.has(key)) return;
    const worker = new ProbeWorker(context, entry, kind, container, probe, changed);
    entry.probes.set(key, worker);
    worker.start();
  };
  for (const container of containers) {
    add('startup', container, container.startupProbe);
    add('readiness', container, container.readinessProbe);
    add('liveness', container, container.livenessProbe);
  }
}
