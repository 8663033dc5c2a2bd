/** What a webhook is sent. @upstream prometheus/alertmanager notify/webhook/webhook.go, template/template.go */
import type { Alert } from './alerts.js';
import type { LabelSet } from './matchers.js';

/** The group that is told of. */
export interface ToldGroup {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  readonly externalURL: string;
  /** 0: all. */
  readonly alertsMax: number;
}

/** The body: version 4 of the protocol. */
export function webhookMessage(group: ToldGroup, alerts: readonly Alert[], nowMs: number): string {
  const shown = group.alertsMax > 0 ? alerts.slice(0, group.alertsMax) : alerts;
  const isFiring = shown.some(alert => alert.endsMs > nowMs);
  const message = {
    receiver: group.receiver,
    status: isFiring ? 'firing' : 'resolved',
    alerts: shown.map(alert => toldAlert(alert, nowMs)),
    groupLabels: sorted(group.groupLabels),
    commonLabels: common(shown.map(({ labels }) => labels)),
    commonAnnotations: common(shown.map(({ annotations }) => annotations)),
    externalURL: group.externalURL,
    version: '4',
    groupKey: group.groupKey,
    truncatedAlerts: alerts.length - shown.length,
  };
  return `${JSON.stringify(message)}\n`;
}

/** Go's zero time: it has not ended. */
const noTime = '0001-01-01T00:00:00Z';

function toldAlert(alert: Alert, nowMs: number) {
  const { labels, annotations, startsMs, endsMs, generatorURL, fingerprint } = alert;
  const isResolved = endsMs <= nowMs;
  return {
    status: isResolved ? 'resolved' : 'firing',
    labels: sorted(labels),
    annotations: sorted(annotations),
    startsAt: goTime(startsMs),
    endsAt: isResolved ? goTime(endsMs) : noTime,
    generatorURL,
    fingerprint,
  };
}

/** As Go writes a time of milliseconds. */
export function goTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}

const sorted = (labels: LabelSet): LabelSet =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

function common(all: readonly LabelSet[]): LabelSet {
  const [first = {}, ...rest] = all;
  const kept = Object.entries(first).filter(([name, value]) =>
    rest.every(labels => labels[name] === value),
  );
  return sorted(Object.fromEntries(kept));
}
