/**
 * What a kubelet counts of its work on pods, in virtual time. Left out: calls of the runtime one by one, and
 * how long statuses are on their way.
 * @upstream pkg/kubelet/metrics/metrics.go, pod_workers.go, util/pod_startup_latency_tracker.go
 */
import type { Family } from '../../api/exposition.js';
import type { Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import { Counters, Histograms, type MetricDefinition } from '../../api/metric-vector.js';
import type { ControllerContext } from '../../client/contract.js';
import { isTerminalPhase } from '../pod-spec.js';
import { usualBounds } from './usual-bounds.js';

const startBounds = [
  ...[0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480],
  ...[600, 900, 1200, 1800, 2700, 3600],
];

const named = (name: string, help: string, ...labels: readonly string[]): MetricDefinition => ({
  name: `kubelet_${name}`,
  help: `[ALPHA] ${help}`,
  labels,
});

const measured = (what: string) =>
  `${what}, measured from pod creation timestamp to when all its containers are reported as started and observed via watch`;

class Counts {
  readonly work = new Histograms(
    named(
      'pod_worker_duration_seconds',
      'Duration in seconds to sync a single pod. Broken down by operation type: create, update, or sync',
      'operation_type',
    ),
    usualBounds,
  );
  readonly startedPods = new Counters(
    named('started_pods_total', 'Cumulative number of pods started'),
  );
  readonly startedContainers = new Counters(
    named('started_containers_total', 'Cumulative number of containers started', 'container_type'),
  );
  readonly starts = new Histograms(
    named(
      'pod_start_sli_duration_seconds',
      measured(
        'Duration in seconds to start a pod, excluding time to pull images and run init containers',
      ),
    ),
    startBounds,
  );
  readonly wholeStarts = new Histograms(
    named(
      'pod_start_total_duration_seconds',
      measured(
        'Duration in seconds to start a pod since creation, including time to pull images and run init containers',
      ),
    ),
    startBounds,
  );

  constructor() {
    this.startedPods.add([], 0);
  }
}

/** What a worker did. */
export type WorkType = 'create' | 'update' | 'sync' | 'kill' | 'terminated';

/** What a container is in its pod. */
export type StartedType = 'container' | 'init_container' | 'ephemeral_container';

/** A time of pulling. */
type Pull = readonly [startMs: number, endMs: number];

/** The counts of one life of a kubelet; it costs nothing as long as nobody looks. */
export class KubeletCounts {
  private made: Counts | undefined;
  /** The pods that have not started yet, by uid, with what was pulled for each. */
  private readonly starting = new Map<string, Pull[]>();

  constructor(private readonly context: Pick<ControllerContext, 'clock' | 'metrics'>) {
    context.metrics?.add(() => this.families());
  }

  private get counts(): Counts | undefined {
    return this.context.metrics?.isCounting === true ? (this.made ??= new Counts()) : undefined;
  }

  /** A worker has done a step that began then. */
  worked(type: WorkType, beginMs: number): void {
    this.counts?.work.observe([type], (this.context.clock.now() - beginMs) / 1000);
  }

  /** A sandbox is made. */
  startedPod(): void {
    this.counts?.startedPods.add([]);
  }

  /** A container is about to be started. */
  startedContainer(type: StartedType): void {
    this.counts?.startedContainers.add([type]);
  }

  /** An image was pulled for the pod. */
  pulled({ metadata }: Pod, startMs: number): void {
    this.starting.get(metadata.uid ?? '')?.push([startMs, this.context.clock.now()]);
  }

  /** The watch tells how the pod is. */
  observed(pod: Pod): void {
    const { counts } = this;
    if (counts === undefined) return;
    const { uid = '', creationTimestamp } = pod.metadata;
    const { phase, startTime, containerStatuses: all = [] } = pod.status ?? {};
    const pulls = this.starting.get(uid);
    if (isTerminalPhase(phase) || pod.metadata.deletionTimestamp !== undefined) {
      this.starting.delete(uid);
      return;
    }
    if (pulls === undefined) {
      if (startTime === undefined) this.starting.set(uid, []);
      return;
    }
    if (all.length === 0 || all.some(({ state }) => state?.running === undefined)) return;
    this.starting.delete(uid);
    const wholeMs = this.context.clock.now() - (timeMs(creationTimestamp) ?? 0);
    counts.wholeStarts.observe([], wholeMs / 1000);
    if (isStateful(pod)) return;
    counts.starts.observe([], (wholeMs - pulledMs(pulls) - initMs(pod)) / 1000);
  }

  private families(): readonly Family[] {
    const { counts } = this;
    if (counts === undefined) return [];
    return Object.values(counts).map((each: Counters | Histograms) => each.family());
  }
}

/** Those side by side count once. */
function pulledMs(pulls: readonly Pull[]): number {
  let totalMs = 0;
  let endedMs = 0;
  for (const [startMs, endMs] of pulls) {
    totalMs += Math.max(endMs - Math.max(startMs, endedMs), 0);
    endedMs = Math.max(endedMs, endMs);
  }
  return totalMs;
}

function initMs({ status }: Pod): number {
  return (status?.initContainerStatuses ?? []).reduce((sumMs, { state }) => {
    const { startedAt, finishedAt } = state?.terminated ?? {};
    return sumMs + (timeMs(finishedAt) ?? 0) - (timeMs(startedAt) ?? 0);
  }, 0);
}

function isStateful({ spec }: Pod): boolean {
  return (spec?.volumes ?? []).some(
    ({ secret, configMap, downwardAPI, emptyDir, projected }) =>
      (secret ?? configMap ?? downwardAPI ?? emptyDir ?? projected) === undefined,
  );
}
