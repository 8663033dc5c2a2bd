/** Wakes those who wait for a change. */

/** A bell: whoever waits goes on when it rings, or when its own signal ends the wait. */
export class Bell {
  private readonly waiting = new Set<() => void>();

  /** Wakes all who wait. */
  ring(): void {
    for (const wake of this.waiting) wake();
  }

  /** Returns at the next ring, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>(resolve => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
