/** The alerts that were told, and which are kept back. @upstream prometheus/alertmanager alert, inhibit, silence */
import type { InhibitRule } from './configuration.js';
import { allMatch, fingerprint, type LabelSet, type Matcher } from './matchers.js';

/** An alert, as it was told last. Times are in ms since the epoch. */
export interface Alert {
  readonly fingerprint: string;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  readonly generatorURL: string;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly updatedMs: number;
  /** Nobody said when it ends: it does when nothing more is heard of it. */
  readonly timesOut: boolean;
}

/** A silence. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsMs: number;
  readonly endsMs: number;
  readonly updatedMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** What keeps an alert back. */
export interface KeptBack {
  readonly inhibitedBy: readonly string[];
  readonly silencedBy: readonly string[];
}

/** Resolved alerts are forgotten so often. */
const forgetAfterMs = 30 * 60_000;

/** What it knows of alerts and silences. */
export class AlertStore {
  private readonly alerts = new Map<string, Alert>();
  readonly silences = new Map<string, Silence>();

  /** Keeps it, merged with what was told before where both are of one time. */
  put(told: Omit<Alert, 'fingerprint'>, nowMs: number): Alert {
    const id = fingerprint(told.labels);
    for (const [key, { endsMs }] of this.alerts) {
      if (endsMs < nowMs - forgetAfterMs) this.alerts.delete(key);
    }
    const old = this.alerts.get(id);
    const alert = { ...told, fingerprint: id };
    const isOneTime =
      old !== undefined &&
      ((told.endsMs > old.startsMs && told.endsMs < old.endsMs) ||
        (told.startsMs > old.startsMs && told.startsMs < old.endsMs));
    const merged = isOneTime ? mergedAlert(old, alert) : alert;
    this.alerts.set(id, merged);
    return merged;
  }

  /** In the order of their fingerprints. */
  all(): readonly Alert[] {
    return [...this.alerts.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  }

  keptBack(alert: Alert, rules: readonly InhibitRule[], nowMs: number): KeptBack {
    const inhibiting = this.inhibiting(alert.labels, rules, nowMs);
    const silencedBy = [...this.silences.values()]
      .filter(
        silence => isActiveSilence(silence, nowMs) && allMatch(silence.matchers, alert.labels),
      )
      .map(({ id }) => id)
      .sort();
    return { inhibitedBy: inhibiting === undefined ? [] : [inhibiting], silencedBy };
  }

  /** An alert that is of both sides of a rule does not keep back what is, too. */
  private inhibiting(labels: LabelSet, rules: readonly InhibitRule[], nowMs: number) {
    for (const { source, target, equal } of rules) {
      if (!allMatch(target, labels)) continue;
      const isBoth = allMatch(source, labels);
      const found = this.all().find(
        other =>
          other.endsMs > nowMs &&
          allMatch(source, other.labels) &&
          equal.every(name => (labels[name] ?? '') === (other.labels[name] ?? '')) &&
          !(isBoth && allMatch(target, other.labels)),
      );
      if (found !== undefined) return found.fingerprint;
    }
    return undefined;
  }
}

/** Whether it keeps alerts back now. */
export const isActiveSilence = ({ startsMs, endsMs }: Silence, nowMs: number): boolean =>
  startsMs <= nowMs && nowMs < endsMs;

function mergedAlert(old: Alert, alert: Alert): Alert {
  const startsMs = Math.min(old.startsMs, alert.startsMs);
  const { endsMs, updatedMs } = alert;
  const isResolved = endsMs <= updatedMs;
  const counts = isResolved ? old.endsMs <= updatedMs : !old.timesOut;
  const isOldEnd = old.endsMs > endsMs && counts;
  return { ...alert, startsMs, endsMs: isOldEnd ? old.endsMs : endsMs };
}
