/**
 * `/metrics`: what the kubelet tells of itself, as far as it is kept here. Histograms of how long its own
 * work takes are left out.
 * @upstream pkg/kubelet/metrics/metrics.go, pkg/kubelet/pleg/generic.go updateRunningPodAndContainerMetrics
 */
import type { ContainerRuntime } from '../container-runtime.js';
import type { Family } from '../../api/exposition.js';

/** The families, in their order. */
export function kubeletFamilies(runtime: ContainerRuntime, node: string): readonly Family[] {
  const states = new Map<string, number>();
  let pods = 0;
  for (const uid of runtime.podUids()) {
    const { sandboxes, containers } = runtime.status(uid);
    for (const { state } of containers) states.set(state, (states.get(state) ?? 0) + 1);
    if (sandboxes.some(({ isReady }) => isReady)) pods++;
  }
  return [
    {
      name: 'kubelet_node_name',
      help: "[ALPHA] The node's name. The count is always 1.",
      type: 'gauge',
      samples: [{ labels: { node }, value: 1 }],
    },
    {
      name: 'kubelet_running_containers',
      help: '[ALPHA] Number of containers currently running',
      type: 'gauge',
      samples: [...states]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([state, value]) => ({ labels: { container_state: state }, value })),
    },
    {
      name: 'kubelet_running_pods',
      help: '[ALPHA] Number of pods that have a running pod sandbox',
      type: 'gauge',
      samples: [{ value: pods }],
    },
  ];
}
