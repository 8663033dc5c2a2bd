/** `/metrics/probes`: how the probes of containers went. @upstream pkg/kubelet/prober/prober_manager.go, worker.go */
import type { Family } from '../../api/exposition.js';
import { Counters } from '../../api/metric-vector.js';
import type { PodEntry } from '../pod-entry.js';

const types = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' } as const;

/** The families: what was never found is not told. */
export function probeFamilies(entries: Iterable<PodEntry>): readonly Family[] {
  const results = new Counters({
    name: 'prober_probe_total',
    help: '[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.',
    labels: ['probe_type', 'result', 'container', 'pod', 'namespace', 'pod_uid'],
  });
  for (const { pod, uid, probes } of entries) {
    const { name = '', namespace = '' } = pod.metadata;
    for (const worker of probes.values()) {
      for (const [result, count] of Object.entries(worker.results())) {
        if (count === 0) continue;
        results.add(
          [types[worker.kind], result, worker.container.name, name, namespace, uid],
          count,
        );
      }
    }
  }
  return [results.family()];
}
