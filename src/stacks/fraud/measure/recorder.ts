/** Takes note of what the monitor and the promoter decide, and tells it as news. */
import type { Alert } from '../../../../sim/metrics/promql/rules/alerting.js';
import type { AlertObserver } from '../monitoring/prometheus.js';
import type { MonitorObserver } from '../monitoring/drift-monitor.js';
import type { DriftReport } from '../../../drift/watch/report.js';
import type { PromotionEvent } from '../promotion/canary-run.js';
import { precisionText } from '../promotion/judgement.js';
import type { News } from '../../stack.js';
import type { TimedFinding } from './recovery.js';

/** An alert that fired, or was resolved. */
export interface TimedAlert {
  readonly timeMs: number;
  readonly name: string;
  readonly state: 'firing' | 'resolved';
  readonly text: string;
}

/** What was decided, in the order of time. */
export class Recorder implements MonitorObserver, AlertObserver {
  readonly findings: TimedFinding[] = [];
  readonly events: PromotionEvent[] = [];
  /** Alerts of Prometheus, as they fired and were resolved. */
  readonly alerts: TimedAlert[] = [];
  /** The largest effect on an input at the last check, over the least that counts. */
  driftScore: number | undefined;
  /** What the monitor guesses of the average precision from scores alone (CBPE). */
  estimatedAp: number | undefined;
  private untold: News[] = [];

  found(finding: TimedFinding): void {
    this.findings.push(finding);
    const { timeMs, version, text, by } = finding;
    this.tell(timeMs, 'drift', `${by} of ${version}: ${text}`);
  }

  checked({ score, estimatedAp }: DriftReport): void {
    this.driftScore = score;
    this.estimatedAp = estimatedAp ?? undefined;
  }

  alert({ labels, annotations, state }: Alert, timeMs: number): void {
    const name = labels.get('alertname');
    const word = state === 'firing' ? 'firing' : 'resolved';
    const text = annotations['summary'] ?? '';
    this.alerts.push({ timeMs, name, state: word, text });
    this.tell(timeMs, 'alert', `${name} ${word}: ${text}`);
  }

  promotion(event: PromotionEvent): void {
    this.events.push(event);
    this.tell(event.timeMs, 'model', eventText(event));
  }

  /** Adds a piece of news. */
  tell(timeMs: number, topic: string, text: string): void {
    this.untold.push({ timeMs, topic, text });
  }

  /** The news since the last call. */
  news(): readonly News[] {
    const told = this.untold;
    this.untold = [];
    return told.sort((a, b) => a.timeMs - b.timeMs);
  }

  /** The share of the traffic of the canary. */
  get canaryPercent(): number {
    const last = this.events.at(-1);
    return last?.what === 'step' ? last.percent : 0;
  }
}

function eventText({ what, version, percent, champion, candidate }: PromotionEvent): string {
  const compared =
    champion === undefined || candidate === undefined
      ? ''
      : `: ${precisionText(candidate)} against the champion's ${precisionText(champion)}`;
  switch (what) {
    case 'offline':
      return `${version} is better offline${compared}`;
    case 'rejected':
      return `${version} is no better offline and rejected${compared}`;
    case 'step':
      return `${version} has ${percent} % of the traffic`;
    case 'promoted':
      return `${version} is promoted`;
    case 'rolled back':
      return `${version} is worse and rolled back${compared}`;
  }
}
