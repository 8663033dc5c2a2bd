/**
 * Measures what a container uses, as cAdvisor does: it reads the cgroup every ten seconds from its
 * start on, and what others are told is the last reading.
 * @upstream google/cadvisor manager/container.go, with the kubelet's housekeeping interval
 */
const readingMs = 10_000;

/** What was read from a container's cgroup. */
export interface UsageReading {
  readonly timeMs: number;
  /** The average since the reading before. */
  readonly cpuNanoCores: number;
  /** Since the start, in nanocores times seconds. */
  readonly cpuNanoCoreSeconds: number;
  readonly memoryBytes: number;
}

/** The readings of a container; they are made when somebody asks, but come out as if made in time. */
export class UsageMeter {
  private cpuMillis = 0;
  private memoryBytes = 0;
  private changedMs: number;
  private counted = 0;
  private last: UsageReading;
  private teller: unknown;
  private told = 0;

  constructor(readonly startedMs: number) {
    this.changedMs = startedMs;
    this.last = { timeMs: startedMs, cpuNanoCores: 0, cpuNanoCoreSeconds: 0, memoryBytes: 0 };
  }

  /** From now on it uses so much. */
  use(usage: { readonly cpuMillis: number; readonly memoryBytes: number }, nowMs: number): void {
    this.read(nowMs);
    this.counted = this.cpuNanoCoreSeconds(nowMs);
    this.changedMs = nowMs;
    this.cpuMillis = usage.cpuMillis;
    this.memoryBytes = usage.memoryBytes;
  }

  /** All CPU that was used up to a time since the last change. */
  cpuNanoCoreSeconds(atMs: number): number {
    return this.counted + this.cpuMillis * (atMs - this.changedMs) * 1e3;
  }

  /** What was used since this one asked last; all of it when it asks for the first time. */
  sinceLast(who: unknown, nowMs: number): number {
    const used = this.cpuNanoCoreSeconds(nowMs);
    const before = this.teller === who ? this.told : 0;
    this.teller = who;
    this.told = used;
    return used - before;
  }

  /** The last reading. */
  read(nowMs: number): UsageReading {
    const timeMs = nowMs - ((nowMs - this.startedMs) % readingMs);
    if (timeMs <= this.last.timeMs) return this.last;
    const beforeMs = timeMs - readingMs;
    const before =
      beforeMs > this.changedMs ? this.cpuNanoCoreSeconds(beforeMs) : this.last.cpuNanoCoreSeconds;
    const cpuNanoCoreSeconds = this.cpuNanoCoreSeconds(timeMs);
    this.last = {
      timeMs,
      cpuNanoCores: ((cpuNanoCoreSeconds - before) * 1000) / readingMs,
      cpuNanoCoreSeconds,
      memoryBytes: this.memoryBytes,
    };
    return this.last;
  }
}
