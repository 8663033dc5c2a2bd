/** How busy each GPU of a node is, and how long it was: what the driver's counters tell. */
import { LateMap } from '../engine/late-map.js';

interface Reading {
  utilization: number;
  busyMs: number;
  sinceMs: number;
}

/** The meter of a node's GPUs, by device id. */
export class GpuMeter {
  private readonly readings = new LateMap<string, Reading>();

  /** Since when the driver counts. */
  constructor(private readonly bornMs: number) {}

  /** From now on the device is so busy: 0 to 1. */
  set(id: string, utilization: number, nowMs: number): void {
    const reading = this.readings.get(id);
    if (reading === undefined) {
      this.readings.set(id, { utilization, busyMs: 0, sinceMs: nowMs });
      return;
    }
    reading.busyMs += reading.utilization * (nowMs - reading.sinceMs);
    reading.sinceMs = nowMs;
    reading.utilization = utilization;
  }

  /** How busy it is now, 0 to 1, the seconds of full use since the start, and the seconds since then. */
  read(
    id: string,
    nowMs: number,
  ): { readonly utilization: number; readonly busySeconds: number; readonly upSeconds: number } {
    const { utilization, busyMs, sinceMs } = this.readings.get(id) ?? idle;
    const busySeconds = (busyMs + utilization * (nowMs - sinceMs)) / 1000;
    return { utilization, busySeconds, upSeconds: (nowMs - this.bornMs) / 1000 };
  }
}

const idle: Reading = { utilization: 0, busyMs: 0, sinceMs: 0 };
