/** What an exporter on the node reads of its GPUs: the driver's counters, and who holds each. */
import type { GpuReading } from '../api/node-endpoint.js';
import type { Machine } from './machine.js';

/** One reading a device, in the order of the plug-ins. */
export function gpuReadings(
  { runtime, devices }: Pick<Machine, 'runtime' | 'devices'>,
  nowMs: number,
): readonly GpuReading[] {
  return devices.all().map(device => {
    const { id } = device;
    const [held] = devices.holdersOf(id);
    const pod = held && runtime.containersOf(held.podUid)[0]?.config.pod;
    const { namespace = '', name = '' } = pod?.metadata ?? {};
    const xid = devices.xidOf(id);
    return {
      ...device,
      ...runtime.gpus.read(id, nowMs),
      ...(xid !== undefined && { xid }),
      ...(pod !== undefined && {
        holder: { namespace, pod: name, container: held?.container ?? '' },
      }),
    };
  });
}
