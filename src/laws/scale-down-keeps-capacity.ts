/** Scaling down leaves enough replicas for the demand. */
import type { Deployment, StatefulSet } from '../../sim/api/kinds/apps.js';
import { isReady } from './kit/placement.js';
import { isBehind, podsBehind } from './kit/serving.js';
import { law, type Breach, type Change, type Evidence, type Judge, type Outcome } from './law.js';
import { measured, nameOf, written } from './story.js';
import type { World } from './world.js';

interface ScaleDown {
  readonly timeMs: number;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  /** So many are left. */
  readonly replicas: number;
  readonly evidence: Evidence;
}

type Requests = Extract<Outcome, { kind: 'requests' }>;

const defaults = {
  /** Spans of measurement that end within this time after a scale-down are judged. */
  watchMs: 300_000,
  /** So much of the demand may be without capacity for a while. */
  shortMax: 0.1,
  /** Demand that grew by more than this since before the scale-down is not its fault. */
  growthMax: 0.2,
};

/**
 * Judged by what was measured: after an autoscaler (any service account) lowered the replicas behind a
 * service that had enough before, and while demand has not grown, the ready replicas can still serve it.
 * What people scale down themselves, they meant; and where fewer are ready than were left, because a node
 * was lost or a roll-out is under way, it is not the scale-down that took them.
 */
export const scaleDownKeepsCapacity = law({
  name: 'scale-down-keeps-capacity',
  family: 'scaling',
  touches: ['Autoscaler', 'Traffic and serving'],
  says: 'when a workload is scaled down automatically, its ready replicas still have the capacity for the demand',
  source: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
  settings: defaults,
  begin: settings => new Capacity(settings),
});

class Capacity implements Judge {
  readonly on = {
    'deployments.apps': (change: Change<Deployment>) => this.scaled(change),
    'statefulsets.apps': (change: Change<StatefulSet>) => this.scaled(change),
  };
  private scaleDowns: ScaleDown[] = [];
  /** By service: the last span in which there was enough. */
  private readonly enough = new Map<string, Requests>();
  /** By service: when fewer were ready than a scale-down had left. */
  private readonly fewMs = new Map<string, number>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

  outcome(outcome: Outcome, world: World): void {
    if (outcome.kind !== 'requests') return;
    const { service, timeMs, capacity } = outcome;
    const demand = demandOf(outcome);
    const oldestMs = timeMs - this.settings.watchMs - outcome.spanMs;
    this.scaleDowns = this.scaleDowns.filter(one => one.timeMs >= oldestMs);
    const before = this.enough.get(service);
    const { shortMax, growthMax } = this.settings;
    const cause = this.scaleDowns.findLast(
      one => one.timeMs <= timeMs - outcome.spanMs && isBehind(service, one, world),
    );
    const isShort = capacity < demand * (1 - shortMax);
    if (!isShort) this.enough.set(service, outcome);
    if (cause === undefined || before === undefined) return;
    if (podsBehind(service, world).filter(isReady).length < cause.replicas) {
      this.fewMs.set(service, timeMs);
      return;
    }
    if ((this.fewMs.get(service) ?? -Infinity) >= timeMs - outcome.spanMs) return;
    this.looked++;
    if (!isShort || rateOf(outcome) > rateOf(before) * (1 + growthMax)) return;
    this.breaches.push({
      timeMs,
      what: `after ${cause.name} was scaled down, Service ${service} has capacity for ${Math.round(capacity)} of ${Math.round(demand)} requests`,
      objects: [cause.name, `Service ${service}`],
      evidence: [
        measured(
          before.timeMs,
          `${Math.round(demandOf(before))} requests, capacity for ${Math.round(before.capacity)}`,
        ),
        cause.evidence,
        measured(timeMs, `${Math.round(demand)} requests, capacity for ${Math.round(capacity)}`),
      ].sort((a, b) => a.timeMs - b.timeMs),
    });
  }

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private scaled(change: Change<Deployment | StatefulSet>): void {
    const { object, before, user, timeMs } = change;
    const from = before?.spec?.replicas ?? 1;
    const to = object.spec?.replicas ?? 1;
    if (before === undefined || to >= from || !user.startsWith('system:serviceaccount:')) return;
    this.scaleDowns.push({
      timeMs,
      namespace: object.metadata.namespace ?? '',
      labels: object.spec?.template.metadata?.labels ?? {},
      name: nameOf(object),
      replicas: to,
      evidence: written(change, `from ${from} to ${to} replicas`),
    });
  }
}

/** What replicas have to serve: requests that network policies drop come to none of them. */
function demandOf({ offered, failed }: Requests): number {
  return offered - (failed['dropped by network policies'] ?? 0);
}

function rateOf(outcome: Requests): number {
  return demandOf(outcome) / outcome.spanMs;
}
