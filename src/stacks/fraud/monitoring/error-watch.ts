/** Watches a stream of errors: when their share changes, it tells from what to what. */
import type { StreamDetector } from '../../../drift/detector.js';
import type { MonitorConfiguration } from './configuration.js';
import { streamDetector } from './detectors.js';

/** A change of the share of errors. */
export interface ErrorChange {
  /** Since the change before it, or the start. */
  readonly before: number;
  /** Of the latest values. */
  readonly now: number;
}

/** How many values are the latest ones. */
const latestMax = 40;

/** One stream of errors. */
export class ErrorWatch {
  private readonly detector: StreamDetector;
  private readonly latest: number[] = [];
  private count = 0;
  private errors = 0;

  constructor({ detector, settings }: MonitorConfiguration['errors']) {
    this.detector = streamDetector(detector).create(settings);
  }

  /** Takes one value; undefined: the share is as before. */
  update(isError: boolean): ErrorChange | undefined {
    const value = isError ? 1 : 0;
    this.count++;
    this.errors += value;
    this.latest.push(value);
    if (this.latest.length > latestMax) this.latest.shift();
    if (this.detector.update(value) !== 'drift') return undefined;
    const sum = this.latest.reduce((total, one) => total + one, 0);
    const earlier = this.count - this.latest.length;
    const before = earlier === 0 ? 0 : (this.errors - sum) / earlier;
    const now = sum / this.latest.length;
    this.count = this.latest.length;
    this.errors = sum;
    return { before, now };
  }
}
