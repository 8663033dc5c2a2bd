/** What the drift monitor shows to Prometheus. */
import { writeExposition, type ShownMetric } from '../../../../sim/metrics/promql/exposition.js';
import type { DriftReport, ErrorReport } from '../../../drift/watch/report.js';
import type { Finding } from './version-watch.js';

/** The figures as they stand. */
export class MonitorFigures {
  report: DriftReport | undefined;
  version = '';
  readonly findings = new Map<Finding['by'], number>([
    ['errors', 0],
    ['alerts', 0],
    ['inputs', 0],
  ]);
  created = 0;
  refused = 0;

  /** A version was looked at. */
  check(version: string, report: DriftReport): void {
    this.version = version;
    this.report = report;
  }

  find({ by }: Finding): void {
    this.findings.set(by, (this.findings.get(by) ?? 0) + 1);
  }

  /** A retraining was asked for. */
  create(isCreated: boolean): void {
    if (isCreated) this.created++;
    else this.refused++;
  }
}

/** The text of a scrape. */
export function monitorMetrics(figures: MonitorFigures): string {
  const { report, version, findings, created, refused } = figures;
  return writeExposition([
    ...(report === undefined ? [] : reported(report, version)),
    {
      name: 'fraud_drift_findings_total',
      type: 'counter',
      help: 'Drifts that were found, by what showed them.',
      samples: [...findings].map(([by, value]) => ({ labels: { by }, value })),
    },
    {
      name: 'fraud_retrainings_total',
      type: 'counter',
      help: 'Retrainings that were asked for, by what the API server answered.',
      samples: [
        { labels: { answer: 'created' }, value: created },
        { labels: { answer: 'refused' }, value: refused },
      ],
    },
  ]);
}

function reported({ score, errors }: DriftReport, version: string): readonly ShownMetric[] {
  const gauge = (name: string, help: string, value: number): ShownMetric => ({
    name,
    type: 'gauge',
    help,
    samples: [{ labels: { version }, value }],
  });
  const ratios = (kind: string, { rate, before, labels }: ErrorReport): readonly ShownMetric[] => [
    gauge(`fraud_${kind}_ratio`, 'The share of errors among the newest labels.', rate),
    gauge(`fraud_${kind}_before_ratio`, 'The share before the change suspected last.', before),
    gauge(`fraud_${kind}_labels`, 'Labels that the share is of, since the version came.', labels),
  ];
  return [
    gauge('fraud_input_drift', 'The largest effect of an input over the least that counts.', score),
    ...ratios('missed_frauds', errors.missed),
    ...ratios('false_alerts', errors.falseAlerts),
  ];
}
