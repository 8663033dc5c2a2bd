/** What a node says of the CPU and the memory that its containers use. @upstream pkg/kubelet/server/stats */
import { LateMap } from '../engine/late-map.js';
import type { ContainerUsage, NodeEndpoint } from '../api/node-endpoint.js';
import type { Clock } from '../engine/clock.js';
import type { RuntimeContainer } from './container.js';
import type { ContainerRuntime } from './container-runtime.js';

/** What a node's containers use, one by one and all together. */
export class NodeUsage {
  private cpuNanoCoreSeconds = 0;
  /** What was counted of each container that ran at the last look. */
  private counted = new LateMap<RuntimeContainer, number>();

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly clock: Clock,
  ) {}

  now(): ReturnType<NodeEndpoint['usage']> {
    const timeMs = this.clock.now();
    const { counted } = this;
    const containers: ContainerUsage[] = [];
    let cpuNanoCores = 0;
    let memoryBytes = 0;
    this.runtime.eachRunning(container => {
      const used = container.meter.cpuNanoCoreSeconds(timeMs);
      this.cpuNanoCoreSeconds += used - (counted.get(container) ?? 0);
      counted.set(container, used);
      cpuNanoCores += container.usage.cpuMillis * 1e6;
      memoryBytes += container.usage.memoryBytes;
      containers.push(readingOf(container, timeMs));
    });
    if (counted.size > containers.length) this.forgetEnded();
    const { cpuNanoCoreSeconds } = this;
    return { timeMs, cpuNanoCores, cpuNanoCoreSeconds, memoryBytes, containers };
  }

  private forgetEnded(): void {
    for (const container of this.counted.keys()) {
      if (container.record.state !== 'running') this.counted.delete(container);
    }
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
