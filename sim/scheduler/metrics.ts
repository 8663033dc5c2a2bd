/**
 * What kube-scheduler tells of itself. Durations are those of virtual time: an attempt takes what the
 * scheduler is set to take, and, where it ends in a binding, the way of that to the API server. Left out:
 * how long plug-ins, extension points, hints and handlers of events take, which is nothing here, how often
 * plug-ins are asked, since what they said before often stands, and batches, which it does not make.
 * @upstream pkg/scheduler/metrics/metrics.go, profile_metrics.go
 */
import type { Family } from '../api/exposition.js';
import {
  Counters,
  exponentialBounds,
  gaugeNow,
  Histograms,
  type MetricDefinition,
} from '../api/metric-vector.js';
import type { ControllerContext } from '../client/contract.js';
import type { MetricBook } from '../client/process-metrics.js';
import type { Clock } from '../engine/clock.js';
import { schedulerNameOf } from './pod-info.js';
import type { ClusterEvent } from './queue/cluster-event.js';
import { eventLabel } from './queue/event-label.js';
import type { QueuedPod } from './queue/queued-pod.js';
import type { SchedulingQueue } from './queue/scheduling-queue.js';

const attemptBounds = exponentialBounds(0.001, 2, 15);

const named = (name: string, help: string, ...labels: readonly string[]): MetricDefinition => ({
  name: `scheduler_${name}`,
  help,
  labels,
});

/** What came of an attempt. */
export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** The counts of one life of a scheduler. */
class Counts {
  readonly attempts = new Counters(
    named(
      'schedule_attempts_total',
      "[STABLE] Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
      ...['result', 'profile'],
    ),
  );
  readonly durations = new Histograms(
    named(
      'scheduling_attempt_duration_seconds',
      '[STABLE] Scheduling attempt latency in seconds (scheduling algorithm + binding)',
      ...['result', 'profile'],
    ),
    attemptBounds,
  );
  readonly algorithm = new Histograms(
    named(
      'scheduling_algorithm_duration_seconds',
      '[ALPHA] Scheduling algorithm latency in seconds',
    ),
    attemptBounds,
  );
  readonly untilScheduled = new Histograms(
    named(
      'pod_scheduling_sli_duration_seconds',
      '[BETA] E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.',
      'attempts',
    ),
    exponentialBounds(0.01, 2, 20),
  );
  readonly attemptsOfPods = new Histograms(
    named('pod_scheduling_attempts', '[STABLE] Number of attempts to successfully schedule a pod.'),
    exponentialBounds(1, 2, 5),
  );
  readonly afterFlush = new Counters(
    named(
      'pod_scheduled_after_flush_total',
      '[ALPHA] Number of pods that were successfully scheduled after being flushed from unschedulablePods due to timeout. This metric helps detect potential queueing hint misconfigurations or event handling issues.',
    ),
  );
  readonly permitWaits = new Histograms(
    named('permit_wait_duration_seconds', '[BETA] Duration of waiting on permit.', 'result'),
    attemptBounds,
  );
  readonly preemptions = new Counters(
    named(
      'preemption_attempts_total',
      '[STABLE] Total preemption attempts in the cluster till now',
    ),
  );
  readonly victims = new Histograms(
    named('preemption_victims', '[STABLE] Number of selected preemption victims'),
    exponentialBounds(1, 2, 7),
  );
  readonly incoming = new Counters(
    named(
      'queue_incoming_pods_total',
      '[STABLE] Number of pods added to scheduling queues by event and queue type.',
      ...['queue', 'event'],
    ),
  );
  /** The gauge of those that were ever rejected stays when nobody is any more. */
  readonly reasons = new Set<string>();

  constructor() {
    this.preemptions.add([], 0);
    this.afterFlush.add([], 0);
    for (const each of [this.algorithm, this.attemptsOfPods, this.victims]) each.touch([]);
  }
}

const manyAttempts = 15;

/** The scheduler that is looked at. */
export interface SchedulerParts {
  readonly queue: SchedulingQueue;
  readonly nodes: { readonly nodes: readonly unknown[]; readonly podCount: number };
  readonly assumed: { readonly size: number };
}

/** Counts one life of a scheduler for whoever looks. */
export class SchedulerMetrics {
  private made: Counts | undefined;
  private readonly book: MetricBook | undefined;
  private readonly clock: Clock;

  constructor(
    { metrics, clock }: Pick<ControllerContext, 'metrics' | 'clock'>,
    private readonly attemptMs: number,
    scheduler: SchedulerParts,
  ) {
    this.book = metrics;
    this.clock = clock;
    metrics?.add(() => this.families(scheduler));
  }

  /** Undefined as long as nobody looks. */
  private get counts(): Counts | undefined {
    return this.book?.isCounting === true ? (this.made ??= new Counts()) : undefined;
  }

  /** A pod enters one of the queues. */
  incoming(queue: string, cause: string | ClusterEvent): void {
    const { counts } = this;
    if (counts === undefined) return;
    counts.incoming.add([queue, typeof cause === 'string' ? cause : eventLabel(cause)]);
  }

  /** Nodes were looked for. */
  searched(): void {
    this.counts?.algorithm.observe([], this.attemptMs / 1000);
  }

  /** An attempt is over, with the way of a binding to the API server. */
  attempted(pod: QueuedPod, result: AttemptResult): void {
    const { counts } = this;
    if (counts === undefined) return;
    const { info, poppedMs } = pod;
    const profile = schedulerNameOf(info.pod);
    const labels = [result, profile];
    for (const plugin of [...pod.unschedulablePlugins, ...pod.pendingPlugins]) {
      counts.reasons.add(JSON.stringify([plugin, profile]));
    }
    counts.attempts.add(labels);
    counts.durations.observe(labels, (this.clock.now() - poppedMs + this.attemptMs) / 1000);
  }

  /** An attempt has bound its pod. */
  scheduled(pod: QueuedPod): void {
    const { counts } = this;
    if (counts === undefined) return;
    const { attempts, firstAttemptMs, wasFlushed } = pod;
    this.attempted(pod, 'scheduled');
    counts.attemptsOfPods.observe([], attempts);
    if (wasFlushed) counts.afterFlush.add([]);
    if (firstAttemptMs === undefined) return;
    const label = attempts >= manyAttempts ? `${manyAttempts}+` : String(attempts);
    counts.untilScheduled.observe([label], (this.clock.now() - firstAttemptMs) / 1000);
  }

  /** A plug-in let a pod wait before it was bound. */
  waited(result: string, sinceMs: number): void {
    this.counts?.permitWaits.observe([result], (this.clock.now() - sinceMs) / 1000);
  }

  /** `victims`: how many were chosen; undefined: there was nobody to choose. */
  preempted(victims: number | undefined): void {
    const { counts } = this;
    counts?.preemptions.add([]);
    if (victims !== undefined) counts?.victims.observe([], victims);
  }

  private families({ queue, nodes, assumed }: SchedulerParts): readonly Family[] {
    const { counts } = this;
    if (counts === undefined) return [];
    const { reasons, ...vectors } = counts;
    return [
      ...Object.values(vectors).map((each: Counters | Histograms) => each.family()),
      ...queueFamilies(queue, reasons),
      gaugeNow(
        named(
          'cache_size',
          '[ALPHA] Number of nodes, pods, and assumed (bound) pods in the scheduler cache.',
          'type',
        ),
        [
          [['assumed_pods'], assumed.size],
          [['nodes'], nodes.nodes.length],
          [['pods'], nodes.podCount],
        ],
      ),
    ];
  }
}

function queueFamilies(
  { active, backoff, unschedulable }: SchedulingQueue,
  reasons: Set<string>,
): readonly Family[] {
  const waiting = [...unschedulable.values()];
  const gated = waiting.filter(({ isGated }) => isGated).length;
  const byReason = new Map<string, number>([...reasons].map(reason => [reason, 0]));
  for (const each of [...waiting, ...active.values(), ...backoff.values()]) {
    const { info, unschedulablePlugins, pendingPlugins } = each;
    for (const plugin of new Set([...unschedulablePlugins, ...pendingPlugins])) {
      const key = JSON.stringify([plugin, schedulerNameOf(info.pod)]);
      byReason.set(key, (byReason.get(key) ?? 0) + 1);
      reasons.add(key);
    }
  }
  return [
    gaugeNow(
      named(
        'pending_pods',
        "[STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
        'queue',
      ),
      [
        [['active'], active.size],
        [['backoff'], backoff.size],
        [['unschedulable'], waiting.length - gated],
        [['gated'], gated],
      ],
    ),
    gaugeNow(
      named(
        'unschedulable_pods',
        '[BETA] The number of unschedulable pods broken down by plugin name. A pod will increment the gauge for all plugins that caused it to not schedule and so this metric have meaning only when broken down by plugin.',
        ...['plugin', 'profile'],
      ),
      [...byReason].map(([key, count]) => [JSON.parse(key) as [string, string], count]),
    ),
  ];
}
