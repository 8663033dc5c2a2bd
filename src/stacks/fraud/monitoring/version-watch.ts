/** Watches one version of the model: its inputs against its reference, its scores against the labels. */
import { batchDetector } from './detectors.js';
import { ErrorWatch } from './error-watch.js';
import { featureNames } from '../../../traffic/transaction.js';
import type { Scored } from '../messages.js';
import type { MonitorConfiguration } from './configuration.js';

const columns = featureNames.length;

/** A finding: what has drifted, and by which number. */
export interface Finding {
  /**
   * `errors`: more frauds are missed, for which a retraining is created. `alerts`, a changed share of false
   * alerts, and `inputs` are told: people decide whether it is the world or the pipeline.
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

/** How far an input is from its reference. */
export interface InputScore {
  readonly feature: string;
  readonly statistic: number;
  readonly isDrift: boolean;
}

/** The watch over a version. */
export class VersionWatch {
  rows = 0;
  /** Scores by payment, of those whose labels are not known. */
  private readonly unlabelled = new Map<number, ScoredPayment>();
  private readonly reference: Float64Array;
  private readonly referenceScores: Float64Array;
  /** A ring of the latest rows. */
  private readonly window: Float64Array;
  private alertAbove: number | undefined;
  private readonly missed: ErrorWatch;
  private readonly falseAlerts: ErrorWatch;
  private readonly drifted = new Set<string>();

  constructor(private readonly configuration: MonitorConfiguration) {
    const { referenceRows, windowRows, errors } = configuration;
    this.reference = new Float64Array(referenceRows * columns);
    this.referenceScores = new Float64Array(referenceRows);
    this.window = new Float64Array(windowRows * columns);
    this.missed = new ErrorWatch(errors);
    this.falseAlerts = new ErrorWatch(errors);
  }

  /** Takes what the version has scored. */
  take({ ids, timeMs, values, scores }: Scored): void {
    const { referenceRows, windowRows } = this.configuration;
    for (let row = 0; row < ids.length; row++) {
      const features = values.subarray(row * columns, (row + 1) * columns);
      const score = scores[row] as number;
      if (this.rows < referenceRows) {
        this.reference.set(features, this.rows * columns);
        this.referenceScores[this.rows] = score;
      }
      this.window.set(features, (this.rows % windowRows) * columns);
      this.rows++;
      this.unlabelled.set(ids[row] as number, { score, timeMs: timeMs[row] as number });
      if (this.rows === referenceRows) this.alertAbove = this.threshold();
    }
  }

  /** Takes a label; undefined unless this version scored the payment. */
  label(
    payment: number,
    label: number,
  ): { readonly scored: ScoredPayment; readonly finding?: Finding } | undefined {
    const scored = this.unlabelled.get(payment);
    if (scored === undefined) return undefined;
    this.unlabelled.delete(payment);
    const { alertAbove } = this;
    if (alertAbove === undefined) return { scored };
    const isFraud = label === 1;
    const isError = scored.score >= alertAbove !== isFraud;
    const change = (isFraud ? this.missed : this.falseAlerts).update(isError);
    if (change === undefined) return { scored };
    const what = isFraud ? 'missed frauds' : 'false alerts';
    const { detector } = this.configuration.errors;
    const { before, now } = change;
    const text = `${detector}: ${what} went from ${share(before)} to ${share(now)}`;
    const by = isFraud && now > before ? 'errors' : 'alerts';
    return { scored, finding: { by, what, text } };
  }

  /** How far each input is; undefined while there are too few rows. */
  inputScores(): readonly InputScore[] | undefined {
    const { inputs, referenceRows, windowRows } = this.configuration;
    if (this.rows < referenceRows + windowRows) return undefined;
    const detector = batchDetector(inputs.detector);
    return inputs.features.map(feature => {
      const column = featureNames.indexOf(feature as (typeof featureNames)[number]);
      const { statistic, isDrift } = detector.compare(
        columnOf(this.reference, column),
        columnOf(this.window, column),
        inputs.settings,
      );
      return { feature, statistic, isDrift };
    });
  }

  /** The inputs that have begun to drift since they were asked for the last time. */
  newlyDrifted(scores: readonly InputScore[]): readonly Finding[] {
    const begun = scores.filter(({ feature, isDrift }) => isDrift && !this.drifted.has(feature));
    this.drifted.clear();
    for (const { feature, isDrift } of scores) if (isDrift) this.drifted.add(feature);
    return begun.map(({ feature, statistic }) => ({
      by: 'inputs',
      what: feature,
      text: `${this.configuration.inputs.detector} of ${feature} is ${statistic.toFixed(3)}`,
    }));
  }

  private threshold(): number {
    const sorted = this.referenceScores.slice().sort();
    const { alertShare } = this.configuration.errors;
    return sorted[Math.floor(sorted.length * (1 - alertShare))] ?? 1;
  }
}

const share = (part: number): string => `${(part * 100).toFixed(1)} %`;

function columnOf(rows: Float64Array, column: number): Float64Array {
  const values = new Float64Array(rows.length / columns);
  for (let row = 0; row < values.length; row++) {
    const value = rows[row * columns + column] as number;
    values[row] = Number.isNaN(value) ? 0 : value;
  }
  return values;
}
