/** DDM: the error rate of a learner should fall; it warns and alarms when it rises above its minimum. */
import { invariant } from '../../../sim/engine/invariant.js';
import {
  numberField,
  badSetting,
  readSettings,
  wholeField,
  type SettingsOf,
} from '../../input/settings.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import { RunningMean } from './running-mean.js';

const fields = {
  /** Neither minimum nor alarm before more errors and hits than this. */
  warmStart: wholeField(30, { min: 0 }),
  /** Standard deviations above the minimum for a warning. */
  warningThreshold: numberField(2, { above: 0 }),
  /** Standard deviations above the minimum for a drift. */
  driftThreshold: numberField(3, { above: 0 }),
};

/**
 * The drift detection method (Gama, Medas, Castillo and Rodrigues 2004).
 *
 * @upstream online-ml/river river/drift/binary/ddm.py
 */
export const ddm: StreamDetectorKind = {
  name: 'DDM',
  input: 'errors',
  create(settings = {}) {
    const read = readSettings('detector DDM', settings, fields);
    if (read.warningThreshold > read.driftThreshold) {
      throw badSetting('detector DDM', 'warningThreshold is above driftThreshold', 'swap them');
    }
    return new Ddm(read);
  },
};

class Ddm implements StreamDetector {
  isWarning = false;
  private mean = new RunningMean();
  private rateMin = Infinity;
  private deviationMin = Infinity;
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {}

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    this.mean.update(value);
    const { count, value: rate } = this.mean;
    const { warmStart, warningThreshold, driftThreshold } = this.settings;
    if (count <= warmStart) return 'none';
    const deviation = deviationOf(rate, count);
    if (rate + deviation <= this.rateMin + this.deviationMin) {
      this.rateMin = rate;
      this.deviationMin = deviation;
    }
    const reach = rate + deviation;
    this.hasDrifted = reach > this.rateMin + driftThreshold * this.deviationMin;
    this.isWarning =
      !this.hasDrifted && reach > this.rateMin + warningThreshold * this.deviationMin;
    if (this.hasDrifted) return 'drift';
    return this.isWarning ? 'warning' : 'none';
  }

  state(): Readonly<Record<string, number | null>> {
    const { mean, rateMin, deviationMin } = this;
    const known = (value: number): number | null => (value === Infinity ? null : value);
    return { n: mean.count, p: mean.value, pMin: known(rateMin), sMin: known(deviationMin) };
  }

  private reset(): void {
    this.mean = new RunningMean();
    this.rateMin = this.deviationMin = Infinity;
    this.hasDrifted = this.isWarning = false;
  }
}

/** Of a share of so many; a rate that rounding lifts above 1 has none. */
const deviationOf = (rate: number, count: number): number =>
  Math.sqrt(Math.max(0, rate * (1 - rate)) / count);
