/** Tells a program how busy it was: each telling costs, so it comes seldom and only with news. */
import type { Work } from './contract.js';

/** cAdvisor reads as often. */
const tellMs = 10_000;
const newsShare = 0.05;
/** Changes of less than this share of a server are none. */
const newsMin = 0.002;

/** The meter of one program. */
export class WorkMeter {
  private busyMs = 0;
  private finished = 0;
  private toldBusy = 0;
  private toldFinished = 0;

  constructor(
    private sinceMs: number,
    private readonly servers: number,
    private readonly program: { readonly onWork?: (work: Work) => void },
  ) {}

  /** Hears of the work up to now, and tells of it when it is time and there is news. */
  look(nowMs: number, work: () => { readonly busyMs: number; readonly finished: number }): void {
    const passedMs = nowMs - this.sinceMs;
    if (this.program.onWork === undefined || passedMs < tellMs) return;
    const { busyMs, finished } = work();
    const busy = Math.max(0, (busyMs - this.busyMs) / (passedMs * this.servers));
    const finishedPerSecond = ((finished - this.finished) * 1000) / passedMs;
    this.sinceMs = nowMs;
    this.busyMs = busyMs;
    this.finished = finished;
    const isNews =
      isChanged(busy, this.toldBusy, newsMin) || isChanged(finishedPerSecond, this.toldFinished, 1);
    if (!isNews) return;
    this.toldBusy = busy;
    this.toldFinished = finishedPerSecond;
    this.program.onWork({ busy: Math.min(1, busy), finishedPerSecond });
  }
}

function isChanged(value: number, told: number, least: number): boolean {
  const change = Math.abs(value - told);
  return value !== told && (change > least || value === 0) && change >= newsShare * told;
}
