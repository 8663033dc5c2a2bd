/** Counts what a container used of the CPU, as its cgroup does. */
export class CpuMeter {
  private cpuMillis = 0;
  private countedMs = 0;
  private counted = 0;

  /** From now on it uses so much. */
  use(cpuMillis: number, nowMs: number): void {
    this.counted = this.nanoCoreSeconds(nowMs);
    this.countedMs = nowMs;
    this.cpuMillis = cpuMillis;
  }

  /** What was used up to now, in nanocores times seconds. */
  nanoCoreSeconds(nowMs: number): number {
    return this.counted + this.cpuMillis * (nowMs - this.countedMs) * 1e3;
  }
}
