/** EDDM: errors of a learner should come further and further apart; it alarms when they come closer. */
import { invariant } from '../../../sim/engine/invariant.js';
import {
  badSetting,
  numberField,
  readSettings,
  wholeField,
  type SettingsOf,
} from '../../input/settings.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import { RunningMean } from './running-mean.js';

const fields = {
  /** The maximum is kept after so many values; levels are told after so many errors. */
  warmStart: wholeField(30, { min: 0 }),
  /** A share of the maximum below which it warns. */
  alpha: numberField(0.95, { above: 0, max: 1 }),
  /** A share of the maximum below which it alarms. */
  beta: numberField(0.9, { above: 0, max: 1 }),
};

/**
 * The early drift detection method (Baena-García and others 2006). The level changes at errors only, so
 * a warning lasts until an error ends it, and still stands when a drift is found.
 *
 * @upstream online-ml/river river/drift/binary/eddm.py
 */
export const eddm: StreamDetectorKind = {
  name: 'EDDM',
  input: 'errors',
  create(settings = {}) {
    const read = readSettings('detector EDDM', settings, fields);
    if (read.alpha < read.beta) {
      throw badSetting('detector EDDM', 'alpha is below beta', 'a warning comes before a drift');
    }
    return new Eddm(read);
  },
};

class Eddm implements StreamDetector {
  isWarning = false;
  private count = 0;
  private lastError = 0;
  private distance = new RunningMean();
  /** The sum of squared deviations of the distances. */
  private squares = 0;
  private reachMax = -1;
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {}

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    this.count++;
    if (value === 1) this.takeError();
    if (this.hasDrifted) return 'drift';
    return this.isWarning ? 'warning' : 'none';
  }

  state(): Readonly<Record<string, number>> {
    return {
      n: this.count,
      nErrors: this.distance.count,
      meanDistance: this.distance.value,
      varDistance: this.variance(),
      p2sMax: this.reachMax,
    };
  }

  private takeError(): void {
    const distance = this.count - this.lastError;
    const before = this.distance.value;
    this.distance.update(distance);
    this.squares += (distance - before) * (distance - this.distance.value);
    this.lastError = this.count;
    if (this.count > this.settings.warmStart) this.judge();
  }

  private judge(): void {
    const { warmStart, alpha, beta } = this.settings;
    const reach = this.distance.value + 2 * Math.sqrt(this.variance());
    if (reach > this.reachMax) {
      this.reachMax = reach;
      return;
    }
    if (this.distance.count <= warmStart) return;
    const level = reach / this.reachMax;
    if (level < beta) this.hasDrifted = true;
    else this.isWarning = level < alpha;
  }

  private variance(): number {
    return this.distance.count > 1 ? this.squares / (this.distance.count - 1) : 0;
  }

  private reset(): void {
    this.count = this.lastError = this.squares = 0;
    this.distance = new RunningMean();
    this.reachMax = -1;
    this.hasDrifted = this.isWarning = false;
  }
}
