/** Another team's training: it keeps its GPUs busy for a stated time, and succeeds. */
import type { Workload } from '../../../../sim/workloads/workload.js';

/** How long it runs, and how it uses what it holds. */
export interface BatchTrainingSettings {
  readonly seconds: number;
  /** Of each of its GPUs, 0 to 1. */
  readonly utilization: number;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** CUDA's errors end a process by SIGABRT. */
const abortedCode = 134;

/** The workload. */
export function batchTraining(settings: BatchTrainingSettings): Workload {
  const { seconds, utilization, cpuMillis, memoryMiB } = settings;
  return {
    name: 'batch-training',
    start: context => {
      const devices = context.devices['nvidia.com/gpu'] ?? [];
      context.use({
        cpuMillis,
        memoryBytes: memoryMiB * 2 ** 20,
        gpuUtilization: Object.fromEntries(devices.map(device => [device, utilization])),
      });
      context.log(`training on ${devices.length} GPUs for ${seconds} s`);
      context.clock.after(seconds * 1000, 'training', () => context.exit(0));
      return {
        deviceLost(id, xid) {
          context.log(`CUDA error: Xid ${xid} (${id})`);
          context.exit(abortedCode);
        },
      };
    },
  };
}
