/** Page-Hinkley: adds up how far values lie from their mean, and alarms when the sum has come too far. */
import { invariant } from '../../../sim/engine/invariant.js';
import {
  numberField,
  readSettings,
  wholeField,
  wordField,
  type SettingsOf,
} from '../../input/settings.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import { RunningMean } from './running-mean.js';

const fields = {
  /** No alarm before so many values. */
  minInstances: wholeField(30, { min: 1 }),
  /** How far a value may lie from the mean at no charge. */
  delta: numberField(0.005, { min: 0 }),
  /** How far a sum may come from its extreme. */
  threshold: numberField(50, { above: 0 }),
  /** The share of the sum that each value leaves. */
  alpha: numberField(0.9999, { above: 0, max: 1 }),
  /** Which moves of the mean count. */
  mode: wordField('both', ['both', 'up', 'down']),
};

/**
 * The Page-Hinkley test (Page 1954), two-sided as in river of today. The sum of decreases is held against
 * a maximum that starts at -1, as there.
 *
 * @upstream online-ml/river river/drift/page_hinkley.py
 */
export const pageHinkley: StreamDetectorKind = {
  name: 'PageHinkley',
  input: 'numbers',
  create: (settings = {}) =>
    new PageHinkley(readSettings('detector PageHinkley', settings, fields)),
};

const decreaseMaxAtStart = -1;

class PageHinkley implements StreamDetector {
  readonly isWarning = false;
  private mean = new RunningMean();
  private increase = 0;
  private decrease = 0;
  private increaseMin = Infinity;
  private decreaseMax = decreaseMaxAtStart;
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {}

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    const { minInstances, delta, threshold, alpha, mode } = this.settings;
    this.mean.update(value);
    const deviation = value - this.mean.value;
    this.increase = alpha * this.increase + deviation - delta;
    this.decrease = alpha * this.decrease + deviation + delta;
    this.increaseMin = Math.min(this.increaseMin, this.increase);
    this.decreaseMax = Math.max(this.decreaseMax, this.decrease);
    if (this.mean.count < minInstances) return 'none';
    const isUp = this.increase - this.increaseMin > threshold;
    const isDown = this.decreaseMax - this.decrease > threshold;
    this.hasDrifted = (isUp && mode !== 'down') || (isDown && mode !== 'up');
    return this.hasDrifted ? 'drift' : 'none';
  }

  state(): Readonly<Record<string, number>> {
    const { mean, increase, decrease } = this;
    return {
      n: mean.count,
      mean: mean.value,
      sumIncrease: increase,
      sumDecrease: decrease,
    };
  }

  private reset(): void {
    this.mean = new RunningMean();
    this.increase = this.decrease = 0;
    this.increaseMin = Infinity;
    this.decreaseMax = decreaseMaxAtStart;
    this.hasDrifted = false;
  }
}
