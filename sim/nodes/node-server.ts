/** What a kubelet serves on its port: logs, exec, usage. @upstream pkg/kubelet/server */
import type { LogRequest, NodeEndpoint } from '../api/node-endpoint.js';
import { timeMs } from '../api/time.js';
import type { Clock } from '../engine/clock.js';
import type { RuntimeContainer } from './container.js';
import type { LogSlice } from './container-log.js';
import type { ContainerRuntime } from './container-runtime.js';

/** The server of a node. It answers as long as the machine is there. */
export function nodeServer(runtime: ContainerRuntime, clock: Clock): NodeEndpoint {
  const containersOf = (namespace: string, pod: string, name: string) =>
    runtime
      .podUids()
      .flatMap(uid => runtime.containersOf(uid))
      .filter(({ config, record }) => {
        const { metadata } = config.pod;
        return metadata.namespace === namespace && metadata.name === pod && record.name === name;
      })
      .sort((a, b) => b.record.createdMs - a.record.createdMs);

  return {
    log(request) {
      const [newest, previous] = containersOf(request.namespace, request.pod, request.container);
      const wanted = request.previous === true ? previous : newest;
      if (wanted === undefined) {
        const what = `container "${request.container}" in pod "${request.pod}"`;
        const error =
          request.previous === true
            ? `previous terminated ${what} not found`
            : `${what} is waiting to start: ContainerCreating`;
        return { error, code: 400 };
      }
      const text = wanted.log.read(sliceOf(request, clock.now()));
      return request.follow === true ? { stream: followed(wanted, text) } : { text };
    },
    exec({ namespace, pod, container, command }) {
      const program = containersOf(namespace, pod, container)[0]?.running;
      if (program === undefined) {
        return { stdout: '', stderr: `container not found ("${container}")\n`, exitCode: 1 };
      }
      return program.exec?.(command) ?? { stdout: '', stderr: '', exitCode: 0 };
    },
    usage() {
      const timeNowMs = clock.now();
      const containers = runtime
        .podUids()
        .flatMap(uid => runtime.containersOf(uid))
        .filter(({ record }) => record.state === 'running')
        .map(({ config, record, usage, cpu }) => ({
          namespace: config.pod.metadata.namespace ?? '',
          pod: config.pod.metadata.name ?? '',
          container: record.name,
          timeMs: timeNowMs,
          startedMs: record.startedMs,
          cpuNanoCores: usage.cpuMillis * 1e6,
          cpuNanoCoreSeconds: cpu.nanoCoreSeconds(timeNowMs),
          memoryBytes: usage.memoryBytes,
        }));
      return {
        timeMs: timeNowMs,
        cpuNanoCores: containers.reduce((sum, { cpuNanoCores }) => sum + cpuNanoCores, 0),
        memoryBytes: containers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
        containers,
      };
    },
  };
}

function sliceOf(request: LogRequest, nowMs: number): LogSlice {
  const { timestamps, tailLines, limitBytes, sinceSeconds, sinceTime } = request;
  const sinceMs = sinceSeconds === undefined ? timeMs(sinceTime) : nowMs - sinceSeconds * 1_000;
  return {
    ...(timestamps !== undefined && { timestamps }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceMs !== undefined && { sinceMs }),
  };
}

function followed(container: RuntimeContainer, text: string) {
  return {
    start(sink: { item(item: unknown): void; end(): void }) {
      if (text !== '') sink.item(text);
      return container.log.follow(more => {
        if (more === undefined) sink.end();
        else sink.item(more);
      });
    },
  };
}
