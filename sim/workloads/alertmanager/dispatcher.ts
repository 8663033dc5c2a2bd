/**
 * Groups alerts and has them sent in time: a group waits `group_wait` before its first notification, is
 * looked at every `group_interval`, and tells again after `repeat_interval` where nothing has changed.
 * @upstream prometheus/alertmanager dispatch/dispatch.go, notify/dedup_stage.go
 */
import type { Clock } from '../../engine/clock.js';
import type { Alert, AlertStore } from './alerts.js';
import {
  matchingRoutes,
  type AlertmanagerConfiguration,
  type Integration,
  type Route,
} from './configuration.js';
import { labelsText, type LabelSet } from './matchers.js';
import { containsTime } from './time-interval.js';

/** One notification. */
export interface Notification {
  readonly receiver: string;
  readonly integration: Integration;
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  readonly alerts: readonly Alert[];
  /** When it is given up. */
  readonly untilMs: number;
}

/** What the dispatcher needs of where it runs. */
export interface DispatcherHost {
  readonly clock: Clock;
  readonly store: AlertStore;
  notify(notification: Notification, done: (isSent: boolean) => void): void;
}

/** What was told last. */
interface Told {
  readonly firing: ReadonlySet<string>;
  readonly resolved: ReadonlySet<string>;
  readonly atMs: number;
}

interface Group {
  readonly key: string;
  readonly route: Route;
  readonly labels: LabelSet;
  readonly alerts: Map<string, Alert>;
}

/** Notifications are not given up before so long. */
const timeoutMinMs = 10_000;

/** For one configuration; what was told outlives it. */
export class Dispatcher {
  private readonly groups = new Map<string, Group>();
  private isOver = false;

  constructor(
    private readonly configuration: AlertmanagerConfiguration,
    private readonly host: DispatcherHost,
    private readonly told: Map<string, Told> = new Map(),
  ) {}

  /** A dispatcher of another configuration takes over: groups begin anew, what was told is known. */
  followedBy(configuration: AlertmanagerConfiguration): Dispatcher {
    this.isOver = true;
    const next = new Dispatcher(configuration, this.host, this.told);
    for (const alert of this.host.store.all()) next.take(alert);
    return next;
  }

  take(alert: Alert): void {
    for (const route of matchingRoutes(this.configuration.route, alert.labels)) {
      this.groupOf(route, alert).alerts.set(alert.fingerprint, alert);
    }
  }

  receiversOf(alert: Alert): readonly string[] {
    const routes = matchingRoutes(this.configuration.route, alert.labels);
    return [...new Set(routes.map(({ receiver }) => receiver))];
  }

  private groupOf(route: Route, alert: Alert): Group {
    const { clock } = this.host;
    const labels = groupLabels(route, alert.labels);
    const key = `${route.key}:${labelsText(labels)}`;
    const id = `${key} ${route.receiver}`;
    const known = this.groups.get(id);
    if (known !== undefined) return known;
    const group: Group = { key, route, labels, alerts: new Map() };
    this.groups.set(id, group);
    const isOld = alert.startsMs + route.groupWaitMs < clock.now();
    this.later(isOld ? 0 : route.groupWaitMs, () => this.flush(id, group));
    return group;
  }

  private later(delayMs: number, act: () => void): void {
    this.host.clock.after(delayMs, 'alertmanager flushes a group', () => {
      if (!this.isOver) act();
    });
  }

  /** Resolved alerts are forgotten once they were told, and the group with the last of them. */
  private flush(id: string, group: Group): void {
    const { clock } = this.host;
    const nowMs = clock.now();
    const { groupIntervalMs } = group.route;
    const alerts = [...group.alerts.values()].sort(inOrder);
    const dueMs = nowMs + groupIntervalMs;
    const end = (isSent: boolean): void => {
      for (const alert of isSent ? alerts : []) {
        const { fingerprint, endsMs } = alert;
        if (endsMs <= nowMs && group.alerts.get(fingerprint) === alert) {
          group.alerts.delete(fingerprint);
        }
      }
      if (group.alerts.size === 0) this.groups.delete(id);
      else this.later(Math.max(dueMs - clock.now(), 0), () => this.flush(id, group));
    };
    this.send(group, { alerts: this.shown(group.route, alerts, nowMs), nowMs }, end);
  }

  /** Those that are neither inhibited nor silenced, unless the route is mute. */
  private shown(route: Route, alerts: readonly Alert[], nowMs: number): readonly Alert[] {
    const { intervals, inhibitRules } = this.configuration;
    const isIn = (name: string): boolean =>
      (intervals.get(name) ?? []).some(interval => containsTime(interval, nowMs));
    const { activeIntervals, muteIntervals } = route;
    if (activeIntervals.length > 0 && !activeIntervals.some(isIn)) return [];
    if (muteIntervals.some(isIn)) return [];
    return alerts.filter(alert => {
      const { inhibitedBy, silencedBy } = this.host.store.keptBack(alert, inhibitRules, nowMs);
      return inhibitedBy.length === 0 && silencedBy.length === 0;
    });
  }

  private send(
    group: Group,
    { alerts, nowMs }: { readonly alerts: readonly Alert[]; readonly nowMs: number },
    done: (isSent: boolean) => void,
  ): void {
    const integrations = this.configuration.receivers.get(group.route.receiver) ?? [];
    let left = integrations.length;
    let isSent = true;
    if (left === 0 || alerts.length === 0) return done(true);
    const one = (isOwnSent: boolean): void => {
      isSent &&= isOwnSent;
      left--;
      if (left === 0) done(isSent);
    };
    for (const [index, integration] of integrations.entries()) {
      this.sendBy({ group, integration, index }, { alerts, nowMs }, one);
    }
    return undefined;
  }

  private sendBy(
    way: { readonly group: Group; readonly integration: Integration; readonly index: number },
    { alerts, nowMs }: { readonly alerts: readonly Alert[]; readonly nowMs: number },
    done: (isSent: boolean) => void,
  ): void {
    const { group, integration, index } = way;
    const { receiver, repeatIntervalMs, groupIntervalMs } = group.route;
    const key = `${group.key} ${receiver}/${integration.kind}/${index}`;
    const now: Told = {
      firing: new Set(alerts.filter(isFiring(nowMs)).map(({ fingerprint }) => fingerprint)),
      resolved: new Set(
        alerts.filter(({ endsMs }) => endsMs <= nowMs).map(({ fingerprint }) => fingerprint),
      ),
      atMs: nowMs,
    };
    if (!isNews(this.told.get(key), now, { integration, repeatIntervalMs })) return done(true);
    const wanted = integration.sendsResolved ? alerts : alerts.filter(isFiring(nowMs));
    const end = (isSent: boolean): void => {
      if (isSent) this.told.set(key, now);
      done(isSent);
    };
    if (wanted.length === 0) return end(true);
    const untilMs = nowMs + Math.max(groupIntervalMs, timeoutMinMs);
    const { key: groupKey, labels } = group;
    const said = { receiver, integration, groupKey, groupLabels: labels, alerts: wanted, untilMs };
    return this.host.notify(said, end);
  }
}

const isFiring =
  (nowMs: number) =>
  ({ endsMs }: Alert): boolean =>
    endsMs > nowMs;

const isWithin = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean =>
  [...some].every(each => all.has(each));

function isNews(
  before: Told | undefined,
  now: Told,
  {
    integration,
    repeatIntervalMs,
  }: { readonly integration: Integration; readonly repeatIntervalMs: number },
): boolean {
  if (before === undefined) return now.firing.size > 0;
  if (!isWithin(now.firing, before.firing)) return true;
  if (now.firing.size === 0) return before.firing.size > 0;
  if (integration.sendsResolved && !isWithin(now.resolved, before.resolved)) return true;
  return before.atMs < now.atMs - repeatIntervalMs;
}

function groupLabels({ groupBy }: Route, labels: LabelSet): LabelSet {
  if (groupBy === 'all') return labels;
  return Object.fromEntries(Object.entries(labels).filter(([name]) => groupBy.includes(name)));
}

/** By job, by instance, by all labels. */
function inOrder(a: Alert, b: Alert): number {
  const textOf = ({ labels }: Alert): string =>
    [labels['job'] ?? '\uFFFF', labels['instance'] ?? '\uFFFF', labelsText(labels)].join('\0');
  return textOf(a) < textOf(b) ? -1 : 1;
}
