/** What a node says of the CPU and the memory that its containers use. @upstream pkg/kubelet/server/stats */
import type { ContainerUsage, NodeEndpoint } from '../api/node-endpoint.js';
import type { Clock } from '../engine/clock.js';
import type { RuntimeContainer } from './container.js';
import type { ContainerRuntime } from './container-runtime.js';

/** What a node's containers use, one by one and all together. */
export class NodeUsage {
  private cpuNanoCoreSeconds = 0;
  /** What was counted of each container. */
  private counted: ReadonlyMap<RuntimeContainer, number> = new Map();

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly clock: Clock,
  ) {}

  now(): ReturnType<NodeEndpoint['usage']> {
    const timeMs = this.clock.now();
    const counted = new Map<RuntimeContainer, number>();
    const containers: ContainerUsage[] = [];
    let cpuNanoCores = 0;
    let memoryBytes = 0;
    this.runtime.eachRunning(container => {
      const used = container.meter.cpuNanoCoreSeconds(timeMs);
      this.cpuNanoCoreSeconds += used - (this.counted.get(container) ?? 0);
      counted.set(container, used);
      cpuNanoCores += container.usage.cpuMillis * 1e6;
      memoryBytes += container.usage.memoryBytes;
      containers.push(readingOf(container, timeMs));
    });
    this.counted = counted;
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
