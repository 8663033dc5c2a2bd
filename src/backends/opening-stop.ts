/** Ctrl-C while a cluster is opened: the opening ends at once, and what it made goes. */
import { onInterrupt } from '../host.js';
import type { UserError } from '../input/errors.js';
import { stopped } from './kind/tool.js';

/** Hears of Ctrl-C until the cluster is open; then whoever runs on it listens. */
export class OpeningStop {
  private why: UserError | undefined;
  private isOver = false;
  private readonly forget: () => void;

  /** @param doing What is stopped: `starting the control plane`. */
  constructor(doing: string) {
    this.forget = onInterrupt(() => {
      this.why ??= stopped(doing, 'aborted');
    });
  }

  /** The error with which everything ends; undefined while nobody wants to stop, and once it is over. */
  failure(): UserError | undefined {
    return this.isOver ? undefined : this.why;
  }

  /** The cluster is open, or is taken back: from now on requests go through. */
  end(): void {
    this.isOver = true;
    this.forget();
  }
}
