/**
 * `/metrics`: what the kubelet tells of itself, as far as it is kept here. Histograms of how long its own
 * work takes are left out but for the relists, which take no virtual time: there is one each second.
 * @upstream pkg/kubelet/metrics/metrics.go, pkg/kubelet/pleg/generic.go updateRunningPodAndContainerMetrics
 */
import { buildInfo } from '../../api/build-info.js';
import type { Family, HistogramSample } from '../../api/exposition.js';
import { gaugeNow, processStart, registryStart } from '../../api/metric-vector.js';
import type { PagesOf } from './pages.js';
import { usualBounds } from './usual-bounds.js';
import type { UsedOf } from './used.js';

const relistMs = 1000;

/** The families. */
export function kubeletFamilies({ runtime, clock }: UsedOf, kubelet: PagesOf): readonly Family[] {
  const states = new Map<string, number>();
  let pods = 0;
  for (const uid of runtime.podUids()) {
    const { sandboxes, containers } = runtime.status(uid);
    for (const { state } of containers) states.set(state, (states.get(state) ?? 0) + 1);
    if (sandboxes.some(({ isReady }) => isReady)) pods++;
  }
  const startedMs = kubelet.startedMs();
  const relists = Math.max(Math.floor((clock.now() - startedMs) / relistMs), 0);
  const desired = [...kubelet.entries()].length;
  return [
    gaugeNow(
      {
        name: 'kubelet_desired_pods',
        help: '[ALPHA] The number of pods the kubelet is being instructed to run. static is true if the pod is not from the apiserver.',
        labels: ['static'],
      },
      [
        [[''], desired],
        [['true'], 0],
      ],
    ),
    gaugeNow(
      {
        name: 'kubelet_node_name',
        help: "[ALPHA] The node's name. The count is always 1.",
        labels: ['node'],
      },
      [[[kubelet.shape.name], 1]],
    ),
    relistFamily('duration', 'Duration in seconds for relisting pods in PLEG.', relists, 0),
    relistFamily(
      ...(['interval', 'Interval in seconds between relisting in PLEG.'] as const),
      ...([Math.max(relists - 1, 0), relistMs / 1000] as const),
    ),
    gaugeNow(
      {
        name: 'kubelet_running_containers',
        help: '[ALPHA] Number of containers currently running',
        labels: ['container_state'],
      },
      [...states].map(([state, count]) => [[state], count]),
    ),
    gaugeNow(
      {
        name: 'kubelet_running_pods',
        help: '[ALPHA] Number of pods that have a running pod sandbox',
      },
      [[[], pods]],
    ),
    ...kubelet.counted(),
    buildInfo(),
    processStart(startedMs),
  ];
}

/** All relists are alike. */
function relistFamily(what: string, help: string, count: number, seconds: number): Family {
  const sample: HistogramSample = {
    labels: {},
    buckets: usualBounds.map(bound => [bound, seconds <= bound ? count : 0]),
    count,
    sum: count * seconds,
  };
  return {
    ...{ name: `kubelet_pleg_relist_${what}_seconds`, help: `[ALPHA] ${help}`, type: 'histogram' },
    samples: [sample],
  };
}

/** `/metrics/slis`: the checks of `/healthz`, all of which a kubelet passes that runs. @upstream pkg/kubelet/server/server.go */
export function sliFamilies(startedMs: number): readonly Family[] {
  return [
    gaugeNow(
      {
        name: 'kubernetes_healthcheck',
        help: '[STABLE] This metric records the result of a single healthcheck.',
        labels: ['name', 'type'],
      },
      ['log', 'ping', 'syncloop'].map(name => [[name, 'healthz'], 1]),
    ),
    registryStart(startedMs),
  ];
}
