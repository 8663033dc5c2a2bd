/** The running mean that several detectors keep. */

/** A mean of what was seen so far; 0 before the first value. */
export class RunningMean {
  constructor(
    public count = 0,
    public value = 0,
  ) {}

  update(value: number): void {
    this.count++;
    this.value += (value - this.value) / this.count;
  }

  /** What it is now, for later comparison. */
  copy(): RunningMean {
    return new RunningMean(this.count, this.value);
  }
}
