/** The life of alerts. @upstream rules/alerting.go */
import type { Labels } from '../labels.js';

/** An alert of a rule. Times are in ms since the epoch. */
export interface Alert {
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly value: number;
  readonly state: 'pending' | 'firing' | 'inactive';
  /** Since when its condition holds. */
  readonly activeMs: number;
  readonly firedMs?: number;
  /** Since when it is only kept. */
  readonly keptSinceMs?: number;
  readonly resolvedMs?: number;
}

/** A condition that holds now. */
export type Holding = Pick<Alert, 'labels' | 'annotations' | 'value'>;

/** For how long a rule waits and keeps. */
export interface AlertTimes {
  readonly forMs: number;
  readonly keepFiringMs: number;
}

/** A resolved alert is told for so long. */
const resolvedRetentionMs = 15 * 60_000;

/** The alerts after an evaluation, by the key of their labels. */
export function nextAlerts(
  before: ReadonlyMap<string, Alert>,
  holding: ReadonlyMap<string, Holding>,
  nowMs: number,
  times: AlertTimes,
): Map<string, Alert> {
  const next = new Map<string, Alert>();
  for (const [key, alert] of before) {
    const own = holding.get(key);
    if (own !== undefined && alert.state !== 'inactive') next.set(key, held(alert, own));
    else if (own === undefined) {
      const gone = left(alert, nowMs, times);
      if (gone !== undefined) next.set(key, gone);
    }
  }
  for (const [key, own] of holding) {
    if (!next.has(key)) next.set(key, { ...own, state: 'pending', activeMs: nowMs });
  }
  for (const [key, alert] of next) {
    if (alert.state === 'pending' && nowMs - alert.activeMs >= times.forMs) {
      next.set(key, { ...alert, state: 'firing', firedMs: nowMs });
    }
  }
  return next;
}

function held(alert: Alert, { value, annotations }: Holding): Alert {
  const { keptSinceMs: _, ...rest } = alert;
  return { ...rest, value, annotations };
}

/** Its condition holds no more; undefined: nobody needs to hear of it. */
function left(alert: Alert, nowMs: number, { keepFiringMs }: AlertTimes): Alert | undefined {
  if (alert.state === 'pending') return undefined;
  if (alert.state === 'inactive') {
    return nowMs - (alert.resolvedMs ?? nowMs) > resolvedRetentionMs ? undefined : alert;
  }
  if (keepFiringMs > 0) {
    const keptSinceMs = alert.keptSinceMs ?? nowMs;
    if (nowMs - keptSinceMs < keepFiringMs) return { ...alert, keptSinceMs };
    return { ...alert, keptSinceMs, state: 'inactive', resolvedMs: nowMs };
  }
  return { ...alert, state: 'inactive', resolvedMs: nowMs };
}
