/** Which alerts Prometheus sends, and when again. @upstream prometheus rules/alerting.go, rules/manager.go */
import { rfc3339Micro } from '../../api/time.js';
import type { Alert } from '../promql/rules/alerting.js';
import type { RuleHealth } from '../promql/rules/evaluator.js';

/** An alert as Alertmanager is told it. */
export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

/** Nothing is said again before so long. */
const resendDelayMs = 60_000;

/** Remembers what was sent, for the rules of one group. */
export class AlertSender {
  /** When each alert was sent last, by its rule and labels and since when it is active. */
  private sent = new Map<string, number>();

  /** The alerts of an evaluation that are due. */
  due(rules: readonly RuleHealth[], nowMs: number, intervalMs: number): readonly SentAlert[] {
    const due: SentAlert[] = [];
    const next = new Map<string, number>();
    const validMs = nowMs + 4 * Math.max(intervalMs, resendDelayMs);
    for (const [index, { rule, alerts }] of rules.entries()) {
      for (const alert of alerts) {
        const key = `${index} ${alert.activeMs} ${JSON.stringify(alert.labels.record())}`;
        const lastMs = this.sent.get(key);
        const isDue = needsSending(alert, lastMs, nowMs);
        const sentMs = isDue ? nowMs : lastMs;
        if (sentMs !== undefined) next.set(key, sentMs);
        if (isDue) due.push(sentAlert(alert, rule.text, validMs));
      }
    }
    this.sent = next;
    return due;
  }
}

function needsSending(alert: Alert, lastMs: number | undefined, nowMs: number): boolean {
  if (alert.state === 'pending') return false;
  if (lastMs === undefined) return true;
  return (alert.resolvedMs ?? -Infinity) > lastMs || lastMs + resendDelayMs < nowMs;
}

function sentAlert(alert: Alert, expression: string, validMs: number): SentAlert {
  const { labels, annotations, firedMs = alert.activeMs, resolvedMs } = alert;
  const query = encodeURIComponent(expression).replaceAll('%20', '+');
  return {
    labels: labels.record(),
    annotations,
    startsAt: rfc3339Micro(firedMs),
    endsAt: rfc3339Micro(resolvedMs ?? validMs),
    generatorURL: `/graph?g0.expr=${query}&g0.tab=1`,
  };
}
