/** HDDM_A: Hoeffding's bound on the mean of all errors against the mean at its best moment. */
import { invariant } from '../../../sim/engine/invariant.js';
import {
  badSetting,
  flagField,
  numberField,
  readSettings,
  type SettingsOf,
} from '../../input/settings.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import { RunningMean } from './running-mean.js';

const fields = {
  /** The chance of a false drift, in (0, 1). */
  driftConfidence: numberField(0.001, { above: 0, below: 1 }),
  /** The chance of a false warning, in (0, 1). */
  warningConfidence: numberField(0.005, { above: 0, below: 1 }),
  /** Whether a falling mean counts too. */
  twoSidedTest: flagField(false),
};

/**
 * Drift detection by Hoeffding's bound with moving averages (Frías-Blanco and others 2014), which takes
 * errors or any values in [0, 1].
 *
 * @upstream online-ml/river river/drift/binary/hddm_a.py
 */
export const hddmA: StreamDetectorKind = {
  name: 'HDDM_A',
  input: 'errors',
  create(settings = {}) {
    const read = readSettings('detector HDDM_A', settings, fields);
    if (read.warningConfidence < read.driftConfidence) {
      throw badSetting(
        'detector HDDM_A',
        'warningConfidence is below driftConfidence',
        'a warning may be wrong more often than a drift',
      );
    }
    return new HddmA(read);
  },
};

class HddmA implements StreamDetector {
  isWarning = false;
  private all = new RunningMean();
  /** The mean when its upper bound was lowest, and when its lower bound was highest. */
  private lowest = new RunningMean();
  private highest = new RunningMean();
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {}

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    this.all.update(value);
    this.moveExtremes();
    const { driftConfidence, warningConfidence, twoSidedTest } = this.settings;
    this.hasDrifted = this.hasRisen(driftConfidence);
    this.isWarning = !this.hasDrifted && this.hasRisen(warningConfidence);
    if (twoSidedTest) {
      if (this.hasFallen(driftConfidence)) this.hasDrifted = true;
      else if (this.hasFallen(warningConfidence)) this.isWarning = true;
    }
    if (this.hasDrifted) return 'drift';
    return this.isWarning ? 'warning' : 'none';
  }

  state(): Readonly<Record<string, number>> {
    return {
      n: this.all.count,
      mean: this.all.value,
      minN: this.lowest.count,
      minMean: this.lowest.value,
      maxN: this.highest.count,
      maxMean: this.highest.value,
    };
  }

  private moveExtremes(): void {
    const { all, lowest, highest } = this;
    if (lowest.count === 0 || lowest.value + this.bound(lowest) >= all.value + this.bound(all)) {
      this.lowest = all.copy();
    }
    if (highest.count === 0 || highest.value - this.bound(highest) <= all.value - this.bound(all)) {
      this.highest = all.copy();
    }
  }

  /** Hoeffding's bound on a mean. */
  private bound({ count }: RunningMean): number {
    return Math.sqrt((1 / (2 * count)) * Math.log(1 / this.settings.driftConfidence));
  }

  private hasRisen(confidence: number): boolean {
    const { all, lowest } = this;
    return (
      lowest.count !== all.count &&
      all.value - lowest.value >= differenceBound(lowest, all, confidence)
    );
  }

  private hasFallen(confidence: number): boolean {
    const { all, highest } = this;
    return (
      highest.count !== all.count &&
      highest.value - all.value >= differenceBound(highest, all, confidence)
    );
  }

  private reset(): void {
    this.all = new RunningMean();
    this.lowest = new RunningMean();
    this.highest = new RunningMean();
    this.hasDrifted = this.isWarning = false;
  }
}

/** Hoeffding's bound on the difference between the mean of a beginning and that of all. */
function differenceBound(part: RunningMean, all: RunningMean, confidence: number): number {
  const share = ((all.count - part.count) / part.count) * (1 / all.count);
  return Math.sqrt((share / 2) * Math.log(2 / confidence));
}
