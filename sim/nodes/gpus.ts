/** Faults of a node's GPUs, for scenarios: what the driver would report. */
import type { Clock } from '../engine/clock.js';
import type { Machine } from './machine.js';

/** The GPUs of a node, as a scenario breaks and mends them. */
export class Gpus {
  constructor(
    private readonly machine: Machine,
    private readonly clock: Clock,
  ) {}

  /**
   * The driver reports an Xid error: the device is unhealthy from now on, allocatable drops, and the
   * programs that have it learn of it.
   */
  fail(deviceId: string, xid: number): void {
    const { devices, runtime } = this.machine;
    devices.setXid(deviceId, xid);
    devices.setHealth(deviceId, false);
    for (const { podUid, container } of devices.holdersOf(deviceId)) {
      for (const item of runtime.containersOf(podUid)) {
        if (item.record.name === container) item.running?.deviceLost?.(deviceId, xid);
      }
    }
  }

  /** The device works again, as after a reset: its driver knows of no error. */
  mend(deviceId: string): void {
    this.machine.devices.setXid(deviceId, undefined);
    this.machine.devices.setHealth(deviceId, true);
  }

  /** The plug-in of a resource stops answering. */
  stopPlugin(resourceName: string): void {
    this.machine.devices.setServed(resourceName, false, this.clock.now());
  }

  /** The plug-in registers again. */
  startPlugin(resourceName: string): void {
    this.machine.devices.setServed(resourceName, true, this.clock.now());
  }

  /** The plug-in refuses to hand devices out, with this message; undefined: it does again. */
  refuse(resourceName: string, message: string | undefined): void {
    this.machine.devices.setRefusal(resourceName, message);
  }
}
