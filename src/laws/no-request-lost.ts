/** Pods that end gracefully lose no request. */
import type { Container, Node, Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { isReady } from './kit/placement.js';
import { isBehind } from './kit/serving.js';
import { law, type Breach, type Change, type Evidence, type Judge, type Outcome } from './law.js';
import { inOrder, measured, nameOf, written } from './story.js';
import type { World } from './world.js';

interface Leaving {
  readonly pod: Pod;
  readonly sinceMs: number;
  untilMs: number;
  readonly evidence: Evidence;
}

const defaults = {
  /** Requests that may be lost in one span of measurement. */
  lostMax: 0,
  /** Clients hear of a pod's end with this delay. */
  lagMs: 30_000,
};

/** Reasons for which a request is lost with the pod that should have served it. */
const lostReasons = ['reset', 'refused', 'no endpoint'];

/**
 * Judged in spans of measurement in which pods of a service were on their way out, all of them with time
 * left, others were ready at each moment, and nothing else went wrong: no container failed and no node was
 * lost. Where a pod has no preStop hook by which it outlives the news of its end, what it refuses until
 * clients have heard is nobody's promise and does not count; nor does what a pod without a readiness probe
 * refuses before its program listens. Where those are not known apart, such spans are not judged.
 */
export const noRequestLost = law({
  name: 'no-request-lost',
  family: 'scaling',
  touches: ['Network and policies', 'Traffic and serving'],
  says: 'no request is lost when pods end gracefully, in scale-downs and roll-outs',
  source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
  settings: defaults,
  begin: settings => new LostRequests(settings),
});

class LostRequests implements Judge {
  readonly on = {
    pods: (change: Change<Pod>) => this.pod(change),
    nodes: (change: Change<Node>) => this.node(change),
  };
  private readonly leaving = new Map<string, Leaving>();
  private readonly readiness = new Readiness();
  private accidentMs = -Infinity;
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

  outcome(outcome: Outcome, world: World): void {
    if (outcome.kind !== 'requests') return;
    const { service, timeMs, spanMs, failed, unheard } = outcome;
    const startMs = timeMs - spanMs - this.settings.lagMs;
    const leaving = [...this.leaving.values()].filter(
      one => one.untilMs >= startMs && isBehind(service, one.pod.metadata, world),
    );
    if (leaving.length === 0 || !leaving.every(({ pod }) => hasTime(pod))) return;
    if (this.accidentMs >= startMs) return;
    const isOf = (pod: Pod): boolean => isBehind(service, pod.metadata, world);
    if (!this.readiness.isCovered(isOf, timeMs - spanMs, timeMs)) return;
    const isAnyHookless = !leaving.every(({ pod }) => isHooked(pod));
    const isAnyUnprobed = this.readiness.hasUnprobed(isOf, startMs);
    if (unheard === undefined && (isAnyHookless || isAnyUnprobed)) return;
    this.looked++;
    const all = lostReasons.reduce((sum, reason) => sum + (failed[reason] ?? 0), 0);
    const ended = isAnyHookless ? (unheard?.ended ?? 0) : 0;
    const starting = isAnyUnprobed ? (unheard?.starting ?? 0) : 0;
    const lost = all - ended - starting;
    if (lost <= this.settings.lostMax) return;
    const names = leaving.map(({ pod }) => nameOf(pod));
    this.breaches.push({
      timeMs,
      what: `Service ${service} lost ${lost} requests while ${names.join(', ')} ended gracefully`,
      objects: [`Service ${service}`, ...names],
      evidence: inOrder([
        ...leaving.map(({ evidence }) => evidence),
        measured(timeMs, `${lost} requests lost: ${JSON.stringify(failed)}`),
      ]),
    });
  }

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private pod(change: Change<Pod>): void {
    const { object: pod, before, type, timeMs } = change;
    this.readiness.observe(change);
    const key = pod.metadata.uid ?? keyOf(pod);
    const known = this.leaving.get(key);
    if (type === 'DELETED') {
      if (known !== undefined) known.untilMs = timeMs;
      return;
    }
    const isLeaving = pod.metadata.deletionTimestamp !== undefined;
    if (isLeaving && known === undefined) {
      const evidence = written(change, 'it is to end');
      this.leaving.set(key, { pod, sinceMs: timeMs, untilMs: Infinity, evidence });
    }
    if (!isLeaving && hasFailed(pod) && (before === undefined || !hasFailed(before))) {
      this.accidentMs = timeMs;
    }
  }

  private node({ object, before, timeMs, type }: Change<Node>): void {
    if (type === 'DELETED' || (before !== undefined && isNodeReady(before) !== isNodeReady(object)))
      this.accidentMs = timeMs;
  }
}

/** A span in which a pod was ready and not on its way out. */
interface ReadySpan {
  readonly pod: Pod;
  readonly fromMs: number;
  untilMs: number;
}

/** Spans that ended so long ago are forgotten. */
const forgetMs = 600_000;

/** When which pods were ready and there to stay. */
class Readiness {
  private readonly open = new Map<string, ReadySpan>();
  private closed: ReadySpan[] = [];

  observe({ object: pod, type, timeMs }: Change<Pod>): void {
    const key = pod.metadata.uid ?? keyOf(pod);
    const known = this.open.get(key);
    const isLeaving = type === 'DELETED' || pod.metadata.deletionTimestamp !== undefined;
    const serves = !isLeaving && isReady(pod);
    if (serves === (known !== undefined)) return;
    if (known === undefined) {
      this.open.set(key, { pod, fromMs: timeMs, untilMs: Infinity });
      return;
    }
    this.open.delete(key);
    known.untilMs = timeMs;
    this.closed = this.closed.filter(({ untilMs }) => untilMs >= timeMs - forgetMs);
    this.closed.push(known);
  }

  /** Whether one of those pods has become ready since then of which nobody asked whether it listens. */
  hasUnprobed(isOf: (pod: Pod) => boolean, sinceMs: number): boolean {
    const spans = [...this.closed, ...this.open.values()];
    return spans.some(({ pod, fromMs }) => fromMs >= sinceMs && isOf(pod) && !isProbed(pod));
  }

  /** Whether at each moment between at least one of those pods was ready. */
  isCovered(isOf: (pod: Pod) => boolean, fromMs: number, untilMs: number): boolean {
    const spans = [...this.closed, ...this.open.values()].filter(({ pod }) => isOf(pod));
    spans.sort((a, b) => a.fromMs - b.fromMs);
    let coveredMs = fromMs;
    for (const span of spans) {
      if (span.fromMs > coveredMs) return false;
      coveredMs = Math.max(coveredMs, span.untilMs);
      if (coveredMs > untilMs) return true;
    }
    return false;
  }
}

/** Those with ports, or all where none names one. */
function servingContainers({ spec }: Pod): readonly Container[] {
  const all = spec?.containers ?? [];
  const some = all.filter(({ ports = [] }) => ports.length > 0);
  return some.length > 0 ? some : all;
}

function isProbed(pod: Pod): boolean {
  return servingContainers(pod).every(({ readinessProbe }) => readinessProbe !== undefined);
}

function hasTime({ metadata }: Pod): boolean {
  return (metadata.deletionGracePeriodSeconds ?? 0) > 0;
}

function isHooked(pod: Pod): boolean {
  return servingContainers(pod).every(({ lifecycle }) => lifecycle?.preStop !== undefined);
}

function hasFailed({ status }: Pod): boolean {
  if (status?.phase === 'Failed') return true;
  return (status?.containerStatuses ?? []).some(
    ({ state, lastState }) =>
      (state?.terminated?.exitCode ?? 0) !== 0 || (lastState?.terminated?.exitCode ?? 0) !== 0,
  );
}

function isNodeReady({ status }: Node): boolean {
  return status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True') === true;
}
