/** Watches errors of a model on labels that came late: only a rise that is sure and large is a drift. */
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import { riseByChance } from './rise-by-chance.js';
import type { ErrorReport } from './report.js';

/** The rate is told over so many of the newest labels, and compared with all before. */
const recentMax = 150;
/** Of fewer labels before those, nothing can be said. */
const beforeMin = 50;

/** How errors are watched. */
export interface ErrorWatchOptions {
  readonly kind: StreamDetectorKind;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The rate must rise by more than this, */
  readonly riseMin: number;
  /** and by more than a stationary stream of `horizon` labels does with this chance. */
  readonly level: number;
  readonly horizon: number;
}

/**
 * A streaming detector says that the rate has changed; the newest labels, that it has risen and by enough.
 * Those that follow the detector's word have `horizon` labels to show it.
 */
export class ErrorWatch {
  private detector: StreamDetector;
  private readonly recent = new Uint8Array(recentMax);
  private labels = 0;
  private errors = 0;
  private recentErrors = 0;
  private level: DriftLevel = 'none';
  /** The rate before the change that the detector has told of. */
  private before = 0;
  /** The rise that is needed beside that. */
  private needed = 0;
  /** So many labels may still show how large it is. */
  private suspected = 0;

  /** @throws UserError (`bad-setting`) for settings that the detector refuses. */
  constructor(private readonly options: ErrorWatchOptions) {
    this.detector = options.kind.create(options.settings);
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
    if (this.level === 'drift') return;
    if (found === 'drift') this.suspect();
    this.level = this.judged(found);
  }

  /** The level stays at drift until it is cleared. */
  report(): ErrorReport {
    return { level: this.level, labels: this.labels, rate: this.rate(), before: this.before };
  }

  clear(): void {
    this.detector = this.options.kind.create(this.options.settings);
    this.recent.fill(0);
    this.labels = this.errors = this.recentErrors = this.before = this.suspected = 0;
    this.level = 'none';
  }

  private suspect(): void {
    const before = this.labels - recentMax;
    if (before < beforeMin || this.suspected > 0) return;
    this.before = (this.errors - this.recentErrors) / before;
    const { level, horizon, riseMin } = this.options;
    // What chance does in so many labels is reckoned with: for as long the rise may show.
    this.suspected = horizon;
    const question = { rate: this.before, level, horizon, recent: recentMax, before: beforeMin };
    this.needed = Math.max(riseMin, riseByChance(question));
  }

  private judged(found: DriftLevel): DriftLevel {
    if (this.suspected === 0) return found === 'warning' ? 'warning' : 'none';
    this.suspected--;
    const rise = this.rate() - this.before;
    return rise > this.needed ? 'drift' : 'warning';
  }

  private rate(): number {
    const seen = Math.min(this.labels, recentMax);
    return seen === 0 ? 0 : this.recentErrors / seen;
  }
}
