/** The drift monitor: features against their reference, errors on late labels, performance without labels. */
import { invariant } from '../../../sim/engine/invariant.js';
import { badSetting } from '../../input/settings.js';
import { batchDetectorKinds } from '../batch/index.js';
import type { BatchDetectorKind, DriftLevel } from '../detector.js';
import { calibrate, estimateRanking } from '../estimate/cbpe.js';
import type { Isotonic } from '../estimate/isotonic.js';
import { benjaminiHochberg, bonferroni } from '../statistics/multiple-testing.js';
import { streamDetectorKinds } from '../streaming/index.js';
import { ErrorWatch, type ErrorWatchOptions } from './error-watch.js';
import {
  matchReference,
  readReference,
  type Matched,
  type ReferenceFeature,
  type ReferenceRows,
} from './reference.js';
import type { DriftReport, FeatureReport } from './report.js';
import { monitorSettings, type MonitorSettings } from './settings.js';
import { RowWindow } from './window.js';

/** What a monitor compares with: the rows that a model was trained on. */
export interface MonitorReference extends ReferenceRows {
  /** Scores of labelled rows, for estimates without labels. Labels are 1 for fraud. */
  readonly scored?: { readonly scores: ArrayLike<number>; readonly labels: ArrayLike<number> };
}

/** A row that was scored. */
export interface ObservedRow {
  readonly timeMs: number;
  /** Features from `offset` (default 0) on; NaN stands for a missing value. */
  readonly values: Float64Array;
  readonly offset?: number;
  readonly score?: number;
}

/** A feature's comparison before the correction for many tests. */
interface Tested {
  readonly feature: ReferenceFeature;
  readonly matched: Matched;
  readonly missing: number;
  readonly statistic: number;
  readonly pValue: number;
}

/** Chance alone moves an exact p-value and this one by less than it matters, at a fraction of the time. */
const testSettings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ks: { method: 'asymptotic' },
};

/** ADWIN looks at every so many-th value: its bound holds for each of these looks. */
const adwinClock = 32;

/** Of a window with fewer rows that can be compared nothing is said. */
const comparedMin = 30;

/** The score from which on a row is an alert is looked for again after so many rows. */
const thresholdEvery = 200;

/**
 * Watches one model. It is pure: equal rows give equal reports. It never acts, and knows no cluster.
 *
 * By default a feature has drifted when three checks in a row find it both significant (the test's
 * p-value, corrected for all features) and large (the effect): in large samples every harmless ripple is
 * significant, and in small ones chance alone is large.
 */
export class DriftMonitor {
  private readonly settings: MonitorSettings;
  private readonly window: RowWindow;
  private readonly missed: ErrorWatch;
  private readonly falseAlerts: ErrorWatch;
  private readonly test: BatchDetectorKind;
  private readonly effect: BatchDetectorKind;
  private reference: readonly ReferenceFeature[];
  private calibration: Isotonic | undefined;
  private inARow: number[];
  private rowsSinceCheck = 0;
  private rowsOfThreshold = 0;
  private alertAbove: number | undefined;
  private checks = 0;

  /**
   * @param features - names, in the order of the values of a row
   * @param settings - see `monitorSettings`; what is not given has its default
   * @throws UserError (`bad-setting`) for settings or a reference that cannot be.
   */
  constructor(
    private readonly features: readonly string[],
    reference: MonitorReference,
    settings: Readonly<Record<string, unknown>> = {},
  ) {
    this.settings = monitorSettings(settings);
    this.window = new RowWindow(this.settings.windowRows, features.length);
    this.test = batchKind(this.settings.test);
    this.effect = batchKind(this.settings.effect);
    const options = errorOptions(this.settings);
    this.missed = new ErrorWatch(options);
    this.falseAlerts = new ErrorWatch(options);
    this.reference = readReference(features, reference, this.settings);
    this.calibration = calibrationOf(reference);
    this.inARow = features.map(() => 0);
  }

  /** Starts again with another reference, as after a retraining. */
  rebase(reference: MonitorReference): void {
    this.reference = readReference(this.features, reference, this.settings);
    this.calibration = calibrationOf(reference);
    this.inARow = this.features.map(() => 0);
    this.window.clear();
    this.missed.clear();
    this.falseAlerts.clear();
    this.rowsSinceCheck = this.rowsOfThreshold = 0;
    this.alertAbove = undefined;
  }

  /** Takes a row that was scored. */
  observe({ timeMs, values, offset = 0, score = NaN }: ObservedRow): void {
    this.window.push(values, offset, timeMs, score);
    this.rowsSinceCheck++;
    if (this.settings.alertShare === 0 || !this.window.isFull) return;
    if (this.rowsOfThreshold++ % thresholdEvery !== 0) return;
    this.alertAbove = this.window.scoreAbove(this.settings.alertShare);
  }

  /** Whether a score is an alert now; undefined while too few rows have come to say so. */
  isAlert(score: number): boolean | undefined {
    if (this.settings.alertShare === 0) return score >= this.settings.scoreThreshold;
    return this.alertAbove === undefined ? undefined : score >= this.alertAbove;
  }

  /**
   * Takes a label that has come, with the score that its row once had. Whether that was an alert is best
   * said by who asked `isAlert` when the row was scored.
   */
  learn(told: {
    readonly score: number;
    readonly label: number;
    readonly isAlert?: boolean | undefined;
  }): void {
    const { score, label, isAlert = this.isAlert(score) } = told;
    if (isAlert === undefined) return;
    if (label === 1) this.missed.take(!isAlert);
    else this.falseAlerts.take(isAlert);
  }

  /** Takes labelled scores for estimates without labels, where the reference had none. */
  calibrate(scored: NonNullable<MonitorReference['scored']>): void {
    this.calibration = calibrationOf({ scored });
  }

  /** Whether the window is full and `everyRows` have come since the last check. */
  get isDue(): boolean {
    return this.window.isFull && this.rowsSinceCheck >= this.settings.everyRows;
  }

  /**
   * Compares now, due or not. Until the window is full no feature is tested. A check that is not due
   * confirms nothing: looking twice at the same rows is no second finding.
   */
  check(timeMs: number): DriftReport {
    const features = this.window.isFull ? this.checkFeatures() : [];
    if (this.isDue) this.rowsSinceCheck = 0;
    const errors = { missed: this.missed.report(), falseAlerts: this.falseAlerts.report() };
    const levels = [errors.missed.level, errors.falseAlerts.level];
    const causes = [
      ...features.filter(({ inARow }) => inARow >= this.settings.inARow).map(({ name }) => name),
      ...(errors.missed.level === 'drift' ? [missedFrauds] : []),
      ...(errors.falseAlerts.level === 'drift' ? [falseAlerts] : []),
    ];
    const hasMoved = levels.includes('warning') || features.some(({ isDrift }) => isDrift);
    const effects = features.map(({ effect }) => effect / this.settings.effectMin);
    return {
      timeMs,
      check: ++this.checks,
      rows: this.window.isFull ? this.settings.windowRows : 0,
      level: levelOf({ isDrift: causes.length > 0, hasMoved }),
      score: Math.max(0, ...effects),
      causes,
      features,
      errors,
      ...this.estimate(),
    };
  }

  private checkFeatures(): readonly FeatureReport[] {
    const tested = this.reference.map((feature, column) => this.testFeature(feature, column));
    const pValues = tested.map(({ pValue }) => pValue);
    const correct = this.settings.correction === 'bonferroni' ? bonferroni : benjaminiHochberg;
    const { threshold } = correct(pValues, this.settings.level);
    return tested.map((one, column) => this.judge(one, column, threshold));
  }

  private testFeature(feature: ReferenceFeature, column: number): Tested {
    const window = this.window.columns[column] as Float64Array;
    const matched = matchReference(feature, window, this.window.seasons);
    const common = { feature, matched, missing: countMissing(window) / window.length };
    const rows = Math.min(matched.current.length, matched.reference.length);
    if (matched.current.length < comparedMin || rows === 0) {
      return { ...common, statistic: 0, pValue: 1 };
    }
    const settings = testSettings[this.test.name] ?? {};
    const { statistic, pValue = 1 } = this.test.compare(
      matched.reference,
      matched.current,
      settings,
    );
    return { ...common, statistic, pValue };
  }

  /** The effect is only measured where the test finds something: chance is no effect. */
  private judge(tested: Tested, column: number, threshold: number): FeatureReport {
    const { feature, matched, missing, statistic, pValue } = tested;
    const { effectMin, missingMax } = this.settings;
    const moved =
      pValue < threshold ? this.effect.compare(matched.reference, matched.current).statistic : 0;
    const lost = (Math.max(0, missing - feature.missing) / missingMax) * effectMin;
    const effect = Math.max(moved, lost >= effectMin ? lost : 0);
    const isDrift = effect >= effectMin && effect > 0;
    const before = this.inARow[column] as number;
    const confirmed = before === 0 || this.isDue ? before + 1 : before;
    const inARow = isDrift ? confirmed : 0;
    this.inARow[column] = inARow;
    return { name: feature.name, statistic, pValue, effect, missing, isDrift, inARow };
  }

  private estimate(): Pick<DriftReport, 'estimatedAp' | 'estimatedAuc'> {
    const scores = this.window.scores.filter(score => !Number.isNaN(score));
    if (this.calibration === undefined || !this.window.isFull || scores.length === 0) {
      return { estimatedAp: null, estimatedAuc: null };
    }
    const { averagePrecision, rocAuc } = estimateRanking(this.calibration, scores);
    return { estimatedAp: finite(averagePrecision), estimatedAuc: finite(rocAuc) };
  }
}

function countMissing(values: Float64Array): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) count++;
  return count;
}

/** The causes that are not features. */
export const missedFrauds = 'missed frauds';
/** @see missedFrauds */
export const falseAlerts = 'false alerts';

function errorOptions(settings: MonitorSettings): ErrorWatchOptions {
  const kind = streamDetectorKinds.find(({ name }) => name === settings.errors);
  invariant(kind !== undefined, 'the settings name a streaming detector');
  const {
    errorSettings,
    errorLevel: level,
    errorHorizon: horizon,
    errorRiseMin: riseMin,
  } = settings;
  // Bonferroni's share of the level for each look of ADWIN within the horizon.
  const usual = kind.name === 'ADWIN' ? { delta: (level * adwinClock) / horizon } : {};
  return { kind, settings: errorSettings ?? usual, riseMin, level, horizon };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function levelOf(found: { readonly isDrift: boolean; readonly hasMoved: boolean }): DriftLevel {
  if (found.isDrift) return 'drift';
  return found.hasMoved ? 'warning' : 'none';
}

function batchKind(name: string): BatchDetectorKind {
  const found = batchDetectorKinds.find(kind => kind.name === name);
  invariant(found !== undefined, 'the settings name a detector of samples');
  return found;
}

function calibrationOf({ scored }: Pick<MonitorReference, 'scored'>): Isotonic | undefined {
  if (scored === undefined) return undefined;
  if (scored.scores.length === 0 || scored.scores.length !== scored.labels.length) {
    throw badSetting(
      'drift monitor',
      `${scored.scores.length} scores have ${scored.labels.length} labels`,
      'give one label to each score, of at least one row',
    );
  }
  return calibrate(scored.scores, scored.labels);
}
