/** HDDM_W: McDiarmid's bound on exponentially weighted means of the errors before and after a cut. */
import { invariant } from '../../../sim/engine/invariant.js';
import {
  badSetting,
  flagField,
  numberField,
  readSettings,
  type SettingsOf,
} from '../../input/settings.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';

const fields = {
  /** The chance of a false drift, in (0, 1). */
  driftConfidence: numberField(0.001, { above: 0, below: 1 }),
  /** The chance of a false warning, in (0, 1). */
  warningConfidence: numberField(0.005, { above: 0, below: 1 }),
  /** The weight of the newest value, in (0, 1]. */
  lambdaVal: numberField(0.05, { above: 0, max: 1 }),
  /** Whether a falling mean counts too. */
  twoSidedTest: flagField(false),
};

/**
 * Drift detection by McDiarmid's bound with weighted averages (Frías-Blanco and others 2014), which takes
 * errors or any values in [0, 1].
 *
 * @upstream online-ml/river river/drift/binary/hddm_w.py
 */
export const hddmW: StreamDetectorKind = {
  name: 'HDDM_W',
  input: 'errors',
  create(settings = {}) {
    const read = readSettings('detector HDDM_W', settings, fields);
    if (read.warningConfidence < read.driftConfidence) {
      throw badSetting(
        'detector HDDM_W',
        'warningConfidence is below driftConfidence',
        'a warning may be wrong more often than a drift',
      );
    }
    return new HddmW(read);
  },
};

class HddmW implements StreamDetector {
  isWarning = false;
  private readonly all: WeightedMean;
  private readonly up: Cut;
  private readonly down: Cut;
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {
    this.all = new WeightedMean(settings.lambdaVal);
    this.up = new Cut(settings.lambdaVal, 1);
    this.down = new Cut(settings.lambdaVal, -1);
  }

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    const { driftConfidence, warningConfidence, twoSidedTest } = this.settings;
    this.all.update(value);
    this.up.update(value, this.all, driftConfidence);
    this.down.update(value, this.all, driftConfidence);
    this.hasDrifted = this.up.hasMoved(driftConfidence);
    this.isWarning = !this.hasDrifted && this.up.hasMoved(warningConfidence);
    if (twoSidedTest) {
      if (this.down.hasMoved(driftConfidence)) this.hasDrifted = true;
      else if (this.down.hasMoved(warningConfidence)) this.isWarning = true;
    }
    if (this.hasDrifted) return 'drift';
    return this.isWarning ? 'warning' : 'none';
  }

  state(): Readonly<Record<string, number>> {
    return { totalEwma: this.all.mean, totalIbc: this.all.independence };
  }

  private reset(): void {
    this.all.reset();
    this.up.reset();
    this.down.reset();
    this.hasDrifted = this.isWarning = false;
  }
}

/** An exponentially weighted mean with the bounding condition of its independent terms. */
class WeightedMean {
  mean = 0;
  independence = 1;
  isStarted = false;

  constructor(private readonly lambda: number) {}

  /** A mean of exactly 0 is replaced, not averaged: river takes it for one that has not begun. */
  update(value: number): void {
    const { lambda } = this;
    this.mean = this.mean === 0 ? value : lambda * value + (1 - lambda) * this.mean;
    this.independence = lambda * lambda + (1 - lambda) ** 2 * this.independence;
    this.isStarted = true;
  }

  take(other: WeightedMean): void {
    this.mean = other.mean;
    this.independence = other.independence;
    this.isStarted = other.isStarted;
  }

  reset(): void {
    this.mean = 0;
    this.independence = 1;
    this.isStarted = false;
  }
}

/** The mean at the moment when its bound was best, and the mean of what came after. */
class Cut {
  private readonly before: WeightedMean;
  private readonly after: WeightedMean;
  private best = Infinity;

  constructor(
    lambda: number,
    /** 1 to watch for a rise, -1 for a fall. */
    private readonly sign: 1 | -1,
  ) {
    this.before = new WeightedMean(lambda);
    this.after = new WeightedMean(lambda);
  }

  update(value: number, all: WeightedMean, confidence: number): void {
    const reach = this.sign * all.mean + boundOf(all.independence, confidence);
    if (reach < this.best) {
      this.best = reach;
      this.before.take(all);
      this.after.reset();
    } else this.after.update(value);
  }

  hasMoved(confidence: number): boolean {
    const { before, after, sign } = this;
    if (!before.isStarted || !after.isStarted) return false;
    const bound = boundOf(before.independence + after.independence, confidence);
    return sign * (after.mean - before.mean) > bound;
  }

  reset(): void {
    this.best = Infinity;
    this.before.reset();
    this.after.reset();
  }
}

const boundOf = (independence: number, confidence: number): number =>
  Math.sqrt((independence * Math.log(1 / confidence)) / 2);
