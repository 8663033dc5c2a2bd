/** What a kubelet serves on its port: logs, exec, usage, metrics. @upstream pkg/kubelet/server */
import type { LogRequest, NodeEndpoint } from '../api/node-endpoint.js';
import type { Family } from '../api/exposition.js';
import type { PodStatus } from '../api/kinds/core.js';
import { timeMs } from '../api/time.js';
import type { Clock } from '../engine/clock.js';
import type { RuntimeContainer } from './container.js';
import type { LogSlice } from './container-log.js';
import { gpuReadings } from './gpu-readings.js';
import type { Machine } from './machine.js';
import { kubeletPage } from './metrics/pages.js';
import type { NodeShape } from './node-shape.js';
import { NodeUsage } from './node-usage.js';
import type { PodEntry } from './pod-entry.js';

/** The status of a pod as the kubelet has it. */
export type StatusOf = (
  namespace: string,
  pod: string,
) => { readonly uid: string; readonly status: PodStatus } | undefined;

/** The kubelet whose server it is. */
export interface ServingKubelet {
  readonly shape: NodeShape;
  readonly statusOf: StatusOf;
  /** The pods that it knows; none where it does not run. */
  entries(): Iterable<PodEntry>;
  /** Since when it runs. */
  startedMs(): number;
  /** Whether its process runs. */
  isRunning(): boolean;
  /** What its process counts. */
  counted(): readonly Family[];
}

/** The server of a node. It answers as long as the machine is there. */
export function nodeServer(
  { runtime, devices }: Pick<Machine, 'runtime' | 'devices'>,
  clock: Clock,
  kubelet: ServingKubelet,
): NodeEndpoint {
  const { statusOf } = kubelet;
  const usage = new NodeUsage(runtime, clock);
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
      const found = statusOf(request.namespace, request.pod);
      if (found === undefined) {
        const text = `pod "${request.pod}" cannot be found - no logs available`;
        return { error: text, code: 400 };
      }
      const logged = loggedContainer(request, found.status);
      if ('error' in logged) return { error: logged.error, code: 400 };
      const id = logged.id.slice('containerd://'.length);
      const container = runtime.container(found.uid, id);
      // Upstream writes this error where the log should be.
      if (container === undefined) {
        return { text: `unable to retrieve container logs for ${logged.id}` };
      }
      const text = container.log.read(sliceOf(request, clock.now()));
      return request.follow === true ? { stream: followed(container, text) } : { text };
    },
    exec({ namespace, pod, container, command, stdin = '' }, done) {
      const found = containersOf(namespace, pod, container)[0];
      if (found?.running === undefined) {
        done({ stdout: '', stderr: `container not found ("${container}")\n`, exitCode: 1 });
        return () => undefined;
      }
      return found.exec(command, stdin, result =>
        done(result ?? { stdout: '', stderr: '', exitCode: 0 }),
      );
    },
    converse({ namespace, pod, container, command }, write, done) {
      return containersOf(namespace, pod, container)[0]?.converse(command, write, done);
    },
    attachInput({ namespace, pod, container }, piece) {
      return containersOf(namespace, pod, container)[0]?.input(piece) ?? 'detached';
    },
    usage: () => usage.now(),
    gpus: () => gpuReadings({ runtime, devices }, clock.now()),
    page: payload =>
      kubelet.isRunning() ? kubeletPage(payload, { runtime, clock }, kubelet) : undefined,
  };
}

/** Whose log is meant, by the container's id, or why there is none. @upstream kubelet_pods.go validateContainerLogStatus */
export function loggedContainer(
  { container, pod, previous }: LogRequest,
  status: PodStatus,
): { readonly id: string } | { readonly error: string } {
  const told = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === container);
  const what = `container "${container}" in pod "${pod}"`;
  if (told === undefined) return { error: `${what} is not available` };
  const { state, lastState } = told;
  const last = lastState?.terminated?.containerID;
  if (previous === true) {
    return last === undefined ? { error: `previous terminated ${what} not found` } : { id: last };
  }
  if (state?.running !== undefined) return { id: told.containerID ?? '' };
  const ended = state?.terminated?.containerID ?? last;
  if (ended !== undefined) return { id: ended };
  if (state?.terminated !== undefined || lastState?.terminated !== undefined) {
    return { error: `${what} is terminated` };
  }
  const reason = state?.waiting?.reason;
  if (reason === undefined) return { error: `${what} is waiting to start - no logs yet` };
  return { error: `${what} is waiting to start: ${waitingTexts[reason] ?? reason}` };
}

const waitingTexts: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

/** The part of the log that a request wants. */
export function sliceOf(request: LogRequest, nowMs: number): LogSlice {
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
