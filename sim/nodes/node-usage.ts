/** What a node says of the CPU and the memory that its containers use. @upstream pkg/kubelet/server/stats */
import type { ContainerUsage, NodeEndpoint } from '../api/node-endpoint.js';
import type { Clock } from '../engine/clock.js';
import type { RuntimeContainer } from './container.js';
import type { ContainerRuntime } from './container-runtime.js';

/** What a node's containers use, one by one and all together. */
export class NodeUsage {
  private cpuNanoCoreSeconds = 0;

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly clock: Clock,
  ) {}

  now(): ReturnType<NodeEndpoint['usage']> {
    const timeMs = this.clock.now();
    const containers: ContainerUsage[] = [];
    let cpuNanoCores = 0;
    let memoryBytes = 0;
    this.runtime.eachRunning(container => {
      this.cpuNanoCoreSeconds += container.meter.sinceLast(this, timeMs);
      cpuNanoCores += container.usage.cpuMillis * 1e6;
      memoryBytes += container.usage.memoryBytes;
      containers.push(readingOf(container, timeMs));
    });
    const { cpuNanoCoreSeconds } = this;
    return { timeMs, cpuNanoCores, cpuNanoCoreSeconds, memoryBytes, containers };
  }
}

function readingOf({ config, record, meter }: RuntimeContainer, nowMs: number): ContainerUsage {
  const { namespace = '', name = '' } = config.pod.metadata;
  const { timeMs, cpuNanoCores, cpuNanoCoreSeconds, memoryBytes } = meter.read(nowMs);
  return {
    namespace,
    pod: name,
    container: record.name,
    startedMs: meter.startedMs,
    timeMs,
    cpuNanoCores,
    cpuNanoCoreSeconds,
    memoryBytes,
  };
}
