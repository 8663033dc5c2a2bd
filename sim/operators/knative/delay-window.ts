/** The greatest of what was recorded lately. @upstream knative/serving pkg/autoscaler/aggregation/max */

/** Keeps values by slots of time; of each the greatest counts, until it is older than the window. */
export class DelayWindow {
  private readonly slots: number;
  /** Values that fall: what is less than a later one never counts. */
  private readonly kept: { readonly slot: number; readonly value: number }[] = [];

  constructor(
    windowMs: number,
    private readonly slotMs: number,
  ) {
    this.slots = Math.ceil(windowMs / slotMs);
  }

  /** Records a value; the greatest of the window, which it is part of. */
  record(nowMs: number, value: number): number {
    const { kept } = this;
    const slot = Math.floor(nowMs / this.slotMs);
    while (kept.length > 0 && (kept.at(-1) as { value: number }).value <= value) kept.pop();
    kept.push({ slot, value });
    while (kept.length > 1 && slot - (kept[0] as { slot: number }).slot >= this.slots) kept.shift();
    return (kept[0] as { value: number }).value;
  }
}
