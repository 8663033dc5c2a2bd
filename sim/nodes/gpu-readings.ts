/** What an exporter on the node reads of its GPUs: the driver's counters, and who holds each. */
import type { GpuReading } from '../api/node-endpoint.js';
import type { Machine } from './machine.js';

/** One reading a device, in the order of the plug-ins. */
export function gpuReadings(
  { runtime, devices }: Pick<Machine, 'runtime' | 'devices'>,
  nowMs: number,
): readonly GpuReading[] {
  return devices.all().map(({ id, resourceName, model, isHealthy }) => {
    const [held] = devices.holdersOf(id);
    const pod = held && runtime.containersOf(held.podUid)[0]?.config.pod;
    const { namespace = '', name = '' } = pod?.metadata ?? {};
    return {
      id,
      resourceName,
      isHealthy,
      ...runtime.gpus.read(id, nowMs),
      ...(model !== undefined && { model }),
      ...(pod !== undefined && {
        holder: { namespace, pod: name, container: held?.container ?? '' },
      }),
    };
  });
}
