/** Watches the errors of a model on labels that came late: only a rise is a drift. */
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import type { ErrorReport } from './report.js';

/** The rate is told over so many of the newest labels, and compared with all before. */
const recentMax = 1000;

/** A streaming detector on errors, which forgets falls of the error rate. */
export class ErrorWatch {
  private detector: StreamDetector;
  private readonly recent = new Uint8Array(recentMax);
  private labels = 0;
  private errors = 0;
  private recentErrors = 0;
  private level: DriftLevel = 'none';

  constructor(
    private readonly kind: StreamDetectorKind,
    private readonly settings: Readonly<Record<string, unknown>>,
  ) {
    this.detector = kind.create(settings);
  }

  /** Takes whether the model was wrong on the next label. */
  take(isError: boolean): void {
    const value = isError ? 1 : 0;
    const at = this.labels % recentMax;
    this.recentErrors += value - (this.labels >= recentMax ? (this.recent[at] as number) : 0);
    this.recent[at] = value;
    this.labels++;
    this.errors += value;
    const found = this.detector.update(value);
    if (found === 'drift') this.level = this.hasRisen() ? 'drift' : 'none';
    else if (this.level !== 'drift') this.level = found;
  }

  /** The level stays at drift until it is cleared. */
  report(): ErrorReport {
    const seen = Math.min(this.labels, recentMax);
    return {
      level: this.level,
      labels: this.labels,
      rate: seen === 0 ? 0 : this.recentErrors / seen,
    };
  }

  clear(): void {
    this.detector = this.kind.create(this.settings);
    this.recent.fill(0);
    this.labels = this.errors = this.recentErrors = 0;
    this.level = 'none';
  }

  private hasRisen(): boolean {
    const before = this.labels - Math.min(this.labels, recentMax);
    if (before === 0) return true;
    return this.report().rate > (this.errors - this.recentErrors) / before;
  }
}
