/** What the kernel of a node tells of its machine. */
import { quantity, valueOf } from '../api/quantity.js';
import type { NodeReading } from '../workloads/workload.js';
import type { ContainerRuntime } from './container-runtime.js';
import type { NodeShape } from './node-shape.js';

/** As uname and the node's status have it. */
export const kernelVersion = '6.8.0';

/** A reading of now. */
export function nodeReading(
  runtime: ContainerRuntime,
  { name, capacity }: NodeShape,
  bootMs: number,
): NodeReading {
  let usedBytes = 0;
  runtime.eachRunning(({ usage }) => {
    usedBytes += usage.memoryBytes;
  });
  return {
    name,
    kernel: kernelVersion,
    machine: 'x86_64',
    bootMs,
    cores: Math.max(Math.floor(quantity(capacity['cpu'] ?? '1').toNumber()), 1),
    cpuSeconds: Math.floor(runtime.totalCpuNanoCoreSeconds()) / 1e9,
    memoryBytes: valueOf(capacity['memory'] ?? '0'),
    usedBytes,
  };
}
