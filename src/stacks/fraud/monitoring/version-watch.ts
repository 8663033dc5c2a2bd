/** Watches one version of the model: its inputs against a reference, its scores against the labels. */
import { falseAlerts, missedFrauds, DriftMonitor } from '../../../drift/watch/monitor.js';
import type { DriftReport } from '../../../drift/watch/report.js';
import { featureNames } from '../../../traffic/transaction.js';
import type { LabelledRows, Scored } from '../messages.js';
import type { MonitorConfiguration } from './configuration.js';
import { WaitingScores } from './waiting-scores.js';

const columns = featureNames.length;

/** A finding: what has drifted, and by which number. */
export interface Finding {
  /**
   * `errors`: more frauds are missed, for which a retraining is created. `alerts`, more false alerts, and
   * `inputs` are told: people decide whether it is the world or the pipeline.
   */
  readonly by: 'inputs' | 'alerts' | 'errors';
  /** A feature, or `missed frauds`, `false alerts`. */
  readonly what: string;
  readonly text: string;
}

/** A score, and when its payment was made. */
export interface ScoredPayment {
  readonly score: number;
  readonly timeMs: number;
}

/** The watch over a version. */
export class VersionWatch {
  rows = 0;
  private readonly unlabelled = new WaitingScores();
  private monitor: DriftMonitor | undefined;
  /** What was scored before the reference came. */
  private early: Scored[] = [];
  private readonly columnsOf: readonly number[];
  private readonly row: Float64Array;
  /** The first labelled scores, until there are enough of them to learn from. */
  private first: { readonly scores: number[]; readonly labels: number[] } | undefined = {
    scores: [],
    labels: [],
  };
  private known: ReadonlySet<string> = new Set();

  constructor(private readonly configuration: MonitorConfiguration) {
    this.columnsOf = configuration.features.map(name =>
      featureNames.findIndex(feature => feature === name),
    );
    this.row = new Float64Array(this.columnsOf.length);
  }

  /** Takes the rows with which those of this version are compared. */
  begin({ rows, values, timeMs }: Pick<LabelledRows, 'rows' | 'values' | 'timeMs'>): void {
    const { features, detectors } = this.configuration;
    const wanted = new Float64Array(rows * this.row.length);
    for (let row = 0; row < rows; row++) {
      this.pick(values, row * columns);
      wanted.set(this.row, row * this.row.length);
    }
    this.monitor = new DriftMonitor(features, { rows, values: wanted, timesMs: timeMs }, detectors);
    const { early } = this;
    this.early = [];
    for (const scored of early) this.observe(this.monitor, scored);
  }

  /** Takes what the version has scored. */
  take(scored: Scored): void {
    const { ids, timeMs, scores } = scored;
    this.rows += ids.length;
    for (let row = 0; row < ids.length; row++) {
      this.unlabelled.put(ids[row] as number, scores[row] as number, timeMs[row] as number);
    }
    if (this.monitor === undefined) this.early.push(scored);
    else this.observe(this.monitor, scored);
  }

  /** Takes a label; undefined unless this version scored the payment. */
  label(payment: number, label: number): ScoredPayment | undefined {
    const scored = this.unlabelled.take(payment);
    if (scored === undefined) return undefined;
    // Without a word on whether it was an alert, it is none that errors are counted of.
    const { score, isAlert } = scored;
    if (isAlert !== undefined) this.monitor?.learn({ score, isAlert, label });
    this.calibrate(scored.score, label);
    return scored;
  }

  /** Compares; undefined while the reference has not come. */
  check(nowMs: number): DriftReport | undefined {
    return this.monitor?.check(nowMs);
  }

  /** The causes of drift that stand now and did not at the last call. */
  newlyFound({ causes, features, errors }: DriftReport): readonly Finding[] {
    const begun = causes.filter(cause => !this.known.has(cause));
    this.known = new Set(causes);
    const { detectors } = this.configuration;
    return begun.map(what => {
      if (what === missedFrauds || what === falseAlerts) {
        const isMissed = what === missedFrauds;
        const { before, rate } = isMissed ? errors.missed : errors.falseAlerts;
        const text = `${what} rose from ${share(before)} to ${share(rate)}`;
        return { by: isMissed ? 'errors' : 'alerts', what, text };
      }
      const { effect = NaN, missing = 0 } = features.find(({ name }) => name === what) ?? {};
      const by = String(detectors['effect'] ?? 'wasserstein');
      const text = `${what} has moved by ${effect.toFixed(2)} (${by}), ${share(missing)} missing`;
      return { by: 'inputs', what, text };
    });
  }

  private observe(monitor: DriftMonitor, { ids, timeMs, values, scores }: Scored): void {
    for (let row = 0; row < ids.length; row++) {
      this.pick(values, row * columns);
      const score = scores[row] as number;
      monitor.observe({ timeMs: timeMs[row] as number, values: this.row, score });
      this.unlabelled.say(ids[row] as number, monitor.isAlert(score));
    }
  }

  private calibrate(score: number, label: number): void {
    const { first, monitor } = this;
    if (first === undefined) return;
    first.scores.push(score);
    first.labels.push(label);
    if (first.scores.length < this.configuration.calibrationRows || monitor === undefined) return;
    monitor.calibrate(first);
    this.first = undefined;
  }

  /** The watched features of a row. */
  private pick(values: Float64Array, offset: number): void {
    const { row, columnsOf } = this;
    for (let at = 0; at < row.length; at++) {
      row[at] = values[offset + (columnsOf[at] as number)] as number;
    }
  }
}

const share = (part: number): string => `${(part * 100).toFixed(1)} %`;
