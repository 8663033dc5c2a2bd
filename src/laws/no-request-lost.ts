/** Pods that end gracefully lose no request. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { isReady } from './kit/placement.js';
import { isBehind, podsBehind } from './kit/serving.js';
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
 * Judged in spans of measurement in which pods of a service were on their way out, all of them gracefully
 * (with time left, and a preStop hook by which they outlive the news of their end), others were ready, and
 * nothing else went wrong: no container failed, no node was lost.
 */
export const noRequestLost = law({
  name: 'no-request-lost',
  family: 'scaling',
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
  private accidentMs = -Infinity;
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

  outcome(outcome: Outcome, world: World): void {
    if (outcome.kind !== 'requests') return;
    const { service, timeMs, spanMs, failed } = outcome;
    const startMs = timeMs - spanMs - this.settings.lagMs;
    const leaving = [...this.leaving.values()].filter(
      one => one.untilMs >= startMs && isBehind(service, one.pod.metadata, world),
    );
    if (leaving.length === 0 || !leaving.every(({ pod }) => isGraceful(pod))) return;
    if (this.accidentMs >= startMs || !podsBehind(service, world).some(isReady)) return;
    this.looked++;
    const lost = lostReasons.reduce((sum, reason) => sum + (failed[reason] ?? 0), 0);
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

function isGraceful({ metadata, spec }: Pod): boolean {
  const serving = (spec?.containers ?? []).filter(({ ports = [] }) => ports.length > 0);
  return (
    (metadata.deletionGracePeriodSeconds ?? 0) > 0 &&
    serving.length > 0 &&
    serving.every(({ lifecycle }) => lifecycle?.preStop !== undefined)
  );
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
